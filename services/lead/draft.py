"""Draft of a lead: form input, parsed into a lead's parts or refused by field."""

import unicodedata
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from services.errors import Invalid
from services.lead.model import (
    DEFAULT_COUNTRY,
    ENQUIRY_MAX_CHARS,
    LEAD_LINE_MAX_CHARS,
    POSTCODE_MAX_CHARS,
    TITLE_MAX_CHARS,
    Contact,
    ContactKeys,
    Enquiry,
)
from services.money import parse_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadDraft:
    """Lead as it was typed."""

    title: str
    name: str
    email: str = ""
    phone: str = ""
    company: str = ""
    postcode: str = ""
    country: str = ""
    text: str = ""
    value: str = ""
    source: str = ""
    campaign: str = ""


def parse_line(argument: str, typed: str, limit: int = LEAD_LINE_MAX_CHARS) -> str:
    """Return one line with normalised spaces. Raises Invalid when it is too long."""
    text = " ".join(unicodedata.normalize("NFC", typed).split())
    if len(text) > limit:
        raise Invalid(argument, "too_long", limit)
    return text


def parse_paragraph(argument: str, typed: str, limit: int) -> str:
    """Return a text of several lines, normalised. Raises Invalid when it is too long."""
    text = unicodedata.normalize("NFC", typed).strip()
    if len(text) > limit:
        raise Invalid(argument, "too_long", limit)
    return text


def require_text(argument: str, text: str) -> str:
    """Return the text unless it is empty. Raises Invalid."""
    if not text:
        raise Invalid(argument, "missing")
    return text


def parse_contact(draft: LeadDraft) -> tuple[Contact, ContactKeys]:
    """Return the contact and its contact key. Raises Invalid."""
    country = _country(draft.country)
    email, email_key = _email(draft.email)
    phone, phone_key = _phone(draft.phone, country)
    contact = Contact(
        require_text("name", parse_line("name", draft.name)),
        email,
        phone,
        parse_line("company", draft.company),
        parse_line("postcode", draft.postcode, POSTCODE_MAX_CHARS),
        country,
    )
    return contact, ContactKeys(email_key, phone_key)


def parse_contact_keys(draft: LeadDraft) -> ContactKeys:
    """Return the contact key. Raises Invalid."""
    return ContactKeys(_email(draft.email)[1], _phone(draft.phone, _country(draft.country))[1])


def parse_enquiry(draft: LeadDraft) -> Enquiry:
    """Return the enquiry. Raises Invalid."""
    return Enquiry(
        title=require_text("title", parse_line("title", draft.title, TITLE_MAX_CHARS)),
        text=parse_paragraph("text", draft.text, ENQUIRY_MAX_CHARS),
        value_cents=parse_cents("value", draft.value) if draft.value.strip() else None,
        source=parse_line("source", draft.source),
        campaign=parse_line("campaign", draft.campaign),
    )


def _country(typed: str) -> str:
    country = typed.strip().upper() or DEFAULT_COUNTRY
    if country not in phonenumbers.SUPPORTED_REGIONS:
        raise Invalid("country", "choice")
    return country


def _email(typed: str) -> tuple[str, str]:
    if not typed.strip():
        return "", ""
    try:
        address = validate_email(typed.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise Invalid("email", "email") from error
    return address, address.casefold()


def _phone(typed: str, country: str) -> tuple[str, str]:
    if not typed.strip():
        return "", ""
    try:
        number = phonenumbers.parse(parse_line("phone", typed, 40), country)
    except phonenumbers.NumberParseException as error:
        raise Invalid("phone", "phone") from error
    if not phonenumbers.is_possible_number(number):
        raise Invalid("phone", "phone")
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return written, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
