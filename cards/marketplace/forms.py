"""Forms for marketplaces, and for offering a lead on one."""

from collections.abc import Mapping
from typing import Any, Final

from cards import duplicates
from cards.marketplace.card import PART_NAMES
from cards.model import (
    Card,
    Choice,
    ChoiceInput,
    NumberInput,
    Run,
    Style,
    Text,
    TextInput,
    ToggleInput,
    t,
    verbatim,
)
from services.errors import ConfirmationWarning
from services.marketplace.model import (
    ANSWER_MAX_CHARS,
    FORM_QUESTION_MAX_CHARS,
    FORM_QUESTIONS_MAX,
    MARKETPLACE_NAME_MAX_CHARS,
    OFFER_WINDOW_MINUTES,
    RETURN_WINDOW_HOURS,
    MarketplaceList,
    MarketplaceView,
    OfferForm,
    Part,
)

TEXT_MAX_CHARS: Final = 1_000
ANSWER_NAMES: Final = tuple(f"answer_{number}" for number in range(1, FORM_QUESTIONS_MAX + 1))


def new_marketplace_form(values: Mapping[str, Any]) -> Card:
    """Ask for a new marketplace."""
    return Card(
        t("New market"),
        (
            TextInput(
                "name", t("Name"), str(values.get("name", "")), required=True, max_length=MARKETPLACE_NAME_MAX_CHARS
            ),
            *_window_inputs(OFFER_WINDOW_MINUTES, RETURN_WINDOW_HOURS),
            _questions_input(str(values.get("questions", ""))),
            ToggleInput("takes", t("Our own team takes leads here too"), value=True),
        ),
        (Run(t("Open market"), "marketplace.create", {}, Style.PRIMARY, collects=True), Run(t("Cancel"), "cancel")),
    )


def _window_inputs(minutes: int, hours: int) -> tuple[NumberInput, NumberInput]:
    return (
        NumberInput(
            "offer_window_minutes", t("Minutes to pick a lead"), minutes, required=True, minimum=5, maximum=20_160
        ),
        NumberInput("return_window_hours", t("Hours to return a lead"), hours, required=True, minimum=1, maximum=720),
    )


def _questions_input(values: str) -> TextInput:
    label = t("Questions to whoever offers a lead (up to {limit}, one a line)", limit=FORM_QUESTIONS_MAX)
    return TextInput(
        "questions", label, values, multiline=True, max_length=FORM_QUESTIONS_MAX * (FORM_QUESTION_MAX_CHARS + 1)
    )


def marketplace_settings_form(view: MarketplaceView, values: Mapping[str, Any]) -> Card:
    """Ask for time limits and questions, filled with the present ones."""
    questions = str(values.get("questions") or "\n".join(view.questions))
    return Card(
        t("Settings of {market}", market=view.name),
        (
            *_window_inputs(view.offer_window_minutes, view.return_window_hours),
            NumberInput(
                "reminder_days",
                t("Days without work until a reminder"),
                view.reminder_days,
                required=True,
                minimum=1,
                maximum=89,
            ),
            NumberInput(
                "stall_days",
                t("Days without work until it is offered again"),
                view.stall_days,
                required=True,
                minimum=2,
                maximum=90,
            ),
            _questions_input(questions),
        ),
        (
            Run(t("Save"), "marketplace.change", {"marketplace": view.marketplace_id}, Style.PRIMARY, collects=True),
            Run(t("Cancel"), "marketplace.show", {"marketplace": view.marketplace_id}),
        ),
    )


def partner_invitation_form(view: MarketplaceList | MarketplaceView, values: Mapping[str, Any]) -> Card:
    """Ask for the partner to invite and the mail's text."""
    views = view.marketplaces if isinstance(view, MarketplaceList) else (view,)
    operated = tuple(marketplace for marketplace in views if marketplace.may_run)
    chosen = str(values.get("marketplace", "")) or (operated[0].marketplace_id if len(operated) == 1 else "")
    args = {"marketplace": chosen} if chosen else {}
    parts = tuple(Choice(str(part), label) for part, label in PART_NAMES.items())
    return Card(
        t("Invite a partner"),
        (
            *(() if chosen else (_marketplace_input(operated),)),
            TextInput("name", t("Firm"), str(values.get("name", "")), required=True, max_length=120),
            TextInput("email", t("E-mail"), str(values.get("email", "")), required=True, max_length=254, kind="email"),
            ChoiceInput("part", t("What the firm does"), parts, Part.TAKES, required=True),
            TextInput("text", t("Your own words"), multiline=True, max_length=TEXT_MAX_CHARS),
        ),
        (
            Run(t("Send invitation"), "marketplace.invite", args, Style.PRIMARY, collects=True),
            Run(t("Cancel"), "cancel"),
        ),
    )


def _marketplace_input(operated: tuple[MarketplaceView, ...]) -> ChoiceInput:
    choices = tuple(Choice(marketplace.marketplace_id, verbatim(marketplace.name)) for marketplace in operated)
    return ChoiceInput("marketplace", t("Market"), choices, required=True)


def offer_form(form: OfferForm, values: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...] = ()) -> Card:
    """Ask where to offer a lead; list existing leads of the same contact first (B24)."""
    lead = form.lead
    label = t("Next") if form.has_choice else t("Offer anyway") if warnings else t("Offer")
    args = {"lead": lead.lead_id, **_fixed_args(form), **duplicates.accept_args(warnings)}
    return Card(
        t("Offer {ref} · {title}", ref=lead.ref, title=lead.title),
        (
            *duplicates.duplicate_blocks(warnings),
            *_destination_texts(form),
            *_choice_inputs(form, values),
            *_answer_inputs(form, values),
        ),
        (
            Run(label, "marketplace.offer", args, Style.PRIMARY, collects=True),
            Run(t("Cancel"), "lead.card", {"lead": lead.lead_id}),
        ),
    )


def _fixed_args(form: OfferForm) -> dict[str, Any]:
    """Build the button's arguments for what leaves no choice."""
    if form.has_choice:
        return {"choose": True}
    marketplace = {"marketplace": form.marketplaces[0][0]} if len(form.marketplaces) == 1 else {}
    return {**marketplace, **({"asked": form.questions_digest} if form.questions_digest else {})}


def _choice_inputs(form: OfferForm, values: Mapping[str, Any]) -> tuple[ChoiceInput, ...]:
    marketplaces = tuple(Choice(option_id, verbatim(name)) for option_id, name in form.marketplaces)
    takers = tuple(Choice(option_id, verbatim(name)) for option_id, name in form.takers)
    marketplace = ChoiceInput(
        "marketplace", t("Market"), marketplaces, str(values.get("marketplace", "")), required=True
    )
    taker = ChoiceInput("to", t("Offer to"), (Choice("", t("every active taker")), *takers), str(values.get("to", "")))
    return (
        *((marketplace,) if len(marketplaces) != 1 else ()),
        *((taker,) if takers and not form.has_choice else ()),
    )


def _answer_inputs(form: OfferForm, values: Mapping[str, Any]) -> tuple[TextInput, ...]:
    return tuple(
        TextInput(name, verbatim(question), str(values.get(name) or answer), max_length=ANSWER_MAX_CHARS)
        for name, question, answer in zip(ANSWER_NAMES, form.questions, form.answers, strict=False)
    )


def _destination_texts(form: OfferForm) -> tuple[Text, ...]:
    if len(form.marketplaces) != 1:
        return ()
    name = form.marketplaces[0][1]
    if form.window_minutes:
        return (
            Text(t("On {market} it can be picked for {minutes} minutes.", market=name, minutes=form.window_minutes)),
        )
    return (Text(t("The operator of {market} decides to whom it is offered.", market=name)),)
