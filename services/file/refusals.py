"""Refusals about files: each is named by the state that refuses."""

from dataclasses import dataclass

from services.errors import Refusal
from services.file.model import RECEIVED_MAX, RECEIVED_MAX_BYTES, Format
from services.spreadsheet import FILE_MAX_BYTES


class FileRefusal(Refusal):
    """Something is wrong with a file."""


@dataclass(eq=False)
class FileTooBig(FileRefusal):
    """The file is larger than any file may be."""

    name: str = ""
    limit_bytes: int = FILE_MAX_BYTES


@dataclass(eq=False)
class TooManyFiles(FileRefusal):
    """The person has sent so many files that the next one must wait."""

    limit: int = RECEIVED_MAX
    limit_bytes: int = RECEIVED_MAX_BYTES


@dataclass(eq=False)
class FileEmpty(FileRefusal):
    """There is nothing in the file."""

    name: str


@dataclass(eq=False)
class NotCsv(FileRefusal):
    """The file is no table as plain text."""

    name: str
    format: Format = Format.OTHER


@dataclass(eq=False)
class FileNotFetched(FileRefusal):
    """The platform announced a file and did not hand it over."""

    name: str


@dataclass(eq=False)
class FileInPublic(FileRefusal):
    """The file was sent where others read along."""


@dataclass(eq=False)
class FileGone(FileRefusal):
    """The file is no longer there, or never was for this person."""
