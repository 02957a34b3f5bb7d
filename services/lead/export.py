"""All leads of a team as a table to take along, as far as this person may read them (A41)."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

from services.actor import Actor
from services.lead.events import LeadsExported
from services.lead.model import LeadView, Seen, Sight
from services.lead.view import view_of
from services.people import TeamId
from services.permissions import Permission
from services.spreadsheet import Full
from services.unit_of_work import UnitOfWork

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class ExportedLeads:
    """What went into the file."""

    count: int
    first: str
    last: str
    after: int
    """Behind this number the next file begins; 0: there is none."""
    has_contacts: bool
    """Whether contacts stand in it as they are."""


async def export(uow: UnitOfWork, actor: Actor, add: Callable[[LeadView], None], after: int = 0) -> ExportedLeads:
    """Hand over the leads behind a number in their order, until `add` is Full; the log keeps how many went out.

    Contacts are open only for whoever may look them up one by one, and of leads of which the team may know them (A42).
    """
    team_id = actor.require(Permission.LEAD_EXPORT)
    revealed = actor.may(Permission.LEAD_REVEAL)
    taken: list[Sight] = []
    has_more = False
    try:
        async for seen in _behind(uow, team_id, after):
            add(view_of(seen, actor, uow.now, revealed=revealed))
            taken.append(seen.sight)
    except Full:
        has_more = True
    if not taken:
        return ExportedLeads(0, "", "", 0, revealed)
    first, last = taken[0], taken[-1]
    exported = LeadsExported(
        subject=f"{first.ref} … {last.ref}",
        count=len(taken),
        first=first.ref,
        last=last.ref,
        has_contacts=revealed,
    )
    uow.emit(exported, by=actor)
    return ExportedLeads(len(taken), first.ref, last.ref, last.number if has_more else 0, revealed)


async def _behind(uow: UnitOfWork, team_id: TeamId, after: int) -> AsyncIterator[Seen]:
    """Everything that the team sees behind a number, batch by batch."""
    number, has_more = after, True
    while has_more:
        found = await uow.leads.after(team_id, number, BATCH)
        has_more = len(found) == BATCH
        for seen in found:
            number = seen.sight.number
            yield seen
