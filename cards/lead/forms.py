"""Forms for creating, working on and handing over a lead."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from msgspec.structs import replace

from cards import duplicates
from cards.lead import elements
from cards.model import Card, Choice, ChoiceInput, Run, Style, T, Text, TextInput, Tone, t, tn, verbatim
from services.errors import ConfirmationWarning
from services.lead.capture import CapturedLead
from services.lead.model import (
    DEFAULT_COUNTRY,
    ENQUIRY_MAX_CHARS,
    LEAD_LINE_MAX_CHARS,
    NOTE_MAX_CHARS,
    POSTCODE_MAX_CHARS,
    REASON_MAX_CHARS,
    TITLE_MAX_CHARS,
    HandoverChoices,
    LeadView,
)

AMOUNT_MAX_CHARS: Final = 30
COUNTRY_CHARS: Final = 2


def new_lead_form(values: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...] = ()) -> Card:
    """Ask for a new lead; list existing leads of the same contact first."""
    label = t("Create anyway") if warnings else t("Create lead")
    return Card(
        t("New lead"),
        (*duplicates.duplicate_blocks(warnings), *_contact_inputs(values), *_enquiry_inputs(values)),
        (
            Run(label, "lead.create", duplicates.accept_args(warnings), Style.PRIMARY, collects=True),
            Run(t("Cancel"), "cancel"),
        ),
    )


def captured_lead_form(view: CapturedLead) -> Card:
    """Ask for a new lead, filled with what was read from a message."""
    values = {field: value for field, value in asdict(view.draft).items() if value}
    form = new_lead_form(values, view.warnings)
    return replace(form, title=t("Lead from a message"), body=(*_capture_hints(view), *form.body)) if values else form


def _capture_hints(view: CapturedLead) -> tuple[Text, ...]:
    hint = t("Please check what was read from the message, and add what is missing.")
    if not view.is_shortened:
        return (Text(hint, Tone.SUBTLE),)
    cut = tn(
        "The message is longer than an enquiry can be: its first {n} character stands here.",
        "The message is longer than an enquiry can be: its first {n} characters stand here.",
        ENQUIRY_MAX_CHARS,
    )
    return (Text(hint, Tone.SUBTLE), Text(cut, Tone.WARNING))


def _contact_inputs(values: Mapping[str, Any]) -> tuple[TextInput, ...]:
    return (
        TextInput(
            "title", t("What is it about?"), _text_of(values, "title"), required=True, max_length=TITLE_MAX_CHARS
        ),
        TextInput("name", t("Contact's name"), _text_of(values, "name"), required=True, max_length=LEAD_LINE_MAX_CHARS),
        TextInput("email", t("E-mail"), _text_of(values, "email"), max_length=LEAD_LINE_MAX_CHARS, kind="email"),
        TextInput("phone", t("Phone"), _text_of(values, "phone"), max_length=40, kind="tel"),
        TextInput("company", t("Company"), _text_of(values, "company"), max_length=LEAD_LINE_MAX_CHARS),
        TextInput("postcode", t("Postcode"), _text_of(values, "postcode"), max_length=POSTCODE_MAX_CHARS),
        TextInput(
            "country",
            t("Country (two letters)"),
            _text_of(values, "country") or DEFAULT_COUNTRY,
            max_length=COUNTRY_CHARS,
        ),
    )


def _enquiry_inputs(values: Mapping[str, Any]) -> tuple[TextInput, ...]:
    return (
        TextInput("text", t("Enquiry"), _text_of(values, "text"), multiline=True, max_length=ENQUIRY_MAX_CHARS),
        TextInput("value", t("Value in euros"), _text_of(values, "value"), max_length=AMOUNT_MAX_CHARS),
        TextInput("source", t("Source"), _text_of(values, "source"), max_length=LEAD_LINE_MAX_CHARS),
        TextInput("campaign", t("Campaign"), _text_of(values, "campaign"), max_length=LEAD_LINE_MAX_CHARS),
    )


def _text_of(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name, "")
    return value if isinstance(value, str) else str(value)


def _lead_form(lead: LeadView, title: T, inputs: tuple[TextInput | ChoiceInput, ...], label: T, command: str) -> Card:
    return Card(
        title,
        (Text(elements.lead_title(lead), Tone.SUBTLE), *inputs),
        (
            Run(label, command, {"lead": lead.lead_id}, Style.PRIMARY, collects=True),
            Run(t("Cancel"), "lead.card", {"lead": lead.lead_id}),
        ),
    )


def note_form(lead: LeadView, values: Mapping[str, Any]) -> Card:
    """Ask for a note and the present step."""
    steps = tuple(Choice(str(step), label) for step, label in elements.STEP_LABELS.items())
    inputs = (
        TextInput(
            "note", t("Note"), _text_of(values, "note"), required=True, multiline=True, max_length=NOTE_MAX_CHARS
        ),
        ChoiceInput("step", t("Step"), steps, lead.step),
    )
    return _lead_form(lead, t("Note on {ref}", ref=lead.ref), inputs, t("Save note"), "lead.note")


def win_form(lead: LeadView) -> Card:
    """Ask for the amount won, if known."""
    inputs = (TextInput("amount", t("Amount in euros (if known)"), max_length=AMOUNT_MAX_CHARS),)
    return _lead_form(lead, t("{ref} is won", ref=lead.ref), inputs, t("Close as won"), "lead.win")


def lose_form(lead: LeadView, values: Mapping[str, Any]) -> Card:
    """Ask why the lead was lost."""
    return _lead_form(lead, t("{ref} is lost", ref=lead.ref), (_reason_input(values),), t("Close as lost"), "lead.lose")


def return_form(lead: LeadView, values: Mapping[str, Any]) -> Card:
    """Ask why the lead is returned."""
    card = _lead_form(lead, t("Return {ref}", ref=lead.ref), (_reason_input(values),), t("Return lead"), "lead.return")
    if not lead.marketplace:
        return card
    hint = Text(t("It is then offered to other firms, and your team no longer sees it."))
    return Card(card.title, (card.body[0], hint, *card.body[1:]), card.actions)


def _reason_input(values: Mapping[str, Any]) -> TextInput:
    return TextInput(
        "reason", t("Reason"), _text_of(values, "reason"), required=True, multiline=True, max_length=REASON_MAX_CHARS
    )


def delegate_form(view: HandoverChoices) -> Card:
    """Ask which member shall be responsible."""
    return _lead_form(
        view.lead,
        t("Delegate {ref}", ref=view.lead.ref),
        (_member_input(view, required=True),),
        HAND_OVER_LABEL,
        "lead.delegate",
    )


HAND_OVER_LABEL: Final = t("Hand over")
UNNAMED_CHANNEL: Final = t("Channel without a name")
"""Shown where the platform does not tell the channel's name."""


def _member_input(view: HandoverChoices, *, required: bool) -> ChoiceInput:
    choices = tuple(Choice(user_id, verbatim(name)) for user_id, name in view.members)
    return ChoiceInput("who", t("Colleague"), choices, required=required)


def share_form(view: HandoverChoices) -> Card:
    """Ask for a channel of the team or a member."""
    lead = view.lead
    channels = tuple(Choice(address, verbatim(name) if name else UNNAMED_CHANNEL) for address, name in view.channels)
    inputs = (
        *((ChoiceInput("channel", t("Channel"), channels),) if channels else ()),
        *((_member_input(view, required=False),) if view.may_delegate else ()),
    )
    hint = Text(t("A channel gets the card; a colleague gets the lead. It never leaves your team."), Tone.SUBTLE)
    card = _lead_form(lead, t("Share {ref}", ref=lead.ref), inputs, t("Share"), "lead.share")
    return Card(card.title, (*card.body, hint), card.actions)
