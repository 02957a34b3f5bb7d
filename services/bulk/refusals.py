"""Refusals about bulk invitations: each is named by the state that refuses."""

from dataclasses import dataclass

from services.bulk.model import KEPT_MAX
from services.errors import Refusal


class BulkRefusal(Refusal):
    """The rules about bulk invitations say no."""


@dataclass(eq=False)
class TooManyLines(BulkRefusal):
    """More lines than can be pasted, or more rows than a file may have."""

    limit: int
    is_file: bool = False


@dataclass(eq=False)
class NothingToSend(BulkRefusal):
    """No line could be read as a firm with an address, or nothing is left to send."""


@dataclass(eq=False)
class NoColumn(BulkRefusal):
    """The file has no column with e-mail addresses."""

    columns: tuple[str, ...] = ()


@dataclass(eq=False)
class TooManyBulks(BulkRefusal):
    """The team has many reports already."""

    limit: int = KEPT_MAX


@dataclass(eq=False)
class NotYours(BulkRefusal):
    """Links are secrets of whoever sent the invitations."""

    who: str
