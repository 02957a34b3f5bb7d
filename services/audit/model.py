"""Audit log entries: who changed what for which team, when and on which platform (X5)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change of a team's data."""

    team_id: str
    seq: int
    """Sequence number in the team's log, from 1, without gaps."""
    at: datetime
    action: str
    """Tag of the event, such as "lead.picked"."""
    user_id: str | None
    """User who made the change; None for a scheduled job."""
    user_name: str
    """Present name of the user; empty for a scheduled job or an erased user."""
    platform: str
    subject: str
    """Team's own reference, such as L-12."""
    details: dict[str, Any] = field(default_factory=dict[str, Any])
    """Ids, numbers, old and new values; empty once erased."""


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """Entry with every input of its hash, so that a reader can recompute the chain."""

    entry: AuditEntry
    at: str
    """Time in the form that the hash covers."""
    salt: str
    canonical: str
    """Details in the form that the commitment covers; empty once erased."""
    commitment: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class LogHead:
    """Last entry of a team's log. A copy stored elsewhere shows later whether the log was truncated."""

    team_id: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class LogVerification:
    """Result of verifying a team's log."""

    head: LogHead
    broken_at: int | None = None
    """Sequence number of the first missing or altered entry; None: the log is intact."""

    @property
    def is_intact(self) -> bool:
        """Return whether every entry is present and unaltered."""
        return self.broken_at is None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Page of the log."""

    team_name: str
    entries: tuple[AuditEntry, ...]
    next_before_seq: int = 0
    """Sequence number before which the next page begins; 0: last page."""
