"""CSV tables for spreadsheet programs, in the format of the reader's language. No cell is evaluated as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from services.people import Language

CsvCell: TypeAlias = str | int | None
"""Text, number or empty cell."""

CSV: Final = "text/csv"
FILE_MAX_BYTES: Final = 10 * 1024 * 1024
"""Maximum size of a sent or received table."""

ROWS_MAX: Final = 100_000
EXPORT_ROWS_MAX: Final = 10_000
"""Rows per exported file, which one transaction makes; the next file begins after them."""

LANGUAGE_DELIMITERS: Final = {Language.GERMAN: ";", Language.ENGLISH: ","}
"""Delimiter by which a spreadsheet program of that language splits lines on opening the file."""

_FORMULA: Final = re.compile(r"'*(?:[\t\r\n\0]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Beginnings that some spreadsheet program evaluates; full-width signs count as signs.

Leading apostrophes are included, so that removing one always gives the original.
"""


class SheetFull(Exception):
    """A further row would exceed the table's limits."""


def neutralise_cell(text: str) -> str:
    """Prefix a text with an apostrophe where a spreadsheet program would evaluate it."""
    return f"'{text}" if _FORMULA.match(text) else text


def restore_cell(cell: str) -> str:
    """Return the original of a neutralised text."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


class Sheet:
    """Growing table up to a size: UTF-8 with a byte order mark, by which spreadsheet programs detect the encoding."""

    def __init__(
        self,
        header: Sequence[str],
        language: Language,
        max_bytes: int = FILE_MAX_BYTES,
        max_rows: int = ROWS_MAX,
    ) -> None:
        self._max_rows = max_rows
        self._delimiter = LANGUAGE_DELIMITERS[language]
        self._max_bytes = max_bytes
        self._data = bytearray(b"\xef\xbb\xbf")
        self.rows = -1
        self.add(header)

    def add(self, row: Sequence[CsvCell]) -> None:
        """Add a whole row. Raises Full and leaves the table unchanged."""
        line = io.StringIO()
        writer = csv.writer(line, delimiter=self._delimiter, lineterminator="\r\n")
        writer.writerow([neutralise_cell(cell) if isinstance(cell, str) else cell for cell in row])
        # UTF-8 cannot encode lone surrogates, and no stored text has one.
        data = line.getvalue().encode("utf-8", "replace")
        if self.rows >= self._max_rows or len(self._data) + len(data) > self._max_bytes:
            raise SheetFull
        self._data += data
        self.rows += 1

    def content(self) -> bytes:
        """Return the table as a file."""
        return bytes(self._data)


def write_csv(
    header: Sequence[str], rows: Iterable[Sequence[CsvCell]], language: Language, max_bytes: int = FILE_MAX_BYTES
) -> bytes:
    """Return a whole table as a file. Raises Full beyond its limits."""
    sheet = Sheet(header, language, max_bytes)
    for row in rows:
        sheet.add(row)
    return sheet.content()
