"""Storage interface of teams."""

from datetime import datetime
from typing import Protocol

from services.people import Language
from services.team.model import Team


class Teams(Protocol):
    """Teams and their number sequences."""

    async def get(self, team_id: str) -> Team | None:
        """Return a team that is not deleted."""
        ...

    async def get_name(self, team_id: str) -> str | None:
        """Return the name of a team that is not deleted."""
        ...

    async def get_for_update(self, team_id: str) -> Team | None:
        """Return a team locked until the transaction ends, which serialises the counting of its seats."""
        ...

    async def add(self, team: Team) -> None: ...

    async def update_name(self, team_id: str, name: str) -> None: ...

    async def update_settings(
        self, team_id: str, language: Language, zone: str, *, owner_approves_admins: bool
    ) -> None: ...

    async def delete(self, team_id: str, at: datetime) -> bool:
        """Delete the team. False: it was deleted already."""
        ...

    async def restore(self, team_id: str, since: datetime) -> bool:
        """Restore a team deleted after the time. False: there is none."""
        ...

    async def list_deleted(self, user_id: str, since: datetime) -> list[Team]:
        """Return teams that this user owned when they were deleted after the time, latest first."""
        ...

    async def add_numbers(self, team_id: str, kind: str, count: int) -> int:
        """Return the last of `count` new numbers; 0 only locks the sequence until the transaction ends."""
        ...

    async def add_number(self, team_id: str, kind: str) -> int:
        """Return the next number of a kind of reference, such as "lead"; never the same twice."""
        ...
