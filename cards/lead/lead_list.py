"""The list of leads by filter, and hints when it is empty."""

from typing import Final

from cards.lead import elements
from cards.model import Amount, Badge, Card, Item, Items, Run, State, Style, T, Text, Tone, t
from services.lead.model import PICKABLE, Act, Filter, LeadPage, LeadView

LIST_TITLES: Final[dict[Filter, T]] = {
    Filter.CURRENT: t("Leads: on offer and in work"),
    Filter.OFFERED: t("Leads on offer"),
    Filter.WORK: t("Leads in work"),
    Filter.MINE: t("My leads"),
    Filter.GIVEN: t("Leads that others work on"),
    Filter.CLOSED: t("Closed leads"),
}
EMPTY_TEXTS: Final[dict[Filter, T]] = {
    Filter.CURRENT: t("Nothing is on offer, and nothing is in work."),
    Filter.OFFERED: t("Nothing is on offer right now. New leads appear in the team's channels."),
    Filter.WORK: t("Nobody in the team works on a lead right now."),
    Filter.MINE: t("You are in charge of no lead. Pick one that is on offer."),
    Filter.GIVEN: t("None of the team's leads is with another firm."),
    Filter.CLOSED: t("The team has won or lost no lead yet."),
}
FILTER_TABS: Final = (
    (Filter.MINE, t("Mine")),
    (Filter.OFFERED, t("On offer")),
    (Filter.WORK, t("In work")),
    (Filter.GIVEN, t("With others")),
    (Filter.CLOSED, t("Closed")),
)
BACK_TO_LIST: Final = "list"
PICKED_BADGE: Final = Badge(t("picked by you"), State.DONE, Tone.GOOD)


def lead_list_card(page: LeadPage) -> Card:
    """Show one page of leads; a lead just picked from it is marked in its row."""
    picked_lead = next((lead for lead in page.leads if lead.lead_id == page.kept), None)
    return Card(
        LIST_TITLES[page.kind],
        _lead_groups(page) if page.leads else (Text(EMPTY_TEXTS[page.kind], Tone.SUBTLE),),
        _actions(page),
        summary=t("{ref} is yours: {title}", ref=picked_lead.ref, title=picked_lead.title) if picked_lead else None,
        # A refresh would remove the mark of the lead that was just picked.
        refresh=None if picked_lead else Run(t("Refresh"), "lead.list", {"kind": page.kind, "before": page.before}),
    )


def _lead_groups(page: LeadPage) -> tuple[Items, ...]:
    if page.kind is not Filter.CURRENT:
        return (Items(tuple(_lead_item(lead, page) for lead in page.leads)),)
    offered = tuple(_lead_item(lead, page) for lead in page.leads if _is_listed_as_offered(lead, page))
    work = tuple(_lead_item(lead, page) for lead in page.leads if not _is_listed_as_offered(lead, page))
    groups = ((offered, t("On offer")), (work, t("In work")))
    return tuple(Items(rows, heading) for rows, heading in groups if rows)


def _is_listed_as_offered(lead: LeadView, page: LeadPage) -> bool:
    """Keep a lead in its group right after the pick, so that rows do not move under the cursor."""
    # Taking over a vacant lead sets worked_at only; picked_at keeps the time of the first pick.
    is_new = lead.lead_id == page.kept and lead.worked_at == lead.picked_at
    return lead.offer in PICKABLE or is_new


def _lead_item(lead: LeadView, page: LeadPage) -> Item:
    if lead.lead_id == page.kept:
        return Item(elements.lead_title(lead), _detail_text(lead), PICKED_BADGE, _picked_actions(lead, page))
    actions = (_pick_button(lead, page),) if Act.PICK in lead.acts else ()
    if Act.REVEAL in lead.acts:
        actions = (*actions, elements.action_button(lead, Act.REVEAL))
    return Item(elements.lead_title(lead), _detail_text(lead), elements.lead_badge(lead), actions)


def _pick_button(lead: LeadView, page: LeadPage) -> Run:
    return Run(elements.ACTION_LABELS[Act.PICK], "lead.pick", _page_args(lead, page))


def _picked_actions(lead: LeadView, page: LeadPage) -> tuple[Run, ...]:
    details = (elements.action_button(lead, Act.REVEAL),) if Act.REVEAL in lead.acts else ()
    if Act.UNDO not in lead.acts:
        return details
    return (*details, Run(elements.action_button(lead, Act.UNDO).label, "lead.undo", _page_args(lead, page)))


def _page_args(lead: LeadView, page: LeadPage) -> dict[str, str | int]:
    """Build the arguments that return to this page."""
    start = {"before": page.before} if page.before else {}
    return {"lead": lead.lead_id, "back": BACK_TO_LIST, "kind": page.kind, **start}


def _detail_text(lead: LeadView) -> T:
    contact = elements.contact_line(lead.contact)
    if lead.value_cents is None:
        return contact
    return t("{who} · about {amount}", who=contact, amount=Amount(lead.value_cents, lead.currency))


def _actions(page: LeadPage) -> tuple[Run, ...]:
    create = Run(t("New lead"), "lead.create", style=Style.NORMAL if page.leads else Style.PRIMARY)
    more_leads = (
        (Run(t("More leads"), "lead.list", {"kind": page.kind, "before": page.after}),)
        if page.after is not None
        else ()
    )
    tabs = (Run(label, "lead.list", {"kind": kind}) for kind, label in FILTER_TABS if kind is not page.kind)
    return (*((create,) if page.may_create else ()), *more_leads, *tabs)
