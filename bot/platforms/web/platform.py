"""The chat in the browser: a platform like the others, whose people and rooms the bot keeps itself."""

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
from bot.platforms.web.events import Listeners, event
from bot.platforms.web.ingress import (
    Clicked,
    Founded,
    Handler,
    Read,
    Turned,
    Typed,
    guarded,
    id_of,
    position,
    read_body,
    read_file,
)
from bot.platforms.web.renderer import PLATFORM, TENANT, Drawing, Visit, addressed
from cards.model import Card, to_json
from services.errors import Contended
from services.file import OpenedFile, ReceivedFile
from services.people import PlaceKind
from services.transcript import Draft, Message, Person, Room, Transcript

PAGE_LENGTH: Final = 50
ROOMS_LIMIT: Final = 50
ANSWER_LIMIT_SECONDS: Final = 30

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
    """Opens one transaction on the transcript, committed where the block ends well; it may write only if it says so."""

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
        self._drawing = Drawing(chat, clock, new_id)
        self._listeners = Listeners()

    async def send(self, target: Target, card: Card, reader: Reader, *, key: str) -> Sent:
        """Post a card; the same key again is the same message. Raises Gone where nobody is left to read it."""
        async with _repeatable(), self._transcripts(writes=True) as transcript:
            room_id = target.conversation_id or await transcript.direct_room(target.user_id)
            readers = await transcript.readers(room_id)
            if not readers:
                raise Gone(404)
            audience_id = reader.user_id if len(readers) > 1 else ""
            draft = Draft(room_id, f"bot:{key}", audience_id=audience_id, card=_kept(card))
            message = await transcript.add(draft)
        self._listeners.tell(readers, _changed(room_id))
        return Sent(room_id, message.message_id)

    async def update(self, target: Target, message_id: str, card: Card, reader: Reader) -> None:
        """Replace a card for everybody; each reader's own view of it is drawn anew. Raises Gone."""
        del reader
        async with _repeatable(), self._transcripts(writes=True) as transcript:
            if not await transcript.change(target.conversation_id, message_id, _kept(card)):
                raise Gone(404)
            readers = await transcript.readers(target.conversation_id)
        self._listeners.tell(readers, _changed(target.conversation_id))

    async def end(self) -> None:
        """Let all windows go, so that the process can end at once."""
        self._listeners.end()

    def routes(self) -> list[web.RouteDef]:
        """Everything the browser asks for, behind one door."""
        rooms = "/chat/rooms"
        messages = f"{rooms}/{{room}}/messages"
        handlers: list[tuple[str, str, Handler]] = [
            ("GET", "/", self._page),
            ("GET", "/chat/static/{file}", self._file),
            ("GET", "/chat/people", self._people),
            ("GET", "/chat/events", self._events),
            ("GET", rooms, self._rooms),
            ("POST", rooms, self._found),
            ("GET", messages, self._messages),
            ("POST", messages, self._type),
            ("DELETE", f"{messages}/{{message}}", self._dismiss),
            ("POST", f"{rooms}/{{room}}/files", self._take_file),
            ("GET", "/chat/files/{file}", self._hand_over),
            ("POST", f"{rooms}/{{room}}/actions", self._click),
            ("POST", f"{rooms}/{{room}}/read", self._mark_read),
        ]
        return [web.route(method, path, guarded(handler)) for method, path, handler in handlers]

    async def _page(self, request: web.Request) -> web.StreamResponse:
        del request
        return web.FileResponse(STATIC / PAGE)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["file"]
        if name not in FILES:
            raise Turned(404, "unknown")
        return web.FileResponse(STATIC / name)

    async def _people(self, request: web.Request) -> web.StreamResponse:
        del request
        async with self._transcripts() as transcript:
            people = await transcript.people()
        return web.json_response({"people": [_shown(person) for person in people]})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        async with self._transcripts() as transcript:
            person = await _person(transcript, _asking(request))
        return await self._listeners.stream(request, person.person_id)

    async def _rooms(self, request: web.Request) -> web.StreamResponse:
        async with self._transcripts() as transcript:
            person = await _person(transcript, _asking(request))
            rooms = await transcript.rooms(person.person_id)
            names = {other.person_id: other.name for other in await transcript.people()}
            inside = {room.room_id: await transcript.readers(room.room_id) for room in rooms}
        shown = [
            {
                "id": room.room_id,
                "kind": room.kind,
                "name": room.name,
                "unread": room.unread,
                "people": [names[reader] for reader in inside[room.room_id]],
            }
            for room in rooms
        ]
        return web.json_response({"me": _shown(person), "rooms": shown})

    async def _found(self, request: web.Request) -> web.StreamResponse:
        """A new channel with everybody the person knows, and the bot in it."""
        body = await read_body(request, Founded)
        name = body.name.strip()
        if not name:
            raise Turned(400, "malformed")
        async with self._transcripts(writes=True) as transcript:
            person = await _person(transcript, body.person)
            rooms = await transcript.rooms(person.person_id)
            room = Room(f"channel-{body.id}", PlaceKind.CHANNEL, name, position=len(rooms))
            known = await transcript.readers(room.room_id)
            if known and person.person_id not in known:
                raise Turned(404, "unknown")
            if not known:
                if len(rooms) >= ROOMS_LIMIT:
                    raise Turned(409, "too_many_rooms")
                await transcript.put_room(room, await transcript.acquainted(person.person_id))
            readers = await transcript.readers(room.room_id)
        self._listeners.tell(readers, event("rooms"))
        visit = Visit(person, room)
        await self._answer(visit, visit.incoming(InteractionKind.INSTALLED, body.id))
        return web.json_response({"room": room.room_id})

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        """A page of a room's messages, or what changed since the page was read."""
        since, before = position(request, "since"), position(request, "before")
        async with self._transcripts() as transcript:
            visit = await _visit(transcript, request, _asking(request))
            ids = visit.room.room_id, visit.person.person_id
            # Read first: what changes meanwhile is at worst told twice.
            cursor = await transcript.head(visit.room.room_id)
            if since:
                messages = await transcript.changed(*ids, since, PAGE_LENGTH + 1)
            else:
                messages = await transcript.newest(*ids, before, PAGE_LENGTH + 1)
        more = len(messages) > PAGE_LENGTH
        drawn = [] if since and more else await self._drawing.draw(visit, messages[-PAGE_LENGTH:])
        return web.json_response({"messages": drawn, "more": more, "cursor": cursor})

    async def _type(self, request: web.Request) -> web.StreamResponse:
        body = await read_body(request, Typed)
        text = body.text.strip()
        if not text:
            raise Turned(400, "malformed")
        visit, typed, people = await self._say(request, body.person, body.id, text)
        words, mentions = addressed(text, people)
        incoming = visit.incoming(InteractionKind.MESSAGE, body.id)
        said = replace(incoming, text=words, mentions=mentions, message_id=typed.message_id)
        await self._answer(visit, said, below=typed)
        return web.json_response({"message": typed.message_id})

    async def _say(
        self, request: web.Request, person_id: str, number: str, text: str
    ) -> tuple[Visit, Message, list[Person]]:
        """Show what somebody says to everybody in the room; who they are."""
        async with self._transcripts(writes=True) as transcript:
            visit = await _visit(transcript, request, person_id)
            key = f"typed:{visit.person.person_id}:{number}"
            typed = await transcript.add(Draft(visit.room.room_id, key, author_id=visit.person.person_id, text=text))
            readers = await transcript.readers(visit.room.room_id)
            people = [person for person in await transcript.people() if person.person_id in readers]
        self._listeners.tell(readers, _changed(visit.room.room_id))
        return visit, typed, people

    async def _take_file(self, request: web.Request) -> web.StreamResponse:
        """A file for the bot; the room shows its name."""
        async with self._transcripts() as transcript:
            # Nobody sends megabytes to find out that there is no such room.
            await _visit(transcript, request, _asking(request))
        sent = await read_file(request)
        visit, typed, _ = await self._say(request, sent.person, sent.id, sent.name)
        incoming = visit.incoming(InteractionKind.MESSAGE, sent.id)
        received = ReceivedFile(sent.name, "", sent.content)
        await self._answer(visit, replace(incoming, files=(received,), message_id=typed.message_id), below=typed)
        return web.json_response({"message": typed.message_id})

    async def _hand_over(self, request: web.Request) -> web.StreamResponse:
        """A file that was made for this person."""
        file_id = id_of(request.match_info["file"])
        async with self._transcripts() as transcript:
            person = await _person(transcript, _asking(request))
            direct = Room(await transcript.direct_room(person.person_id), PlaceKind.PERSONAL)
        incoming = Visit(person, direct).incoming(InteractionKind.CLICK, self._new_id())
        found = await self._chat.fetch_file(incoming, file_id)
        if not isinstance(found, OpenedFile):
            raise Turned(404, "no_file")
        return _attachment(found)

    async def _click(self, request: web.Request) -> web.StreamResponse:
        body = await read_body(request, Clicked)
        async with self._transcripts() as transcript:
            visit = await _visit(transcript, request, body.person)
            message = await transcript.message(visit.room.room_id, body.message, visit.person.person_id)
        args = body.args
        if message and message.author_id and message.text and body.command == CAPTURE:
            # What people write has no buttons but this one, and it says nothing beyond the message itself.
            args = {"message": message.text}
        elif message is None or not message.card:
            raise Turned(404, "unknown")
        incoming = visit.incoming(InteractionKind.CLICK, body.id)
        clicked = replace(incoming, command=body.command, args=args, message_id=message.message_id)
        await self._answer(visit, clicked, below=message)
        return web.json_response({"message": message.message_id})

    async def _dismiss(self, request: web.Request) -> web.StreamResponse:
        message_id = id_of(request.match_info["message"])
        async with self._transcripts(writes=True) as transcript:
            visit = await _visit(transcript, request, _asking(request))
            person_id = visit.person.person_id
            if not await transcript.dismiss(visit.room.room_id, message_id, person_id):
                raise Turned(404, "unknown")
        self._listeners.tell([person_id], event("gone", room=visit.room.room_id, message=message_id))
        return web.json_response({})

    async def _mark_read(self, request: web.Request) -> web.StreamResponse:
        body = await read_body(request, Read)
        async with self._transcripts(writes=True) as transcript:
            visit = await _visit(transcript, request, body.person)
            await transcript.mark_read(visit.room.room_id, visit.person.person_id, body.seq)
        self._listeners.tell([visit.person.person_id], event("rooms"))
        return web.json_response({})

    async def _answer(self, visit: Visit, incoming: Interaction, below: Message | None = None) -> None:
        """Ask the bot, put its answer where it belongs, and tell whoever sees it."""
        try:
            async with asyncio.timeout(ANSWER_LIMIT_SECONDS):
                answer = await self._chat.receive(incoming)
        except TimeoutError as slow:
            raise Turned(504, "slow") from slow
        if answer is None:
            return
        async with self._transcripts(writes=True) as transcript:
            sent = await _put(transcript, visit, incoming, answer, below)
            readers = await transcript.readers(visit.room.room_id)
        self._listeners.tell(readers, _changed(visit.room.room_id))
        if sent and answer.placement is Placement.NEW:
            await self._chat.record_post(incoming, answer, sent)


async def _put(
    transcript: Transcript, visit: Visit, incoming: Interaction, answer: Response, below: Message | None
) -> Sent | None:
    """Keep an answer in its place; the same interaction again keeps it once. Nothing new: a card was replaced."""
    person_id, card = visit.person.person_id, _kept(answer.card)
    if answer.placement is Placement.REPLACE and below and below.card:
        await transcript.replace(below, person_id, card)
        return None
    # In a direct chat everything is private, and says so by its place.
    is_open = answer.placement is Placement.NEW or visit.room.kind is PlaceKind.PERSONAL
    draft = Draft(
        visit.room.room_id,
        f"answer:{incoming.interaction_id}",
        audience_id="" if is_open else person_id,
        below_id="" if is_open or below is None else below.message_id,
        card=card,
    )
    message = await transcript.add(draft)
    return Sent(message.room_id, message.message_id)


@asynccontextmanager
async def _repeatable() -> AsyncGenerator[None]:
    """A database that was too busy kept nothing, so the message may be sent again."""
    try:
        yield
    except Contended as busy:
        raise Unavailable("busy") from busy


def _attachment(opened: OpenedFile) -> web.Response:
    """To be kept by the browser and never shown as a page."""
    name = quote(opened.stored.name, safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return web.Response(body=opened.content, content_type=opened.stored.media_type, charset="utf-8", headers=headers)


def _kept(card: Card) -> str:
    return to_json(card).decode()


def _changed(room_id: str) -> bytes:
    return event("changed", room=room_id)


def _shown(person: Person) -> dict[str, Any]:
    return {"id": person.person_id, **{name: value for name, value in asdict(person).items() if name != "person_id"}}


def _asking(request: web.Request) -> str:
    """As whom the browser looks; a request that does not say so is malformed."""
    if "as" not in request.query:
        raise Turned(400, "malformed")
    return id_of(request.query["as"])


async def _person(transcript: Transcript, person_id: str) -> Person:
    person = await transcript.person(person_id)
    if person is None:
        raise Turned(404, "unknown")
    return person


async def _visit(transcript: Transcript, request: web.Request, person_id: str) -> Visit:
    person = await _person(transcript, person_id)
    room = await transcript.room(id_of(request.match_info["room"]), person_id)
    if room is None:
        raise Turned(404, "unknown")
    return Visit(person, room)
