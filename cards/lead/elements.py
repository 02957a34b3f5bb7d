"""Parts shared by the cards of leads: titles, badges, facts and buttons."""

from collections.abc import Mapping
from typing import Final

from cards.model import Amount, Badge, Fact, Instant, Run, State, Style, T, Text, TimeStyle, Tone, t, tn, verbatim
from services.lead.model import PICKABLE_STATUSES, Contact, LeadAction, LeadState, LeadStep, LeadView

STEP_LABELS: Final[Mapping[str, T]] = {
    LeadStep.FIRST_CONTACT: t("First contact"),
    LeadStep.QUALIFIED: t("Qualified"),
    LeadStep.OFFER: t("Quote sent"),
    LeadStep.NEGOTIATION: t("Negotiation"),
}

ACTION_ORDER: Final[Mapping[LeadState, tuple[LeadAction, ...]]] = {
    LeadState.SUBMITTED: (LeadAction.OFFER, LeadAction.REVEAL),
    LeadState.FAILED: (LeadAction.OFFER, LeadAction.REVEAL),
    LeadState.PICKED: (
        LeadAction.PICK,
        LeadAction.NOTE,
        LeadAction.DELEGATE,
        LeadAction.WIN,
        LeadAction.UNDO,
        LeadAction.REVEAL,
        LeadAction.LOSE,
        LeadAction.SHARE,
        LeadAction.RETURN,
    ),
}
"""Order of the buttons by the lead's state."""
DEFAULT_ACTION_ORDER: Final = (LeadAction.PICK, LeadAction.REVEAL, LeadAction.SHARE, LeadAction.OFFER)

ACTION_LABELS: Final[Mapping[LeadAction, T]] = {
    LeadAction.PICK: t("Pick"),
    LeadAction.REVEAL: t("Details"),
    LeadAction.SHARE: t("Share"),
    LeadAction.DELEGATE: t("Delegate"),
    LeadAction.NOTE: t("Note"),
    LeadAction.WIN: t("Won"),
    LeadAction.LOSE: t("Lost"),
    LeadAction.RETURN: t("Return"),
    LeadAction.OFFER: t("Offer on a market"),
}
ACTION_COMMANDS: Final[Mapping[LeadAction, str]] = {
    LeadAction.PICK: "lead.pick",
    LeadAction.REVEAL: "lead.reveal",
    LeadAction.SHARE: "lead.share",
    LeadAction.DELEGATE: "lead.delegate",
    LeadAction.NOTE: "lead.note",
    LeadAction.WIN: "lead.win",
    LeadAction.LOSE: "lead.lose",
    LeadAction.RETURN: "lead.return",
    LeadAction.UNDO: "lead.undo",
    LeadAction.OFFER: "marketplace.offer",
}


def action_button(lead: LeadView, action: LeadAction, *, is_first: bool = False) -> Run:
    """Build the button of one permitted action."""
    label = ACTION_LABELS[action] if action is not LeadAction.UNDO else _undo_label(lead)
    # A click carries no amount, so that the button opens the form first.
    form_args = {"ask": True} if action is LeadAction.WIN else {}
    style = Style.PRIMARY if is_first else Style.NORMAL
    return Run(label, ACTION_COMMANDS[action], {"lead": lead.lead_id, **form_args}, style)


def _undo_label(lead: LeadView) -> T:
    return t("Undo (until {until})", until=Instant(lead.undo_until or lead.created_at))


def action_buttons(lead: LeadView) -> tuple[Run, ...]:
    """Build the permitted buttons, likeliest first; only the first is primary, and never the details."""
    order = ACTION_ORDER.get(lead.state, DEFAULT_ACTION_ORDER)
    permitted = [action for action in order if action in lead.actions]
    return tuple(
        action_button(lead, action, is_first=index == 0 and action is not LeadAction.REVEAL)
        for index, action in enumerate(permitted)
    )


def lead_badge(lead: LeadView) -> Badge:
    """Summarise the lead's state."""
    if lead.state is LeadState.PICKED:
        return _picked_badge(lead)
    return _STATE_BADGES[lead.state](lead)


def _picked_badge(lead: LeadView) -> Badge:
    if lead.is_vacant:
        return Badge(t("nobody is in charge"), State.OPEN, Tone.WARNING)
    at = Instant(lead.picked_at or lead.created_at)
    if lead.taker:
        return Badge(t("with {firm} since {at}", firm=lead.taker, at=at), State.DONE, Tone.GOOD)
    return Badge(t("picked by {name}, {at}", name=lead.picked_by, at=at), State.DONE, Tone.GOOD)


def _open_badge(lead: LeadView) -> Badge:
    del lead
    return Badge(t("open"), State.OPEN)


def _offered_badge(lead: LeadView) -> Badge:
    until = Instant(lead.offered_until or lead.created_at)
    if lead.offer_status in PICKABLE_STATUSES:
        return Badge(t("open until {until}", until=until), State.OPEN)
    return Badge(t("on offer until {until}", until=until), State.OPEN)


def _assigned_badge(lead: LeadView) -> Badge:
    until = Instant(lead.offered_until or lead.created_at)
    if lead.offer_status in PICKABLE_STATUSES:
        return Badge(t("for you alone, until {until}", until=until), State.OPEN)
    return Badge(t("assigned, until {until}", until=until), State.OPEN)


def _submitted_badge(lead: LeadView) -> Badge:
    if LeadAction.OFFER in lead.actions:
        return Badge(t("waits to be offered"), State.WARNING, Tone.WARNING)
    return Badge(t("waits for the market's operator"), State.OPEN)


def _won_badge(lead: LeadView) -> Badge:
    at = Instant(lead.closed_at or lead.created_at)
    if lead.closed_by:
        return Badge(t("won by {name}, {at}", name=lead.closed_by, at=at), State.DONE, Tone.GOOD)
    return Badge(t("won by {name}, {at}", name=lead.taker, at=at), State.DONE, Tone.GOOD)


def _lost_badge(lead: LeadView) -> Badge:
    return Badge(t("lost, {at}", at=Instant(lead.closed_at or lead.created_at)), State.DONE)


def _failed_badge(lead: LeadView) -> Badge:
    del lead
    return Badge(t("nobody took it"), State.WARNING, Tone.WARNING)


_STATE_BADGES: Final = {
    LeadState.OPEN: _open_badge,
    LeadState.OFFERED: _offered_badge,
    LeadState.ASSIGNED: _assigned_badge,
    LeadState.SUBMITTED: _submitted_badge,
    LeadState.WON: _won_badge,
    LeadState.LOST: _lost_badge,
    LeadState.FAILED: _failed_badge,
}


def lead_title(lead: LeadView) -> T:
    """Build the title line of a lead."""
    return t("Lead {ref} · {title}", ref=lead.ref, title=lead.title)


def contact_line(contact: Contact) -> T:
    """Summarise the contact in one line, as far as this reader may see it."""
    parts = (contact.name, contact.company, contact.email or contact.phone, contact.postcode)
    return verbatim(" · ".join(part for part in parts if part))


def enquirer_fact(lead: LeadView) -> Fact:
    return Fact(t("Enquiry from"), contact_line(lead.contact))


def value_facts(lead: LeadView) -> tuple[Fact, ...]:
    if lead.value_cents is None:
        return ()
    return (Fact(t("Value"), t("about {amount}", amount=Amount(lead.value_cents, lead.currency))),)


def source_facts(lead: LeadView) -> tuple[Fact, ...]:
    sources = " · ".join(part for part in (lead.source, lead.campaign) if part)
    return (Fact(t("Source"), verbatim(sources)),) if sources else ()


def marketplace_facts(lead: LeadView) -> tuple[Fact, ...]:
    if not lead.marketplace:
        return ()
    if not lead.giver:
        return (Fact(t("Market"), verbatim(lead.marketplace)),)
    return (Fact(t("Market"), t("{market} (from {giver})", market=lead.marketplace, giver=lead.giver)),)


def responsible_fact(lead: LeadView) -> Fact:
    name = verbatim(lead.responsible) if lead.responsible else t("nobody yet")
    return Fact(t("In charge"), name)


def step_facts(lead: LeadView) -> tuple[Fact, ...]:
    label = STEP_LABELS.get(lead.step)
    return (Fact(t("Step"), label),) if label else ()


def note_texts(lead: LeadView) -> tuple[Text, ...]:
    """Say that notes exist; their text stays in the details because a channel has other readers (A42)."""
    if lead.notes is None:
        return ()
    params = {"name": lead.notes.by, "at": Instant(lead.notes.at)}
    text = tn("{n} note, by {name}, {at}", "{n} notes, the last one by {name}, {at}", lead.notes.count, **params)
    return (Text(text, Tone.SUBTLE),)


def received_on(lead: LeadView) -> Instant:
    """Format the day on which the lead was created."""
    return Instant(lead.created_at, TimeStyle.DATE)
