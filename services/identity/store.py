"""Storage interface of chat identity links."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from services.identity.model import Link, LinkState, Side
from services.user.model import Identity, User


class Identities(Protocol):
    """Link requests, and the changes of linking and unlinking; these rows have no team."""

    async def ask(self, link: Link, digest: str) -> None:
        """Store a request with its code's digest; an unfinished older one of the same user ends."""
        ...

    async def get(self, link_id: str) -> Link | None: ...

    async def coded(self, digests: Collection[str]) -> Link | None:
        """Return the request of a code; the code proves the right."""
        ...

    async def claim(self, link_id: str, other: Side, expires_at: datetime) -> bool:
        """Record who typed the code and end the code. False: it was claimed already."""
        ...

    async def move(self, link_id: str, was: Collection[LinkState], to: LinkState, expires_at: datetime) -> bool:
        """Change the state from one of `was`. False: another transition came first."""
        ...

    async def current(self, user_id: str) -> str:
        """Return the user that an id resolves to; itself unless merged."""
        ...

    async def lock(self, user_ids: Collection[str]) -> None:
        """Lock these users against other links and unlinks until the transaction ends."""
        ...

    async def merge(self, into: str, gone: str, at: datetime) -> None:
        """Merge user `gone` into `into`, with all its rows.

        Their memberships are compatible. The audit log stays unchanged, and the old id resolves to the remaining user.
        """
        ...

    async def part(self, identity: Identity, user: User, at: datetime) -> None:
        """Separate an identity into a user of its own; cards in its direct chat are updated no more."""
        ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Purge requests that ended before, at most `limit`. Returns the number deleted."""
        ...

    async def merged(self, since: datetime, limit: int) -> list[tuple[str, str]]:
        """Return the merges since a time, as (into, gone)."""
        ...
