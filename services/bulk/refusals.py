"""Refusals about bulk invitations: each is named by the state that refuses."""

from dataclasses import dataclass

from services.bulk.model import BULKS_MAX
from services.errors import Refusal


class BulkRefusal(Refusal):
    """A rule about bulk invitations forbids it."""


@dataclass(eq=False)
class TooManyLines(BulkRefusal):
    """More lines than may be pasted, or more rows than a file may have."""

    limit: int
    is_file: bool = False


@dataclass(eq=False)
class NothingToSend(BulkRefusal):
    """No line holds a partner with an address, or no line is left to send."""


@dataclass(eq=False)
class NoEmailColumn(BulkRefusal):
    """The file has no column of e-mail addresses."""

    columns: tuple[str, ...] = ()


@dataclass(eq=False)
class TooManyBulks(BulkRefusal):
    """The team stores the maximum of reports."""

    limit: int = BULKS_MAX


@dataclass(eq=False)
class NotSender(BulkRefusal):
    """Links are secrets of the sender."""

    sender: str
