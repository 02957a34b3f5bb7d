"""Speaking in Slack unasked: cards that are posted, changed, and looked up when nobody knows whether they arrived."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, cast

import structlog

from bot.platforms.base import NOT_ASKED, Ambiguous, Gone, Reader, Rejected, Sent, Target, Unavailable
from bot.platforms.slack.api import Json, SlackApi, Workspace
from bot.platforms.slack.cards import Drawing
from bot.platforms.slack.tokens import Tokens
from bot.platforms.ttl_cache import Remembered
from cards.model import Card
from services.notices import THREAD

KEY_EVENT: Final = "kollega_delivery"
"""Under this name a message carries the key by which it is found again."""
WORKSPACE: Final = "workspace"

CHATS_KEPT_S: Final = 24 * 3600.0
OPEN_S: Final = 20.0
"""Shorter than a whole send may take: until the chat is open, the message has certainly not left."""
RELAY_PATIENCE_S: Final = 1.0
"""Who waits longer for his turn in one channel waits in the outbox: others need the hands meanwhile."""

PAGE: Final = 200
PAGES_MAX: Final = 5
"""So many messages are looked through at most, the newest first."""
CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""Slack's clock names the messages, and ours says when one was sent."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.sending")


def workspace_of(tenant: str, reference: Mapping[str, Any]) -> Workspace:
    """In which workspace a place or a person is reached. Raises Rejected."""
    workspace_id = reference.get(WORKSPACE)
    if not isinstance(workspace_id, str):
        _log.error("slack_reference_without_workspace")
        raise Rejected(NOT_ASKED, "workspace")
    return Workspace(tenant, workspace_id)


class Sending:
    """Implements `bot.platforms.base.Platform` and `Findable`: everything that the relay asks of Slack."""

    name = "slack"

    def __init__(self, api: SlackApi, tokens: Tokens, drawing: Drawing, *, timer: Callable[[], float]) -> None:
        self._api = api
        self._tokens = tokens
        self._drawing = drawing
        self._chats: Remembered[tuple[Workspace, str], str] = Remembered(timer)

    async def send(
        self, target: Target, card: Card, reader: Reader, *, key: str, patience_s: float = RELAY_PATIENCE_S
    ) -> Sent:
        """Post a card for everybody in a channel, or to one person."""
        where = workspace_of(target.tenant, target.reference)
        channel = target.conversation_id or await self.open_chat(where, target.user_id, patience_s)
        message: Json = {
            "channel": channel,
            **self._drawing.message(card, reader),
            "metadata": {"event_type": KEY_EVENT, "event_payload": {"key": key}},
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if thread := _thread_of(target):
            message["thread_ts"] = thread
        try:
            answer = await self._api.call("chat.postMessage", where, message, channel=channel, patience_s=patience_s)
        except Gone:
            self._chats.forget((where, target.user_id))
            raise
        if not (ts := _text(answer.get("ts"))):
            # It exists, although the answer does not name it: it has to be looked up.
            raise Ambiguous("accepted without an id")
        return _sent(target, channel, ts)

    async def update(self, target: Target, message_id: str, card: Card, reader: Reader) -> None:
        """Replace a posted card for everybody."""
        where = workspace_of(target.tenant, target.reference)
        channel = target.conversation_id
        message = {"channel": channel, "ts": message_id, **self._drawing.message(card, reader)}
        await self._api.call("chat.update", where, message, channel=channel, patience_s=RELAY_PATIENCE_S)

    async def find(self, target: Target, key: str, since: datetime) -> Sent | None:
        """The message that was sent with this key since then; None when it is certainly not there."""
        where = workspace_of(target.tenant, target.reference)
        channel = target.conversation_id or await self.open_chat(where, target.user_id, RELAY_PATIENCE_S)
        own = (await self._tokens.grant(where.tenant, where.workspace_id)).bot_user_id
        ts = await self._look_through(where, channel, _thread_of(target), since, lambda one: _is_it(one, own, key))
        return _sent(target, channel, ts) if ts else None

    async def open_chat(self, where: Workspace, user_id: str, patience_s: float) -> str:
        """The person's chat with the bot, which Slack makes once and then finds again: asking twice does no harm."""
        known = self._chats.get((where, user_id))
        if known is not None:
            return known
        try:
            async with asyncio.timeout(OPEN_S):
                answer = await self._api.call("conversations.open", where, {"users": user_id}, patience_s=patience_s)
        except TimeoutError as failure:
            raise Unavailable("chat not opened") from failure
        opened: Json = answer.get("channel") or {}
        channel = _text(opened.get("id"))
        if not channel:
            raise Unavailable("unreadable answer")
        self._chats.put((where, user_id), channel, CHATS_KEPT_S)
        return channel

    async def _look_through(
        self, where: Workspace, channel: str, thread: str, since: datetime, is_it: Callable[[Json], bool]
    ) -> str:
        """Go back page by page; the ts of what was looked for. Raises Unavailable when there is too much of it."""
        asked: Json = {"channel": channel, "oldest": f"{(since - CLOCKS_DIFFER).timestamp():.6f}", "limit": PAGE}
        asked |= {"inclusive": True, "include_all_metadata": True} | ({"ts": thread} if thread else {})
        method = "conversations.replies" if thread else "conversations.history"
        for _ in range(PAGES_MAX):
            page = await self._api.call(method, where, asked, channel=channel, patience_s=RELAY_PATIENCE_S)
            if found := next((one for one in _messages(page) if is_it(one)), None):
                return str(found["ts"])
            if not page.get("has_more"):
                return ""
            more: Json = page.get("response_metadata") or {}
            cursor = _text(more.get("next_cursor"))
            if not cursor:
                break
            asked["cursor"] = cursor
        raise Unavailable("too much to look through")


def _sent(target: Target, channel: str, ts: str) -> Sent:
    """What is there now. Whether others read along is asked of the place each time, not of its messages."""
    kept = {name: value for name, value in target.reference.items() if name in {WORKSPACE, THREAD}}
    return Sent(channel, ts, kept)


def _thread_of(target: Target) -> str:
    return _text(target.reference.get(THREAD))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _messages(page: Json) -> Iterable[Json]:
    found = page.get("messages")
    if not isinstance(found, list):
        raise Unavailable("unreadable answer")
    return cast("list[Json]", found)


def _is_it(message: Json, author: str, key: str) -> bool:
    metadata: Json = message.get("metadata") or {}
    payload: Json = metadata.get("event_payload") or {}
    return message.get("user") == author and metadata.get("event_type") == KEY_EVENT and payload.get("key") == key
