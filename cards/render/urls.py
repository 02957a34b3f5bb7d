"""Check the URLs in cards."""

from typing import Final
from urllib.parse import urlsplit

SAFE_SCHEMES: Final = {"https", "http", "mailto"}


def is_safe_url(url: str) -> bool:
    """Tell whether the URL uses http, https or mailto; `javascript:` and others are rejected."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in SAFE_SCHEMES and bool(parts.netloc or parts.scheme == "mailto")
