"""Microsoft Teams: what people write and press there, and what the bot says there, asked and unasked."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import msgspec
import structlog
from aiohttp import web

from bot.dispatch.incoming import Answer, Chat, Incoming, Kind, Placement
from bot.platforms.base import NOT_ASKED, Ambiguous, Gone, Reader, Rejected, SendFailed, Sent, Target, Unavailable
from bot.platforms.ingress import BODY_LIMIT_S, Json, Turned, read_document, require_shallow
from bot.platforms.teams.activity import Spoken, read_activity, spoken
from bot.platforms.teams.auth import Forbidden, TokenVerifier, Unauthenticated
from bot.platforms.teams.bot_adapter import INVOKE, Turn, Turns
from bot.platforms.teams.cards import Drawing, error
from bot.platforms.teams.channels import Places
from bot.platforms.teams.connector import MAX_TOTAL_WAIT_S, Connector
from bot.platforms.teams.consent import Consents
from bot.platforms.teams.extension_requests import ANONYMOUS, Asked, read_asked
from bot.platforms.teams.extension_responses import NOTHING, Extensions
from bot.platforms.teams.files import Files, read_attached, unfetched
from bot.platforms.teams.interactions import PLATFORM, Heard, How, hear, person_reference
from bot.platforms.teams.people import People
from bot.platforms.ttl_cache import Remembered
from cards import chat as cards
from cards.model import Card, T
from services import user
from services.people import PlaceKind

ANSWERED_KEPT_S: Final = 3600.0
"""Teams repeats what it believes unanswered; for so long a repetition posts nothing again."""

WELCOMED_KEPT_S: Final = 3600.0
"""One installation is told twice, in two ways, and by some clients again and again: so long one welcome is enough."""

CHATS_KEPT_S: Final = 24 * 3600.0
OPEN_S: Final = 20.0
"""Shorter than a whole send may take: until the chat is open, the message has certainly not left."""
RELAY_PATIENCE_S: Final = 1.0
"""Who waits longer for his turn in one conversation waits in the outbox: others need the hands meanwhile."""

UNKNOWN_ACTION: Final = error(501, "NotSupported", "This is not supported.")

log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams")


@dataclass(frozen=True, slots=True)
class Own:
    """What the bot must know of itself: under which id Teams knows it, and where its links lead."""

    app_id: str
    public_url: str


class TeamsPlatform:
    """Implements `bot.platforms.base.Platform`."""

    name = PLATFORM

    def __init__(  # noqa: PLR0913 - whom it speaks through, and the two measures of time
        self,
        chat: Chat,
        verifier: TokenVerifier,
        connector: Connector,
        *,
        own: Own,
        files: Files,
        clock: Callable[[], datetime],
        timer: Callable[[], float] = time.monotonic,
        body_limit_s: float = BODY_LIMIT_S,
    ) -> None:
        self._chat = chat
        self._verifier = verifier
        self._connector = connector
        self._bot_id = f"28:{own.app_id}"
        self._body_limit_s = body_limit_s
        self._public_url = own.public_url
        self._drawing = Drawing(clock)
        self._extensions = Extensions(chat, self._drawing)
        self._people = People(connector, timer=timer)
        self._places = Places(connector, timer=timer)
        self._turns = Turns(connector)
        self._answered: Remembered[str, bool] = Remembered(timer)
        self._files = files
        self._consents = Consents(chat, connector, files, self._drawing, Remembered(timer))
        self._welcomed: Remembered[tuple[str, str], bool] = Remembered(timer)
        self._chats: Remembered[tuple[str, str], str] = Remembered(timer)

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/messages", self._receive)]

    async def send(self, target: Target, card: Card, reader: Reader, *, key: str) -> Sent:
        """Post a card in a conversation or to a person. Teams takes no key that would make it safe to repeat."""
        del key
        return await self._send(target, card, reader, RELAY_PATIENCE_S)

    async def _send(self, target: Target, card: Card, reader: Reader, patience_s: float) -> Sent:
        conversation_id = target.conversation_id or await self._open_chat(target, patience_s)
        thread_id = target.reference.get("thread")
        service_url = _service_url(target)
        user_ids = await self._readers(card, service_url, conversation_id, target.reference)
        message = self._drawing.message(card, reader, user_ids)
        try:
            place_id = thread_id if isinstance(thread_id, str) else conversation_id
            message_id = await self._connector.send(service_url, place_id, message, patience_s=patience_s)
        except Gone:
            self._chats.forget((target.tenant, target.user_id))
            raise
        return Sent(conversation_id, message_id, target.reference)

    async def update(self, target: Target, message_id: str, card: Card, reader: Reader) -> None:
        """Replace a posted card for everybody; own views of it are asked for anew."""
        service_url = _service_url(target)
        user_ids = await self._readers(card, service_url, target.conversation_id, target.reference)
        message = self._drawing.message(card, reader, user_ids)
        thread_id = target.reference.get("thread")
        place_id = thread_id if isinstance(thread_id, str) else target.conversation_id
        await self._connector.update(service_url, place_id, message_id, message, patience_s=RELAY_PATIENCE_S)

    async def _receive(self, request: web.Request) -> web.Response:
        number = secrets.token_hex(4)
        with structlog.contextvars.bound_contextvars(correlation_id=number, platform=PLATFORM):
            try:
                return await self._serve(request)
            except Unauthenticated as refused:
                log.warning("teams_unauthenticated", reason=refused.reason)
                return _refused(401, "unauthenticated")
            except Forbidden as refused:
                log.warning("teams_forbidden", reason=refused.reason)
                return _refused(403, "forbidden")
            except Turned as turned:
                log.info("teams_turned_away", reason=turned.reason)
                return _refused(turned.status, turned.reason)
            except Exception:
                log.exception("teams_request_failed", number=number)
                return web.json_response({"error": "unexpected", "number": number}, status=500)

    async def _serve(self, request: web.Request) -> web.Response:
        document = await read_document(request, self._body_limit_s)
        await self._verifier.verify(request.headers.get("Authorization"), document)
        require_shallow(document)
        if document.get("name") == ANONYMOUS:
            return web.json_response(NOTHING)
        activity = read_activity(document)
        if activity.type not in {"message", INVOKE, "conversationUpdate", "installationUpdate"}:
            return web.Response()
        said = spoken(activity)
        body = await self._turns.run(said, lambda turn: self._turn(turn, said))
        if activity.type == INVOKE:
            answered = UNKNOWN_ACTION if body is None else body
            return web.Response(body=msgspec.json.encode(answered), content_type="application/json")
        return web.Response()

    async def _turn(self, turn: Turn, said: Spoken) -> None:
        if said.activity.type == "conversationUpdate":
            self._people.forget_readers(said.place_id)
        else:
            self._people.note(said)
        if said.activity.type == INVOKE and (asked := read_asked(said, self._public_url)):
            await turn.answer(await self._extensions.answer(asked, lambda one, answer: self._bring(turn, one, answer)))
            return
        heard = await hear(await self._places.named(said), self._people)
        if heard is None:
            return
        match heard.how:
            case How.EXECUTED:
                await turn.answer(await self._answer_click(turn, heard))
            case How.HAPPENED:
                await self._note_event(turn, heard)
            case How.DECIDED:
                await self._consents.settle(turn, heard)
            case How.TYPED | How.SUBMITTED:
                await self._reply(turn, await self._with_files(heard))

    async def _with_files(self, heard: Heard) -> Heard:
        """What came along with a message; where others read along, nothing is even fetched."""
        attached = read_attached(heard.spoken.activity.attachments) if heard.how is How.TYPED else ()
        if not attached:
            return heard
        is_alone = heard.incoming.where.kind is PlaceKind.PERSONAL
        files = await self._files.fetch(attached) if is_alone else unfetched(attached)
        return replace(heard, incoming=replace(heard.incoming, files=files))

    async def _bring(self, turn: Turn, asked: Asked, answer: Answer) -> None:
        """A card that somebody has asked for in a dialog, where the dialog was opened."""
        if asked.incoming is not None:
            await self._post(turn, Heard(asked.spoken, How.EXECUTED, asked.incoming), answer)

    async def _answer_click(self, turn: Turn, heard: Heard) -> Json:
        """What stands at or in place of the clicked card."""
        reader, user_id = _hinted(heard), heard.spoken.sender.id
        if heard.pressed is None:
            return self._drawing.answer(cards.outdated_button_card(), reader, user_id, None, private=False)
        answer = await self._chat.receive(heard.incoming)
        if answer is None:
            is_asked = heard.incoming.kind is Kind.CLICK
            return self._drawing.note(cards.NOTHING_CHANGED if is_asked else None, reader)
        if answer.files and (said := await self._hand_over(turn, heard, answer)):
            return self._drawing.note(said, answer.reader)
        is_private = answer.placement is Placement.PRIVATE
        if answer.placement is Placement.NEW and heard.incoming.kind is Kind.CLICK:
            return self._drawing.note(await self._post_beside(turn, heard, answer), answer.reader)
        return self._drawing.answer(answer.card, answer.reader, user_id, heard.pressed.back, private=is_private)

    async def _hand_over(self, turn: Turn, heard: Heard, answer: Answer) -> T | None:
        """Bring the files of a click's answer to the person's own chat; what stands at the card, if nothing else."""
        is_alone = heard.incoming.where.kind is PlaceKind.PERSONAL
        try:
            if not is_alone:
                await self._once(heard.incoming, lambda: self._whisper(turn, heard, answer))
            elif answer.placement is Placement.NEW:
                await self._post(turn, heard, answer)
            await self._ask_about_files(heard, answer)
        except SendFailed as failure:
            log.warning("teams_answer_not_sent", failure=type(failure).__name__)
            return cards.RESPONSE_UNDELIVERED
        if not is_alone:
            return cards.SENT_DIRECTLY
        return cards.RESPONSE_BELOW if answer.placement is Placement.NEW else None

    async def _ask_about_files(self, heard: Heard, answer: Answer) -> None:
        """Ask where the files of an answer may go, in the person's own chat and once."""
        files, said = answer.files, heard.spoken
        key = f"{heard.incoming.interaction_id}|files"
        if not files or self._answered.get(key):
            return
        self._answered.put(key, value=True, seconds=ANSWERED_KEPT_S)
        target = Target(said.tenant, user_id=said.person_id, reference=person_reference(said))
        is_alone = heard.incoming.where.kind is PlaceKind.PERSONAL
        chat_id = heard.incoming.where.conversation_id if is_alone else await self._open_chat(target)
        await self._consents.ask(said.activity.service_url, chat_id, files, answer.reader)

    async def _post_beside(self, turn: Turn, heard: Heard, answer: Answer) -> T:
        try:
            await self._post(turn, heard, answer)
        except SendFailed as failure:
            log.warning("teams_answer_not_sent", failure=type(failure).__name__)
            return cards.RESPONSE_UNDELIVERED
        return cards.RESPONSE_BELOW

    async def _note_event(self, turn: Turn, heard: Heard) -> None:
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
            await self._post(turn, heard, answer)
        except SendFailed as failure:
            if not isinstance(failure, Ambiguous):
                self._welcomed.forget(place)
            log.warning("teams_answer_not_sent", failure=type(failure).__name__)

    async def _reply(self, turn: Turn, heard: Heard) -> None:
        """Answer with a message; one that Teams does not take is noted, because nobody waits for it any more."""
        answer = await self._ask(heard)
        if answer is None:
            return
        try:
            await self._place(turn, heard, answer)
            await self._ask_about_files(heard, answer)
        except SendFailed as failure:
            log.warning("teams_answer_not_sent", failure=type(failure).__name__)

    async def _ask(self, heard: Heard) -> Answer | None:
        if heard.is_understood:
            return await self._chat.receive(heard.incoming)
        return Answer(cards.outdated_button_card(), Placement.PRIVATE, _hinted(heard))

    async def _place(self, turn: Turn, heard: Heard, answer: Answer) -> None:
        """Put the answer where it belongs. Nothing in Teams is for one reader alone but the person's own chat."""
        is_alone = heard.incoming.where.kind is PlaceKind.PERSONAL
        if answer.placement is Placement.NEW and (is_alone or not answer.files):
            await self._post(turn, heard, answer)
            return
        if not is_alone:
            await self._once(heard.incoming, lambda: self._whisper(turn, heard, answer))
            return
        message = self._drawing.message(answer.card, answer.reader, [heard.spoken.sender.id])
        if answer.placement is Placement.REPLACE and heard.how is How.SUBMITTED and heard.incoming.message_id:
            await turn.change(heard.incoming.message_id, message)
        else:
            await self._once(heard.incoming, lambda: turn.say(message))

    async def _post(self, turn: Turn, heard: Heard, answer: Answer) -> None:
        """A message for everybody here, which from now on follows its subject."""
        where, said = heard.incoming.where, heard.spoken
        address = said.activity.service_url, where.conversation_id, where.reference
        user_ids = await self._readers(answer.card, *address)
        # Whoever asked sees his own view in any case, however many others there are.
        ordered = list(dict.fromkeys([said.sender.id, *user_ids])) if user_ids else []
        message = self._drawing.message(answer.card, answer.reader, ordered)
        message_id = await self._once(heard.incoming, lambda: turn.say(message))
        if message_id is None:
            return
        thread = {"thread": said.conversation.id} if said.conversation.id != where.conversation_id else {}
        sent = Sent(where.conversation_id, message_id, {**where.reference, **thread})
        try:
            await self._chat.posted(heard.incoming, answer, sent)
        except Exception:
            # The message stands, and a repetition would post it twice: it will only not follow its subject.
            log.exception("teams_post_not_noted")

    async def _once(self, incoming: Incoming, post: Callable[[], Awaitable[str]]) -> str | None:
        """Post once, however often Teams repeats what it asked; None for a repetition."""
        if self._answered.get(incoming.interaction_id):
            return None
        self._answered.put(incoming.interaction_id, value=True, seconds=ANSWERED_KEPT_S)
        try:
            return await post()
        except SendFailed as failure:
            if not isinstance(failure, Ambiguous):
                self._answered.forget(incoming.interaction_id)
            raise

    async def _whisper(self, turn: Turn, heard: Heard, answer: Answer) -> str:
        """Answer in the person's own chat what was asked where others read along."""
        said = heard.spoken
        target = Target(said.tenant, user_id=said.person_id, reference=person_reference(said))
        try:
            return (await self._send(target, answer.card, answer.reader, MAX_TOTAL_WAIT_S)).message_id
        except (Gone, Rejected) as failure:
            log.info("teams_person_not_reached", failure=type(failure).__name__)
            unreachable = self._drawing.message(cards.unreachable_card(), answer.reader, [])
            return await turn.say(unreachable)

    async def _readers(
        self, card: Card, service_url: str, conversation_id: str, reference: Mapping[str, Any]
    ) -> tuple[str, ...]:
        """For whom Teams may ask for an own view of a card that is posted here; nobody, where all see the same."""
        if card.refresh is None:
            return ()
        person = reference.get("user")
        if isinstance(person, str):
            return (person,)
        return await self._people.readers(service_url, conversation_id)

    async def _open_chat(self, target: Target, patience_s: float = MAX_TOTAL_WAIT_S) -> str:
        """The person's chat with the bot, which Teams makes once and then finds again: asking twice does no harm."""
        known = self._chats.get((target.tenant, target.user_id))
        if known is not None:
            return known
        body = {
            "bot": {"id": target.reference.get("bot", self._bot_id)},
            "members": [{"id": target.reference.get("user", target.user_id)}],
            "tenantId": target.tenant,
            "channelData": {"tenant": {"id": target.tenant}},
            "isGroup": False,
        }
        try:
            async with asyncio.timeout(OPEN_S):
                created = await self._connector.create_conversation(_service_url(target), body, patience_s=patience_s)
        except (Ambiguous, TimeoutError) as failure:
            raise Unavailable("chat not opened") from failure
        self._chats.put((target.tenant, target.user_id), created.conversation_id, CHATS_KEPT_S)
        return created.conversation_id


def _service_url(target: Target) -> str:
    url = target.reference.get("serviceUrl")
    if not isinstance(url, str):
        log.error("teams_reference_without_address")
        raise Rejected(NOT_ASKED)
    return url


def _hinted(heard: Heard) -> Reader:
    """The reader of what the bot says without knowing the person."""
    return Reader(user.spoken(heard.incoming.sender.language_hint), "UTC")


def _refused(status: int, reason: str) -> web.Response:
    return web.json_response({"error": reason}, status=status)
