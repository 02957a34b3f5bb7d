"""Storage interface of the audit log. Only the unit of work writes to it, in the transaction of the change."""

from typing import Protocol

from services.audit.model import Entry, Head, Link, Verdict

NEWEST = 2**31 - 1
"""Number above every entry's: the first page begins with the newest one."""


class AuditTrail(Protocol):
    """Append-only logs of all teams, each one a hash chain."""

    async def page(self, team_id: str, *, before_seq: int = NEWEST, limit: int = 20) -> list[Entry]:
        """Return entries before a sequence number, newest first."""
        ...

    async def links(self, team_id: str, after_seq: int, limit: int) -> list[Link]:
        """Return entries after a sequence number with their hash inputs, oldest first."""
        ...

    async def head(self, team_id: str) -> Head:
        """Return the last entry's number and hash; number 0 for an empty log."""
        ...

    async def heads(self) -> list[Head]:
        """Return the heads of all logs, to be stored elsewhere."""
        ...

    async def verify(self, team_id: str, anchor: Head | None = None) -> Verdict:
        """Recompute the whole chain; with an earlier head also detect truncation."""
        ...
