"""Export of a team's whole audit log, with what is needed to recompute its hash chain (X5)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from services.actor import Actor
from services.audit.events import AuditExported
from services.audit.model import ChainedEntry
from services.permissions import Permission
from services.spreadsheet import SheetFull
from services.unit_of_work import UnitOfWork

AUDIT_BATCH_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class ExportedEntries:
    """Range of entries in the exported file."""

    count: int
    first_seq: int
    last_seq: int
    next_after_seq: int
    """Sequence number after which the next file begins; 0: no further entry."""


async def export(uow: UnitOfWork, actor: Actor, add: Callable[[ChainedEntry], None], after: int = 0) -> ExportedEntries:
    """Pass the entries after a sequence number to `add`, oldest first, until `add` raises Full.

    The export itself is logged.
    """
    team_id = actor.require(Permission.AUDIT_VIEW)
    last, count, has_more = after, 0, True
    try:
        while has_more:
            links = await uow.audit.list_links(team_id, last, AUDIT_BATCH_ROWS)
            has_more = len(links) == AUDIT_BATCH_ROWS
            for link in links:
                add(link)
                last, count = link.entry.seq, count + 1
    except SheetFull:
        has_more = (await uow.audit.get_head(team_id)).seq > last
    uow.emit(AuditExported(count=count, first_seq=after + 1, last_seq=last), by=actor)
    return ExportedEntries(count, after + 1, last, last if has_more else 0)
