"""What the audit log says: who did what for which team, when and through which platform (X5)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One change."""

    team_id: str
    seq: int
    """Its number in the team's log, from 1, without gaps."""
    at: datetime
    action: str
    """The event's tag, such as "lead.picked"."""
    user_id: str | None
    """Nobody, when the clock did it."""
    user_name: str
    """As the person is called today; empty when nobody did it or the person was erased."""
    platform: str
    subject: str
    """The team's own reference, such as L-12."""
    details: dict[str, Any] = field(default_factory=dict[str, Any])
    """Ids, numbers, old and new values; empty once erased."""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry with all that its hash is computed from, so that anybody can compute it again."""

    entry: Entry
    at: str
    """The time, as the hash has it."""
    salt: str
    canonical: str
    """The details, as the commitment has them; empty once erased."""
    commitment: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a team's log. Kept elsewhere, it shows later whether the log's tail was cut off."""

    team_id: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking a team's log found."""

    head: Head
    broken_at: int | None = None
    """The first entry that is missing or was altered; None: the log is whole."""

    @property
    def is_whole(self) -> bool:
        """Whether every entry is there as it was written."""
        return self.broken_at is None


@dataclass(frozen=True, slots=True)
class ListedEntries:
    """A page of the log."""

    team_name: str
    entries: tuple[Entry, ...]
    older_than: int = 0
    """Where the next page begins; 0: there is none."""
