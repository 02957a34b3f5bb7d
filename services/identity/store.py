"""Storage interface of chat identity links."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from services.identity.model import LinkRequest, LinkSide, LinkState
from services.user.model import Identity, User


class Identities(Protocol):
    """Link requests, and the changes of linking and unlinking; these rows have no team."""

    async def add_link(self, link: LinkRequest, digest: str) -> None:
        """Store a request with its code's digest; an unfinished older one of the same user ends."""
        ...

    async def get_link(self, link_id: str) -> LinkRequest | None: ...

    async def find_link_by_code(self, digests: Collection[str]) -> LinkRequest | None:
        """Return the request of a code; the code proves the right."""
        ...

    async def claim_link(self, link_id: str, other: LinkSide, expires_at: datetime) -> bool:
        """Record who typed the code and end the code. False: it was claimed already."""
        ...

    async def change_link_state(
        self, link_id: str, was: Collection[LinkState], to: LinkState, expires_at: datetime
    ) -> bool:
        """Change the state from one of `was`. False: another transition came first."""
        ...

    async def find_current_user_id(self, user_id: str) -> str:
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

    async def split(self, identity: Identity, user: User, at: datetime) -> None:
        """Separate an identity into a user of its own; cards in its direct chat are updated no more."""
        ...

    async def purge_links(self, before: datetime, limit: int) -> int:
        """Purge requests that ended before, at most `limit`. Returns the number deleted."""
        ...

    async def list_merged(self, since: datetime, limit: int) -> list[tuple[str, str]]:
        """Return the merges since a time, as (into, gone)."""
        ...
