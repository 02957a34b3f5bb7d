"""Processing of an import: one batch and its checkpoint per transaction, under a lease.

A process leases an import for a short time and renews the lease with each batch. The batch, its checkpoint, its audit
entry and its skipped rows are committed together, so that a crash of the process neither repeats nor loses a row.
"""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from services import file
from services.lead.create import build_created_activity, build_giver_visibility
from services.lead.model import REFERENCE, Lead, LeadState
from services.lead_import.events import LeadImportEvent, LeadImportFinished, LeadImportStopped, LeadsImported
from services.lead_import.model import (
    CARD_UPDATE_INTERVAL,
    IMPORT_ATTEMPTS_MAX,
    IMPORT_LEASE,
    ImportedRow,
    LeadImport,
    RowBatch,
    RowCounts,
    SkippedRow,
    StopReason,
)
from services.lead_import.show import count_rows, mark_duplicates
from services.permissions import Grant, Permission, get_grant
from services.spreadsheet import ROWS_MAX
from services.unit_of_work import UnitOfWork


async def claim(uow: UnitOfWork, holder: str) -> LeadImport | None:
    """Lease a running import that no process holds."""
    return await uow.lead_imports.claim(holder, uow.now, uow.now + IMPORT_LEASE)


async def load_content(uow: UnitOfWork, carried: LeadImport) -> bytes | None:
    """Return its file's content; None once expired."""
    opened = await file.load_file(uow, carried.team_id, carried.file_id)
    return opened.content if opened else None


async def process_batch(uow: UnitOfWork, carried: LeadImport, holder: str, batch: RowBatch) -> LeadImport | None:
    """Process a batch of rows. None: the import has stopped or another process holds the lease."""
    if not await _holds(uow, carried, holder):
        return None
    if not await _may(uow, carried):
        await stop_import(uow, carried, StopReason.PERMISSION_LOST)
        return None
    # Lock the number sequence: a concurrent batch waits here and then finds this batch's leads as duplicates.
    await uow.teams.add_numbers(carried.team_id, "lead", 0)
    rows = await mark_duplicates(uow, carried, batch.rows, keeps_duplicates=carried.plan.is_keeping_duplicates)
    numbers = await _bring(uow, carried, [row for row in rows if isinstance(row, ImportedRow)])
    skipped = [_numbered(row, numbers) for row in rows if isinstance(row, SkippedRow)]
    await uow.lead_imports.add_skipped(carried.team_id, carried.import_id, skipped)
    return await _advance(uow, carried, batch, count_rows(rows), list(numbers.values()))


async def finish(
    uow: UnitOfWork, carried: LeadImport, holder: str, name: str, result: bytes | None, result_rows: int
) -> bool:
    """End the import: delete its file and store the skipped rows for its owner.

    False: another process holds the lease.
    """
    if not await _holds(uow, carried, holder):
        return False
    made = await file.create_for_member(uow, carried.team_id, carried.user_id, name, result) if result else None
    await uow.files.delete(carried.team_id, carried.file_id)
    await uow.lead_imports.finish(
        carried.team_id, carried.import_id, uow.now, made.file_id if made else None, result_rows
    )
    tally = carried.tally
    _emit(
        uow,
        carried,
        LeadImportFinished(
            import_id=carried.import_id, imported=tally.imported, duplicates=tally.known, rejected=tally.rejected
        ),
    )
    return True


async def list_skipped(uow: UnitOfWork, carried: LeadImport) -> list[SkippedRow]:
    """Return all skipped rows."""
    return await uow.lead_imports.list_skipped(carried.team_id, carried.import_id, ROWS_MAX)


async def stop_import(uow: UnitOfWork, carried: LeadImport, why: StopReason) -> None:
    """Stop the import; its card shows the reason."""
    if await uow.lead_imports.stop(carried.team_id, carried.import_id, why):
        _emit(uow, carried, LeadImportStopped(import_id=carried.import_id, reason=why))


async def release_lease(uow: UnitOfWork, carried: LeadImport, holder: str) -> None:
    """Release the lease, so that another process can continue at once."""
    await uow.lead_imports.release(carried.team_id, carried.import_id, holder)


async def record_failure(uow: UnitOfWork, carried: LeadImport, holder: str) -> None:
    """Count a failure; after ATTEMPTS_MAX at the same row stop instead of retrying for ever."""
    if await uow.lead_imports.count_failure(carried.team_id, carried.import_id, holder) >= IMPORT_ATTEMPTS_MAX:
        await stop_import(uow, carried, StopReason.REPEATED_FAILURE)


async def _holds(uow: UnitOfWork, carried: LeadImport, holder: str) -> bool:
    until = uow.now + IMPORT_LEASE
    return await uow.lead_imports.renew_lease(carried.team_id, carried.import_id, holder, carried.line, until)


async def _may(uow: UnitOfWork, carried: LeadImport) -> bool:
    """Return whether the owner may still import; checked with every batch."""
    member = await uow.members.get(carried.team_id, carried.user_id)
    return member is not None and get_grant(member.role, Permission.LEAD_IMPORT) is Grant.YES


async def _bring(uow: UnitOfWork, carried: LeadImport, rows: Sequence[ImportedRow]) -> dict[int, int]:
    """Create the leads and return their numbers by line."""
    if not rows:
        return {}
    last = await uow.teams.add_numbers(carried.team_id, "lead", len(rows))
    numbers = {row.line: last - len(rows) + 1 + index for index, row in enumerate(rows)}
    leads = [_lead(uow, carried, row) for row in rows]
    await uow.leads.add_all(leads)
    sights = zip(leads, numbers.values(), strict=True)
    await uow.leads.add_visibility([build_giver_visibility(lead, number) for lead, number in sights], uow.now)
    await uow.leads.add_activities([build_created_activity(uow, lead) for lead in leads])
    return numbers


def _lead(uow: UnitOfWork, carried: LeadImport, row: ImportedRow) -> Lead:
    return Lead(
        team_id=carried.team_id,
        lead_id=uow.new_id(),
        contact=row.contact,
        enquiry=row.enquiry,
        keys=row.contact_keys,
        state=LeadState.OPEN,
        created_by=carried.user_id,
        created_at=uow.now,
    )


def _numbered(row: SkippedRow, numbers: dict[int, int]) -> SkippedRow:
    """Replace the line of a duplicate in the same batch by its lead's number."""
    return replace(row, number=numbers[-row.number]) if row.number < 0 else row


async def _advance(
    uow: UnitOfWork, carried: LeadImport, batch: RowBatch, tally: RowCounts, numbers: list[int]
) -> LeadImport:
    is_due = carried.moved_at is None or uow.now - carried.moved_at >= CARD_UPDATE_INTERVAL
    moved_at = uow.now if is_due else carried.moved_at or uow.now
    span = (numbers[0], numbers[-1]) if numbers else None
    await uow.lead_imports.update_progress(
        carried.team_id, carried.import_id, batch.line, tally, span, moved_at=moved_at
    )
    told = LeadsImported(
        import_id=carried.import_id,
        subject=f"{REFERENCE.write(span[0])}–{REFERENCE.write(span[1])}" if span else "",
        count=tally.imported,
        duplicates=tally.known,
        rejected=tally.rejected,
        is_silent=not is_due,
    )
    _emit(uow, carried, told)
    return replace(carried, line=batch.line, moved_at=moved_at, tally=_sum(carried.tally, tally))


def _sum(one: RowCounts, other: RowCounts) -> RowCounts:
    return RowCounts(one.imported + other.imported, one.known + other.known, one.rejected + other.rejected)


def _emit(uow: UnitOfWork, carried: LeadImport, event: LeadImportEvent) -> None:
    """Emit an event in the owner's name."""
    uow.emit(msgspec.structs.replace(event, team_id=carried.team_id, actor_id=carried.user_id))
