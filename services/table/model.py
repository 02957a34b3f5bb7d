"""A table as it was brought: how its bytes are written, its headings, and its rows with the numbers of their lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from services.spreadsheet import restore
from services.table.records import Record, Spoilt, records

COLUMNS_MAX = 100
CELL_MAX_CHARS = 32 * 1024


class Encoding(StrEnum):
    """How characters are written; the names are Python's."""

    UTF_8 = "utf-8-sig"  # with or without a mark at its beginning
    UTF_16 = "utf-16"  # the mark says which of the two
    CP1252 = "cp1252"  # what spreadsheets on Windows write without being asked


class Flaw(StrEnum):
    """Why a row cannot be used, before anybody asks what it says."""

    UNCLOSED = "unclosed"  # a quotation mark without its counterpart
    TOO_LONG = "too_long"  # a row or a cell beyond its limit
    TOO_MANY_CELLS = "too_many_cells"  # more than there are headings
    UNREADABLE = "unreadable"  # characters that are none in the file's encoding


@dataclass(frozen=True, slots=True)
class Row:
    """As many cells as there are headings, and the line on which the row begins.

    An apostrophe that only kept a cell from being calculated is gone: what was exported comes back as it was.
    """

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is skipped, and why; the cells as far as they could be told apart."""

    line: int
    flaw: Flaw
    cells: tuple[str, ...] = ()


AnyRow: TypeAlias = Row | BadRow


@dataclass(frozen=True, slots=True)
class Table:
    """A file understood as a table. Reading begins anew each time, and takes a line at a time."""

    content: bytes
    encoding: Encoding
    delimiter: str
    heading_line: int
    """On which line the headings end; 0, where the first row is one like all others."""
    headings: tuple[str, ...]
    """As they were written; empty texts, where the file has none."""

    def rows(self, after_line: int = 0) -> Iterator[AnyRow]:
        """Every row that begins below the line; empty ones are none."""
        begin = max(after_line, self.heading_line)
        for record in records(self.content, self.encoding, self.delimiter, len(self.headings)):
            if record.line > begin and not is_empty(record):
                yield self._judged(record)

    def _judged(self, record: Record | Spoilt) -> AnyRow:
        if isinstance(record, Spoilt):
            return BadRow(record.line, Flaw.UNCLOSED if record.is_open else Flaw.TOO_LONG, (record.text,))
        cells = tuple(record.cells)
        if (flaw := self._flaw(cells)) is not None:
            return BadRow(record.line, flaw, cells[:COLUMNS_MAX])
        width = len(self.headings)
        return Row(record.line, (*map(restore, cells[:width]), *[""] * (width - len(cells))))

    def _flaw(self, cells: tuple[str, ...]) -> Flaw | None:
        if any(cell.strip() for cell in cells[len(self.headings) :]):
            return Flaw.TOO_MANY_CELLS
        if any(len(cell) > CELL_MAX_CHARS for cell in cells):
            return Flaw.TOO_LONG
        if any("\ufffd" in cell for cell in cells):
            return Flaw.UNREADABLE
        return None


def is_empty(record: Record | Spoilt) -> bool:
    """Whether nothing stands in it."""
    return isinstance(record, Record) and not any(cell.strip() for cell in record.cells)
