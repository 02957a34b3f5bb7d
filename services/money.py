"""Money as users type it."""

import re

from services.errors import Invalid

CENTS_MAX = 10**12
_AMOUNT = re.compile(r"(?P<whole>\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+|\d+)(?:[.,](?P<cents>\d{1,2}))?")
_CURRENCY = re.compile(r"(?:€|EUR|\$|USD)", re.IGNORECASE)


def parse_cents(argument: str, typed: str) -> int:
    """Parse `18500`, `18.500 €`, `18,500.00` or `18.500,5` into minor units.

    One or two digits after the last separator are cents. Raises Invalid.
    """
    found = _AMOUNT.fullmatch(_CURRENCY.sub("", typed, count=1).strip())
    if found is None:
        raise Invalid(argument, "amount")
    cents = int(re.sub(r"\D", "", found["whole"])[:20]) * 100 + int((found["cents"] or "").ljust(2, "0"))
    if cents > CENTS_MAX:
        raise Invalid(argument, "amount")
    return cents
