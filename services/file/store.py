"""What the rules about files ask of storage."""

from datetime import datetime
from typing import Protocol

from services.file.model import Purpose, StoredFile
from services.people import TeamId, UserId


class Files(Protocol):
    """Files of all teams; what is in them is kept as it is given, sealed."""

    async def get(self, team_id: TeamId, file_id: str) -> StoredFile | None:
        """What is known of a file."""
        ...

    async def sealed(self, team_id: TeamId, file_id: str) -> bytes | None:
        """What is in a file."""
        ...

    async def held(self, team_id: TeamId, user_id: UserId, purpose: Purpose) -> list[StoredFile]:
        """A person's files, the oldest first. In a writing transaction nobody else adds to them until it ends."""
        ...

    async def add(self, stored: StoredFile, sealed: bytes) -> None:
        """A new file."""
        ...

    async def prolong(self, team_id: TeamId, file_id: str, expires_at: datetime) -> None:
        """Keep a file longer."""
        ...

    async def delete(self, team_id: TeamId, file_id: str) -> bool:
        """Remove a file with what is in it. False: there is none."""
        ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Remove files whose time was over; how many they were."""
        ...
