"""The app in a workspace: what was given to it there, and the questions that lead to it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

PLATFORM: Final = "slack"
"""The only platform on which each workspace gives the app a token of its own."""
ASKED_FOR: Final = timedelta(minutes=10)
"""So long somebody may read what the app asks for before agreeing to it."""


@dataclass(frozen=True, slots=True)
class Installation:
    """The app in one workspace or, org-wide, in all workspaces of an enterprise."""

    tenant: str
    """The enterprise, else the workspace."""
    workspace: str
    """Empty for an org-wide installation."""
    name: str
    app_id: str
    bot_user_id: str
    bot_id: str
    scopes: tuple[str, ...]
    installed_by: str
    """The platform's id of the person; nobody's, where it does not say."""
    installed_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedInstallation:
    """An installation with the token that it gave."""

    installation: Installation
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Question:
    """What is kept of a question to a workspace: digests, so that nobody who reads them can answer it."""

    digest: str
    browser: str
    expires_at: datetime
    used_at: datetime | None = None


class Fault(StrEnum):
    """Why an answer belongs to no open question."""

    UNKNOWN = "unknown"  # never asked, or long ago
    ELSEWHERE = "elsewhere"  # asked in another browser
    EXPIRED = "expired"
    USED = "used"
