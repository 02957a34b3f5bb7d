"""The App Home: shown when somebody opens it, and again whenever the relay has something new for it.

A home is a posted card of one reader: the outbox knows it, so that it follows what it shows, also after a restart.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from bot.dispatch.interaction import Dispatcher
from bot.platforms.base import Reader, SendFailed, Sent, Target
from bot.platforms.rate_limiter import Paces, Window
from bot.platforms.slack.api import SlackApi, Workspace
from bot.platforms.slack.cards import Drawing, Opened
from bot.platforms.slack.interactions import looked
from bot.platforms.slack.payload import Spoken
from bot.platforms.slack.people import People
from bot.platforms.slack.sender import RELAY_PATIENCE_S, WORKSPACE, workspace_of
from cards.model import Card

OPENED: Final = "app_home_opened"
PREFIX: Final = "home:"
"""So begins our own name for the place of a home; the person's id follows."""
MESSAGE: Final = "home"
CHAT: Final = "chat"
"""The person's chat with the bot, where what is pressed in the home counts as pressed."""
PACE: Final = (Window(3, 9.0),)
"""How often one home changes; what is too early waits in the outbox, and shows the last state when its turn comes."""

log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.home")


def is_home(target: Target) -> bool:
    """Whether something goes into a home."""
    return target.conversation_id.startswith(PREFIX)


class Homes:
    """Shows people their homes."""

    def __init__(
        self,
        chat: Dispatcher,
        api: SlackApi,
        people: People,
        drawing: Drawing,
        *,
        timer: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._chat = chat
        self._api = api
        self._people = people
        self._drawing = drawing
        self._paces = Paces(PACE, timer=timer, sleep=sleep)

    async def open(self, spoken: Spoken) -> None:
        """Somebody looks at the home."""
        if spoken.raw.get("tab", MESSAGE) != MESSAGE:
            return
        incoming = await looked(spoken, self._people)
        answer = await self._chat.receive(incoming)
        if answer is None:
            return
        chat_id = incoming.conversation.conversation_id
        try:
            await self._publish(spoken.where, spoken.user_id, chat_id, answer.card, answer.reader)
        except SendFailed as failure:
            # What is there already is followed by the outbox; without anything there, the next look brings it.
            log.warning("slack_home_not_shown", failure=type(failure).__name__)
            return
        if answer.card.subject is not None:
            reference = {WORKSPACE: spoken.where.workspace_id, CHAT: chat_id}
            await self._chat.record_post(incoming, answer, Sent(f"{PREFIX}{spoken.user_id}", MESSAGE, reference))

    async def update(self, target: Target, card: Card, reader: Reader) -> None:
        """Show the home as it is now. Raises SendFailed, RateLimited when it has just changed."""
        where = workspace_of(target.tenant, target.reference)
        await self._publish(where, reader.user_id, str(target.reference.get(CHAT, "")), card, reader)

    async def _publish(self, where: Workspace, user_id: str, chat_id: str, card: Card, reader: Reader) -> None:
        await self._paces.wait(f"{where.workspace_id}/{user_id}", 0.0)
        view = self._drawing.home(card, reader, Opened(channel=chat_id, is_home=True))
        arguments = {"user_id": user_id, "view": view}
        await self._api.call("views.publish", where, arguments, patience_s=RELAY_PATIENCE_S)
