"""Parser of pasted text and CSV files into partners with an address. It validates nothing and drops nothing."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import Final

from services.bulk.model import FILE_ROWS_MAX, TYPED_MAX, TYPED_MAX_CHARS
from services.bulk.refusals import NoColumn, NothingToSend, TooManyLines
from services.errors import Invalid
from services.marketplace.model import Part
from services.people import Language
from services.table import BadRow, Table, recognise

EMAIL: Final = "email"
FIRM: Final = "firm"
PART: Final = "part"
LANGUAGE: Final = "language"

COLUMNS: Final = {
    FIRM: ("Firma", "Firmenname", "Unternehmen", "Betrieb", "Partner", "Name", "Company", "Company name", "Firm"),
    EMAIL: ("E-Mail", "E-Mail-Adresse", "Mail", "Mailadresse", "Email address", "Adresse", "Address"),
    PART: ("Rolle", "Teilnahme", "Part", "Role", "Gibt/nimmt"),
    LANGUAGE: ("Sprache", "Language"),
}
_PARTS: Final = {
    Part.TAKES: ("takes", "take", "taker", "nimmt", "nehmer", "leadnehmer", "abnehmer"),
    Part.GIVES: ("gives", "give", "giver", "gibt", "geber", "leadgeber"),
    Part.BOTH: ("both", "beides", "beide", "gibt und nimmt", "gives and takes"),
}
PARTS: Final = {word: part for part, words in _PARTS.items() for word in words}
LANGUAGES: Final = {
    **dict.fromkeys(("de", "deutsch", "german", "de-de", "de-at", "de-ch"), Language.GERMAN),
    **dict.fromkeys(("en", "englisch", "english", "en-us", "en-gb"), Language.ENGLISH),
}

_WORD: Final = re.compile(r"[^\s;,<>()\"'|]+")
_EDGES: Final = " \t;,|<>()\"'-\u2013"
_SPACES: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Entry:
    """Partner as it was written; missing values are empty."""

    line: int
    firm: str
    email: str
    part: str = ""
    language: str = ""


def read_text(text: str) -> list[Entry]:
    """Parse one partner a line, name and address in any order.

    Forms: `Acme; a@b.example`, `a@b.example Acme`, `Acme <a@b.example>`.
    """
    if len(text) > TYPED_MAX_CHARS:
        raise Invalid("firms", "too_long", TYPED_MAX_CHARS)
    entries = [_typed(number, one) for number, one in enumerate(text.splitlines(), 1) if one.strip()]
    if len(entries) > TYPED_MAX:
        raise TooManyLines(TYPED_MAX)
    return _some(entries)


def _typed(number: int, line: str) -> Entry:
    """Parse one line. Two addresses give none, because the intended one is ambiguous."""
    found = [one for one in _WORD.findall(line) if "@" in one]
    if len(found) != 1:
        return Entry(number, _plain(line), "")
    before, _, after = line.partition(found[0])
    return Entry(number, _plain(f"{before.strip(_EDGES)} {after.strip(_EDGES)}"), found[0].removeprefix("mailto:"))


def read_table(table: Table) -> list[Entry]:
    """Parse the rows of a file by its headings. Raises NoColumn without an address column."""
    columns = recognise(table.headings, COLUMNS)
    places = {**columns.near, **columns.known}
    if EMAIL not in places:
        raise NoColumn(table.headings)
    rows = list(islice(table.rows(), FILE_ROWS_MAX + 1))
    if len(rows) > FILE_ROWS_MAX:
        raise TooManyLines(FILE_ROWS_MAX, is_file=True)
    return _some([_row(row.line, () if isinstance(row, BadRow) else row.cells, places) for row in rows])


def _row(line: int, cells: tuple[str, ...], places: dict[str, int]) -> Entry:
    def cell(name: str) -> str:
        return _plain(cells[places[name]]) if name in places and cells else ""

    return Entry(line, cell(FIRM), cell(EMAIL), cell(PART), cell(LANGUAGE))


def _some(entries: list[Entry]) -> list[Entry]:
    if not entries:
        raise NothingToSend
    return entries


def _plain(text: str) -> str:
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip(_EDGES)
