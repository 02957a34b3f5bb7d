"""Slack as a chat platform: requests in, responses and messages out."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

import msgspec
import structlog
from aiohttp import web

from bot.dispatch.interaction import Dispatcher, Placement, Response
from bot.platforms.answer_poster import AnswerPoster
from bot.platforms.base import Gone, RateLimited, Reader, Sent, Target, Unavailable, reader_of_locale
from bot.platforms.ingress import BODY_LIMIT_S, Json, RequestRejected, is_object, respond
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.background import BUDGET_S, TASKS_MAX, BackgroundTasks, SlackReply, TooManyTasks
from bot.platforms.slack.cards import SlackRenderer, read_origin
from bot.platforms.slack.directory import SlackDirectory
from bot.platforms.slack.file_handover import FileHandover
from bot.platforms.slack.files import SlackFiles
from bot.platforms.slack.home import OPENED, AppHome, is_home
from bot.platforms.slack.ingress import SlackIngress
from bot.platforms.slack.interactions import (
    PLATFORM,
    SlackInteraction,
    SlackSurface,
    read_channel_change,
    read_interaction,
)
from bot.platforms.slack.payload import RequestKind, SlackRequest, read_request
from bot.platforms.slack.responder import Responder, is_click
from bot.platforms.slack.scopes import EVENTS_PATH
from bot.platforms.slack.sender import SlackSender
from bot.platforms.slack.tokens import Grant, Tokens
from cards import chat as cards
from cards.model import Card

UNINSTALLED: Final = frozenset({"app_uninstalled", "tokens_revoked"})
"""Events of a workspace whose token is revoked: no grant is looked up for them."""
CHANNEL_CHANGED: Final = frozenset({"channel_rename", "group_rename", "channel_shared", "channel_unshared"})

Listener = Callable[[SlackRequest], Awaitable[None]]

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack")


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits of a request, and the number of background tasks."""

    body_s: float = BODY_LIMIT_S
    budget_s: float = BUDGET_S
    tasks: int = TASKS_MAX


class SlackPlatform:
    """Implements `bot.platforms.base.Platform` and `SupportsLookup`."""

    name = PLATFORM

    def __init__(  # noqa: PLR0913 - its collaborators, and two clocks
        self,
        chat: Dispatcher,
        api: SlackApi,
        tokens: Tokens,
        *,
        files: SlackFiles,
        secret: str,
        clock: Callable[[], datetime],
        timer: Callable[[], float] = time.monotonic,
        limits: Limits = Limits(),
    ) -> None:
        self._chat = chat
        self._tokens = tokens
        self._ingress = SlackIngress(secret, clock, timer, limits.body_s) if secret else None
        self._renderer = SlackRenderer(clock)
        self._directory = SlackDirectory(api, timer=timer)
        self._sender = SlackSender(api, tokens, self._renderer, timer=timer)
        self._tasks = BackgroundTasks(limits.budget_s, limits.tasks)
        self._poster = AnswerPoster(chat, timer)
        self._responder = Responder(self._poster, api, self._directory, self._renderer)
        self._handover = FileHandover(chat, files, self._directory, self._responder, self._poster)
        self._home = AppHome(chat, api, self._directory, self._renderer, timer=timer)
        self._listeners: dict[str, Listener] = {
            "user_change": self._forget_user,
            OPENED: self._home.open,
            **dict.fromkeys(UNINSTALLED, self._process_uninstall),
        }

    @property
    def renderer(self) -> SlackRenderer:
        return self._renderer

    @property
    def directory(self) -> SlackDirectory:
        return self._directory

    def add_listeners(self, listeners: Mapping[str, Listener]) -> None:
        """Register handlers of events that are no interaction with the bot."""
        self._listeners.update(listeners)

    def routes(self) -> list[web.RouteDef]:
        """Return the HTTP route; none without a signing secret, where Socket Mode delivers instead."""
        return [web.post(EVENTS_PATH, self._receive)] if self._ingress else []

    async def join(self) -> None:
        """Wait until every request has been processed."""
        await self._tasks.join()

    async def end(self) -> None:
        """Wait a few seconds for requests in progress, then cancel them."""
        await self._tasks.end()

    async def send(self, target: Target, card: Card, reader: Reader, *, key: str) -> Sent:
        """Post a card in a conversation or to a user; the key is stored in the message's metadata."""
        return await self._sender.send(target, card, reader, key=key)

    async def update(self, target: Target, message_id: str, card: Card, reader: Reader) -> None:
        """Replace a posted card for all readers; an App Home for its one reader."""
        if is_home(target):
            await self._home.update(target, card, reader)
        else:
            await self._sender.update(target, message_id, card, reader)

    async def find(self, target: Target, key: str, since: datetime) -> Sent | None:
        """Return the message that was sent with this key; None only if it certainly does not exist."""
        return await self._sender.find(target, key, since)

    async def serve(self, document: Json) -> Json:
        """Serve a verified document, however it was delivered; return the response. Raises RequestRejected."""
        if document.get("type") == "url_verification":
            return _confirm_url(document)
        if "ssl_check" in document:
            return {}
        request = read_request(document)
        if request is None:
            return {}
        grant = await self._find_grant(request)
        app_id = request.payload.api_app_id
        if grant and grant.app_id and app_id and grant.app_id != app_id:
            # The settings mix two apps, for one the app token of another: this token must not answer its events.
            raise RequestRejected(403, "another_app")
        return await self._run(request, grant)

    async def _receive(self, request: web.Request) -> web.Response:
        return await respond(PLATFORM, partial(self._serve_http, request))

    async def _serve_http(self, request: web.Request) -> web.Response:
        if self._ingress is None:
            raise RequestRejected(401, "unsigned")
        body = await self._ingress.serve(request, self.serve)
        return web.Response(body=msgspec.json.encode(body) if body else b"", content_type="application/json")

    async def _find_grant(self, request: SlackRequest) -> Grant | None:
        """Return the bot's grant for the workspace. Raises RequestRejected where the app is not installed."""
        if request.event is not None and request.event.type in UNINSTALLED:
            return None
        try:
            return await self._tokens.grant(request.workspace.tenant, request.workspace.workspace_id)
        except Gone as gone:
            raise RequestRejected(403, "not_installed") from gone
        except (RateLimited, Unavailable) as failure:
            raise RequestRejected(503, "try_again") from failure

    async def _run(self, request: SlackRequest, grant: Grant | None) -> Json:
        try:
            return await self._tasks.run(partial(self._process, request, grant), partial(self._render_late, request))
        except TooManyTasks as busy:
            _log.warning("background_tasks_exhausted")
            if request.kind is not RequestKind.COMMAND:
                # Slack shows an error at a button, and sends an event again.
                raise RequestRejected(429, "busy") from busy
            return self._renderer.message(cards.timeout_card(), self._reader(request))

    def _render_late(self, request: SlackRequest) -> Json:
        """Return the response for a request that takes longer; a submitted modal must stay open."""
        if request.kind is not RequestKind.SUBMISSION or request.view is None:
            return {}
        view = self._renderer.view(
            cards.waiting_card(), self._reader(request), read_origin(request.view.private_metadata)
        )
        return {"response_action": "update", "view": view}

    def _reader(self, request: SlackRequest) -> Reader:
        """Return the reader for a text that is written without knowing the user."""
        return reader_of_locale(self._directory.cached_locale(request.workspace, request.user_id))

    async def _process(self, request: SlackRequest, grant: Grant | None, reply: SlackReply) -> None:
        event = request.event
        if event is not None and (listener := self._listeners.get(event.type)):
            await listener(request)
            return
        bot_user_id = grant.bot_user_id if grant else ""
        if event is not None and event.type in CHANNEL_CHANGED:
            if (changed := await read_channel_change(request, self._directory, bot_user_id)) is not None:
                await self._chat.receive(changed)
            return
        interaction = await read_interaction(request, self._directory, bot_user_id)
        if interaction is None:
            return
        if interaction.surface is SlackSurface.EVENT:
            await self._poster.process_membership(interaction.incoming, partial(self._responder.post, interaction))
            return
        await self._respond(await self._handover.attach_files(interaction), reply)

    async def _respond(self, interaction: SlackInteraction, reply: SlackReply) -> None:
        answer = await self._ask(interaction)
        if answer is not None:
            await self._responder.show(interaction, answer, reply)
            await self._handover.deliver(interaction, answer, reply)
        elif is_click(interaction):
            unchanged = _answer_unknown(interaction, Card(cards.NOTHING_CHANGED))
            await self._responder.hint(interaction, unchanged, cards.NOTHING_CHANGED, reply)

    async def _ask(self, interaction: SlackInteraction) -> Response | None:
        if interaction.is_understood:
            return await self._chat.receive(interaction.incoming)
        return _answer_unknown(interaction, cards.outdated_button_card())

    async def _forget_user(self, request: SlackRequest) -> None:
        user: object = request.raw_event.get("user")
        user_id: object = user.get("id") if is_object(user) else None
        if isinstance(user_id, str):
            self._directory.forget_user(request.workspace, user_id)

    async def _process_uninstall(self, request: SlackRequest) -> None:
        await self._tokens.uninstalled(request.workspace.tenant, request.workspace.workspace_id)


def _confirm_url(document: Mapping[str, Any]) -> Json:
    """Return the challenge with which Slack checks a request URL. Raises RequestRejected."""
    challenge = document.get("challenge")
    if not isinstance(challenge, str):
        raise RequestRejected(400, "malformed")
    return {"challenge": challenge}


def _answer_unknown(interaction: SlackInteraction, card: Card) -> Response:
    """Return an answer in the language of the client, without the dispatch."""
    return Response(card, Placement.PRIVATE, reader_of_locale(interaction.incoming.sender.language_hint))
