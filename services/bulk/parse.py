"""Parser of pasted text and CSV files into partners with an address. It validates nothing and drops nothing."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import Final

from services.bulk.model import FILE_ROWS_MAX, TYPED_LINES_MAX, TYPED_TEXT_MAX_CHARS
from services.bulk.refusals import NoEmailColumn, NothingToSend, TooManyLines
from services.errors import Invalid
from services.marketplace.model import Part
from services.people import Language
from services.table import BadCsvRow, CsvTable, match_headings

EMAIL_COLUMN: Final = "email"
PARTNER_COLUMN: Final = "firm"
PART_COLUMN: Final = "part"
LANGUAGE_COLUMN: Final = "language"

BULK_COLUMN_WORDS: Final = {
    PARTNER_COLUMN: (
        "Firma",
        "Firmenname",
        "Unternehmen",
        "Betrieb",
        "Partner",
        "Name",
        "Company",
        "Company name",
        "Firm",
    ),
    EMAIL_COLUMN: ("E-Mail", "E-Mail-Adresse", "Mail", "Mailadresse", "Email address", "Adresse", "Address"),
    PART_COLUMN: ("Rolle", "Teilnahme", "Part", "Role", "Gibt/nimmt"),
    LANGUAGE_COLUMN: ("Sprache", "Language"),
}
_PARTS: Final = {
    Part.TAKES: ("takes", "take", "taker", "nimmt", "nehmer", "leadnehmer", "abnehmer"),
    Part.GIVES: ("gives", "give", "giver", "gibt", "geber", "leadgeber"),
    Part.BOTH: ("both", "beides", "beide", "gibt und nimmt", "gives and takes"),
}
PART_WORDS: Final = {word: part for part, words in _PARTS.items() for word in words}
LANGUAGE_WORDS: Final = {
    **dict.fromkeys(("de", "deutsch", "german", "de-de", "de-at", "de-ch"), Language.GERMAN),
    **dict.fromkeys(("en", "englisch", "english", "en-us", "en-gb"), Language.ENGLISH),
}

_WORD: Final = re.compile(r"[^\s;,<>()\"'|]+")
_EDGES: Final = " \t;,|<>()\"'-\u2013"
_SPACES: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class ParsedPartner:
    """Partner as it was written; missing values are empty."""

    line: int
    partner: str
    email: str
    part: str = ""
    language: str = ""


def parse_pasted(text: str) -> list[ParsedPartner]:
    """Parse one partner a line, name and address in any order.

    Forms: `Acme; a@b.example`, `a@b.example Acme`, `Acme <a@b.example>`.
    """
    if len(text) > TYPED_TEXT_MAX_CHARS:
        raise Invalid("firms", "too_long", TYPED_TEXT_MAX_CHARS)
    entries = [_typed(number, item) for number, item in enumerate(text.splitlines(), 1) if item.strip()]
    if len(entries) > TYPED_LINES_MAX:
        raise TooManyLines(TYPED_LINES_MAX)
    return _some(entries)


def _typed(number: int, line: str) -> ParsedPartner:
    """Parse one line. Two addresses give none, because the intended one is ambiguous."""
    found = [item for item in _WORD.findall(line) if "@" in item]
    if len(found) != 1:
        return ParsedPartner(number, _plain(line), "")
    before, _, after = line.partition(found[0])
    return ParsedPartner(
        number, _plain(f"{before.strip(_EDGES)} {after.strip(_EDGES)}"), found[0].removeprefix("mailto:")
    )


def parse_table(table: CsvTable) -> list[ParsedPartner]:
    """Parse the rows of a file by its headings. Raises NoColumn without an address column."""
    columns = match_headings(table.headings, BULK_COLUMN_WORDS)
    places = {**columns.similar, **columns.exact}
    if EMAIL_COLUMN not in places:
        raise NoEmailColumn(table.headings)
    rows = list(islice(table.rows(), FILE_ROWS_MAX + 1))
    if len(rows) > FILE_ROWS_MAX:
        raise TooManyLines(FILE_ROWS_MAX, is_file=True)
    return _some([_row(row.line, () if isinstance(row, BadCsvRow) else row.cells, places) for row in rows])


def _row(line: int, cells: tuple[str, ...], places: dict[str, int]) -> ParsedPartner:
    def cell(name: str) -> str:
        return _plain(cells[places[name]]) if name in places and cells else ""

    return ParsedPartner(line, cell(PARTNER_COLUMN), cell(EMAIL_COLUMN), cell(PART_COLUMN), cell(LANGUAGE_COLUMN))


def _some(entries: list[ParsedPartner]) -> list[ParsedPartner]:
    if not entries:
        raise NothingToSend
    return entries


def _plain(text: str) -> str:
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip(_EDGES)
