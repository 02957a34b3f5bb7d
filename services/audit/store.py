"""What the rules ask of the audit log. It is written only by the unit of work, with the change itself."""

from typing import Protocol

from services.audit.model import Entry, Head, Link, Verdict

NEWEST = 2**31 - 1
"""A number beyond every entry: the page begins with the newest one."""


class AuditTrail(Protocol):
    """The logs of all teams, append-only, each a chain of hashes."""

    async def page(self, team_id: str, *, before_seq: int = NEWEST, limit: int = 20) -> list[Entry]:
        """Entries before a number, newest first."""
        ...

    async def links(self, team_id: str, after_seq: int, limit: int) -> list[Link]:
        """Entries behind a number with their part of the chain, oldest first."""
        ...

    async def head(self, team_id: str) -> Head:
        """The end of the team's log; number 0 where nothing was written yet."""
        ...

    async def heads(self) -> list[Head]:
        """The ends of all logs, to be kept elsewhere."""
        ...

    async def verify(self, team_id: str, anchor: Head | None = None) -> Verdict:
        """Compute the whole chain again; with an earlier head, find out also whether the tail was cut off."""
        ...
