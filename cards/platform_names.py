"""Display names of the chat platforms."""

from typing import Final

from cards.model import T, t, verbatim

PLATFORM_NAMES: Final[dict[str, T]] = {
    "teams": verbatim("Microsoft Teams"),
    "slack": verbatim("Slack"),
    "web": t("browser chat"),
}


def platform_name(name: str) -> T:
    """Return the display name of a platform."""
    return PLATFORM_NAMES.get(name) or verbatim(name)


def platform_and_tenant(name: str, tenant: str) -> T:
    """Name a platform with its organisation or workspace, if known."""
    return t("{platform} ({tenant})", platform=platform_name(name), tenant=tenant) if tenant else platform_name(name)
