"""CSV files with the texts of the cards, numbers and times in the format of the reader's spreadsheet program."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from cards.model import Amount, T
from cards.render.text import CENTS, RenderContext
from services.people import Language
from services.spreadsheet import EXPORT_ROWS_MAX, CsvCell as Written, Sheet

CsvCell: TypeAlias = str | int | Amount | datetime | T | None
"""User text, number, money without currency, time, sentence, or nothing."""

DECIMAL_SEPARATORS: Final = {Language.GERMAN: ",", Language.ENGLISH: "."}


@dataclass(slots=True)
class CsvTable:
    """A CSV table for one reader, built row by row."""

    header: Sequence[T]
    ctx: RenderContext
    max_rows: int = EXPORT_ROWS_MAX
    _sheet: Sheet = field(init=False)

    def __post_init__(self) -> None:
        """Write the header."""
        self._sheet = Sheet(
            [self.ctx.format_line(title) for title in self.header], self.ctx.language, max_rows=self.max_rows
        )

    def add(self, row: Sequence[CsvCell]) -> None:
        """Add a row as a whole. Raises Full."""
        self._sheet.add([self._written(cell) for cell in row])

    def content(self) -> bytes:
        """Return the encoded file."""
        return self._sheet.content()

    def _written(self, cell: CsvCell) -> Written:
        match cell:
            case Amount():
                units, cents = divmod(cell.cents, CENTS)
                return f"{units}{DECIMAL_SEPARATORS[self.ctx.language]}{cents:02}"
            case datetime():
                return self.ctx.to_local_time(cell).strftime("%Y-%m-%d %H:%M")
            case T():
                return self.ctx.format_line(cell)
            case _:
                return cell
