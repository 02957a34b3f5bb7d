"""Masking of contacts for readers who may not see them (A39, A41, A42)."""

import re

from services.actor import Actor
from services.permissions import Permission

_EMAIL = re.compile(r"[\w.+%'-]+@([\w-]+(?:\.[\w-]+)+)")
# As people write them: a plus or a zero, then at least seven digits with usual separators.
_PHONE = re.compile(r"(?<![\w.,])(?:\+|0)(?:[ ()/.-]{0,2}\d){7,}")
_POSTCODE_SHOWN = 2
_PHONE_SHOWN = 4


def may_read_contacts(actor: Actor) -> bool:
    """Return whether contacts may be shown: in a direct chat, to a role that may reveal them."""
    return not actor.place.is_public and actor.may(Permission.LEAD_REVEAL)


def mask_email_for(actor: Actor, email: str) -> str:
    """Return the address, masked as needed for this reader."""
    return email if not email or may_read_contacts(actor) else mask_email(email)


def mask_email(email: str) -> str:
    """Mask `jane@example.com` as `j***@example.com`."""
    name, at, domain = email.rpartition("@")
    return f"{name[:1]}***@{domain}" if at else mask_name(email)


def mask_phone(phone: str) -> str:
    """Mask `+49 711 1234567` as `+49 ***`: the country stays, the number does not."""
    return f"{phone[:_PHONE_SHOWN].strip()} ***" if phone else ""


def mask_postcode(postcode: str) -> str:
    """Mask `70173` as `70***`."""
    return f"{postcode[:_POSTCODE_SHOWN]}***" if postcode else ""


def mask_name(name: str) -> str:
    """Mask `Eva Maria Schneider` as `E. Schneider`."""
    first, *others = name.split() or [""]
    return f"{first[:1]}. {others[-1]}" if others else first


def mask_text(text: str) -> str:
    """Mask the addresses and phone numbers in a text."""
    without = _EMAIL.sub(lambda found: mask_email(found[0]), text)
    return _PHONE.sub(lambda found: mask_phone(found[0]), without)
