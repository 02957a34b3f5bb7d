"""What the chat platforms are called."""

from typing import Final

from cards.model import T, t, verbatim

PLATFORM_NAMES: Final[dict[str, T]] = {
    "teams": verbatim("Microsoft Teams"),
    "slack": verbatim("Slack"),
    "web": t("browser chat"),
}


def platform_name(name: str) -> T:
    """A platform as people know it."""
    return PLATFORM_NAMES.get(name) or verbatim(name)


def platform_and_tenant(name: str, tenant: str) -> T:
    """A platform, and which organisation or workspace there, as far as the platform tells."""
    return t("{platform} ({tenant})", platform=platform_name(name), tenant=tenant) if tenant else platform_name(name)
