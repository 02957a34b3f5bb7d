"""CSV tables that users send: bytes become rows, and headings become fields."""

from services.table.headings import HeadingMatches as HeadingMatches, match_headings as match_headings
from services.table.model import (
    BadCsvRow as BadCsvRow,
    CsvRow as CsvRow,
    CsvTable as CsvTable,
    Encoding as Encoding,
    RowFlaw as RowFlaw,
)
from services.table.open_table import open_table as open_table
from services.table.refusals import NotATable as NotATable
