"""Delivery of cards to Teams: post and update in a stored conversation or a user's direct chat."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog

from bot.platforms.base import NOT_ASKED, Gone, Reader, Rejected, Sent, Target
from bot.platforms.direct_chats import DirectChats
from bot.platforms.http_calls import MAX_TOTAL_WAIT_S
from bot.platforms.teams.cards import TeamsRenderer
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.directory import TeamsDirectory
from cards.model import Card

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams.sender")


class TeamsSender:
    """Posts and updates cards outside of the conversation's own activities."""

    def __init__(
        self,
        connector: Connector,
        directory: TeamsDirectory,
        renderer: TeamsRenderer,
        bot_id: str,
        timer: Callable[[], float],
    ) -> None:
        self._connector = connector
        self._directory = directory
        self._renderer = renderer
        self._bot_id = bot_id
        self._chats: DirectChats[tuple[str, str]] = DirectChats(timer)

    async def send(self, target: Target, card: Card, reader: Reader, patience_s: float = MAX_TOTAL_WAIT_S) -> Sent:
        """Post a card in a conversation, or in a user's direct chat. Raises SendFailed."""
        conversation_id = target.conversation_id or await self.open_chat(target, patience_s)
        service_url = read_service_url(target)
        reader_ids = await self.find_reader_ids(card, service_url, conversation_id, target.reference)
        message = self._renderer.message(card, reader, reader_ids)
        thread_id = _read_thread_id(target, conversation_id)
        try:
            message_id = await self._connector.send(service_url, thread_id, message, patience_s=patience_s)
        except Gone:
            self._chats.delete((target.tenant, target.user_id))
            raise
        return Sent(conversation_id, message_id, target.reference)

    async def update(self, target: Target, message_id: str, card: Card, reader: Reader, patience_s: float) -> None:
        """Replace a posted card; clients then request the per-user views again. Raises SendFailed."""
        service_url, conversation_id = read_service_url(target), target.conversation_id
        reader_ids = await self.find_reader_ids(card, service_url, conversation_id, target.reference)
        message = self._renderer.message(card, reader, reader_ids)
        thread_id = _read_thread_id(target, conversation_id)
        await self._connector.update(service_url, thread_id, message_id, message, patience_s=patience_s)

    async def find_reader_ids(
        self, card: Card, service_url: str, conversation_id: str, reference: Mapping[str, Any]
    ) -> tuple[str, ...]:
        """Return the users whose clients may refresh a card; none where every reader sees the same card."""
        if card.refresh is None:
            return ()
        user = reference.get("user")
        if isinstance(user, str):
            return (user,)
        return await self._directory.list_reader_ids(service_url, conversation_id)

    async def open_chat(self, target: Target, patience_s: float = MAX_TOTAL_WAIT_S) -> str:
        """Return the conversation id of a user's direct chat with the bot. Raises SendFailed."""
        body = {
            "bot": {"id": target.reference.get("bot", self._bot_id)},
            "members": [{"id": target.reference.get("user", target.user_id)}],
            "tenantId": target.tenant,
            "channelData": {"tenant": {"id": target.tenant}},
            "isGroup": False,
        }

        async def create() -> str:
            created = await self._connector.create_conversation(read_service_url(target), body, patience_s=patience_s)
            return created.conversation_id

        return await self._chats.open((target.tenant, target.user_id), create)


def read_service_url(target: Target) -> str:
    """Return the service URL in a stored reference. Raises Rejected."""
    url = target.reference.get("serviceUrl")
    if not isinstance(url, str):
        _log.error("reference_without_service_url")
        raise Rejected(NOT_ASKED)
    return url


def _read_thread_id(target: Target, conversation_id: str) -> str:
    """Return the thread to write in, else the conversation."""
    thread_id = target.reference.get("thread")
    return thread_id if isinstance(thread_id, str) else conversation_id
