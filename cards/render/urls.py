"""Which addresses a card may point to."""

from typing import Final
from urllib.parse import urlsplit

SAFE_SCHEMES: Final = {"https", "http", "mailto"}


def is_safe_url(url: str) -> bool:
    """Whether the address is one of the web or of mail, and no script in disguise."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in SAFE_SCHEMES and bool(parts.netloc or parts.scheme == "mailto")
