"""Posting the answer to an interaction: once, recorded with its subject, and one welcome a conversation."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog

from bot.dispatch.interaction import Dispatcher, Interaction, InteractionKind, Response
from bot.platforms.base import Ambiguous, SendFailed, Sent
from bot.platforms.ttl_cache import TtlCache

ANSWERED_TTL_S: Final = 3600.0
"""Teams and Slack repeat an unanswered request for minutes; within an hour a repetition posts nothing again."""

WELCOMED_TTL_S: Final = 3600.0
"""Teams announces one installation by two events, some clients on every page load; one welcome an hour is enough."""

Result = TypeVar("Result")

log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("answers")


class AnswerPoster:
    """Posts answers of the dispatch as messages of a platform."""

    def __init__(self, chat: Dispatcher, timer: Callable[[], float]) -> None:
        self._chat = chat
        self._done: TtlCache[str, bool] = TtlCache(timer)
        self._welcomed: TtlCache[tuple[str, str], bool] = TtlCache(timer)

    def claim(self, key: str) -> bool:
        """Return whether this effect is to be carried out now, and not a repetition."""
        return self._done.add(key, value=True, seconds=ANSWERED_TTL_S)

    def release(self, key: str) -> None:
        """Permit an effect again that was claimed and not carried out."""
        self._done.delete(key)

    async def run_once(self, key: str, send: Callable[[], Awaitable[Result]]) -> Result | None:
        """Send once per key; return None for a repetition. A certain failure frees the key again."""
        if not self.claim(key):
            return None
        try:
            return await send()
        except SendFailed as failure:
            if not isinstance(failure, Ambiguous):
                self.release(key)
            raise

    async def post(self, incoming: Interaction, answer: Response, send: Callable[[], Awaitable[Sent]]) -> None:
        """Post an answer for everybody in the conversation, and record it so that it follows its subject."""
        sent = await self.run_once(incoming.interaction_id, send)
        if sent is None:
            return
        try:
            await self._chat.record_post(incoming, answer, sent)
        except Exception:
            # The message exists. Raising would make the platform repeat the request and post it twice.
            log.exception("post_not_recorded", platform=incoming.platform)

    async def process_membership(self, incoming: Interaction, post: Callable[[Response], Awaitable[None]]) -> None:
        """Tell the dispatch that the bot was added or removed, and post at most one welcome."""
        conversation = incoming.tenant, incoming.conversation.conversation_id
        if incoming.kind is InteractionKind.REMOVED:
            self._welcomed.delete(conversation)
        answer = await self._chat.receive(incoming)
        if answer is None or not self._welcomed.add(conversation, value=True, seconds=WELCOMED_TTL_S):
            return
        try:
            await post(answer)
        except SendFailed as failure:
            if not isinstance(failure, Ambiguous):
                self._welcomed.delete(conversation)
            log_not_sent(incoming, failure)


def log_not_sent(incoming: Interaction, failure: SendFailed) -> None:
    """Log that an answer could not be delivered."""
    log.warning("answer_not_sent", platform=incoming.platform, failure=type(failure).__name__)
