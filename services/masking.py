"""What is left of a contact where not everybody may read it (A39, A41, A42)."""

import re

from services.actor import Actor
from services.permissions import Permission

_EMAIL = re.compile(r"[\w.+%'-]+@([\w-]+(?:\.[\w-]+)+)")
# Written as people write them: a plus or a zero, then at least seven digits with what stands between them.
_PHONE = re.compile(r"(?<![\w.,])(?:\+|0)(?:[ ()/.-]{0,2}\d){7,}")
_POSTCODE_SHOWN = 2
_PHONE_SHOWN = 4


def reads_contacts(actor: Actor) -> bool:
    """Only where nobody else reads along, and only whoever may have contacts shown."""
    return not actor.place.is_public and actor.may(Permission.LEAD_REVEAL)


def email_for(actor: Actor, email: str) -> str:
    """The address as this reader may see it."""
    return email if not email or reads_contacts(actor) else mask_email(email)


def mask_email(email: str) -> str:
    """`jane@example.com` → `j***@example.com`."""
    name, at, domain = email.rpartition("@")
    return f"{name[:1]}***@{domain}" if at else mask_name(email)


def mask_phone(phone: str) -> str:
    """`+49 711 1234567` → `+49 ***`: where somebody lives, not how he is reached."""
    return f"{phone[:_PHONE_SHOWN].strip()} ***" if phone else ""


def mask_postcode(postcode: str) -> str:
    """`70173` → `70***`."""
    return f"{postcode[:_POSTCODE_SHOWN]}***" if postcode else ""


def mask_name(name: str) -> str:
    """`Eva Maria Schneider` → `E. Schneider`."""
    first, *others = name.split() or [""]
    return f"{first[:1]}. {others[-1]}" if others else first


def mask_text(text: str) -> str:
    """A text in which nobody can be reached: addresses and telephone numbers in it are masked too."""
    without = _EMAIL.sub(lambda found: mask_email(found[0]), text)
    return _PHONE.sub(lambda found: mask_phone(found[0]), without)
