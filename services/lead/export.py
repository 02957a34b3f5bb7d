"""Export of a team's leads as a table, with as much as the actor may read (A41)."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

from services.actor import Actor
from services.lead.events import LeadsExported
from services.lead.model import LeadRecord, LeadView, LeadVisibility
from services.lead.view import build_lead_view
from services.people import TeamId
from services.permissions import Permission
from services.spreadsheet import SheetFull
from services.unit_of_work import UnitOfWork

LEAD_BATCH_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class ExportedLeads:
    """Range of leads in the exported file."""

    count: int
    first: str
    last: str
    next_after_number: int
    """Number after which the next file begins; 0: no further lead."""
    has_contacts: bool
    """Whether the file holds unmasked contacts."""


async def export(uow: UnitOfWork, actor: Actor, add: Callable[[LeadView], None], after: int = 0) -> ExportedLeads:
    """Pass the leads after a number to `add`, in order, until `add` raises Full; log how many.

    Contacts are unmasked only for a member who may reveal them one by one, and only of leads whose contact the team may
    see (A42).
    """
    team_id = actor.require(Permission.LEAD_EXPORT)
    revealed = actor.may(Permission.LEAD_REVEAL)
    taken: list[LeadVisibility] = []
    has_more = False
    try:
        async for seen in _behind(uow, team_id, after):
            add(build_lead_view(seen, actor, uow.now, revealed=revealed))
            taken.append(seen.sight)
    except SheetFull:
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


async def _behind(uow: UnitOfWork, team_id: TeamId, after: int) -> AsyncIterator[LeadRecord]:
    """Yield all leads visible to the team after a number, batch by batch."""
    number, has_more = after, True
    while has_more:
        found = await uow.leads.list_after(team_id, number, LEAD_BATCH_ROWS)
        has_more = len(found) == LEAD_BATCH_ROWS
        for seen in found:
            number = seen.sight.number
            yield seen
