"""The list of leads by filter, and hints when it is empty."""

from typing import Final

from cards.lead import elements
from cards.model import Amount, Badge, Card, Item, Items, Run, State, Style, T, Text, Tone, t
from services.lead.model import PICKABLE_STATUSES, LeadAction, LeadFilter, LeadPage, LeadView

LIST_TITLES: Final[dict[LeadFilter, T]] = {
    LeadFilter.CURRENT: t("Leads: on offer and in work"),
    LeadFilter.OFFERED: t("Leads on offer"),
    LeadFilter.WORK: t("Leads in work"),
    LeadFilter.MINE: t("My leads"),
    LeadFilter.GIVEN: t("Leads that others work on"),
    LeadFilter.CLOSED: t("Closed leads"),
}
EMPTY_TEXTS: Final[dict[LeadFilter, T]] = {
    LeadFilter.CURRENT: t("Nothing is on offer, and nothing is in work."),
    LeadFilter.OFFERED: t("Nothing is on offer right now. New leads appear in the team's channels."),
    LeadFilter.WORK: t("Nobody in the team works on a lead right now."),
    LeadFilter.MINE: t("You are in charge of no lead. Pick one that is on offer."),
    LeadFilter.GIVEN: t("None of the team's leads is with another firm."),
    LeadFilter.CLOSED: t("The team has won or lost no lead yet."),
}
FILTER_TABS: Final = (
    (LeadFilter.MINE, t("Mine")),
    (LeadFilter.OFFERED, t("On offer")),
    (LeadFilter.WORK, t("In work")),
    (LeadFilter.GIVEN, t("With others")),
    (LeadFilter.CLOSED, t("Closed")),
)
BACK_TO_LIST: Final = "list"
PICKED_BADGE: Final = Badge(t("picked by you"), State.DONE, Tone.GOOD)


def lead_list_card(page: LeadPage) -> Card:
    """Show one page of leads; a lead just picked from it is marked in its row."""
    picked_lead = next((lead for lead in page.leads if lead.lead_id == page.pinned_lead_id), None)
    return Card(
        LIST_TITLES[page.filter],
        _lead_groups(page) if page.leads else (Text(EMPTY_TEXTS[page.filter], Tone.SUBTLE),),
        _actions(page),
        summary=t("{ref} is yours: {title}", ref=picked_lead.ref, title=picked_lead.title) if picked_lead else None,
        # A refresh would remove the mark of the lead that was just picked.
        refresh=None if picked_lead else Run(t("Refresh"), "lead.list", {"kind": page.filter, "before": page.cursor}),
    )


def _lead_groups(page: LeadPage) -> tuple[Items, ...]:
    if page.filter is not LeadFilter.CURRENT:
        return (Items(tuple(_lead_item(lead, page) for lead in page.leads)),)
    offered = tuple(_lead_item(lead, page) for lead in page.leads if _is_listed_as_offered(lead, page))
    work = tuple(_lead_item(lead, page) for lead in page.leads if not _is_listed_as_offered(lead, page))
    groups = ((offered, t("On offer")), (work, t("In work")))
    return tuple(Items(rows, heading) for rows, heading in groups if rows)


def _is_listed_as_offered(lead: LeadView, page: LeadPage) -> bool:
    """Keep a lead in its group right after the pick, so that rows do not move under the cursor."""
    # Taking over a vacant lead sets worked_at only; picked_at keeps the time of the first pick.
    is_new = lead.lead_id == page.pinned_lead_id and lead.worked_at == lead.picked_at
    return lead.offer_status in PICKABLE_STATUSES or is_new


def _lead_item(lead: LeadView, page: LeadPage) -> Item:
    if lead.lead_id == page.pinned_lead_id:
        return Item(elements.lead_title(lead), _detail_text(lead), PICKED_BADGE, _picked_actions(lead, page))
    actions = (_pick_button(lead, page),) if LeadAction.PICK in lead.actions else ()
    if LeadAction.REVEAL in lead.actions:
        actions = (*actions, elements.action_button(lead, LeadAction.REVEAL))
    return Item(elements.lead_title(lead), _detail_text(lead), elements.lead_badge(lead), actions)


def _pick_button(lead: LeadView, page: LeadPage) -> Run:
    return Run(elements.ACTION_LABELS[LeadAction.PICK], "lead.pick", _page_args(lead, page))


def _picked_actions(lead: LeadView, page: LeadPage) -> tuple[Run, ...]:
    details = (elements.action_button(lead, LeadAction.REVEAL),) if LeadAction.REVEAL in lead.actions else ()
    if LeadAction.UNDO not in lead.actions:
        return details
    return (*details, Run(elements.action_button(lead, LeadAction.UNDO).label, "lead.undo", _page_args(lead, page)))


def _page_args(lead: LeadView, page: LeadPage) -> dict[str, str | int]:
    """Build the arguments that return to this page."""
    start = {"before": page.cursor} if page.cursor else {}
    return {"lead": lead.lead_id, "back": BACK_TO_LIST, "kind": page.filter, **start}


def _detail_text(lead: LeadView) -> T:
    contact = elements.contact_line(lead.contact)
    if lead.value_cents is None:
        return contact
    return t("{who} · about {amount}", who=contact, amount=Amount(lead.value_cents, lead.currency))


def _actions(page: LeadPage) -> tuple[Run, ...]:
    create = Run(t("New lead"), "lead.create", style=Style.NORMAL if page.leads else Style.PRIMARY)
    more_leads = (
        (Run(t("More leads"), "lead.list", {"kind": page.filter, "before": page.next_cursor}),)
        if page.next_cursor is not None
        else ()
    )
    tabs = (Run(label, "lead.list", {"kind": kind}) for kind, label in FILTER_TABS if kind is not page.filter)
    return (*((create,) if page.may_create else ()), *more_leads, *tabs)
