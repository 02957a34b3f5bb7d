"""Browser chat over HTTP with a stub dispatcher."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from selectolax.lexbor import LexborHTMLParser

from bot.dispatch.interaction import Interaction, Placement, Response
from bot.platforms.base import Reader, Sent, Target
from bot.platforms.web.platform import WebPlatform
from cards.model import Card, Run, verbatim
from services.file import FileWithContent
from services.people import Language, PlaceKind
from services.transcript import ChatPerson, ChatRoom
from storage.engine import Database, open_database
from storage.transcript import open_transcript

NOW = datetime(2026, 11, 24, 9, 8, tzinfo=UTC)
ANNA = ChatPerson("anna", "Anna Weiß", Language.GERMAN, "Europe/Berlin", 1)
BEN = ChatPerson("ben", "Ben Kaya", Language.ENGLISH, "Europe/London", 2)
CARO = ChatPerson("caro", "Caro Lind", Language.GERMAN, "Europe/Berlin", 3)
SALES = "channel-sales"
CHANNEL = Target("demo", SALES)
EVERYBODY = Reader(Language.GERMAN, "Europe/Berlin")


def card(words: str, *actions: Run, refresh: Run | None = None) -> Card:
    """Return a card with one line."""
    return Card(title=verbatim(words), actions=actions, refresh=refresh)


@dataclass
class StubDispatcher:
    """Records interactions and returns the responses of the test."""

    responders: dict[str, Callable[[Interaction], Response | None]] = field(default_factory=dict[str, Any])
    received: list[Interaction] = field(default_factory=list[Interaction])
    noted: list[Sent] = field(default_factory=list[Sent])

    async def receive(self, interaction: Interaction) -> Response | None:
        self.received.append(interaction)
        await asyncio.sleep(0)
        word = interaction.command or interaction.text.split(" ")[0] or interaction.kind
        respond = self.responders.get(word)
        return respond(interaction) if respond else None

    async def fetch_file(self, interaction: Interaction, file_id: str) -> FileWithContent | Response | None:
        raise AssertionError((interaction, file_id))

    async def record_post(self, interaction: Interaction, response: Response, sent: Sent) -> None:
        del interaction, response
        self.noted.append(sent)

    def respond_with(self, word: str, placement: Placement, *, refresh: Run | None = None) -> None:
        def respond(incoming: Interaction) -> Response:
            words = f"{word} for {incoming.sender.name}"
            return Response(card(words, refresh=refresh), placement, EVERYBODY)

        self.responders[word] = respond


@dataclass
class Chat:
    """Client of the browser chat."""

    client: TestClient[web.Request, web.Application]
    platform: WebPlatform
    dispatcher: StubDispatcher
    database: Database
    ids: Callable[[], str]

    async def rooms(self, person: ChatPerson) -> dict[str, dict[str, Any]]:
        body = await self.get("/chat/rooms", person)
        return {room["id"]: room for room in body["rooms"]}

    async def get(self, path: str, person: ChatPerson, **query: str | int) -> dict[str, Any]:
        response = await self.client.get(path, params={"as": person.person_id, **query})
        assert response.status == 200, await response.text()
        return await response.json()

    async def messages(self, person: ChatPerson, room: str = SALES, **query: int) -> list[dict[str, Any]]:
        return (await self.get(f"/chat/rooms/{room}/messages", person, **query))["messages"]

    async def post(self, path: str, person: ChatPerson, **body: object) -> ClientResponse:
        return await self.client.post(path, json={"as": person.person_id, **body})

    async def send_text(
        self, person: ChatPerson, text: str, room: str = SALES, interaction: str = ""
    ) -> ClientResponse:
        return await self.post(f"/chat/rooms/{room}/messages", person, id=interaction or self.ids(), text=text)

    async def click(
        self, person: ChatPerson, message: str, command: str, room: str = SALES, **more: object
    ) -> ClientResponse:
        body = {"id": self.ids(), "message": message, "command": command, **more}
        return await self.post(f"/chat/rooms/{room}/actions", person, **body)

    async def post_card(self, words: Card | str, target: Target = CHANNEL, reader: Reader = EVERYBODY) -> Sent:
        posted = words if isinstance(words, Card) else card(words)
        return await self.platform.send(target, posted, reader, key=self.ids())


@asynccontextmanager
async def open_chat(database_url: str) -> AsyncGenerator[Chat]:
    """Open a chat with two members in a channel and one outside it, on its own database."""
    database = open_database(database_url)
    transcripts = partial(open_transcript, database, lambda: NOW)
    async with transcripts(writes=True) as transcript:
        for person in (ANNA, BEN, CARO):
            await transcript.upsert_person(person)
        await transcript.upsert_room(ChatRoom(SALES, PlaceKind.CHANNEL, "Vertrieb"), ("anna", "ben"))
    dispatcher, numbers = StubDispatcher(), count(1)

    def ids() -> str:
        return f"id{next(numbers)}"

    platform = WebPlatform(dispatcher, transcripts, lambda: NOW, ids)
    app = web.Application()
    app.add_routes(platform.routes())
    async with TestClient(TestServer(app)) as client:
        yield Chat(client, platform, dispatcher, database, ids)
        await platform.end()
    await database.close()


def title(message: dict[str, Any]) -> str:
    """Return the first line of a rendered card."""
    found = LexborHTMLParser(message["html"]).css_first(".card-title")
    assert found is not None
    return found.text()


def room_texts(messages: list[dict[str, Any]]) -> list[str]:
    """Return the texts of messages."""
    return [title(message) if "html" in message else message["text"] for message in messages]
