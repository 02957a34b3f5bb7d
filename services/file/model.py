"""File that a user sent, or that the bot made for a user: private to this user and short-lived."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.errors import Refusal
from services.people import TeamId, UserId

MESSAGE_FILES_MAX: Final = 5
"""Files accepted with one message."""

RECEIVED_FILES_MAX: Final = 20
RECEIVED_FILES_MAX_BYTES: Final = 50 * 1024 * 1024
"""Total size stored of what a user has sent."""

GENERATED_FILES_MAX: Final = 50
"""Made files stored per user; a further one replaces the oldest."""

FILE_NAME_MAX_CHARS: Final = 120


class FileOrigin(StrEnum):
    """Origin of a file."""

    RECEIVED = "received"  # sent to the bot by the user
    GENERATED = "made"  # made by the bot for the user


FILE_TTL: Final = {FileOrigin.RECEIVED: timedelta(hours=24), FileOrigin.GENERATED: timedelta(days=7)}
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
    purpose: FileOrigin
    size_bytes: int
    sha256: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FileWithContent:
    """File with its content."""

    stored: StoredFile
    content: bytes


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """File ready for download by the user it was made for."""

    file_id: str
    name: str
    size_bytes: int


class ReceiveProblem(StrEnum):
    """Reason why the content did not arrive."""

    TOO_BIG = "too_big"
    NOT_FETCHED = "not_fetched"


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """File as a platform delivered it."""

    name: str
    media_type: str
    content: bytes = b""
    problem: ReceiveProblem | None = None


@dataclass(frozen=True, slots=True)
class AcceptedFile:
    """Received and stored file; the user says next what to do with it."""

    file_id: str
    name: str
    size_bytes: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ReceivedFiles:
    """Result for the files of one message."""

    accepted: tuple[AcceptedFile, ...]
    refused: tuple[tuple[str, Refusal], ...] = ()
    """Refused files by name, each with the reason."""


class FileFormat(StrEnum):
    """Format of a file that is no plain-text table."""

    EXCEL = "excel"
    OTHER = "other"
