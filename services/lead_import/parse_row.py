"""Parser of a row into a lead, or into the reason why it becomes none. Pure, and the same in preview and import."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from services.errors import Invalid
from services.lead import LeadDraft
from services.lead.draft import parse_contact, parse_enquiry
from services.lead.model import DEFAULT_CURRENCY, TITLE_MAX_CHARS
from services.lead_import.model import (
    IMPORT_BATCH_ROWS,
    ImportedRow,
    ImportField,
    ImportPlan,
    ParsedRow,
    RowBatch,
    SkippedRow,
)
from services.table import BadCsvRow, CsvRow, CsvTable

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


def split_batches(table: CsvTable, plan: ImportPlan, after_line: int) -> Iterator[RowBatch]:
    """Yield the rows below a line, batch by batch."""
    rows = table.rows(after_line)
    while several := tuple(parse_lead_row(row, plan) for row in islice(rows, IMPORT_BATCH_ROWS)):
        yield RowBatch(several, several[-1].line)


def parse_lead_row(row: CsvRow | BadCsvRow, plan: ImportPlan) -> ParsedRow:
    """Parse a row into a lead, or into the reason why it becomes none."""
    if isinstance(row, BadCsvRow):
        return SkippedRow(row.line, row.flaw)
    try:
        return _lead(row, plan)
    except Invalid as refusal:
        return SkippedRow(row.line, refusal.reason, refusal.argument, refusal.limit)


def _lead(row: CsvRow, plan: ImportPlan) -> ImportedRow:
    cells = {field: _cell(row, plan, field) for field in ImportField}
    value, currency = _money(cells[ImportField.VALUE], cells[ImportField.CURRENCY])
    draft = LeadDraft(
        title=_title(cells, plan),
        name=cells[ImportField.NAME] or cells[ImportField.COMPANY],
        email=cells[ImportField.EMAIL],
        phone=cells[ImportField.PHONE],
        company=cells[ImportField.COMPANY],
        postcode=cells[ImportField.POSTCODE],
        country=_COUNTRIES.get(cells[ImportField.COUNTRY].upper(), cells[ImportField.COUNTRY]),
        text=cells[ImportField.TEXT],
        value=value,
        source=cells[ImportField.SOURCE] or plan.source,
        campaign=cells[ImportField.CAMPAIGN] or plan.campaign,
    )
    contact, keys = parse_contact(draft)
    return ImportedRow(row.line, contact, keys, replace(parse_enquiry(draft), currency=currency))


def _cell(row: CsvRow, plan: ImportPlan, field: ImportField) -> str:
    places = plan.columns.get(field, ())
    return " ".join(text for item in places if item < len(row.cells) and (text := row.cells[item].strip()))


def _title(cells: dict[ImportField, str], plan: ImportPlan) -> str:
    """Return the row's title, else the file's default title, else the beginning of the enquiry."""
    told = cells[ImportField.TITLE] or plan.title
    return told or next(iter(cells[ImportField.TEXT].splitlines()), "")[:TITLE_MAX_CHARS]


def _money(value: str, currency: str) -> tuple[str, str]:
    """Return the number alone and its currency: the column's, or the one beside the number."""
    written = _WRITTEN.search(value)
    told = currency or (written[0] if written else "")
    code = _SIGNS.get(told.upper(), told.upper()) or DEFAULT_CURRENCY
    if code not in _CURRENCIES:
        raise Invalid("currency" if currency else "value", "choice" if currency else "amount")
    return (value.replace(written[0], "", 1).strip() if written else value), code
