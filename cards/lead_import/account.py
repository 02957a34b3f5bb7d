"""Why rows became no lead, in words: for the card and for the file that lists them all."""

from typing import Final

from cards.model import T, t, verbatim
from services.lead.model import REFERENCE
from services.lead_import.model import KNOWN, Field, LeadImport, SkippedRow
from services.table import Flaw
from services.table.model import CELL_MAX_CHARS

HEADINGS: Final = (t("Line"), t("Reason"))

FIELDS: Final[dict[str, T]] = {
    Field.NAME: t("Name"),
    Field.TITLE: t("Title"),
    Field.EMAIL: t("E-mail"),
    Field.PHONE: t("Phone"),
    Field.COMPANY: t("Company"),
    Field.POSTCODE: t("Postcode"),
    Field.COUNTRY: t("Country"),
    Field.TEXT: t("Enquiry"),
    Field.VALUE: t("Value"),
    Field.CURRENCY: t("Currency"),
    Field.SOURCE: t("Source"),
    Field.CAMPAIGN: t("Campaign"),
}

_REASONS: Final[dict[str, T]] = {
    Flaw.UNCLOSED: t("a quotation mark is not closed"),
    Flaw.TOO_MANY_CELLS: t("more cells than headings"),
    Flaw.UNREADABLE: t("unreadable characters"),
    "missing": t("{field} is missing"),
    "too_long": t("{field} is too long (at most {limit} characters)"),
    "email": t("no valid e-mail address"),
    "phone": t("no valid phone number"),
    "amount": t("the value is not an amount"),
    "choice": t("{field} is not known"),
}


def reason(row: SkippedRow) -> T:
    """Why a row was left out; a negative number is the line on which the same contact stands."""
    if row.reason == KNOWN and row.number < 0:
        return t("same e-mail or phone as on line {line}", line=-row.number)
    if row.reason == KNOWN:
        return t("already here as {ref}", ref=REFERENCE.write(row.number))
    if row.reason == Flaw.TOO_LONG and not row.argument:
        return t("longer than {limit} characters", limit=row.limit or CELL_MAX_CHARS)
    field = FIELDS.get(row.argument, verbatim(row.argument))
    words = _REASONS.get(row.reason, _REASONS["choice"])
    return T(words.source, {"field": field, "limit": row.limit}) if "{" in words.source else words


def named(one: LeadImport) -> T:
    """What the file with the rows that were left out is called."""
    return t("Left out of {name}.csv", name=one.file_name.rpartition(".")[0] or one.file_name)


def column(place: int) -> T:
    """A column without a heading."""
    return t("Column {n}", n=place + 1)
