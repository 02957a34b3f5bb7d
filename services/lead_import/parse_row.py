"""Parser of a row into a lead, or into the reason why it becomes none. Pure, and the same in preview and import."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from services.errors import Invalid
from services.lead import Draft
from services.lead.draft import contact_of, enquiry_of
from services.lead.model import DEFAULT_CURRENCY, TITLE_MAX_CHARS
from services.lead_import.model import BATCH_ROWS, Batch, Field, NewLead, Plan, ReadRow, SkippedRow
from services.table import BadRow, Row, Table

_SIGNS: Final = {"€": "EUR", "$": "USD", "£": "GBP", "EURO": "EUR", "US$": "USD", "DOLLAR": "USD", "FR.": "CHF"}
_CURRENCIES: Final = frozenset({"EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "BGN"})
_WRITTEN: Final = re.compile(r"US\$|[€$£]|[A-Za-z]{3,6}|Fr\.", re.IGNORECASE)

_COUNTRIES: Final = {
    "D": "DE", "DEUTSCHLAND": "DE", "GERMANY": "DE", "DEU": "DE", "GER": "DE",
    "A": "AT", "ÖSTERREICH": "AT", "OESTERREICH": "AT", "AUSTRIA": "AT", "AUT": "AT",
    "SCHWEIZ": "CH", "SWITZERLAND": "CH", "CHE": "CH", "SUISSE": "CH",
    "FRANKREICH": "FR", "FRANCE": "FR", "ITALIEN": "IT", "ITALY": "IT", "SPANIEN": "ES", "SPAIN": "ES",
    "NIEDERLANDE": "NL", "NETHERLANDS": "NL", "BELGIEN": "BE", "BELGIUM": "BE", "LUXEMBURG": "LU", "LUXEMBOURG": "LU",
    "POLEN": "PL", "POLAND": "PL", "DÄNEMARK": "DK", "DENMARK": "DK", "TSCHECHIEN": "CZ", "CZECHIA": "CZ",
    "LIECHTENSTEIN": "LI", "UK": "GB", "GROSSBRITANNIEN": "GB", "UNITED KINGDOM": "GB", "USA": "US",
    "VEREINIGTE STAATEN": "US", "UNITED STATES": "US",
}  # fmt: skip


def batches(table: Table, plan: Plan, after_line: int) -> Iterator[Batch]:
    """Yield the rows below a line, batch by batch."""
    rows = table.rows(after_line)
    while several := tuple(read(row, plan) for row in islice(rows, BATCH_ROWS)):
        yield Batch(several, several[-1].line)


def read(row: Row | BadRow, plan: Plan) -> ReadRow:
    """Parse a row into a lead, or into the reason why it becomes none."""
    if isinstance(row, BadRow):
        return SkippedRow(row.line, row.flaw)
    try:
        return _lead(row, plan)
    except Invalid as refusal:
        return SkippedRow(row.line, refusal.reason, refusal.argument, refusal.limit)


def _lead(row: Row, plan: Plan) -> NewLead:
    cells = {field: _cell(row, plan, field) for field in Field}
    value, currency = _money(cells[Field.VALUE], cells[Field.CURRENCY])
    draft = Draft(
        title=_title(cells, plan),
        name=cells[Field.NAME] or cells[Field.COMPANY],
        email=cells[Field.EMAIL],
        phone=cells[Field.PHONE],
        company=cells[Field.COMPANY],
        postcode=cells[Field.POSTCODE],
        country=_COUNTRIES.get(cells[Field.COUNTRY].upper(), cells[Field.COUNTRY]),
        text=cells[Field.TEXT],
        value=value,
        source=cells[Field.SOURCE] or plan.source,
        campaign=cells[Field.CAMPAIGN] or plan.campaign,
    )
    contact, keys = contact_of(draft)
    return NewLead(row.line, contact, keys, replace(enquiry_of(draft), currency=currency))


def _cell(row: Row, plan: Plan, field: Field) -> str:
    places = plan.columns.get(field, ())
    return " ".join(text for place in places if place < len(row.cells) and (text := row.cells[place].strip()))


def _title(cells: dict[Field, str], plan: Plan) -> str:
    """Return the row's title, else the file's default title, else the beginning of the enquiry."""
    told = cells[Field.TITLE] or plan.title
    return told or next(iter(cells[Field.TEXT].splitlines()), "")[:TITLE_MAX_CHARS]


def _money(value: str, currency: str) -> tuple[str, str]:
    """Return the number alone and its currency: the column's, or the one beside the number."""
    written = _WRITTEN.search(value)
    told = currency or (written[0] if written else "")
    code = _SIGNS.get(told.upper(), told.upper()) or DEFAULT_CURRENCY
    if code not in _CURRENCIES:
        raise Invalid("currency" if currency else "value", "choice" if currency else "amount")
    return (value.replace(written[0], "", 1).strip() if written else value), code
