"""Storage interface of files."""

from datetime import datetime
from typing import Protocol

from services.file.model import FileOrigin, StoredFile
from services.people import TeamId, UserId


class Files(Protocol):
    """Files of all teams; their content is stored encrypted, as it is given."""

    async def get(self, team_id: TeamId, file_id: str) -> StoredFile | None:
        """Return a file's metadata."""
        ...

    async def get_content(self, team_id: TeamId, file_id: str) -> bytes | None:
        """Return a file's encrypted content."""
        ...

    async def list_of_user(self, team_id: TeamId, user_id: UserId, purpose: FileOrigin) -> list[StoredFile]:
        """Return a user's files, oldest first. A writing transaction locks them against additions until it ends."""
        ...

    async def add(self, stored: StoredFile, sealed: bytes) -> None: ...

    async def update_expiry(self, team_id: TeamId, file_id: str, expires_at: datetime) -> None:
        """Extend a file's lifetime."""
        ...

    async def delete(self, team_id: TeamId, file_id: str) -> bool:
        """Delete a file with its content. False: there is none."""
        ...

    async def purge(self, before: datetime, limit: int) -> int:
        """Purge files that expired before. Returns the number deleted."""
        ...
