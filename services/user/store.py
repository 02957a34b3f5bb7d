"""Storage interface of users."""

from datetime import datetime
from typing import Protocol

from services.people import Language
from services.user.model import Identity, RecognisedUser, User


class Users(Protocol):
    """Users and their chat identities; these rows have no team."""

    async def find_sender(
        self, platform: str, tenant: str, platform_user_id: str, conversation_id: str
    ) -> RecognisedUser | None:
        """Return user, identity, membership and conversation; None for unknown ones. One query."""
        ...

    async def get(self, user_id: str) -> User | None: ...

    async def find_user_id(self, platform: str, tenant: str, platform_user_id: str) -> str:
        """Return the user id of a mention; empty for an unknown user."""
        ...

    async def list_identities(self, user_id: str) -> list[Identity]:
        """Return the user's identities: those with a direct chat first, and the one used last before others."""
        ...

    async def add(self, user: User, identity: Identity, at: datetime) -> bool:
        """Add a user. False: a concurrent transaction has just added it."""
        ...

    async def update_profile(self, user: User) -> None:
        """Update the user from the platform profile."""
        ...

    async def update_reference(self, identity: Identity) -> None:
        """Store how to write to the user without a request."""
        ...

    async def update_latest_identity(self, identity: Identity) -> None:
        """Make this chat the user's preferred one until another is used."""
        ...

    async def update_language(self, user_id: str, language: Language) -> None: ...

    async def count_wrong_codes(self, user_id: str, since: datetime) -> int:
        """Count wrong codes in a row, if the last of them came after the time."""
        ...

    async def add_wrong_code(self, user_id: str, at: datetime, since: datetime) -> int:
        """Count one more, ignoring those before `since`. Returns the number."""
        ...

    async def delete_wrong_codes(self, user_id: str) -> None: ...
