"""View of an import for its owner: preview, progress and result."""

from collections.abc import Iterable, Iterator
from typing import Final

from services.actor import Actor
from services.file import OfferedFile
from services.lead.model import Keys
from services.lead_import.examine import Examined
from services.lead_import.model import (
    KNOWN,
    SHOWN_ROWS,
    SKIPPED_SHOWN,
    ImportState,
    ImportView,
    LeadImport,
    NewLead,
    ReadRow,
    SkippedRow,
    Tally,
)
from services.unit_of_work import UnitOfWork

ROWS_FOR_A_GUESS: Final = 400


async def previewed(uow: UnitOfWork, actor: Actor, found: LeadImport, examined: Examined) -> ImportView:
    """Build the preview. In public places no row is shown."""
    rows = await judged(uow, found, examined.checked, keeps_duplicates=False)
    skipped = tuple(row for row in rows if isinstance(row, SkippedRow))
    examples = tuple(row for row in examined.checked if isinstance(row, NewLead))[:SHOWN_ROWS]
    return ImportView(
        lead_import=found,
        columns=examined.columns,
        joined=examined.joined,
        examples=() if actor.place.is_public else examples,
        checked=len(rows),
        expected=tally_of(rows),
        skipped=skipped[:SKIPPED_SHOWN],
    )


async def shown(uow: UnitOfWork, found: LeadImport) -> ImportView:
    """Build the view of progress or result."""
    skipped = await uow.lead_imports.skipped(found.team_id, found.import_id, SKIPPED_SHOWN)
    return ImportView(
        lead_import=found, skipped=tuple(skipped), result=await _result(uow, found), left_s=_left(uow, found)
    )


async def judged(
    uow: UnitOfWork, found: LeadImport, rows: Iterable[ReadRow], *, keeps_duplicates: bool
) -> list[ReadRow]:
    """Mark rows as skipped whose contact is in the team or in an earlier row (B24)."""
    several = list(rows)
    if keeps_duplicates:
        return several
    known = await uow.leads.known(found.team_id, [row.keys for row in several if isinstance(row, NewLead)])
    return list(_without_known(several, known))


def _without_known(rows: list[ReadRow], known: dict[str, int]) -> Iterator[ReadRow]:
    """Positive numbers are a lead's; negative ones the line of the earlier row with the same contact."""
    met = dict(known)
    for row in rows:
        if isinstance(row, SkippedRow):
            yield row
            continue
        keys = keys_of(row.keys)
        number = next((met[key] for key in keys if key in met), 0)
        if number:
            yield SkippedRow(row.line, KNOWN, number=number)
        else:
            met.update(dict.fromkeys(keys, -row.line))
            yield row


def keys_of(keys: Keys) -> tuple[str, ...]:
    """Return the non-empty parts of a contact key."""
    return tuple(key for key in (keys.email, keys.phone) if key)


def tally_of(rows: Iterable[ReadRow]) -> Tally:
    """Count rows by result."""
    several = list(rows)
    imported = sum(isinstance(row, NewLead) for row in several)
    known = sum(isinstance(row, SkippedRow) and row.reason == KNOWN for row in several)
    return Tally(imported, known, len(several) - imported - known)


async def _result(uow: UnitOfWork, found: LeadImport) -> OfferedFile | None:
    """Return the file of skipped rows, unless expired."""
    kept = await uow.files.get(found.team_id, found.result_file_id) if found.result_file_id else None
    if kept is None or kept.expires_at <= uow.now:
        return None
    return OfferedFile(kept.file_id, kept.name, kept.size_bytes)


def _left(uow: UnitOfWork, found: LeadImport) -> int | None:
    done = found.tally.rows - found.begun_rows
    if found.state is not ImportState.RUNNING or found.begun_at is None or done < ROWS_FOR_A_GUESS:
        return None
    each_s = (uow.now - found.begun_at).total_seconds() / done
    return round(each_s * (found.rows - found.tally.rows))
