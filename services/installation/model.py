"""Installation of the app in a workspace, and the OAuth states that lead to one."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

INSTALLED_PLATFORM: Final = "slack"
"""Only platform on which each workspace issues its own token."""
OAUTH_STATE_TTL: Final = timedelta(minutes=10)
"""Time to read the consent page before agreeing."""


@dataclass(frozen=True, slots=True)
class Installation:
    """The app in one workspace or, org-wide, in all workspaces of an enterprise."""

    tenant: str
    """Enterprise id, else workspace id."""
    workspace: str
    """Workspace id; empty for an org-wide installation."""
    name: str
    app_id: str
    bot_user_id: str
    bot_id: str
    scopes: tuple[str, ...]
    installed_by: str
    """Platform's id of the installing user; empty where the platform does not tell."""
    installed_at: datetime


@dataclass(frozen=True, slots=True)
class InstallationWithToken:
    """Installation with its decrypted token."""

    installation: Installation
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OAuthState:
    """Stored OAuth state: digests only, so that a reader of the database cannot use it."""

    digest: str
    browser: str
    expires_at: datetime
    used_at: datetime | None = None


class OAuthStateFault(StrEnum):
    """Reason why a callback matches no open OAuth state."""

    UNKNOWN = "unknown"  # never issued, or purged
    OTHER_BROWSER = "elsewhere"  # issued to another browser
    EXPIRED = "expired"
    USED = "used"
