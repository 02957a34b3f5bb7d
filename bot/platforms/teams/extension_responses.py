"""Responses to message extensions: dialogs, lists and link previews."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

import structlog

from bot.commands.extensions import rebuild_form
from bot.dispatch.interaction import Dispatcher, Placement, Response
from bot.platforms.base import Ambiguous, Reader, SendFailed, reader_of_locale
from bot.platforms.ingress import Json
from bot.platforms.teams.activity import NOWHERE
from bot.platforms.teams.cards import CANCEL, CARD, TeamsRenderer
from bot.platforms.teams.extension_requests import FETCH, LINK, QUERY, SUBMIT, ExtensionRequest
from cards import chat as cards
from cards.model import Card

ANSWER_LIMIT_S: Final = 3.5
POST_LIMIT_S: Final = 1.0
"""Teams waits 5 seconds for a response and then repeats the request; both limits together stay below."""
TEXT_MAX_CHARS: Final = 500
CLOSED: Final[Json] = {}
"""Closes the dialog."""

Post = Callable[[ExtensionRequest, Response], Awaitable[None]]

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams")


class ExtensionResponder:
    """Passes extension requests to the dispatch, and renders the answers."""

    def __init__(self, chat: Dispatcher, renderer: TeamsRenderer, limit_s: float = ANSWER_LIMIT_S) -> None:
        self._chat = chat
        self._renderer = renderer
        self._limit_s = limit_s
        self._responses: dict[str, Callable[[ExtensionRequest, Post], Awaitable[Json]]] = {
            FETCH: self._respond_to_fetch,
            SUBMIT: self._respond_to_submission,
            QUERY: self._respond_to_search,
            LINK: self._respond_to_link,
        }

    async def respond(self, request: ExtensionRequest, post: Post) -> Json:
        """Return the invoke response. `post` posts a card in the conversation of the request."""
        return await self._responses[request.name](request, post)

    async def _respond_to_fetch(self, request: ExtensionRequest, post: Post) -> Json:
        del post
        answer = await self._ask(request, cards.timeout_card())
        return self._render_dialog(request, answer.card, answer.reader, form_id=request.form_id)

    async def _respond_to_submission(self, request: ExtensionRequest, post: Post) -> Json:
        """Show the answer in the dialog, or close the dialog after posting it."""
        if request.button is not None and request.button.command == CANCEL:
            return CLOSED
        # A late answer shows the inputs again, with the same form id: a repeated submission is one interaction.
        filled = rebuild_form(request.button.command, request.button.args) if request.button else None
        answer = await self._ask(request, cards.timeout_card(filled))
        if answer.placement is not Placement.NEW:
            is_slow = answer.card.title == cards.TIMEOUT_TITLE
            return self._render_dialog(request, answer.card, answer.reader, form_id=request.form_id if is_slow else "")
        return await self._post_or_insert(request, answer, post)

    async def _post_or_insert(self, request: ExtensionRequest, answer: Response, post: Post) -> Json:
        """Post for all members; where the bot cannot post, return a card for the user's own message."""
        try:
            if request.activity.conversation.id.startswith(NOWHERE):
                return self._insert(request, answer)
            async with asyncio.timeout(POST_LIMIT_S):
                await post(request, answer)
        except (TimeoutError, Ambiguous):
            _log.warning("extension_post_outcome_unknown")
            return self._render_dialog(request, cards.unconfirmed_card(answer.card), answer.reader)
        except SendFailed as failure:
            _log.info("extension_answer_inserted", failure=type(failure).__name__)
            return self._insert(request, answer)
        return CLOSED

    def _insert(self, request: ExtensionRequest, answer: Response) -> Json:
        if not answer.choices:
            return self._render_dialog(request, answer.card, answer.reader)
        return self._render_list(answer.choices[:1], answer.reader)

    async def _respond_to_search(self, request: ExtensionRequest, post: Post) -> Json:
        """Return the list of results, or the reason why it is empty."""
        del post
        answer = await self._ask(request, cards.timeout_card())
        if answer.choices or request.is_page:
            return self._render_list(answer.choices, answer.reader)
        words = self._renderer.words(answer.card, answer.reader)[:TEXT_MAX_CHARS]
        return {"composeExtension": {"type": "message", "text": words}}

    async def _respond_to_link(self, request: ExtensionRequest, post: Post) -> Json:
        """Return the preview of a lead, or nothing where the user may not see it."""
        del post
        if request.incoming is None:
            return EMPTY_RESULT
        answer = await self._ask(request, cards.timeout_card())
        return self._render_list(answer.choices, answer.reader)

    async def _ask(self, request: ExtensionRequest, otherwise: Card) -> Response:
        """Return the dispatch's answer; `otherwise` after the time limit."""
        reader = reader_of_locale(request.activity.locale or "")
        if request.incoming is None:
            return Response(cards.outdated_button_card(), Placement.PRIVATE, reader)
        try:
            async with asyncio.timeout(self._limit_s):
                answer = await self._chat.receive(request.incoming)
        except TimeoutError:
            _log.warning("extension_timed_out", name=request.name)
            return Response(otherwise, Placement.PRIVATE, reader)
        return answer or Response(cards.outdated_button_card(), Placement.PRIVATE, reader)

    def _render_dialog(self, request: ExtensionRequest, card: Card, reader: Reader, form_id: str = "") -> Json:
        extra = {"once": form_id or secrets.token_hex(8)} | ({"of": request.message_id} if request.message_id else {})
        rendered = self._renderer.dialog(card, reader, extra)
        title = self._renderer.line(card.title, reader)
        value = {
            "title": title,
            "height": "large",
            "width": "medium",
            "card": {"contentType": CARD, "content": rendered},
        }
        return {"task": {"type": "continue", "value": value}}

    def _render_list(self, choices: Iterable[Card], reader: Reader) -> Json:
        return _build_result([self._renderer.attachment(card, reader) for card in choices])


def _build_result(attachments: list[dict[str, Any]]) -> Json:
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": attachments}}


EMPTY_RESULT: Final = _build_result([])
