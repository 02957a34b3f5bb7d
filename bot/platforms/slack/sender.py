"""Delivery of cards to Slack: post, update, and look up a message whose outcome is unknown."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, cast

import structlog

from bot.platforms.base import NOT_ASKED, Ambiguous, Gone, Reader, Rejected, Sent, Target, Unavailable
from bot.platforms.direct_chats import DirectChats
from bot.platforms.http_calls import RELAY_PATIENCE_S
from bot.platforms.ingress import Json
from bot.platforms.slack.api import SlackApi, Workspace
from bot.platforms.slack.cards import SlackRenderer
from bot.platforms.slack.tokens import Tokens
from cards.model import Card
from services.notices import THREAD_PARAM

KEY_EVENT: Final = "kollega_delivery"
"""Type of the message metadata that carries the key for a lookup."""
WORKSPACE: Final = "workspace"

PAGE_SIZE: Final = 200
PAGES_MAX: Final = 5
"""A lookup reads at most this many pages, the newest first: conversations.history is rate limited."""
CLOCK_SKEW: Final = timedelta(minutes=5)
"""The `ts` of a message is Slack's clock, the start of the lookup is ours."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.sender")


def read_workspace(tenant: str, reference: Mapping[str, Any]) -> Workspace:
    """Return the workspace that a stored reference names. Raises Rejected."""
    workspace_id = reference.get(WORKSPACE)
    if not isinstance(workspace_id, str):
        _log.error("reference_without_workspace")
        raise Rejected(NOT_ASKED, "workspace")
    return Workspace(tenant, workspace_id)


class SlackSender:
    """Implements what the relay asks of a platform: `Platform` and `SupportsLookup`."""

    name = "slack"

    def __init__(self, api: SlackApi, tokens: Tokens, renderer: SlackRenderer, *, timer: Callable[[], float]) -> None:
        self._api = api
        self._tokens = tokens
        self._renderer = renderer
        self._chats: DirectChats[tuple[Workspace, str]] = DirectChats(timer)

    async def send(
        self, target: Target, card: Card, reader: Reader, *, key: str, patience_s: float = RELAY_PATIENCE_S
    ) -> Sent:
        """Post a card in a channel, or in a user's direct chat."""
        workspace = read_workspace(target.tenant, target.reference)
        channel = target.conversation_id or await self.open_chat(workspace, target.user_id, patience_s)
        message: Json = {
            "channel": channel,
            **self._renderer.message(card, reader),
            "metadata": {"event_type": KEY_EVENT, "event_payload": {"key": key}},
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if thread := _thread_of(target):
            message["thread_ts"] = thread
        try:
            answer = await self._api.call(
                "chat.postMessage", workspace, message, channel=channel, patience_s=patience_s
            )
        except Gone:
            self._chats.delete((workspace, target.user_id))
            raise
        if not (ts := _read_text(answer.get("ts"))):
            # Slack accepted it without naming its id, so only a lookup finds it.
            raise Ambiguous("accepted without an id")
        return _build_sent(target, channel, ts)

    async def update(self, target: Target, message_id: str, card: Card, reader: Reader) -> None:
        """Replace a posted card for all readers."""
        workspace = read_workspace(target.tenant, target.reference)
        channel = target.conversation_id
        message = {"channel": channel, "ts": message_id, **self._renderer.message(card, reader)}
        await self._api.call("chat.update", workspace, message, channel=channel, patience_s=RELAY_PATIENCE_S)

    async def find(self, target: Target, key: str, since: datetime) -> Sent | None:
        """Return the message sent with this key since then; None only if it certainly does not exist."""
        workspace = read_workspace(target.tenant, target.reference)
        channel = target.conversation_id or await self.open_chat(workspace, target.user_id, RELAY_PATIENCE_S)
        own = (await self._tokens.grant(workspace.tenant, workspace.workspace_id)).bot_user_id
        ts = await self._search(
            workspace, channel, _thread_of(target), since, lambda item: _is_sent_with(item, own, key)
        )
        return _build_sent(target, channel, ts) if ts else None

    async def open_chat(self, workspace: Workspace, user_id: str, patience_s: float) -> str:
        """Return the channel id of a user's direct chat with the bot. Raises SendFailed."""

        async def create() -> str:
            arguments = {"users": user_id}
            response = await self._api.call("conversations.open", workspace, arguments, patience_s=patience_s)
            opened: Json = response.get("channel") or {}
            channel = _read_text(opened.get("id"))
            if not channel:
                raise Unavailable("unreadable response")
            return channel

        return await self._chats.open((workspace, user_id), create)

    async def _search(
        self, workspace: Workspace, channel: str, thread: str, since: datetime, is_match: Callable[[Json], bool]
    ) -> str:
        """Search page by page; return the `ts` of the match or nothing. Raises Unavailable beyond PAGES_MAX."""
        query: Json = {"channel": channel, "oldest": f"{(since - CLOCK_SKEW).timestamp():.6f}", "limit": PAGE_SIZE}
        query |= {"inclusive": True, "include_all_metadata": True} | ({"ts": thread} if thread else {})
        method = "conversations.replies" if thread else "conversations.history"
        for _ in range(PAGES_MAX):
            page = await self._api.call(method, workspace, query, channel=channel, patience_s=RELAY_PATIENCE_S)
            if found := next((message for message in _read_messages(page) if is_match(message)), None):
                return str(found["ts"])
            if not page.get("has_more"):
                return ""
            metadata: Json = page.get("response_metadata") or {}
            cursor = _read_text(metadata.get("next_cursor"))
            if not cursor:
                break
            query["cursor"] = cursor
        raise Unavailable("too many messages to search")


def _build_sent(target: Target, channel: str, ts: str) -> Sent:
    """Return the reference of a posted message; whether a channel is shared is read from the channel each time."""
    reference = {name: value for name, value in target.reference.items() if name in {WORKSPACE, THREAD_PARAM}}
    return Sent(channel, ts, reference)


def _thread_of(target: Target) -> str:
    return _read_text(target.reference.get(THREAD_PARAM))


def _read_text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _read_messages(page: Json) -> Iterable[Json]:
    found = page.get("messages")
    if not isinstance(found, list):
        raise Unavailable("unreadable response")
    return cast("list[Json]", found)


def _is_sent_with(message: Json, author: str, key: str) -> bool:
    metadata: Json = message.get("metadata") or {}
    payload: Json = metadata.get("event_payload") or {}
    return message.get("user") == author and metadata.get("event_type") == KEY_EVENT and payload.get("key") == key
