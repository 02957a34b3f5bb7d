"""What the rules ask of storage about chat identities that become one person."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from services.identity.model import Link, LinkState, Side
from services.user.model import Identity, User


class Identities(Protocol):
    """Requests to link, and what linking and taking apart change; all of it stands below the teams."""

    async def ask(self, link: Link, digest: str) -> None:
        """Keep a request with its code; what the same person asked for before and did not finish ends."""
        ...

    async def get(self, link_id: str) -> Link | None: ...

    async def coded(self, digests: Collection[str]) -> Link | None:
        """The request that a code belongs to; the code proves the right to it."""
        ...

    async def claim(self, link_id: str, other: Side, expires_at: datetime) -> bool:
        """Note who typed the code, which ends by it; the first one wins."""
        ...

    async def move(self, link_id: str, was: Collection[LinkState], to: LinkState, expires_at: datetime) -> bool:
        """Move it on if it is in one of the states; the first one wins."""
        ...

    async def current(self, user_id: str) -> str:
        """The person whom an id leads to now; itself, unless it was merged into another one."""
        ...

    async def lock(self, user_ids: Collection[str]) -> None:
        """Let nobody else link or unlink these people until the transaction ends."""
        ...

    async def merge(self, into: str, gone: str, at: datetime) -> None:
        """Make one person of two: what the second one has and did is the first one's.

        Their memberships fit together; the audit log stays as it was written, and the old id leads to the person.
        """
        ...

    async def part(self, identity: Identity, user: User, at: datetime) -> None:
        """Make a person of its own of an identity; cards in its direct chat follow nothing any more."""
        ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Drop requests whose time ended before, at most so many; the number dropped."""
        ...

    async def merged(self, since: datetime, limit: int) -> list[tuple[str, str]]:
        """Who was merged into whom since then, as (into, gone)."""
        ...
