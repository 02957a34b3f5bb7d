"""Table: encoding and delimiter of a file, its headings, and its rows with line numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from services.spreadsheet import restore
from services.table.records import Record, Spoilt, records

COLUMNS_MAX = 100
CELL_MAX_CHARS = 32 * 1024


class Encoding(StrEnum):
    """Encoding of a file; the values are Python's names."""

    UTF_8 = "utf-8-sig"  # with or without a byte order mark
    UTF_16 = "utf-16"  # the byte order mark tells the endianness
    CP1252 = "cp1252"  # default of spreadsheet programs on Windows


class Flaw(StrEnum):
    """Reason why a row cannot be parsed."""

    UNCLOSED = "unclosed"  # a quotation mark is not closed
    TOO_LONG = "too_long"  # a row or a cell exceeds its limit
    TOO_MANY_CELLS = "too_many_cells"  # more cells than headings
    UNREADABLE = "unreadable"  # characters invalid in the file's encoding


@dataclass(frozen=True, slots=True)
class Row:
    """As many cells as headings, with the line on which the row begins.

    Apostrophes of neutralised cells are removed, so that an exported file is restored.
    """

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BadRow:
    """Skipped row with its flaw, and the cells as far as they were parsed."""

    line: int
    flaw: Flaw
    cells: tuple[str, ...] = ()


AnyRow: TypeAlias = Row | BadRow


@dataclass(frozen=True, slots=True)
class Table:
    """File parsed as a table. Each iteration begins anew and reads one line at a time."""

    content: bytes
    encoding: Encoding
    delimiter: str
    heading_line: int
    """Line on which the headings end; 0 for a table without headings."""
    headings: tuple[str, ...]
    """Headings as written; empty texts for a table without headings."""

    def rows(self, after_line: int = 0) -> Iterator[AnyRow]:
        """Yield every non-empty row that begins below the line."""
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
    """Return whether all cells are blank."""
    return isinstance(record, Record) and not any(cell.strip() for cell in record.cells)
