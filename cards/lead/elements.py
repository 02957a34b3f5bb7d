"""Parts shared by the cards of leads: titles, badges, facts and buttons."""

from collections.abc import Mapping
from typing import Final

from cards.model import Amount, Badge, Fact, Instant, Run, State, Style, T, Text, TimeStyle, Tone, t, tn, verbatim
from services.lead.model import PICKABLE, Act, Contact, LeadState, LeadView, Step

STEP_LABELS: Final[Mapping[str, T]] = {
    Step.FIRST_CONTACT: t("First contact"),
    Step.QUALIFIED: t("Qualified"),
    Step.OFFER: t("Quote sent"),
    Step.NEGOTIATION: t("Negotiation"),
}

ACTION_ORDER: Final[Mapping[LeadState, tuple[Act, ...]]] = {
    LeadState.SUBMITTED: (Act.OFFER, Act.REVEAL),
    LeadState.FAILED: (Act.OFFER, Act.REVEAL),
    LeadState.PICKED: (
        Act.PICK,
        Act.NOTE,
        Act.DELEGATE,
        Act.WIN,
        Act.UNDO,
        Act.REVEAL,
        Act.LOSE,
        Act.SHARE,
        Act.RETURN,
    ),
}
"""Order of the buttons by the lead's state."""
DEFAULT_ACTION_ORDER: Final = (Act.PICK, Act.REVEAL, Act.SHARE, Act.OFFER)

ACTION_LABELS: Final[Mapping[Act, T]] = {
    Act.PICK: t("Pick"),
    Act.REVEAL: t("Details"),
    Act.SHARE: t("Share"),
    Act.DELEGATE: t("Delegate"),
    Act.NOTE: t("Note"),
    Act.WIN: t("Won"),
    Act.LOSE: t("Lost"),
    Act.RETURN: t("Return"),
    Act.OFFER: t("Offer on a market"),
}
ACTION_COMMANDS: Final[Mapping[Act, str]] = {
    Act.PICK: "lead.pick",
    Act.REVEAL: "lead.reveal",
    Act.SHARE: "lead.share",
    Act.DELEGATE: "lead.delegate",
    Act.NOTE: "lead.note",
    Act.WIN: "lead.win",
    Act.LOSE: "lead.lose",
    Act.RETURN: "lead.return",
    Act.UNDO: "lead.undo",
    Act.OFFER: "marketplace.offer",
}


def action_button(lead: LeadView, action: Act, *, is_first: bool = False) -> Run:
    """Build the button of one permitted action."""
    label = ACTION_LABELS[action] if action is not Act.UNDO else _undo_label(lead)
    # A click carries no amount, so that the button opens the form first.
    form_args = {"ask": True} if action is Act.WIN else {}
    style = Style.PRIMARY if is_first else Style.NORMAL
    return Run(label, ACTION_COMMANDS[action], {"lead": lead.lead_id, **form_args}, style)


def _undo_label(lead: LeadView) -> T:
    return t("Undo (until {until})", until=Instant(lead.undo_until or lead.created_at))


def action_buttons(lead: LeadView) -> tuple[Run, ...]:
    """Build the permitted buttons, likeliest first; only the first is primary, and never the details."""
    order = ACTION_ORDER.get(lead.state, DEFAULT_ACTION_ORDER)
    permitted = [action for action in order if action in lead.acts]
    return tuple(
        action_button(lead, action, is_first=index == 0 and action is not Act.REVEAL)
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
    if lead.offer in PICKABLE:
        return Badge(t("open until {until}", until=until), State.OPEN)
    return Badge(t("on offer until {until}", until=until), State.OPEN)


def _assigned_badge(lead: LeadView) -> Badge:
    until = Instant(lead.offered_until or lead.created_at)
    if lead.offer in PICKABLE:
        return Badge(t("for you alone, until {until}", until=until), State.OPEN)
    return Badge(t("assigned, until {until}", until=until), State.OPEN)


def _submitted_badge(lead: LeadView) -> Badge:
    if Act.OFFER in lead.acts:
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
