"""Storage interface of requests."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from services.permissions import Permission
from services.request.model import Request, RequestState


class Requests(Protocol):
    """Requests of a team."""

    async def add(self, request: Request) -> None: ...

    async def get(self, team_id: str, request_id: str) -> Request | None: ...

    async def list_open_of(self, team_id: str, user_id: str, limit: int) -> list[Request]:
        """Return the user's undecided requests."""
        ...

    async def list_open_for(
        self, team_id: str, permissions: Collection[Permission], but: str, limit: int
    ) -> list[Request]:
        """Return undecided requests that need one of these permissions, oldest first, without those of `but`."""
        ...

    async def decide(self, team_id: str, request_id: str, to: RequestState, by: str, at: datetime) -> bool:
        """Decide an open request. False: another decision came first."""
        ...

    async def withdraw_all(self, team_id: str, user_id: str, at: datetime) -> list[Request]:
        """Withdraw the user's undecided requests and return them."""
        ...
