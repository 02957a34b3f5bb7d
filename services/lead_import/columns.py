"""Mapping of column headings to a lead's parts, in German and English."""

from typing import Final

from services.lead_import.model import Field, Plan
from services.table import Table, recognise

FIRST_NAME: Final = "first_name"
LAST_NAME: Final = "last_name"

WORDS: Final[dict[str, tuple[str, ...]]] = {
    Field.NAME: (
        "Name", "Kontakt", "Kontaktname", "Ansprechpartner", "Ansprechpartnerin", "Ansprechperson", "Kunde", "Kundin",
        "Kundenname", "Vollständiger Name", "Vor- und Nachname", "Vorname Nachname", "Person", "Contact",
        "Contact name", "Contact person", "Full name", "Customer", "Customer name", "Lead name", "Display name",
    ),
    FIRST_NAME: ("Vorname", "Rufname", "First name", "Firstname", "Forename", "Given name"),
    LAST_NAME: ("Nachname", "Familienname", "Zuname", "Last name", "Lastname", "Surname", "Family name"),
    Field.EMAIL: (
        "E-Mail", "Mail", "E-Mail-Adresse", "Mailadresse", "E-Mail 1", "E-Mail geschäftlich", "Email address",
        "Mail address", "E-Mail Kontakt", "Contact email", "Work email", "Business email",
    ),
    Field.PHONE: (
        "Telefon", "Telefonnummer", "Tel", "Tel.-Nr.", "Rufnummer", "Mobil", "Mobiltelefon", "Mobilnummer", "Handy",
        "Handynummer", "Festnetz", "Telefon 1", "Telefon geschäftlich", "Phone", "Phone number", "Telephone",
        "Mobile", "Mobile phone", "Cell", "Cell phone", "Work phone", "Contact phone",
    ),
    Field.COMPANY: (
        "Firma", "Firmenname", "Unternehmen", "Betrieb", "Organisation", "Gesellschaft", "Company", "Company name",
        "Organization", "Business", "Account", "Account name",
    ),
    Field.POSTCODE: ("PLZ", "Postleitzahl", "Postcode", "Post code", "Postal code", "ZIP", "ZIP code", "Zipcode"),
    Field.COUNTRY: ("Land", "Ländercode", "Länderkürzel", "Staat", "Country", "Country code", "Nation"),
    Field.TITLE: (
        "Titel", "Betreff", "Thema", "Worum geht es", "Vorhaben", "Projekt", "Anliegen", "Bezeichnung", "Produkt",
        "Title", "Subject", "Topic", "Project", "Opportunity", "Deal name", "Lead", "Lead title", "Product",
        "Interest", "Interesse",
    ),
    Field.TEXT: (
        "Anfrage", "Anfragetext", "Text", "Beschreibung", "Nachricht", "Bemerkung", "Bemerkungen", "Notiz", "Notizen",
        "Kommentar", "Details", "Freitext", "Enquiry", "Inquiry", "Description", "Message", "Note", "Notes", "Comment",
        "Comments", "Remarks", "Request",
    ),
    Field.VALUE: (
        "Wert", "Betrag", "Summe", "Auftragswert", "Auftragssumme", "Volumen", "Budget", "Umsatz", "Preis", "Value",
        "Amount", "Deal value", "Deal size", "Revenue", "Price", "Sum", "Wert in Euro", "Value in euros",
    ),
    Field.CURRENCY: ("Währung", "Währungscode", "Currency", "Currency code"),
    Field.SOURCE: ("Quelle", "Herkunft", "Leadquelle", "Kanal", "Source", "Lead source", "Origin", "Channel"),
    Field.CAMPAIGN: ("Kampagne", "Aktion", "Campaign", "Campaign name", "utm_campaign"),
}  # fmt: skip


def plan_of(table: Table, file_name: str) -> tuple[Plan, frozenset[Field]]:
    """Return the plan that the headings imply, and the fields only guessed.

    The file's name becomes the default title.
    """
    found = recognise(table.headings, WORDS)
    places = {**found.near, **found.known}
    columns: dict[Field, tuple[int, ...]] = {field: (places[field],) for field in Field if field in places}
    parts = joined_name(table)
    if parts and Field.NAME not in found.known:
        columns[Field.NAME] = parts
    near = {field for field in columns if not set(columns[field]) <= set(found.known.values())}
    # Without headings nothing is mapped: the user maps the columns.
    return Plan(columns=columns, title=_about(file_name)), frozenset(near)


def joined_name(table: Table) -> tuple[int, ...]:
    """Return the columns that form a name together."""
    known = recognise(table.headings, WORDS).known
    return tuple(known[name] for name in (FIRST_NAME, LAST_NAME) if name in known)


def _about(file_name: str) -> str:
    stem = file_name.rpartition(".")[0] or file_name
    return " ".join(stem.replace("_", " ").split())[:120]
