"""What the rules about bulk invitations ask of storage."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.bulk.model import Bulk, BulkState, Fated, Line
from services.people import TeamId, UserId


class Bulks(Protocol):
    """Bulk invitations and their lines."""

    async def add(self, bulk: Bulk, lines: Sequence[Line]) -> None:
        """A new one with all its lines."""
        ...

    async def get(self, team_id: TeamId, bulk_id: str) -> Bulk | None: ...

    async def latest(self, team_id: TeamId) -> str | None:
        """The one that was sent last."""
        ...

    async def count(self, team_id: TeamId) -> int:
        """Those that were sent and are not forgotten yet."""
        ...

    async def begin(self, team_id: TeamId, bulk_id: str, user_id: UserId, platform: str, now: datetime) -> bool:
        """Send a draft in this person's name; False when it is none any more."""
        ...

    async def move(self, team_id: TeamId, bulk_id: str, was: BulkState, to: BulkState, now: datetime) -> bool:
        """Change its state, if it is the expected one."""
        ...

    async def drop_drafts(self, team_id: TeamId, user_id: UserId) -> int:
        """Forget what this person has looked at and not sent; how many."""
        ...

    async def fated(self, team_id: TeamId, bulk_id: str, now: datetime) -> list[Fated]:
        """Every line with what became of it, in their order."""
        ...

    async def waiting(self, team_id: TeamId, bulk_id: str, limit: int) -> list[Line]:
        """The next lines whose turn it is."""
        ...

    async def settle(self, team_id: TeamId, bulk_id: str, line: Line, mailed_after: str) -> bool:
        """What became of a waiting line; False when it is not waiting any more.

        Only what was mailed because of events younger than the id `mailed_after` counts for it.
        """
        ...

    async def mail_again(
        self, team_id: TeamId, bulk_id: str, invitation_id: str, was_after: str, mailed_after: str
    ) -> bool:
        """From now on only mails that come later count; False when somebody else was faster."""
        ...

    async def mailed_after(self, team_id: TeamId, bulk_id: str) -> dict[str, str]:
        """After which id a mail counts, by invitation."""
        ...

    async def of_invitation(self, team_id: TeamId, invitation_id: str) -> str | None:
        """The bulk invitation to which an invitation belongs."""
        ...

    async def moving(self, limit: int) -> list[Bulk]:
        """Sent ones whose cards may have to change, of every team, those first at which nobody has looked for long."""
        ...

    async def look(self, team_id: TeamId, bulk_id: str, shown: str, now: datetime, *, is_moving: bool) -> None:
        """Note what its cards show, and whether that will change by itself."""
        ...

    async def forget(self, drafts_before: datetime, before: datetime, limit: int) -> int:
        """Drop drafts and reports of before, of every team; how many."""
        ...
