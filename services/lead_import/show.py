"""View of an import for its owner: preview, progress and result."""

from collections.abc import Iterable, Iterator
from typing import Final

from services.actor import Actor
from services.file import GeneratedFile
from services.lead.model import ContactKeys
from services.lead_import.examine import FileExamination
from services.lead_import.model import (
    DUPLICATE_CONTACT,
    EXAMPLE_ROWS,
    SKIPPED_SHOWN,
    ImportedRow,
    ImportState,
    ImportView,
    LeadImport,
    ParsedRow,
    RowCounts,
    SkippedRow,
)
from services.unit_of_work import UnitOfWork

ESTIMATE_ROWS_MIN: Final = 400


async def build_preview(uow: UnitOfWork, actor: Actor, found: LeadImport, examined: FileExamination) -> ImportView:
    """Build the preview. In public places no row is shown."""
    rows = await mark_duplicates(uow, found, examined.parsed_rows, keeps_duplicates=False)
    skipped = tuple(row for row in rows if isinstance(row, SkippedRow))
    examples = tuple(row for row in examined.parsed_rows if isinstance(row, ImportedRow))[:EXAMPLE_ROWS]
    return ImportView(
        lead_import=found,
        columns=examined.columns,
        name_columns=examined.name_columns,
        examples=() if actor.place.is_public else examples,
        parsed_rows=len(rows),
        expected=count_rows(rows),
        skipped=skipped[:SKIPPED_SHOWN],
    )


async def build_progress_view(uow: UnitOfWork, found: LeadImport) -> ImportView:
    """Build the view of progress or result."""
    skipped = await uow.lead_imports.list_skipped(found.team_id, found.import_id, SKIPPED_SHOWN)
    return ImportView(
        lead_import=found, skipped=tuple(skipped), result=await _result(uow, found), remaining_s=_left(uow, found)
    )


async def mark_duplicates(
    uow: UnitOfWork, found: LeadImport, rows: Iterable[ParsedRow], *, keeps_duplicates: bool
) -> list[ParsedRow]:
    """Mark rows as skipped whose contact is in the team or in an earlier row (B24)."""
    several = list(rows)
    if keeps_duplicates:
        return several
    known = await uow.leads.find_known_numbers(
        found.team_id, [row.contact_keys for row in several if isinstance(row, ImportedRow)]
    )
    return list(_without_known(several, known))


def _without_known(rows: list[ParsedRow], known: dict[str, int]) -> Iterator[ParsedRow]:
    """Positive numbers are a lead's; negative ones the line of the earlier row with the same contact."""
    met = dict(known)
    for row in rows:
        if isinstance(row, SkippedRow):
            yield row
            continue
        keys = list_keys(row.contact_keys)
        number = next((met[key] for key in keys if key in met), 0)
        if number:
            yield SkippedRow(row.line, DUPLICATE_CONTACT, number=number)
        else:
            met.update(dict.fromkeys(keys, -row.line))
            yield row


def list_keys(keys: ContactKeys) -> tuple[str, ...]:
    """Return the non-empty parts of a contact key."""
    return tuple(key for key in (keys.email, keys.phone) if key)


def count_rows(rows: Iterable[ParsedRow]) -> RowCounts:
    """Count rows by result."""
    several = list(rows)
    imported = sum(isinstance(row, ImportedRow) for row in several)
    known = sum(isinstance(row, SkippedRow) and row.reason == DUPLICATE_CONTACT for row in several)
    return RowCounts(imported, known, len(several) - imported - known)


async def _result(uow: UnitOfWork, found: LeadImport) -> GeneratedFile | None:
    """Return the file of skipped rows, unless expired."""
    kept = await uow.files.get(found.team_id, found.result_file_id) if found.result_file_id else None
    if kept is None or kept.expires_at <= uow.now:
        return None
    return GeneratedFile(kept.file_id, kept.name, kept.size_bytes)


def _left(uow: UnitOfWork, found: LeadImport) -> int | None:
    done = found.tally.rows - found.begun_rows
    if found.state is not ImportState.RUNNING or found.begun_at is None or done < ESTIMATE_ROWS_MIN:
        return None
    each_s = (uow.now - found.begun_at).total_seconds() / done
    return round(each_s * (found.rows - found.tally.rows))
