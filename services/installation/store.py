"""What the rules ask of storage about installations and the questions that lead to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.installation.model import Installation, Question


class Installations(Protocol):
    """Installations of all workspaces; they stand below the teams, whose channels may be in any of them."""

    async def opening(self, tenant: str, workspace: str) -> list[tuple[Installation, bytes]]:
        """What opens this workspace, with its sealed token: its own installation before the org-wide one."""
        ...

    async def listed(self, limit: int) -> list[Installation]:
        """The installations, at most so many, the oldest first."""
        ...

    async def keep(self, installation: Installation, sealed: bytes) -> None:
        """A new installation, or the same one anew."""
        ...

    async def delete(self, tenant: str, workspace: str, installed_at: datetime) -> bool:
        """Remove an installation; False when there is none, or it has been made anew since."""
        ...

    async def add_question(self, question: Question) -> None: ...

    async def question(self, digests: Sequence[str]) -> Question | None:
        """The question with one of these digests."""
        ...

    async def use_question(self, digest: str, at: datetime) -> bool:
        """Take the answer to a question; False when it has one already or its time is over."""
        ...

    async def forget_questions(self, before: datetime, limit: int) -> int:
        """Drop questions whose time was over; the number dropped."""
        ...
