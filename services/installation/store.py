"""Storage interface of installations and their OAuth states."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.installation.model import Installation, OAuthState


class Installations(Protocol):
    """Installations of all workspaces; these rows have no team, because any team's channel may be in any workspace."""

    async def list_for_workspace(self, tenant: str, workspace: str) -> list[tuple[Installation, bytes]]:
        """Return the workspace's installations with encrypted tokens: its own before the org-wide one."""
        ...

    async def list_all(self, limit: int) -> list[Installation]:
        """Return the oldest installations."""
        ...

    async def upsert(self, installation: Installation, sealed: bytes) -> None:
        """Store or replace an installation."""
        ...

    async def delete(self, tenant: str, workspace: str, installed_at: datetime) -> bool:
        """Delete an installation. False: there is none, or it was replaced since."""
        ...

    async def add_question(self, question: OAuthState) -> None: ...

    async def find_question(self, digests: Sequence[str]) -> OAuthState | None:
        """Return the OAuth state with one of these digests."""
        ...

    async def use_question(self, digest: str, at: datetime) -> bool:
        """Mark an OAuth state as used. False: it is used or has expired."""
        ...

    async def purge_questions(self, before: datetime, limit: int) -> int:
        """Purge expired OAuth states. Returns the number deleted."""
        ...
