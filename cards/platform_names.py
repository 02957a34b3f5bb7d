"""What the chat platforms are called."""

from typing import Final

from cards.model import T, t, verbatim

NAMES: Final[dict[str, T]] = {
    "teams": verbatim("Microsoft Teams"),
    "slack": verbatim("Slack"),
    "web": t("browser chat"),
}


def platform(name: str) -> T:
    """A platform as people know it."""
    return NAMES.get(name) or verbatim(name)


def place(name: str, tenant: str) -> T:
    """A platform, and which organisation or workspace there, as far as the platform tells."""
    return t("{platform} ({tenant})", platform=platform(name), tenant=tenant) if tenant else platform(name)
