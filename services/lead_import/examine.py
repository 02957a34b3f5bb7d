"""Examination of a file: its columns, its number of rows and the results of the first ones. Pure functions."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from services.lead_import.columns import joined_name
from services.lead_import.model import CHECKED_ROWS, Column, Plan, ReadRow
from services.lead_import.parse_row import read
from services.spreadsheet import ROWS_MAX
from services.table import BadRow, Row, Table, Unreadable


@dataclass(frozen=True, slots=True)
class Examined:
    """Content of a file."""

    columns: tuple[Column, ...]
    joined: tuple[int, ...]
    rows: int
    checked: tuple[ReadRow, ...]


def examine(table: Table, plan: Plan) -> Examined:
    """Count all rows and parse the first ones. Raises Unreadable for too many rows and for none."""
    rows = table.rows()
    first = list(islice(rows, CHECKED_ROWS))
    count = len(first) + sum(1 for _ in islice(rows, ROWS_MAX))
    if count > ROWS_MAX:
        raise Unreadable("rows", ROWS_MAX)
    if not first:
        raise Unreadable("empty")
    return Examined(tuple(_columns(table, first)), joined_name(table), count, tuple(read(row, plan) for row in first))


def _columns(table: Table, rows: list[Row | BadRow]) -> Iterator[Column]:
    """Yield the columns, each with its first value."""
    sound = [row for row in rows if isinstance(row, Row)]
    for place, heading in enumerate(table.headings):
        example = next((cell for row in sound if (cell := row.cells[place].strip())), "")
        yield Column(place, heading, example)
