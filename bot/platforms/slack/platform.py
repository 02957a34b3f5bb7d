"""Slack: what people write and press there, and what the bot says there, asked and unasked."""

import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

import msgspec
import structlog
from aiohttp import ClientSession, web

from bot.dispatch.incoming import Answer, Chat, Kind, Placement
from bot.platforms.base import Ambiguous, Gone, RateLimited, Reader, SendFailed, Sent, Target, Unavailable
from bot.platforms.ingress import BODY_LIMIT_S, Json, Turned
from bot.platforms.slack.api import SlackApi
from bot.platforms.slack.background import BUDGET_S, GOING_ON_MAX, Busy, Hands, Reply
from bot.platforms.slack.bolt_app import Turns
from bot.platforms.slack.cards import Drawing, read_opened
from bot.platforms.slack.file_transfer import Handing
from bot.platforms.slack.files import Files
from bot.platforms.slack.home import OPENED, Homes, is_home
from bot.platforms.slack.ingress import Door, Said
from bot.platforms.slack.interactions import PLATFORM, At, Heard, hear, renewed
from bot.platforms.slack.payload import Sort, Spoken, read_payload, spoken
from bot.platforms.slack.people import People
from bot.platforms.slack.responder import Answering, answers_click
from bot.platforms.slack.scopes import EVENTS_PATH
from bot.platforms.slack.sender import Sending
from bot.platforms.slack.tokens import Grant, Tokens
from bot.platforms.ttl_cache import Remembered
from cards import chat as cards
from cards.model import Card
from services import user

WELCOMED_KEPT_S: Final = 3600.0
UNINSTALLED: Final = frozenset({"app_uninstalled", "tokens_revoked"})
"""What Slack tells when there is no token any more."""
RENAMED: Final = frozenset({"channel_rename", "group_rename", "channel_shared", "channel_unshared"})

Listener = Callable[[Spoken], Awaitable[None]]

log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long it may take, and how much may go on."""

    body_s: float = BODY_LIMIT_S
    budget_s: float = BUDGET_S
    going_on: int = GOING_ON_MAX


class SlackPlatform:
    """Implements `bot.platforms.base.Platform` and `Findable`."""

    name = PLATFORM

    def __init__(  # noqa: PLR0913 - whom it speaks through, and the two measures of time
        self,
        chat: Chat,
        api: SlackApi,
        tokens: Tokens,
        session: ClientSession,
        *,
        files: Files,
        secret: str,
        clock: Callable[[], datetime],
        timer: Callable[[], float] = time.monotonic,
        limits: Limits = Limits(),
    ) -> None:
        self._chat = chat
        self._api = api
        self._tokens = tokens
        self._secret = secret
        self._door = Door(secret, clock, timer, limits.body_s)
        self._drawing = Drawing(clock)
        self._people = People(api, timer=timer)
        self._sending = Sending(api, tokens, self._drawing, timer=timer)
        self._turns = Turns(session)
        self._hands = Hands(limits.budget_s, limits.going_on)
        self._answering = Answering(chat, api, self._people, self._drawing, timer)
        self._handing = Handing(chat, files, self._people, self._answering, timer)
        self._homes = Homes(chat, api, self._people, self._drawing, timer=timer)
        self._welcomed: Remembered[tuple[str, str], bool] = Remembered(timer)
        self._listeners: dict[str, Listener] = {
            "user_change": self._forget_person,
            OPENED: self._homes.open,
            **dict.fromkeys(UNINSTALLED, self._leave),
        }

    @property
    def drawing(self) -> Drawing:
        return self._drawing

    @property
    def people(self) -> People:
        return self._people

    def listen(self, listeners: Mapping[str, Listener]) -> None:
        """Tell these of events that are nothing said to the bot."""
        self._listeners.update(listeners)

    def routes(self) -> list[web.RouteDef]:
        """Without a secret nobody who comes to the door can be known: then the bot fetches what happens."""
        return [web.post(EVENTS_PATH, self._receive)] if self._secret else []

    async def settle(self) -> None:
        """Wait until everybody has been answered."""
        await self._hands.settle()

    async def end(self) -> None:
        """Let what is being answered come to its end."""
        await self._hands.end()

    async def send(self, target: Target, card: Card, reader: Reader, *, key: str) -> Sent:
        """Post a card in a conversation or to a person; the key goes along, so that the message can be found."""
        return await self._sending.send(target, card, reader, key=key)

    async def update(self, target: Target, message_id: str, card: Card, reader: Reader) -> None:
        """Replace a posted card for everybody; a home for its one reader."""
        if is_home(target):
            await self._homes.update(target, card, reader)
        else:
            await self._sending.update(target, message_id, card, reader)

    async def find(self, target: Target, key: str, since: datetime) -> Sent | None:
        """The message that was sent with this key; None when it is certainly not there."""
        return await self._sending.find(target, key, since)

    async def serve(self, document: Json) -> Said:
        """Carry out what was verified, wherever it came from; the answer for Slack. Raises Turned."""
        if document.get("type") == "url_verification":
            return _challenged(document)
        if "ssl_check" in document:
            return Said()
        said = spoken(read_payload(document))
        if said is None:
            return Said()
        grant = await self._grant(said)
        told = said.payload.api_app_id
        if grant and grant.app_id and told and grant.app_id != told:
            # What another app hears is not answered with this one's token.
            raise Turned(403, "another_app")
        return await self._turns.run(said, grant, lambda: self._turn(said, grant))

    async def _receive(self, request: web.Request) -> web.Response:
        number = secrets.token_hex(4)
        with structlog.contextvars.bound_contextvars(correlation_id=number, platform=PLATFORM):
            try:
                said = await self._door.serve(request, self.serve)
                return web.Response(status=said.status, body=said.body, content_type="application/json")
            except Turned as turned:
                log.info("slack_turned_away", reason=turned.reason)
                return web.json_response({"error": turned.reason}, status=turned.status)
            except Exception:
                log.exception("slack_request_failed", number=number)
                return web.json_response({"error": "unexpected", "number": number}, status=500)

    async def _grant(self, said: Spoken) -> Grant | None:
        """Who the bot is in this workspace. Raises Turned where it is not installed."""
        if said.event is not None and said.event.type in UNINSTALLED:
            return None
        try:
            return await self._tokens.grant(said.where.tenant, said.where.workspace_id)
        except Gone as gone:
            raise Turned(403, "not_installed") from gone
        except (RateLimited, Unavailable) as away:
            raise Turned(503, "try_again") from away

    async def _turn(self, said: Spoken, grant: Grant | None) -> Json:
        try:
            return await self._hands.run(partial(self._carry, said, grant), partial(self._waiting, said))
        except Busy as busy:
            log.warning("slack_too_much_goes_on")
            if said.sort is not Sort.COMMAND:
                # Slack tells whoever has pressed, and tells of an event again.
                raise Turned(429, "busy") from busy
            return self._drawing.message(cards.timeout_card(), self._reader(said))

    def _waiting(self, said: Spoken) -> Json:
        """What Slack is told when the answer takes longer: a window that was sent must not close."""
        if said.sort is not Sort.SUBMISSION or said.view is None:
            return {}
        opened = read_opened(said.view.private_metadata)
        return {
            "response_action": "update",
            "view": self._drawing.view(cards.waiting_card(), self._reader(said), opened),
        }

    def _reader(self, said: Spoken) -> Reader:
        """The reader of what the bot says without knowing the person."""
        return Reader(user.spoken(self._people.locale(said.where, said.user_id)), "UTC")

    async def _carry(self, said: Spoken, grant: Grant | None, reply: Reply) -> None:
        if said.event is not None and (listener := self._listeners.get(said.event.type)):
            await listener(said)
            return
        bot_user_id = grant.bot_user_id if grant else ""
        if said.event is not None and said.event.type in RENAMED:
            if (changed := await renewed(said, self._people, bot_user_id)) is not None:
                await self._chat.receive(changed)
            return
        heard = await hear(said, self._people, bot_user_id)
        if heard is None:
            return
        if heard.at is At.EVENT:
            await self._note_event(heard)
            return
        answer = await self._ask(await self._handing.with_files(heard))
        if answer is not None:
            await self._answering.show(heard, answer, reply)
            await self._handing.hand_over(heard, answer, reply)
        elif answers_click(heard):
            await self._answering.hint(heard, _hinted(heard, Card(cards.NOTHING_CHANGED)), cards.NOTHING_CHANGED, reply)

    async def _ask(self, heard: Heard) -> Answer | None:
        if heard.is_understood:
            return await self._chat.receive(heard.incoming)
        return _hinted(heard, cards.outdated_button_card())

    async def _note_event(self, heard: Heard) -> None:
        """The bot always hears of it, the place reads one welcome."""
        incoming = heard.incoming
        place = incoming.tenant, incoming.where.conversation_id
        if incoming.kind is Kind.REMOVED:
            self._welcomed.forget(place)
        answer = await self._chat.receive(incoming)
        if answer is None or self._welcomed.get(place):
            return
        self._welcomed.put(place, value=True, seconds=WELCOMED_KEPT_S)
        try:
            await self._answering.post(heard, answer)
        except SendFailed as failure:
            if not isinstance(failure, Ambiguous):
                self._welcomed.forget(place)
            log.warning("slack_answer_not_sent", failure=type(failure).__name__)

    async def _forget_person(self, said: Spoken) -> None:
        user_id: object = said.raw.get("user", {}).get("id") if isinstance(said.raw.get("user"), dict) else None
        if isinstance(user_id, str):
            self._people.forget_person(said.where, user_id)

    async def _leave(self, said: Spoken) -> None:
        await self._tokens.uninstalled(said.where.tenant, said.where.workspace_id)


def _challenged(document: Mapping[str, Any]) -> Said:
    """Slack asks whether somebody lives at the address."""
    challenge = document.get("challenge")
    if not isinstance(challenge, str):
        raise Turned(400, "malformed")
    return Said(body=msgspec.json.encode({"challenge": challenge}))


def _hinted(heard: Heard, card: Card) -> Answer:
    """What the bot says without knowing the person."""
    reader = Reader(user.spoken(heard.incoming.sender.language_hint), "UTC")
    return Answer(card, Placement.PRIVATE, reader)
