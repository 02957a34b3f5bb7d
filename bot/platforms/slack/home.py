"""The App Home: published when its user opens it, and by the relay when its content changes.

It is recorded as a posted card with one reader, so that the outbox updates it, also after a restart.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from bot.dispatch.interaction import Dispatcher
from bot.platforms.base import Reader, SendFailed, Sent, Target
from bot.platforms.http_calls import RELAY_PATIENCE_S
from bot.platforms.rate_limiter import RateLimiter, Window
from bot.platforms.slack.api import SlackApi, Workspace
from bot.platforms.slack.cards import ModalOrigin, SlackRenderer
from bot.platforms.slack.directory import SlackDirectory
from bot.platforms.slack.interactions import read_home_opening
from bot.platforms.slack.payload import SlackRequest
from bot.platforms.slack.sender import WORKSPACE, read_workspace
from cards.model import Card

OPENED: Final = "app_home_opened"
PREFIX: Final = "home:"
"""Prefix of the conversation id of an App Home; the user id follows."""
MESSAGE: Final = "home"
CHAT: Final = "chat"
"""Key of the direct chat in a reference; a click in the App Home counts as a click there."""
WINDOWS: Final = (Window(3, 9.0),)
"""Updates of one App Home. An earlier one goes back to the outbox and later renders the latest state."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.home")


def is_home(target: Target) -> bool:
    """Return whether a target is an App Home."""
    return target.conversation_id.startswith(PREFIX)


class AppHome:
    """Publishes the App Homes of users."""

    def __init__(
        self,
        chat: Dispatcher,
        api: SlackApi,
        directory: SlackDirectory,
        renderer: SlackRenderer,
        *,
        timer: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._chat = chat
        self._api = api
        self._directory = directory
        self._renderer = renderer
        self._limiter = RateLimiter(WINDOWS, timer=timer, sleep=sleep)

    async def open(self, request: SlackRequest) -> None:
        """Publish the App Home that its user has opened."""
        if request.raw_event.get("tab", MESSAGE) != MESSAGE:
            return
        incoming = await read_home_opening(request, self._directory)
        answer = await self._chat.receive(incoming)
        if answer is None:
            return
        chat_id = incoming.conversation.conversation_id
        try:
            await self._publish(request.workspace, request.user_id, chat_id, answer.card, answer.reader)
        except SendFailed as failure:
            # The outbox updates a published App Home; without one, the next opening publishes it.
            _log.warning("home_not_published", failure=type(failure).__name__)
            return
        if answer.card.subject is not None:
            reference = {WORKSPACE: request.workspace.workspace_id, CHAT: chat_id}
            await self._chat.record_post(incoming, answer, Sent(f"{PREFIX}{request.user_id}", MESSAGE, reference))

    async def update(self, target: Target, card: Card, reader: Reader) -> None:
        """Publish the current content. Raises SendFailed; RateLimited directly after another update."""
        workspace = read_workspace(target.tenant, target.reference)
        await self._publish(workspace, reader.user_id, str(target.reference.get(CHAT, "")), card, reader)

    async def _publish(self, workspace: Workspace, user_id: str, chat_id: str, card: Card, reader: Reader) -> None:
        await self._limiter.wait(f"{workspace.workspace_id}/{user_id}", 0.0)
        view = self._renderer.home(card, reader, ModalOrigin(channel=chat_id, is_home=True))
        arguments = {"user_id": user_id, "view": view}
        await self._api.call("views.publish", workspace, arguments, patience_s=RELAY_PATIENCE_S)
