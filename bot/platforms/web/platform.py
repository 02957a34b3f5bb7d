"""The browser chat: a platform whose users and rooms are stored in the bot's own database."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import quote

from aiohttp import web

from bot.commands.extensions import CAPTURE
from bot.dispatch.interaction import Dispatcher, Interaction, InteractionKind, Placement, Response
from bot.platforms.base import Gone, Reader, Sent, Target, Unavailable
from bot.platforms.ingress import RequestRejected
from bot.platforms.web.events import Listeners, encode_event
from bot.platforms.web.ingress import (
    ChannelBody,
    ClickBody,
    Handler,
    MessageBody,
    ReadPositionBody,
    protect,
    read_body,
    read_file,
    read_position,
    require_id,
)
from bot.platforms.web.renderer import PLATFORM, TENANT, Visit, WebRenderer, read_text
from cards.model import Card, to_json
from services.errors import DatabaseBusy
from services.file import FileWithContent, ReceivedFile
from services.people import PlaceKind
from services.transcript import ChatDraft, ChatMessage, ChatPerson, ChatRoom, Transcript

PAGE_LENGTH: Final = 50
ROOMS_LIMIT: Final = 50
ANSWER_LIMIT_S: Final = 30

STATIC: Final = Path(__file__).parent / "static"
PAGE: Final = "chat.html"
FILES: Final = (
    "chat.css",
    "cards.css",
    "chat.js",
    "composer.js",
    "files.js",
    "messages.js",
    "notice.js",
    "rooms.js",
    "api.js",
    "words.js",
    "icon.svg",
)


class Transcripts(Protocol):
    """Opens a transaction on the transcript; it commits at the end of the block, and writes only where requested."""

    def __call__(self, *, writes: bool = False) -> AbstractAsyncContextManager[Transcript]: ...


class WebPlatform:
    """Implements `bot.platforms.base.Platform` with rooms in our own database and server-sent events."""

    name = PLATFORM
    tenant = TENANT

    def __init__(
        self,
        chat: Dispatcher,
        transcripts: Transcripts,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._chat = chat
        self._transcripts = transcripts
        self._new_id = new_id
        self._renderer = WebRenderer(chat, clock, new_id)
        self._listeners = Listeners()

    async def send(self, target: Target, card: Card, reader: Reader, *, key: str) -> Sent:
        """Post a card; a repeated key is the same message. Raises Gone for a room without readers."""
        async with _unavailable_if_contended(), self._transcripts(writes=True) as transcript:
            room_id = target.conversation_id or await transcript.find_direct_room(target.user_id)
            readers = await transcript.list_readers(room_id)
            if not readers:
                raise Gone(404)
            audience_id = reader.user_id if len(readers) > 1 else ""
            draft = ChatDraft(room_id, f"bot:{key}", audience_id=audience_id, card=_encode_card(card))
            message = await transcript.add(draft)
        self._listeners.notify(readers, _encode_change(room_id))
        return Sent(room_id, message.message_id)

    async def update(self, target: Target, message_id: str, card: Card, reader: Reader) -> None:
        """Replace a card for all readers. Raises Gone."""
        del reader
        async with _unavailable_if_contended(), self._transcripts(writes=True) as transcript:
            if not await transcript.update_card(target.conversation_id, message_id, _encode_card(card)):
                raise Gone(404)
            readers = await transcript.list_readers(target.conversation_id)
        self._listeners.notify(readers, _encode_change(target.conversation_id))

    async def end(self) -> None:
        """Close the event streams, so that the server can shut down."""
        self._listeners.end()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes, each with the origin check and security headers."""
        rooms = "/chat/rooms"
        messages = f"{rooms}/{{room}}/messages"
        handlers: list[tuple[str, str, Handler]] = [
            ("GET", "/", self._serve_page),
            ("GET", "/chat/static/{file}", self._serve_static),
            ("GET", "/chat/people", self._list_people),
            ("GET", "/chat/events", self._stream_events),
            ("GET", rooms, self._list_rooms),
            ("POST", rooms, self._create_channel),
            ("GET", messages, self._list_messages),
            ("POST", messages, self._post_message),
            ("DELETE", f"{messages}/{{message}}", self._dismiss),
            ("POST", f"{rooms}/{{room}}/files", self._upload_file),
            ("GET", "/chat/files/{file}", self._download_file),
            ("POST", f"{rooms}/{{room}}/actions", self._click),
            ("POST", f"{rooms}/{{room}}/read", self._mark_read),
        ]
        return [web.route(method, path, protect(handler)) for method, path, handler in handlers]

    async def _serve_page(self, request: web.Request) -> web.StreamResponse:
        del request
        return web.FileResponse(STATIC / PAGE)

    async def _serve_static(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["file"]
        if name not in FILES:
            raise RequestRejected(404, "unknown")
        return web.FileResponse(STATIC / name)

    async def _list_people(self, request: web.Request) -> web.StreamResponse:
        del request
        async with self._transcripts() as transcript:
            people = await transcript.list_people()
        return web.json_response({"people": [_person_document(person) for person in people]})

    async def _stream_events(self, request: web.Request) -> web.StreamResponse:
        async with self._transcripts() as transcript:
            person = await _require_person(transcript, _read_person_id(request))
        return await self._listeners.stream(request, person.person_id)

    async def _list_rooms(self, request: web.Request) -> web.StreamResponse:
        async with self._transcripts() as transcript:
            person = await _require_person(transcript, _read_person_id(request))
            rooms = await transcript.list_rooms(person.person_id)
            names = {other.person_id: other.name for other in await transcript.list_people()}
            inside = {room.room_id: await transcript.list_readers(room.room_id) for room in rooms}
        listed = [
            {
                "id": room.room_id,
                "kind": room.kind,
                "name": room.name,
                "unread": room.unread,
                "people": [names[reader] for reader in inside[room.room_id]],
            }
            for room in rooms
        ]
        return web.json_response({"me": _person_document(person), "rooms": listed})

    async def _create_channel(self, request: web.Request) -> web.StreamResponse:
        """Create a channel with the bot and every user that the person shares a room with."""
        body = await read_body(request, ChannelBody)
        name = body.name.strip()
        if not name:
            raise RequestRejected(400, "malformed")
        async with self._transcripts(writes=True) as transcript:
            person = await _require_person(transcript, body.person)
            rooms = await transcript.list_rooms(person.person_id)
            room = ChatRoom(f"channel-{body.id}", PlaceKind.CHANNEL, name, position=len(rooms))
            known = await transcript.list_readers(room.room_id)
            if known and person.person_id not in known:
                raise RequestRejected(404, "unknown")
            if not known:
                if len(rooms) >= ROOMS_LIMIT:
                    raise RequestRejected(409, "too_many_rooms")
                await transcript.upsert_room(room, await transcript.list_contacts(person.person_id))
            readers = await transcript.list_readers(room.room_id)
        self._listeners.notify(readers, encode_event("rooms"))
        visit = Visit(person, room)
        await self._respond(visit, visit.incoming(InteractionKind.INSTALLED, body.id))
        return web.json_response({"room": room.room_id})

    async def _list_messages(self, request: web.Request) -> web.StreamResponse:
        """Return a page of a room's messages, or the changes since a position."""
        since, before = read_position(request, "since"), read_position(request, "before")
        async with self._transcripts() as transcript:
            visit = await _require_visit(transcript, request, _read_person_id(request))
            ids = visit.room.room_id, visit.person.person_id
            # The cursor first: a change in between is sent twice, never missed.
            cursor = await transcript.find_last_seq(visit.room.room_id)
            if since:
                messages = await transcript.list_changed(*ids, since, PAGE_LENGTH + 1)
            else:
                messages = await transcript.list_newest(*ids, before, PAGE_LENGTH + 1)
        more = len(messages) > PAGE_LENGTH
        rendered = [] if since and more else await self._renderer.render(visit, messages[-PAGE_LENGTH:])
        return web.json_response({"messages": rendered, "more": more, "cursor": cursor})

    async def _post_message(self, request: web.Request) -> web.StreamResponse:
        body = await read_body(request, MessageBody)
        text = body.text.strip()
        if not text:
            raise RequestRejected(400, "malformed")
        visit, typed, people = await self._add_message(request, body.person, body.id, text)
        words, mentions = read_text(text, people)
        incoming = visit.incoming(InteractionKind.MESSAGE, body.id)
        message = replace(incoming, text=words, mentions=mentions, message_id=typed.message_id)
        await self._respond(visit, message, below=typed)
        return web.json_response({"message": typed.message_id})

    async def _add_message(
        self, request: web.Request, person_id: str, number: str, text: str
    ) -> tuple[Visit, ChatMessage, list[ChatPerson]]:
        """Add a user's message to the room; return the visit, the message and the room's people."""
        async with self._transcripts(writes=True) as transcript:
            visit = await _require_visit(transcript, request, person_id)
            key = f"typed:{visit.person.person_id}:{number}"
            typed = await transcript.add(
                ChatDraft(visit.room.room_id, key, author_id=visit.person.person_id, text=text)
            )
            readers = await transcript.list_readers(visit.room.room_id)
            people = [person for person in await transcript.list_people() if person.person_id in readers]
        self._listeners.notify(readers, _encode_change(visit.room.room_id))
        return visit, typed, people

    async def _upload_file(self, request: web.Request) -> web.StreamResponse:
        """Receive a file for the bot; the room shows its name as a message."""
        async with self._transcripts() as transcript:
            # The room is checked before the body is read, which may take a minute.
            await _require_visit(transcript, request, _read_person_id(request))
        sent = await read_file(request)
        visit, typed, _ = await self._add_message(request, sent.person, sent.id, sent.name)
        incoming = visit.incoming(InteractionKind.MESSAGE, sent.id)
        received = ReceivedFile(sent.name, "", sent.content)
        await self._respond(visit, replace(incoming, files=(received,), message_id=typed.message_id), below=typed)
        return web.json_response({"message": typed.message_id})

    async def _download_file(self, request: web.Request) -> web.StreamResponse:
        """Send a file that was made for this user."""
        file_id = require_id(request.match_info["file"])
        async with self._transcripts() as transcript:
            person = await _require_person(transcript, _read_person_id(request))
            direct = ChatRoom(await transcript.find_direct_room(person.person_id), PlaceKind.PERSONAL)
        incoming = Visit(person, direct).incoming(InteractionKind.CLICK, self._new_id())
        found = await self._chat.fetch_file(incoming, file_id)
        if not isinstance(found, FileWithContent):
            raise RequestRejected(404, "no_file")
        return _build_download(found)

    async def _click(self, request: web.Request) -> web.StreamResponse:
        body = await read_body(request, ClickBody)
        async with self._transcripts() as transcript:
            visit = await _require_visit(transcript, request, body.person)
            message = await transcript.get_message(visit.room.room_id, body.message, visit.person.person_id)
        args = body.args
        if message and message.author_id and message.text and body.command == CAPTURE:
            # The one action on a user's message; its argument is the stored text, not what the browser sent.
            args = {"message": message.text}
        elif message is None or not message.card:
            raise RequestRejected(404, "unknown")
        incoming = visit.incoming(InteractionKind.CLICK, body.id)
        clicked = replace(incoming, command=body.command, args=args, message_id=message.message_id)
        await self._respond(visit, clicked, below=message)
        return web.json_response({"message": message.message_id})

    async def _dismiss(self, request: web.Request) -> web.StreamResponse:
        message_id = require_id(request.match_info["message"])
        async with self._transcripts(writes=True) as transcript:
            visit = await _require_visit(transcript, request, _read_person_id(request))
            person_id = visit.person.person_id
            if not await transcript.delete_private(visit.room.room_id, message_id, person_id):
                raise RequestRejected(404, "unknown")
        self._listeners.notify([person_id], encode_event("gone", room=visit.room.room_id, message=message_id))
        return web.json_response({})

    async def _mark_read(self, request: web.Request) -> web.StreamResponse:
        body = await read_body(request, ReadPositionBody)
        async with self._transcripts(writes=True) as transcript:
            visit = await _require_visit(transcript, request, body.person)
            await transcript.update_read(visit.room.room_id, visit.person.person_id, body.seq)
        self._listeners.notify([visit.person.person_id], encode_event("rooms"))
        return web.json_response({})

    async def _respond(self, visit: Visit, incoming: Interaction, below: ChatMessage | None = None) -> None:
        """Dispatch an incoming, store the answer, and notify the windows of the room."""
        try:
            async with asyncio.timeout(ANSWER_LIMIT_S):
                answer = await self._chat.receive(incoming)
        except TimeoutError as slow:
            raise RequestRejected(504, "slow") from slow
        if answer is None:
            return
        async with self._transcripts(writes=True) as transcript:
            sent = await _store_answer(transcript, visit, incoming, answer, below)
            readers = await transcript.list_readers(visit.room.room_id)
        self._listeners.notify(readers, _encode_change(visit.room.room_id))
        if sent and answer.placement is Placement.NEW:
            await self._chat.record_post(incoming, answer, sent)


async def _store_answer(
    transcript: Transcript, visit: Visit, incoming: Interaction, answer: Response, below: ChatMessage | None
) -> Sent | None:
    """Store an answer, once per interaction; None where it replaced a card."""
    person_id, card = visit.person.person_id, _encode_card(answer.card)
    if answer.placement is Placement.REPLACE and below and below.card:
        await transcript.update_personal_card(below, person_id, card)
        return None
    # A direct chat has one reader, so its messages need no audience.
    is_open = answer.placement is Placement.NEW or visit.room.kind is PlaceKind.PERSONAL
    draft = ChatDraft(
        visit.room.room_id,
        f"answer:{incoming.interaction_id}",
        audience_id="" if is_open else person_id,
        below_id="" if is_open or below is None else below.message_id,
        card=card,
    )
    message = await transcript.add(draft)
    return Sent(message.room_id, message.message_id)


@asynccontextmanager
async def _unavailable_if_contended() -> AsyncGenerator[None]:
    """Map DatabaseBusy to Unavailable: the transaction was rolled back, so the relay may retry."""
    try:
        yield
    except DatabaseBusy as busy:
        raise Unavailable("busy") from busy


def _build_download(opened: FileWithContent) -> web.Response:
    """Build a response that the browser saves and never displays as a page."""
    name = quote(opened.stored.name, safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return web.Response(body=opened.content, content_type=opened.stored.media_type, charset="utf-8", headers=headers)


def _encode_card(card: Card) -> str:
    return to_json(card).decode()


def _encode_change(room_id: str) -> bytes:
    return encode_event("changed", room=room_id)


def _person_document(person: ChatPerson) -> dict[str, Any]:
    return {"id": person.person_id, **{name: value for name, value in asdict(person).items() if name != "person_id"}}


def _read_person_id(request: web.Request) -> str:
    """Read the acting user from the query. Raises RequestRejected."""
    if "as" not in request.query:
        raise RequestRejected(400, "malformed")
    return require_id(request.query["as"])


async def _require_person(transcript: Transcript, person_id: str) -> ChatPerson:
    person = await transcript.get_person(person_id)
    if person is None:
        raise RequestRejected(404, "unknown")
    return person


async def _require_visit(transcript: Transcript, request: web.Request, person_id: str) -> Visit:
    person = await _require_person(transcript, person_id)
    room = await transcript.get_room(require_id(request.match_info["room"]), person_id)
    if room is None:
        raise RequestRejected(404, "unknown")
    return Visit(person, room)
