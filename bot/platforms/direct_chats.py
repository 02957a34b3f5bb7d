"""Direct chats between the bot and a user, opened before the first message to that user."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, Generic, TypeVar

from bot.platforms.base import Ambiguous, Unavailable
from bot.platforms.ttl_cache import TtlCache

CHAT_TTL_S: Final = 24 * 3600.0
"""Teams and Slack return the same chat for the same user, so the id is looked up once a day."""
OPEN_LIMIT_S: Final = 20.0
"""Shorter than the 30 s of a whole send: while the chat is not open, the message has certainly not left."""

Key = TypeVar("Key", bound=Hashable)


class DirectChats(Generic[Key]):
    """Opens direct chats and caches their conversation ids."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._ids: TtlCache[Key, str] = TtlCache(timer)

    async def open(self, key: Key, create: Callable[[], Awaitable[str]]) -> str:
        """Return the conversation id of a user's direct chat. Creating it twice is harmless. Raises SendFailed."""
        if (known := self._ids.get(key)) is not None:
            return known
        try:
            async with asyncio.timeout(OPEN_LIMIT_S):
                conversation_id = await create()
        except (Ambiguous, TimeoutError) as failure:
            raise Unavailable("chat not opened") from failure
        self._ids.put(key, conversation_id, CHAT_TTL_S)
        return conversation_id

    def delete(self, key: Key) -> None:
        """Forget a chat that the platform reports as gone."""
        self._ids.delete(key)
