"""Messages in the conversation of an activity: replies to it, and updates of them."""

from dataclasses import dataclass
from typing import Any

from bot.platforms.ingress import Json
from bot.platforms.teams.activity import INVOKE, MESSAGE, Activity
from bot.platforms.teams.connector import Connector


@dataclass(frozen=True, slots=True)
class ReplyWriter:
    """Writes where an activity happened, in its thread."""

    connector: Connector
    activity: Activity

    async def post(self, message: Json) -> str:
        """Post a message and return its id: below a message or a clicked card, else in the conversation."""
        address = self.activity.service_url, self.activity.conversation.id
        if parent_id := self._find_parent_id():
            return await self.connector.reply_to(*address, parent_id, self._address(message))
        return await self.connector.send(*address, self._address(message))

    async def update(self, message_id: str, message: Json) -> None:
        """Replace a message of this conversation. Raises SendFailed."""
        address = self.activity.service_url, self.activity.conversation.id
        await self.connector.update(*address, message_id, self._address(message))

    async def delete(self, message_id: str) -> None:
        """Delete a message of this conversation. Raises SendFailed."""
        await self.connector.delete(self.activity.service_url, self.activity.conversation.id, message_id)

    def _find_parent_id(self) -> str | None:
        """Return the message to reply to; an invoke names the message of its card."""
        parents = {INVOKE: self.activity.reply_to_id, MESSAGE: self.activity.activity_id}
        return parents.get(self.activity.type)

    def _address(self, message: Json) -> Json:
        """Add sender, conversation and parent, as the Bot Connector's schema of an activity names them."""
        parent_id = self._find_parent_id()
        addressed: dict[str, Any] = {
            **message,
            "from": {"id": self.activity.bot.id},
            "conversation": {"id": self.activity.conversation.id},
        }
        return addressed | ({"replyToId": parent_id} if parent_id else {})
