"""Reasons why rows were skipped, for the card and the result file."""

from typing import Final

from cards.model import T, t, verbatim
from services.lead.model import REFERENCE
from services.lead_import.model import DUPLICATE_CONTACT, ImportField, LeadImport, SkippedRow
from services.table import RowFlaw
from services.table.model import CSV_CELL_MAX_CHARS

RESULT_HEADER: Final = (t("Line"), t("Reason"))

FIELD_NAMES: Final[dict[str, T]] = {
    ImportField.NAME: t("Name"),
    ImportField.TITLE: t("Title"),
    ImportField.EMAIL: t("E-mail"),
    ImportField.PHONE: t("Phone"),
    ImportField.COMPANY: t("Company"),
    ImportField.POSTCODE: t("Postcode"),
    ImportField.COUNTRY: t("Country"),
    ImportField.TEXT: t("Enquiry"),
    ImportField.VALUE: t("Value"),
    ImportField.CURRENCY: t("Currency"),
    ImportField.SOURCE: t("Source"),
    ImportField.CAMPAIGN: t("Campaign"),
}

_REASON_TEXTS: Final[dict[str, T]] = {
    RowFlaw.UNCLOSED: t("a quotation mark is not closed"),
    RowFlaw.TOO_MANY_CELLS: t("more cells than headings"),
    RowFlaw.UNREADABLE: t("unreadable characters"),
    "missing": t("{field} is missing"),
    "too_long": t("{field} is too long (at most {limit} characters)"),
    "email": t("no valid e-mail address"),
    "phone": t("no valid phone number"),
    "amount": t("the value is not an amount"),
    "choice": t("{field} is not known"),
}


def skip_reason(row: SkippedRow) -> T:
    """Say why a row was skipped; a negative number is the line with the same contact."""
    if row.reason == DUPLICATE_CONTACT and row.number < 0:
        return t("same e-mail or phone as on line {line}", line=-row.number)
    if row.reason == DUPLICATE_CONTACT:
        return t("already here as {ref}", ref=REFERENCE.write(row.number))
    if row.reason == RowFlaw.TOO_LONG and not row.argument:
        return t("longer than {limit} characters", limit=row.limit or CSV_CELL_MAX_CHARS)
    field = FIELD_NAMES.get(row.argument, verbatim(row.argument))
    text = _REASON_TEXTS.get(row.reason, _REASON_TEXTS["choice"])
    return T(text.source, {"field": field, "limit": row.limit}) if "{" in text.source else text


def skipped_rows_file_name(lead_import: LeadImport) -> T:
    """Name the file of skipped rows."""
    return t("Left out of {name}.csv", name=lead_import.file_name.rpartition(".")[0] or lead_import.file_name)


def column_label(index: int) -> T:
    """Label a column without a heading; the index starts at 0."""
    return t("Column {n}", n=index + 1)
