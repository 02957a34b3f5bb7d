"""Table: encoding and delimiter of a file, its headings, and its rows with line numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from services.spreadsheet import restore_cell
from services.table.records import Record, SpoiltLine, parse_records

CSV_COLUMNS_MAX = 100
CSV_CELL_MAX_CHARS = 32 * 1024


class Encoding(StrEnum):
    """Encoding of a file; the values are Python's names."""

    UTF_8 = "utf-8-sig"  # with or without a byte order mark
    UTF_16 = "utf-16"  # the byte order mark tells the endianness
    CP1252 = "cp1252"  # default of spreadsheet programs on Windows


class RowFlaw(StrEnum):
    """Reason why a row cannot be parsed."""

    UNCLOSED = "unclosed"  # a quotation mark is not closed
    TOO_LONG = "too_long"  # a row or a cell exceeds its limit
    TOO_MANY_CELLS = "too_many_cells"  # more cells than headings
    UNREADABLE = "unreadable"  # characters invalid in the file's encoding


@dataclass(frozen=True, slots=True)
class CsvRow:
    """As many cells as headings, with the line on which the row begins.

    Apostrophes of neutralised cells are removed, so that an exported file is restored.
    """

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BadCsvRow:
    """Skipped row with its flaw, and the cells as far as they were parsed."""

    line: int
    flaw: RowFlaw
    cells: tuple[str, ...] = ()


AnyCsvRow: TypeAlias = CsvRow | BadCsvRow


@dataclass(frozen=True, slots=True)
class CsvTable:
    """File parsed as a table. Each iteration begins anew and reads one line at a time."""

    content: bytes
    encoding: Encoding
    delimiter: str
    heading_line: int
    """Line on which the headings end; 0 for a table without headings."""
    headings: tuple[str, ...]
    """Headings as written; empty texts for a table without headings."""

    def rows(self, after_line: int = 0) -> Iterator[AnyCsvRow]:
        """Yield every non-empty row that begins below the line."""
        begin = max(after_line, self.heading_line)
        for record in parse_records(self.content, self.encoding, self.delimiter, len(self.headings)):
            if record.line > begin and not is_blank(record):
                yield self._judged(record)

    def _judged(self, record: Record | SpoiltLine) -> AnyCsvRow:
        if isinstance(record, SpoiltLine):
            return BadCsvRow(record.line, RowFlaw.UNCLOSED if record.is_open else RowFlaw.TOO_LONG, (record.text,))
        cells = tuple(record.cells)
        if (flaw := self._flaw(cells)) is not None:
            return BadCsvRow(record.line, flaw, cells[:CSV_COLUMNS_MAX])
        width = len(self.headings)
        return CsvRow(record.line, (*map(restore_cell, cells[:width]), *[""] * (width - len(cells))))

    def _flaw(self, cells: tuple[str, ...]) -> RowFlaw | None:
        if any(cell.strip() for cell in cells[len(self.headings) :]):
            return RowFlaw.TOO_MANY_CELLS
        if any(len(cell) > CSV_CELL_MAX_CHARS for cell in cells):
            return RowFlaw.TOO_LONG
        if any("\ufffd" in cell for cell in cells):
            return RowFlaw.UNREADABLE
        return None


def is_blank(record: Record | SpoiltLine) -> bool:
    """Return whether all cells are blank."""
    return isinstance(record, Record) and not any(cell.strip() for cell in record.cells)
