"""What the rules ask of storage about teams."""

from datetime import datetime
from typing import Protocol

from services.people import Language
from services.team.model import Team


class Teams(Protocol):
    """Teams and the numbers they give."""

    async def get(self, team_id: str) -> Team | None:
        """A living team."""
        ...

    async def name(self, team_id: str) -> str | None:
        """What a living team is called."""
        ...

    async def lock(self, team_id: str) -> Team | None:
        """A living team, held until the transaction ends: whoever counts its seats is alone with them."""
        ...

    async def add(self, team: Team) -> None: ...

    async def rename(self, team_id: str, name: str) -> None: ...

    async def change_settings(
        self, team_id: str, language: Language, zone: str, *, owner_approves_admins: bool
    ) -> None: ...

    async def delete(self, team_id: str, at: datetime) -> bool:
        """False when it was deleted already."""
        ...

    async def restore(self, team_id: str, since: datetime) -> bool:
        """Bring back a team that was deleted after the time; False when there is none."""
        ...

    async def deleted(self, user_id: str, since: datetime) -> list[Team]:
        """The teams that this person owned when they were deleted after the time, the latest first."""
        ...

    async def next_numbers(self, team_id: str, kind: str, count: int) -> int:
        """The last one of so many new numbers; with none, whoever wants one waits until this transaction ends."""
        ...

    async def next_number(self, team_id: str, kind: str) -> int:
        """The next number of a kind of reference, such as "lead"; never given twice."""
        ...
