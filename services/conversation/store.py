"""Storage interface of conversations."""

from datetime import datetime
from typing import Protocol

from services.conversation.model import Conversation


class Conversations(Protocol):
    """Conversations of the bot; a deleted team has none."""

    async def list_connected(self, team_id: str) -> list[Conversation]:
        """Return the team's channels in which the bot is a member, by name."""
        ...

    async def get(self, platform: str, tenant: str, conversation_id: str) -> Conversation | None: ...

    async def upsert(self, conversation: Conversation) -> None:
        """Update name, kind and reference of a conversation; its team stays.

        For a conversation without the bot only a new row is added; an existing row stays as it is.
        """
        ...

    async def connect(
        self, team_id: str, platform: str, tenant: str, conversation_id: str, at: datetime
    ) -> Conversation | None:
        """Connect a channel that belongs to no existing team or to this one. None: it is another team's."""
        ...

    async def disconnect(self, team_id: str, platform: str, tenant: str, conversation_id: str) -> bool:
        """Disconnect the channel from this team. False: it is not this team's."""
        ...

    async def update_left(self, platform: str, tenant: str, conversation_id: str) -> None:
        """Mark the bot as absent: nothing is posted there until it is added again."""
        ...

    async def update_all_left(self, platform: str, tenant: str, workspace: str) -> None:
        """Mark the bot as absent in a workspace, or in the whole tenant where `workspace` is empty."""
        ...
