"""Examination of a file: its columns, its number of rows and the results of the first ones. Pure functions."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from services.lead_import.columns import find_name_columns
from services.lead_import.model import PREVIEW_ROWS, ImportColumn, ImportPlan, ParsedRow
from services.lead_import.parse_row import parse_lead_row
from services.spreadsheet import ROWS_MAX
from services.table import BadCsvRow, CsvRow, CsvTable, NotATable


@dataclass(frozen=True, slots=True)
class FileExamination:
    """Content of a file."""

    columns: tuple[ImportColumn, ...]
    name_columns: tuple[int, ...]
    rows: int
    parsed_rows: tuple[ParsedRow, ...]


def examine(table: CsvTable, plan: ImportPlan) -> FileExamination:
    """Count all rows and parse the first ones. Raises Unreadable for too many rows and for none."""
    rows = table.rows()
    first = list(islice(rows, PREVIEW_ROWS))
    count = len(first) + sum(1 for _ in islice(rows, ROWS_MAX))
    if count > ROWS_MAX:
        raise NotATable("rows", ROWS_MAX)
    if not first:
        raise NotATable("empty")
    return FileExamination(
        tuple(_columns(table, first)),
        find_name_columns(table),
        count,
        tuple(parse_lead_row(row, plan) for row in first),
    )


def _columns(table: CsvTable, rows: list[CsvRow | BadCsvRow]) -> Iterator[ImportColumn]:
    """Yield the columns, each with its first value."""
    sound = [row for row in rows if isinstance(row, CsvRow)]
    for index, heading in enumerate(table.headings):
        example = next((cell for row in sound if (cell := row.cells[index].strip())), "")
        yield ImportColumn(index, heading, example)
