"""The list of leads: what is offered, what is in work, and what there is to do when it is empty."""

from typing import Final

from cards.lead import elements
from cards.model import Amount, Badge, Card, Item, Items, Run, State, Style, T, Text, Tone, t
from services.lead.model import PICKABLE, Act, Filter, LeadPage, LeadView

TITLES: Final[dict[Filter, T]] = {
    Filter.CURRENT: t("Leads: on offer and in work"),
    Filter.OFFERED: t("Leads on offer"),
    Filter.WORK: t("Leads in work"),
    Filter.MINE: t("My leads"),
    Filter.GIVEN: t("Leads that others work on"),
    Filter.CLOSED: t("Closed leads"),
}
EMPTY: Final[dict[Filter, T]] = {
    Filter.CURRENT: t("Nothing is on offer, and nothing is in work."),
    Filter.OFFERED: t("Nothing is on offer right now. New leads appear in the team's channels."),
    Filter.WORK: t("Nobody in the team works on a lead right now."),
    Filter.MINE: t("You are in charge of no lead. Pick one that is on offer."),
    Filter.GIVEN: t("None of the team's leads is with another firm."),
    Filter.CLOSED: t("The team has won or lost no lead yet."),
}
TABS: Final = (
    (Filter.MINE, t("Mine")),
    (Filter.OFFERED, t("On offer")),
    (Filter.WORK, t("In work")),
    (Filter.GIVEN, t("With others")),
    (Filter.CLOSED, t("Closed")),
)
PICK_BACK: Final = "list"
PICKED: Final = Badge(t("picked by you"), State.DONE, Tone.GOOD)


def listed(page: LeadPage) -> Card:
    """A page of leads; what was just picked from it says so in its place."""
    kept = next((lead for lead in page.leads if lead.lead_id == page.kept), None)
    return Card(
        TITLES[page.kind],
        _rows(page) if page.leads else (Text(EMPTY[page.kind], Tone.SUBTLE),),
        _actions(page),
        summary=t("{ref} is yours: {title}", ref=kept.ref, title=kept.title) if kept else None,
        # Drawn anew, it would no longer say what has just been picked.
        refresh=None if kept else Run(t("Refresh"), "lead.list", {"kind": page.kind, "before": page.before}),
    )


def _rows(page: LeadPage) -> tuple[Items, ...]:
    if page.kind is not Filter.CURRENT:
        return (Items(tuple(_row(lead, page) for lead in page.leads)),)
    offered = tuple(_row(lead, page) for lead in page.leads if _stands_on_offer(lead, page))
    work = tuple(_row(lead, page) for lead in page.leads if not _stands_on_offer(lead, page))
    groups = ((offered, t("On offer")), (work, t("In work")))
    return tuple(Items(rows, heading) for rows, heading in groups if rows)


def _stands_on_offer(lead: LeadView, page: LeadPage) -> bool:
    """Also what was on offer until this click: nothing moves away from under the reader's eye."""
    # Taking over what nobody was in charge of is work on it, but no new pick.
    is_new = lead.lead_id == page.kept and lead.worked_at == lead.picked_at
    return lead.offer in PICKABLE or is_new


def _row(lead: LeadView, page: LeadPage) -> Item:
    if lead.lead_id == page.kept:
        return Item(elements.titled(lead), _detail(lead), PICKED, _after_pick(lead, page))
    actions = (_pick(lead, page),) if Act.PICK in lead.acts else ()
    if Act.REVEAL in lead.acts:
        actions = (*actions, elements.button(lead, Act.REVEAL))
    return Item(elements.titled(lead), _detail(lead), elements.badge(lead), actions)


def _pick(lead: LeadView, page: LeadPage) -> Run:
    return Run(elements.LABELS[Act.PICK], "lead.pick", _here(lead, page))


def _after_pick(lead: LeadView, page: LeadPage) -> tuple[Run, ...]:
    details = (elements.button(lead, Act.REVEAL),) if Act.REVEAL in lead.acts else ()
    if Act.UNDO not in lead.acts:
        return details
    return (*details, Run(elements.button(lead, Act.UNDO).label, "lead.undo", _here(lead, page)))


def _here(lead: LeadView, page: LeadPage) -> dict[str, str | int]:
    """What leads back to this page."""
    start = {"before": page.before} if page.before else {}
    return {"lead": lead.lead_id, "back": PICK_BACK, "kind": page.kind, **start}


def _detail(lead: LeadView) -> T:
    who = elements.contact_line(lead.contact)
    if lead.value_cents is None:
        return who
    return t("{who} · about {amount}", who=who, amount=Amount(lead.value_cents, lead.currency))


def _actions(page: LeadPage) -> tuple[Run, ...]:
    create = Run(t("New lead"), "lead.create", style=Style.NORMAL if page.leads else Style.PRIMARY)
    more = (
        (Run(t("More leads"), "lead.list", {"kind": page.kind, "before": page.after}),)
        if page.after is not None
        else ()
    )
    tabs = (Run(label, "lead.list", {"kind": kind}) for kind, label in TABS if kind is not page.kind)
    return (*((create,) if page.may_create else ()), *more, *tabs)
