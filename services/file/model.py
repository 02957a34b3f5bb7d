"""File that a user sent, or that the bot made for a user: private to this user and short-lived."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.errors import Refusal
from services.people import TeamId, UserId

MESSAGE_MAX: Final = 5
"""Files accepted with one message."""

RECEIVED_MAX: Final = 20
RECEIVED_MAX_BYTES: Final = 50 * 1024 * 1024
"""Total size stored of what a user has sent."""

MADE_MAX: Final = 50
"""Made files stored per user; a further one replaces the oldest."""

NAME_MAX_CHARS: Final = 120


class Purpose(StrEnum):
    """Origin of a file."""

    RECEIVED = "received"  # sent to the bot by the user
    MADE = "made"  # made by the bot for the user


KEPT: Final = {Purpose.RECEIVED: timedelta(hours=24), Purpose.MADE: timedelta(days=7)}
"""Lifetime of a file: only as long as it is needed, because it holds personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """Metadata of a file."""

    team_id: TeamId
    file_id: str
    user_id: UserId
    """Only user who may use it."""
    name: str
    media_type: str
    purpose: Purpose
    size_bytes: int
    sha256: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """File with its content."""

    stored: StoredFile
    content: bytes


@dataclass(frozen=True, slots=True)
class OfferedFile:
    """File ready for download by the user it was made for."""

    file_id: str
    name: str
    size_bytes: int


class Problem(StrEnum):
    """Reason why the content did not arrive."""

    TOO_BIG = "too_big"
    NOT_FETCHED = "not_fetched"


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """File as a platform delivered it."""

    name: str
    media_type: str
    content: bytes = b""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """Received and stored file; the user says next what to do with it."""

    file_id: str
    name: str
    size_bytes: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ReceivedFiles:
    """Result for the files of one message."""

    kept: tuple[KeptFile, ...]
    refused: tuple[tuple[str, Refusal], ...] = ()
    """Refused files by name, each with the reason."""


class Format(StrEnum):
    """Format of a file that is no plain-text table."""

    EXCEL = "excel"
    OTHER = "other"
