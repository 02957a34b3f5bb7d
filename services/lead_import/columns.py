"""Mapping of column headings to a lead's parts, in German and English."""

from typing import Final

from services.lead_import.model import ImportField, ImportPlan
from services.table import CsvTable, match_headings

FIRST_NAME_COLUMN: Final = "first_name"
LAST_NAME_COLUMN: Final = "last_name"

FIELD_WORDS: Final[dict[str, tuple[str, ...]]] = {
    ImportField.NAME: (
        "Name", "Kontakt", "Kontaktname", "Ansprechpartner", "Ansprechpartnerin", "Ansprechperson", "Kunde", "Kundin",
        "Kundenname", "Vollständiger Name", "Vor- und Nachname", "Vorname Nachname", "Person", "Contact",
        "Contact name", "Contact person", "Full name", "Customer", "Customer name", "Lead name", "Display name",
    ),
    FIRST_NAME_COLUMN: ("Vorname", "Rufname", "First name", "Firstname", "Forename", "Given name"),
    LAST_NAME_COLUMN: ("Nachname", "Familienname", "Zuname", "Last name", "Lastname", "Surname", "Family name"),
    ImportField.EMAIL: (
        "E-Mail", "Mail", "E-Mail-Adresse", "Mailadresse", "E-Mail 1", "E-Mail geschäftlich", "Email address",
        "Mail address", "E-Mail Kontakt", "Contact email", "Work email", "Business email",
    ),
    ImportField.PHONE: (
        "Telefon", "Telefonnummer", "Tel", "Tel.-Nr.", "Rufnummer", "Mobil", "Mobiltelefon", "Mobilnummer", "Handy",
        "Handynummer", "Festnetz", "Telefon 1", "Telefon geschäftlich", "Phone", "Phone number", "Telephone",
        "Mobile", "Mobile phone", "Cell", "Cell phone", "Work phone", "Contact phone",
    ),
    ImportField.COMPANY: (
        "Firma", "Firmenname", "Unternehmen", "Betrieb", "Organisation", "Gesellschaft", "Company", "Company name",
        "Organization", "Business", "Account", "Account name",
    ),
    ImportField.POSTCODE: ("PLZ", "Postleitzahl", "Postcode", "Post code", "Postal code", "ZIP", "ZIP code", "Zipcode"),
    ImportField.COUNTRY: ("Land", "Ländercode", "Länderkürzel", "Staat", "Country", "Country code", "Nation"),
    ImportField.TITLE: (
        "Titel", "Betreff", "Thema", "Worum geht es", "Vorhaben", "Projekt", "Anliegen", "Bezeichnung", "Produkt",
        "Title", "Subject", "Topic", "Project", "Opportunity", "Deal name", "Lead", "Lead title", "Product",
        "Interest", "Interesse",
    ),
    ImportField.TEXT: (
        "Anfrage", "Anfragetext", "Text", "Beschreibung", "Nachricht", "Bemerkung", "Bemerkungen", "Notiz", "Notizen",
        "Kommentar", "Details", "Freitext", "Enquiry", "Inquiry", "Description", "Message", "Note", "Notes", "Comment",
        "Comments", "Remarks", "Request",
    ),
    ImportField.VALUE: (
        "Wert", "Betrag", "Summe", "Auftragswert", "Auftragssumme", "Volumen", "Budget", "Umsatz", "Preis", "Value",
        "Amount", "Deal value", "Deal size", "Revenue", "Price", "Sum", "Wert in Euro", "Value in euros",
    ),
    ImportField.CURRENCY: ("Währung", "Währungscode", "Currency", "Currency code"),
    ImportField.SOURCE: ("Quelle", "Herkunft", "Leadquelle", "Kanal", "Source", "Lead source", "Origin", "Channel"),
    ImportField.CAMPAIGN: ("Kampagne", "Aktion", "Campaign", "Campaign name", "utm_campaign"),
}  # fmt: skip


def build_plan(table: CsvTable, file_name: str) -> tuple[ImportPlan, frozenset[ImportField]]:
    """Return the plan that the headings imply, and the fields only guessed.

    The file's name becomes the default title.
    """
    found = match_headings(table.headings, FIELD_WORDS)
    places = {**found.similar, **found.exact}
    columns: dict[ImportField, tuple[int, ...]] = {field: (places[field],) for field in ImportField if field in places}
    parts = find_name_columns(table)
    if parts and ImportField.NAME not in found.exact:
        columns[ImportField.NAME] = parts
    near = {field for field in columns if not set(columns[field]) <= set(found.exact.values())}
    # Without headings nothing is mapped: the user maps the columns.
    return ImportPlan(columns=columns, title=_about(file_name)), frozenset(near)


def find_name_columns(table: CsvTable) -> tuple[int, ...]:
    """Return the columns that form a name together."""
    known = match_headings(table.headings, FIELD_WORDS).exact
    return tuple(known[name] for name in (FIRST_NAME_COLUMN, LAST_NAME_COLUMN) if name in known)


def _about(file_name: str) -> str:
    stem = file_name.rpartition(".")[0] or file_name
    return " ".join(stem.replace("_", " ").split())[:120]
