"""Storage interface of installations and their OAuth states."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.installation.model import Installation, Question


class Installations(Protocol):
    """Installations of all workspaces; these rows have no team, because any team's channel may be in any workspace."""

    async def opening(self, tenant: str, workspace: str) -> list[tuple[Installation, bytes]]:
        """Return the workspace's installations with encrypted tokens: its own before the org-wide one."""
        ...

    async def listed(self, limit: int) -> list[Installation]:
        """Return the oldest installations."""
        ...

    async def keep(self, installation: Installation, sealed: bytes) -> None:
        """Store or replace an installation."""
        ...

    async def delete(self, tenant: str, workspace: str, installed_at: datetime) -> bool:
        """Delete an installation. False: there is none, or it was replaced since."""
        ...

    async def add_question(self, question: Question) -> None: ...

    async def question(self, digests: Sequence[str]) -> Question | None:
        """Return the OAuth state with one of these digests."""
        ...

    async def use_question(self, digest: str, at: datetime) -> bool:
        """Mark an OAuth state as used. False: it is used or has expired."""
        ...

    async def forget_questions(self, before: datetime, limit: int) -> int:
        """Purge expired OAuth states. Returns the number deleted."""
        ...
