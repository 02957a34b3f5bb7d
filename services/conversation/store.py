"""What the rules ask of storage about conversations."""

from datetime import datetime
from typing import Protocol

from services.conversation.model import Conversation


class Conversations(Protocol):
    """The places in which the bot is; a deleted team has none."""

    async def connected(self, team_id: str) -> list[Conversation]:
        """The channels of the team in which the bot still is, by name."""
        ...

    async def find(self, platform: str, tenant: str, conversation_id: str) -> Conversation | None: ...

    async def keep(self, conversation: Conversation) -> None:
        """Keep name, kind and reference of a place in which the bot is; its team stays as it is.

        A place in which the bot is not (known to be) is only noted, and what is known of it stays.
        """
        ...

    async def connect(
        self, team_id: str, platform: str, tenant: str, conversation_id: str, at: datetime
    ) -> Conversation | None:
        """Connect a channel that belongs to no living team or to this one; None when it is another team's."""
        ...

    async def disconnect(self, team_id: str, platform: str, tenant: str, conversation_id: str) -> bool:
        """Take the channel back from this team; False when it is not this team's."""
        ...

    async def mark_left(self, platform: str, tenant: str, conversation_id: str) -> None:
        """The bot is no longer there: nothing is posted until it is met there again."""
        ...

    async def mark_all_left(self, platform: str, tenant: str, workspace: str) -> None:
        """The same for all places of a workspace, or of the whole tenant where that is empty."""
        ...
