"""The answers to what people ask in the menus of Microsoft Teams: dialogs, lists and previews."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

import structlog

from bot.commands.extensions import again
from bot.dispatch.incoming import Answer, Chat, Placement
from bot.platforms.base import Ambiguous, Reader, SendFailed
from bot.platforms.ingress import Json
from bot.platforms.teams.activity import NOWHERE
from bot.platforms.teams.cards import CANCEL, CARD, Drawing
from bot.platforms.teams.extension_requests import FETCH, LINK, QUERY, SUBMIT, Asked
from cards import chat as cards
from cards.model import Card
from services import user

ANSWER_LIMIT_S: Final = 3.5
POST_LIMIT_S: Final = 1.0
"""Teams waits five seconds for both, and then asks again."""
TEXT_MAX_CHARS: Final = 500
CLOSED: Final[Json] = {}
"""The dialog ends."""

Post = Callable[[Asked, Answer], Awaitable[None]]

log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams")


class Extensions:
    """Asks the bot what was asked in a menu, and words the answer for that menu."""

    def __init__(self, chat: Chat, drawing: Drawing, limit_s: float = ANSWER_LIMIT_S) -> None:
        self._chat = chat
        self._drawing = drawing
        self._limit_s = limit_s
        self._answers: dict[str, Callable[[Asked, Post], Awaitable[Json]]] = {
            FETCH: self._fetched,
            SUBMIT: self._submitted,
            QUERY: self._found,
            LINK: self._linked,
        }

    async def answer(self, asked: Asked, post: Post) -> Json:
        """What the client shows. `post` puts a card where it was asked, for everybody there."""
        return await self._answers[asked.name](asked, post)

    async def _fetched(self, asked: Asked, post: Post) -> Json:
        del post
        answer = await self._ask(asked, cards.timeout_card())
        return self._dialog(asked, answer.card, answer.reader, once=asked.once)

    async def _submitted(self, asked: Asked, post: Post) -> Json:
        """The dialog goes on with the answer, or ends when that stands in a message of its own."""
        if asked.pressed is not None and asked.pressed.command == CANCEL:
            return CLOSED
        # Whatever was filled in comes back, and under the same name: sent again, it is carried out once.
        filled = again(asked.pressed.command, asked.pressed.args) if asked.pressed else None
        answer = await self._ask(asked, cards.timeout_card(filled))
        if answer.placement is not Placement.NEW:
            is_slow = answer.card.title == cards.TIMEOUT_TITLE
            return self._dialog(asked, answer.card, answer.reader, once=asked.once if is_slow else "")
        return await self._brought(asked, answer, post)

    async def _brought(self, asked: Asked, answer: Answer, post: Post) -> Json:
        """A message for everybody here; where the bot cannot write, a card for the person's own message."""
        try:
            if asked.spoken.conversation.id.startswith(NOWHERE):
                return self._inserted(asked, answer)
            async with asyncio.timeout(POST_LIMIT_S):
                await post(asked, answer)
        except (TimeoutError, Ambiguous):
            log.warning("teams_answer_unknown")
            return self._dialog(asked, cards.unconfirmed_card(answer.card), answer.reader)
        except SendFailed as failure:
            log.info("teams_answer_inserted", failure=type(failure).__name__)
            return self._inserted(asked, answer)
        return CLOSED

    def _inserted(self, asked: Asked, answer: Answer) -> Json:
        if not answer.choices:
            return self._dialog(asked, answer.card, answer.reader)
        return self._listed(answer.choices[:1], answer.reader)

    async def _found(self, asked: Asked, post: Post) -> Json:
        """A list to choose from, or in words why there is none."""
        del post
        answer = await self._ask(asked, cards.timeout_card())
        if answer.choices or asked.is_page:
            return self._listed(answer.choices, answer.reader)
        words = self._drawing.words(answer.card, answer.reader)[:TEXT_MAX_CHARS]
        return {"composeExtension": {"type": "message", "text": words}}

    async def _linked(self, asked: Asked, post: Post) -> Json:
        """The lead, for whoever may see it; the bare link for everybody else."""
        del post
        if asked.incoming is None:
            return NOTHING
        answer = await self._ask(asked, cards.timeout_card())
        return self._listed(answer.choices, answer.reader)

    async def _ask(self, asked: Asked, otherwise: Card) -> Answer:
        """The bot's answer; `otherwise`, when it does not come in time."""
        reader = Reader(user.spoken(asked.spoken.activity.locale or ""), "UTC")
        if asked.incoming is None:
            return Answer(cards.outdated_button_card(), Placement.PRIVATE, reader)
        try:
            async with asyncio.timeout(self._limit_s):
                answer = await self._chat.receive(asked.incoming)
        except TimeoutError:
            log.warning("teams_extension_slow", name=asked.name)
            return Answer(otherwise, Placement.PRIVATE, reader)
        return answer or Answer(cards.outdated_button_card(), Placement.PRIVATE, reader)

    def _dialog(self, asked: Asked, card: Card, reader: Reader, once: str = "") -> Json:
        along = {"once": once or secrets.token_hex(8)} | ({"of": asked.of} if asked.of else {})
        drawn = self._drawing.dialog(card, reader, along)
        title = self._drawing.line(card.title, reader)
        value = {"title": title, "height": "large", "width": "medium", "card": {"contentType": CARD, "content": drawn}}
        return {"task": {"type": "continue", "value": value}}

    def _listed(self, choices: Iterable[Card], reader: Reader) -> Json:
        return _result([self._drawing.attachment(card, reader) for card in choices])


def _result(attachments: list[dict[str, Any]]) -> Json:
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": attachments}}


NOTHING: Final = _result([])
