"""Storage interface of the audit log. Only the unit of work writes to it, in the transaction of the change."""

from typing import Protocol

from services.audit.model import AuditEntry, ChainedEntry, LogHead, LogVerification

SEQ_MAX = 2**31 - 1
"""Number above every entry's: the first page begins with the newest one."""


class AuditTrail(Protocol):
    """Append-only logs of all teams, each one a hash chain."""

    async def list_entries(self, team_id: str, *, before_seq: int = SEQ_MAX, limit: int = 20) -> list[AuditEntry]:
        """Return entries before a sequence number, newest first."""
        ...

    async def list_links(self, team_id: str, after_seq: int, limit: int) -> list[ChainedEntry]:
        """Return entries after a sequence number with their hash inputs, oldest first."""
        ...

    async def get_head(self, team_id: str) -> LogHead:
        """Return the last entry's number and hash; number 0 for an empty log."""
        ...

    async def list_heads(self) -> list[LogHead]:
        """Return the heads of all logs, to be stored elsewhere."""
        ...

    async def verify(self, team_id: str, anchor: LogHead | None = None) -> LogVerification:
        """Recompute the whole chain; with an earlier head also detect truncation."""
        ...
