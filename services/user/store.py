"""What the rules ask of storage about people."""

from datetime import datetime
from typing import Protocol

from services.people import Language
from services.user.model import Identity, Recognised, User


class Users(Protocol):
    """People and their chat identities; they stand below the teams."""

    async def recognise(
        self, platform: str, tenant: str, platform_user_id: str, conversation_id: str
    ) -> Recognised | None:
        """Who this is and where, with the membership; None for somebody not met yet. One query."""
        ...

    async def get(self, user_id: str) -> User | None: ...

    async def user_id(self, platform: str, tenant: str, platform_user_id: str) -> str:
        """The person behind a mention; empty for somebody not met yet."""
        ...

    async def identities(self, user_id: str) -> list[Identity]:
        """Every way to write to the person: where there is a direct chat, and the one used last, first."""
        ...

    async def add(self, user: User, identity: Identity, at: datetime) -> bool:
        """Keep a new person; False when somebody else has just done it."""
        ...

    async def change(self, user: User) -> None:
        """Keep what the platform says of a person."""
        ...

    async def reach(self, identity: Identity) -> None:
        """Keep how to write to a person unasked."""
        ...

    async def prefer(self, identity: Identity) -> None:
        """Write to the person in this chat from now on, as long as no other one is used."""
        ...

    async def choose_language(self, user_id: str, language: Language) -> None: ...

    async def wrong_codes(self, user_id: str, since: datetime) -> int:
        """How many wrong codes in a row, the last of them after the time."""
        ...

    async def count_wrong_code(self, user_id: str, at: datetime, since: datetime) -> int:
        """Count one more; those before `since` are forgotten. The number now."""
        ...

    async def forget_wrong_codes(self, user_id: str) -> None: ...
