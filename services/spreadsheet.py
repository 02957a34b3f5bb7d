"""Tables as people open them in a spreadsheet: CSV in the manner of their language, in which no cell is a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from services.people import Language

Cell: TypeAlias = str | int | None
"""A text, a number, or nothing."""

CSV: Final = "text/csv"
FILE_MAX_BYTES: Final = 10 * 1024 * 1024
"""No table that is sent or received is larger."""

ROWS_MAX: Final = 100_000
EXPORT_ROWS_MAX: Final = 10_000
"""So many go into one file of an export, which one transaction makes; the next file begins behind them."""

DELIMITERS: Final = {Language.GERMAN: ";", Language.ENGLISH: ","}
"""By which a spreadsheet program of that language splits a line that is opened with a double click."""

_FORMULA: Final = re.compile(r"'*(?:[\t\r\n\0]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""How a cell begins that some spreadsheet program calculates; full-width signs are signs, too.

Apostrophes before it count along, so that taking one away again always gives the original.
"""


class Full(Exception):
    """Another row would make the table larger than it may be."""


def neutralise(text: str) -> str:
    """The text as a cell that every spreadsheet program shows and none calculates."""
    return f"'{text}" if _FORMULA.match(text) else text


def restore(cell: str) -> str:
    """The text that was neutralised."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


class Sheet:
    """A table that grows by rows up to a size: UTF-8 with a mark by which spreadsheet programs know it."""

    def __init__(
        self,
        header: Sequence[str],
        language: Language,
        max_bytes: int = FILE_MAX_BYTES,
        max_rows: int = ROWS_MAX,
    ) -> None:
        self._max_rows = max_rows
        self._delimiter = DELIMITERS[language]
        self._max_bytes = max_bytes
        self._data = bytearray(b"\xef\xbb\xbf")
        self.rows = -1
        self.add(header)

    def add(self, row: Sequence[Cell]) -> None:
        """Add a row as a whole. Raises Full and leaves the table as it was."""
        line = io.StringIO()
        writer = csv.writer(line, delimiter=self._delimiter, lineterminator="\r\n")
        writer.writerow([neutralise(cell) if isinstance(cell, str) else cell for cell in row])
        # Half of a surrogate pair has no place in UTF-8, and no text that was ever stored has one.
        data = line.getvalue().encode("utf-8", "replace")
        if self.rows >= self._max_rows or len(self._data) + len(data) > self._max_bytes:
            raise Full
        self._data += data
        self.rows += 1

    def content(self) -> bytes:
        """The table as a file."""
        return bytes(self._data)


def write_csv(
    header: Sequence[str], rows: Iterable[Sequence[Cell]], language: Language, max_bytes: int = FILE_MAX_BYTES
) -> bytes:
    """A whole table as a file. Raises Full where it is larger than it may be."""
    sheet = Sheet(header, language, max_bytes)
    for row in rows:
        sheet.add(row)
    return sheet.content()
