"""What the rules ask of storage about requests."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from services.permissions import Permission
from services.request.model import Request, RequestState


class Requests(Protocol):
    """Requests of a team."""

    async def add(self, request: Request) -> None: ...

    async def get(self, team_id: str, request_id: str) -> Request | None: ...

    async def open_of(self, team_id: str, user_id: str, limit: int) -> list[Request]:
        """What this person asked for and nobody decided."""
        ...

    async def waiting(self, team_id: str, permissions: Collection[Permission], but: str, limit: int) -> list[Request]:
        """What needs one of these permissions and nobody decided, the oldest first; not what `but` asked for."""
        ...

    async def decide(self, team_id: str, request_id: str, to: RequestState, by: str, at: datetime) -> bool:
        """Decide an open request; the first decision wins."""
        ...

    async def withdraw(self, team_id: str, user_id: str, at: datetime) -> list[Request]:
        """Withdraw what this person asked for and nobody decided; what was withdrawn."""
        ...
