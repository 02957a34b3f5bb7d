"""Storage interface of bulk invitations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.bulk.model import Bulk, BulkLine, BulkLineResult, BulkState
from services.people import TeamId, UserId


class Bulks(Protocol):
    """Bulk invitations and their lines."""

    async def add(self, bulk: Bulk, lines: Sequence[BulkLine]) -> None:
        """Add a bulk invitation with all its lines."""
        ...

    async def get(self, team_id: TeamId, bulk_id: str) -> Bulk | None: ...

    async def find_latest_id(self, team_id: TeamId) -> str | None:
        """Return the id of the one sent last."""
        ...

    async def count_sent(self, team_id: TeamId) -> int:
        """Count the sent ones that were not purged."""
        ...

    async def start(self, team_id: TeamId, bulk_id: str, user_id: UserId, platform: str, now: datetime) -> bool:
        """Start a draft in this user's name. False: it is no draft any more."""
        ...

    async def change_state(self, team_id: TeamId, bulk_id: str, was: BulkState, to: BulkState, now: datetime) -> bool:
        """Change the state if it is the expected one. False: it is not."""
        ...

    async def delete_drafts(self, team_id: TeamId, user_id: UserId) -> int:
        """Delete this user's drafts. Returns the number deleted."""
        ...

    async def list_outcomes(self, team_id: TeamId, bulk_id: str, now: datetime) -> list[BulkLineResult]:
        """Return every line with its outcome, in order."""
        ...

    async def list_waiting_lines(self, team_id: TeamId, bulk_id: str, limit: int) -> list[BulkLine]:
        """Return the next waiting lines."""
        ...

    async def resolve_line(self, team_id: TeamId, bulk_id: str, line: BulkLine, mailed_after: str) -> bool:
        """Store the outcome of a waiting line. False: it is not waiting any more.

        Only mails of events with an id above `mailed_after` count for its outcome.
        """
        ...

    async def update_mailed_after(
        self, team_id: TeamId, bulk_id: str, invitation_id: str, was_after: str, mailed_after: str
    ) -> bool:
        """Count only later mails from now on. False: a concurrent transaction did it first."""
        ...

    async def list_mailed_after(self, team_id: TeamId, bulk_id: str) -> dict[str, str]:
        """Return, by invitation, the event id above which mails count."""
        ...

    async def find_id_by_invitation(self, team_id: TeamId, invitation_id: str) -> str | None:
        """Return the bulk invitation that an invitation belongs to."""
        ...

    async def list_moving(self, limit: int) -> list[Bulk]:
        """Return sent ones of all teams whose cards may change, those examined longest ago first."""
        ...

    async def update_shown(self, team_id: TeamId, bulk_id: str, shown: str, now: datetime, *, is_moving: bool) -> None:
        """Store what its cards show, and whether that can change without a user's action."""
        ...

    async def purge(self, drafts_before: datetime, before: datetime, limit: int) -> int:
        """Purge drafts and reports older than the given times, of every team. Returns the number deleted."""
        ...
