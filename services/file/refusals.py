"""Refusals about files: each is named by the state that refuses."""

from dataclasses import dataclass

from services.errors import Refusal
from services.file.model import RECEIVED_FILES_MAX, RECEIVED_FILES_MAX_BYTES, FileFormat
from services.spreadsheet import FILE_MAX_BYTES


class FileRefusal(Refusal):
    """A rule about files forbids it."""


@dataclass(eq=False)
class FileTooBig(FileRefusal):
    """The file is larger than FILE_MAX_BYTES."""

    name: str = ""
    limit_bytes: int = FILE_MAX_BYTES


@dataclass(eq=False)
class TooManyFiles(FileRefusal):
    """The user has too many stored files; the next one must wait."""

    limit: int = RECEIVED_FILES_MAX
    limit_bytes: int = RECEIVED_FILES_MAX_BYTES


@dataclass(eq=False)
class FileEmpty(FileRefusal):
    """The file is empty."""

    name: str


@dataclass(eq=False)
class NotCsv(FileRefusal):
    """The file is no plain-text table."""

    name: str
    format: FileFormat = FileFormat.OTHER


@dataclass(eq=False)
class FileNotFetched(FileRefusal):
    """The platform announced a file and did not deliver it."""

    name: str


@dataclass(eq=False)
class FileInPublicPlace(FileRefusal):
    """The file was sent in a public place."""


@dataclass(eq=False)
class FileExpired(FileRefusal):
    """The file has expired, or never existed for this user."""
