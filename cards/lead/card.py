"""One lead: its card in a channel, its details for one user, and notices about it."""

from typing import Final

from cards.lead import elements
from cards.model import (
    Amount,
    Badge,
    Card,
    Fact,
    Facts,
    Instant,
    Item,
    Items,
    Open,
    Quote,
    Run,
    State,
    Subject,
    T,
    Text,
    Tone,
    t,
    verbatim,
)
from services.lead.model import (
    CLOSED_STATES,
    ActivityType,
    HiddenLead,
    LeadAction,
    LeadActivity,
    LeadDetails,
    LeadState,
    LeadView,
    SharedLead,
)

VIEW: Final = "lead.card"
DELEGATED_VIEW: Final = "lead.delegated"
FAILED_VIEW: Final = "lead.failed"
REMINDER_VIEW: Final = "lead.reminder"
FACTS_MAX: Final = 4
SHOW_OPEN_LEADS: Final = Run(t("Open leads"), "lead.list")


def lead_card(lead: LeadView | HiddenLead) -> Card:
    """Build the card of a lead as this reader may see and use it."""
    if isinstance(lead, HiddenLead):
        return gone_lead_card(lead)
    return Card(
        elements.lead_title(lead),
        (Facts(_facts(lead)), *elements.note_texts(lead), *_enquiry_quote(lead)),
        elements.action_buttons(lead),
        elements.lead_badge(lead),
        summary=t("Lead {ref}: {title}, {state}", ref=lead.ref, title=lead.title, state=elements.lead_badge(lead).text),
        subject=Subject(VIEW, lead.lead_id),
        refresh=_refresh_action(lead, VIEW),
    )


def gone_lead_card(lead: HiddenLead) -> Card:
    """Reduce the card of a lead that another team has taken."""
    title = t("{ref} is taken", ref=lead.ref)
    return Card(
        title if lead.is_taken else t("{ref} is no longer on offer to your team", ref=lead.ref),
        subject=Subject(VIEW, lead.lead_id),
        refresh=_refresh_action(lead, VIEW),
    )


def posted_lead_card(lead: LeadView | HiddenLead, view: str = VIEW) -> Card:
    """Build the current content of a posted card: its notice while that still holds, else the lead."""
    if isinstance(lead, LeadView) and view == FAILED_VIEW and lead.state is LeadState.FAILED:
        return failed_lead_card(lead)
    if isinstance(lead, LeadView) and view == REMINDER_VIEW and lead.is_stalling:
        return lead_reminder_card(lead)
    return lead_card(lead)


def _refresh_action(lead: LeadView | HiddenLead, view: str) -> Run:
    return Run(t("Refresh"), VIEW, {"lead": lead.lead_id, **({"view": view} if view != VIEW else {})})


def _facts(lead: LeadView) -> tuple[Fact, ...]:
    if lead.state is LeadState.PICKED and not lead.taker:
        facts = (
            elements.responsible_fact(lead),
            *elements.step_facts(lead),
            elements.enquirer_fact(lead),
            *elements.value_facts(lead),
        )
    elif lead.state in CLOSED_STATES:
        facts = (*_result_facts(lead), elements.enquirer_fact(lead), *elements.marketplace_facts(lead))
    else:
        facts = (
            elements.enquirer_fact(lead),
            *elements.value_facts(lead),
            *elements.source_facts(lead),
            *elements.marketplace_facts(lead),
        )
    return facts[:FACTS_MAX]


def _result_facts(lead: LeadView) -> tuple[Fact, ...]:
    charge = (elements.responsible_fact(lead),) if lead.responsible else ()
    if lead.won_cents is not None:
        return (*charge, Fact(t("Won"), amount_text(lead.won_cents, lead.currency)))
    reason = (Fact(t("Reason"), verbatim(lead.lost_reason)),) if lead.lost_reason else ()
    return (*charge, *reason)


def amount_text(cents: int, currency: str) -> T:
    """Format an amount of money as a text of its own."""
    return T("{amount}", {"amount": Amount(cents, currency)})


def _enquiry_quote(lead: LeadView) -> tuple[Quote, ...]:
    """Quote the enquiry while the lead can still be picked."""
    if not lead.text or lead.state in CLOSED_STATES or (lead.state is LeadState.PICKED and not lead.is_vacant):
        return ()
    return (Quote(verbatim(lead.text)),)


def lead_details_card(view: LeadDetails, url: str = "") -> Card:
    """Show everything about a lead to one user, with its history and a link for the team."""
    lead, is_hidden = view.lead, view.is_contact_hidden
    link = (Open(t("Link to this lead"), url),) if url else ()
    buttons = tuple(
        button
        for button in elements.action_buttons(lead)
        if button.command != elements.ACTION_COMMANDS[LeadAction.REVEAL]
    )
    return Card(
        elements.lead_title(lead),
        (
            Facts(_contact_facts(lead)),
            *((Text(t("You'll see the contact once you've picked the lead."), Tone.SUBTLE),) if is_hidden else ()),
            Facts(_detail_facts(lead)),
            *((Quote(verbatim(lead.text), lines=12),) if lead.text else ()),
            *_answer_items(lead),
            *_history_blocks(view),
        ),
        (*buttons[:2], Run(t("Hide"), "lead.card", {"lead": lead.lead_id}), *link),
        elements.lead_badge(lead),
        summary=t("Lead {ref}: {title}, {state}", ref=lead.ref, title=lead.title, state=elements.lead_badge(lead).text),
    )


def _contact_facts(lead: LeadView) -> tuple[Fact, ...]:
    contact = lead.contact
    labelled = (
        (t("Name"), contact.name),
        (t("E-mail"), contact.email),
        (t("Phone"), contact.phone),
        (t("Company"), contact.company),
        (t("Place"), " ".join(part for part in (contact.country, contact.postcode) if part)),
    )
    return tuple(Fact(label, verbatim(text)) for label, text in labelled if text)


def _detail_facts(lead: LeadView) -> tuple[Fact, ...]:
    received = Fact(t("Came in"), T("{day}", {"day": elements.received_on(lead)}))
    work = (elements.responsible_fact(lead), *elements.step_facts(lead)) if lead.responsible or lead.is_vacant else ()
    return_fact = (
        (Fact(t("Can be returned until"), T("{at}", {"at": Instant(lead.return_until)})),) if lead.return_until else ()
    )
    return (
        *work,
        *elements.value_facts(lead),
        *elements.source_facts(lead),
        *elements.marketplace_facts(lead),
        received,
        *return_fact,
    )


def _answer_items(lead: LeadView) -> tuple[Items, ...]:
    rows = tuple(Item(verbatim(question), verbatim(answer)) for question, answer in lead.fields)
    return (Items(rows, t("What the market asks")),) if rows else ()


def _history_blocks(view: LeadDetails) -> tuple[Items | Text, ...]:
    rows = tuple(_activity_item(entry) for entry in view.history)
    older = (Text(t("Older entries are not shown."), Tone.SUBTLE),) if view.has_older else ()
    return (Items(rows, t("History")), *older) if rows else ()


_ACTIVITY_NAMES: Final[dict[ActivityType, T]] = {
    ActivityType.CREATED: t("brought in"),
    ActivityType.SUBMITTED: t("put on the market"),
    ActivityType.OFFERED: t("offered"),
    ActivityType.ASSIGNED: t("assigned"),
    ActivityType.PICKED: t("picked"),
    ActivityType.UNDONE: t("pick taken back"),
    ActivityType.TAKEN: t("taken over"),
    ActivityType.NOTED: t("noted"),
    ActivityType.DELEGATED: t("delegated"),
    ActivityType.SHARED: t("shared"),
    ActivityType.WON: t("won"),
    ActivityType.LOST: t("lost"),
    ActivityType.RETURNED: t("returned"),
    ActivityType.REMINDED: t("reminder sent"),
    ActivityType.STALLED: t("offered again, because nothing happened"),
    ActivityType.RELEASED: t("nobody in charge any more"),
    ActivityType.FAILED: t("nobody took it in time"),
}


def _activity_item(entry: LeadActivity) -> Item:
    """Show who did what, for which team, and when (B11)."""
    actor = f"{entry.user} ({entry.team})" if entry.user else entry.team
    activity = _ACTIVITY_NAMES[entry.what]
    title = (
        t("{who}: {what}, to {name}", who=actor, what=activity, name=entry.subject)
        if entry.subject
        else t("{who}: {what}", who=actor, what=activity)
    )
    at = T("{at}", {"at": Instant(entry.at)})
    return Item(title, T("{at} · {text}", {"at": Instant(entry.at), "text": entry.text}) if entry.text else at)


def shared_lead_card(view: SharedLead) -> Card:
    """Confirm to which channel or member the lead was shared."""
    lead = view.lead
    if view.member:
        return lead_card(lead)
    return Card(
        t("{ref} is now in {channel}", ref=lead.ref, channel=view.channel)
        if view.channel
        else t("{ref} is now in the channel", ref=lead.ref),
        (Text(elements.lead_title(lead), Tone.SUBTLE),),
        (Run(t("Show lead"), "lead.card", {"lead": lead.lead_id}),),
        Badge(t("shared"), State.DONE, Tone.GOOD),
    )


def returned_lead_card(lead: LeadView | HiddenLead) -> Card:
    """Confirm the return of a lead."""
    if isinstance(lead, LeadView):
        return lead_card(lead)
    return Card(
        t("{ref} is returned", ref=lead.ref),
        (Text(t("Your team no longer sees this lead; it is offered to others."), Tone.SUBTLE),),
        (SHOW_OPEN_LEADS,),
        Badge(t("returned"), State.DONE),
        subject=Subject(VIEW, lead.lead_id),
    )


def delegated_lead_card(lead: LeadView, by: str) -> Card:
    """Tell a member that a lead was delegated to them."""
    card = lead_card(lead)
    return Card(
        t("{name} hands you lead {ref}", name=by, ref=lead.ref),
        (Text(verbatim(lead.title), Tone.STRONG), *card.body),
        card.actions,
        card.badge,
        summary=t("{name} hands you lead {ref}: {title}", name=by, ref=lead.ref, title=lead.title),
        subject=Subject(DELEGATED_VIEW, lead.lead_id),
    )


def lead_reminder_card(lead: LeadView) -> Card:
    """Remind the responsible member of a lead without recent activity."""
    card = lead_card(lead)
    since = Instant(lead.worked_at or lead.created_at)
    return Card(
        t("{ref} has been waiting for you since {at}", ref=lead.ref, at=since),
        (
            Text(verbatim(lead.title), Tone.STRONG),
            Text(t("Write a note to keep it. Otherwise it will be offered to other firms again.")),
            *card.body,
        ),
        card.actions,
        Badge(t("reminder"), State.WARNING, Tone.WARNING),
        subject=Subject(REMINDER_VIEW, lead.lead_id),
        refresh=_refresh_action(lead, REMINDER_VIEW),
    )


def failed_lead_card(lead: LeadView) -> Card:
    """Tell operator and giver that no taker picked the lead in time."""
    return Card(
        t("Nobody took {ref} in time", ref=lead.ref),
        (
            Text(verbatim(lead.title), Tone.STRONG),
            Facts((elements.enquirer_fact(lead), *elements.value_facts(lead), *elements.marketplace_facts(lead))),
        ),
        elements.action_buttons(lead),
        Badge(t("brokerage failed"), State.WARNING, Tone.WARNING),
        summary=t("Nobody took lead {ref} in time: {title}", ref=lead.ref, title=lead.title),
        subject=Subject(FAILED_VIEW, lead.lead_id),
        refresh=_refresh_action(lead, FAILED_VIEW),
    )
