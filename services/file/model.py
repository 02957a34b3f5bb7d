"""A file: what somebody sent to the bot, or what the bot made for somebody, for this person alone and not for long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.errors import Refusal
from services.people import TeamId, UserId

MESSAGE_MAX: Final = 5
"""So many files may come with one message."""

RECEIVED_MAX: Final = 20
RECEIVED_MAX_BYTES: Final = 50 * 1024 * 1024
"""So much of what a person has sent is kept at a time."""

MADE_MAX: Final = 50
"""So many files made for a person are kept at a time; beyond, the oldest one goes."""

NAME_MAX_CHARS: Final = 120


class Purpose(StrEnum):
    """From where the file came."""

    RECEIVED = "received"  # somebody sent it to the bot
    MADE = "made"  # the bot made it for somebody


KEPT: Final = {Purpose.RECEIVED: timedelta(hours=24), Purpose.MADE: timedelta(days=7)}
"""How long a file stays: long enough to be used, because it is full of personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """What is known of a file besides what is in it."""

    team_id: TeamId
    file_id: str
    user_id: UserId
    """The only person who may use it."""
    name: str
    media_type: str
    purpose: Purpose
    size_bytes: int
    sha256: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file with what is in it."""

    stored: StoredFile
    content: bytes


@dataclass(frozen=True, slots=True)
class OfferedFile:
    """A file that waits to be fetched by the person for whom it was made."""

    file_id: str
    name: str
    size_bytes: int


class Problem(StrEnum):
    """Why the content of a file did not come along."""

    TOO_BIG = "too_big"
    NOT_FETCHED = "not_fetched"


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file as it came in from a platform."""

    name: str
    media_type: str
    content: bytes = b""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that was sent to the bot and is kept for now; the person says what to do with it."""

    file_id: str
    name: str
    size_bytes: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ReceivedFiles:
    """What became of the files of one message."""

    kept: tuple[KeptFile, ...]
    refused: tuple[tuple[str, Refusal], ...] = ()
    """The others by name, each with the reason."""


class Format(StrEnum):
    """What a file is instead of a table as plain text."""

    EXCEL = "excel"
    OTHER = "other"
