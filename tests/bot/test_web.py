"""The chat in the browser, over HTTP, on both databases."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Literal

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import async_playwright, expect
from selectolax.lexbor import LexborHTMLParser

from bot.incoming import Answer, Incoming, Kind, Placement
from bot.platforms import web_events
from bot.platforms.base import Gone, Reader, Sent, Target, Unavailable
from bot.platforms.web import WebPlatform
from bot.platforms.web_guard import is_loopback
from cards.model import Card, Run, Text, t, verbatim
from services.errors import Contended
from services.people import Language, PlaceKind
from services.transcript import Draft, Person, Room, Transcript
from storage.engine import Database, open_database
from storage.transcript import MESSAGES_KEPT, PRIVATE_KEPT, open_transcript

NOW = datetime(2026, 11, 24, 9, 8, tzinfo=UTC)
ANNA = Person("anna", "Anna Weiß", Language.GERMAN, "Europe/Berlin", 1)
BEN = Person("ben", "Ben Kaya", Language.ENGLISH, "Europe/London", 2)
CARO = Person("caro", "Caro Lind", Language.GERMAN, "Europe/Berlin", 3)
SALES = "channel-sales"
CHANNEL = Target("demo", SALES)
EVERYBODY = Reader(Language.GERMAN, "Europe/Berlin")


def card(words: str, *actions: Run, refresh: Run | None = None) -> Card:
    """A card of one line."""
    return Card(title=verbatim(words), actions=actions, refresh=refresh)


@dataclass
class Desk:
    """What stands behind the platform: answers as a test says, and remembers what came in."""

    answers: dict[str, Callable[[Incoming], Answer | None]] = field(default_factory=dict[str, Any])
    received: list[Incoming] = field(default_factory=list[Incoming])
    noted: list[Sent] = field(default_factory=list[Sent])

    async def receive(self, incoming: Incoming) -> Answer | None:
        self.received.append(incoming)
        await asyncio.sleep(0)
        word = incoming.command or incoming.text.split(" ")[0] or incoming.kind
        answer = self.answers.get(word)
        return answer(incoming) if answer else None

    async def posted(self, incoming: Incoming, answer: Answer, sent: Sent) -> None:
        del incoming, answer
        self.noted.append(sent)

    def says(self, word: str, placement: Placement, *, refresh: Run | None = None) -> None:
        def answer(incoming: Incoming) -> Answer:
            words = f"{word} for {incoming.sender.name}"
            return Answer(card(words, refresh=refresh), placement, EVERYBODY)

        self.answers[word] = answer


@dataclass
class Chat:
    """The page's side of the conversation."""

    client: TestClient[web.Request, web.Application]
    platform: WebPlatform
    desk: Desk
    database: Database
    ids: Callable[[], str]

    async def rooms(self, person: Person) -> dict[str, dict[str, Any]]:
        body = await self.get("/chat/rooms", person)
        return {room["id"]: room for room in body["rooms"]}

    async def get(self, path: str, person: Person, **query: str | int) -> dict[str, Any]:
        response = await self.client.get(path, params={"as": person.person_id, **query})
        assert response.status == 200, await response.text()
        return await response.json()

    async def messages(self, person: Person, room: str = SALES, **query: int) -> list[dict[str, Any]]:
        return (await self.get(f"/chat/rooms/{room}/messages", person, **query))["messages"]

    async def post(self, path: str, person: Person, **body: object) -> ClientResponse:
        return await self.client.post(path, json={"as": person.person_id, **body})

    async def types(self, person: Person, text: str, room: str = SALES, interaction: str = "") -> ClientResponse:
        return await self.post(f"/chat/rooms/{room}/messages", person, id=interaction or self.ids(), text=text)

    async def clicks(
        self, person: Person, message: str, command: str, room: str = SALES, **more: object
    ) -> ClientResponse:
        body = {"id": self.ids(), "message": message, "command": command, **more}
        return await self.post(f"/chat/rooms/{room}/actions", person, **body)

    async def posts(self, words: Card | str, target: Target = CHANNEL, reader: Reader = EVERYBODY) -> Sent:
        posted = words if isinstance(words, Card) else card(words)
        return await self.platform.send(target, posted, reader, key=self.ids())


@pytest.fixture
async def chat(database_url: str) -> AsyncGenerator[Chat]:
    """Two colleagues in a channel and somebody outside, on a database of their own."""
    database = open_database(database_url)
    transcripts = partial(open_transcript, database, lambda: NOW)
    async with transcripts(writes=True) as transcript:
        for person in (ANNA, BEN, CARO):
            await transcript.put_person(person)
        await transcript.put_room(Room(SALES, PlaceKind.CHANNEL, "Vertrieb"), ("anna", "ben"))
    desk, numbers = Desk(), count(1)

    def ids() -> str:
        return f"id{next(numbers)}"

    platform = WebPlatform(desk, transcripts, lambda: NOW, ids)
    app = web.Application()
    app.add_routes(platform.routes())
    async with TestClient(TestServer(app)) as client:
        yield Chat(client, platform, desk, database, ids)
        await platform.end()
    await database.close()


def title(message: dict[str, Any]) -> str:
    """The first line of a drawn card."""
    found = LexborHTMLParser(message["html"]).css_first(".card-title")
    assert found is not None
    return found.text()


def said(messages: list[dict[str, Any]]) -> list[str]:
    """What stands in a room, a line a message."""
    return [title(message) if "html" in message else message["text"] for message in messages]


# ---- what people see ----


async def test_the_page_needs_nothing_from_elsewhere(chat: Chat) -> None:
    """The page and all that it loads come from the bot, under a policy without inline scripts."""
    page = await chat.client.get("/")
    assert page.status == 200
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert page.headers["Cache-Control"] == "no-store"
    tree = LexborHTMLParser(await page.text())
    loaded = [node.attributes.get("src") or node.attributes.get("href") for node in tree.css("script, link, img")]
    assert len(loaded) >= 4
    for path in loaded:
        assert path is not None
        assert (await chat.client.get(path)).status == 200
    assert not [node for node in tree.css("script") if node.text().strip()]
    assert not tree.css("[style], [onclick]")


async def test_scripts_import_only_what_is_served(chat: Chat) -> None:
    """Every module that a script names is there."""
    names = ["chat.js"]
    for name in names:
        response = await chat.client.get(f"/chat/static/{name}")
        assert response.status == 200
        assert "javascript" in response.headers["Content-Type"]
        script = await response.text()
        found = [line.split('"./')[1].split('"')[0] for line in script.splitlines() if line.startswith("import")]
        names.extend(other for other in found if other not in names)
    assert set(names) >= {"chat.js", "messages.js", "api.js", "words.js"}


@pytest.mark.parametrize("name", ["../web.py", "%2e%2e%2fweb.py", "web.py", "chat.html/..", ""])
async def test_no_other_file_is_served(chat: Chat, name: str) -> None:
    """Only the files of the page can be asked for."""
    assert (await chat.client.get(f"/chat/static/{name}")).status == 404


async def test_the_switch_lists_people_in_their_order(chat: Chat) -> None:
    """Everybody is offered with name and language."""
    body = await (await chat.client.get("/chat/people")).json()
    assert [(person["id"], person["name"], person["language"]) for person in body["people"]] == [
        ("anna", "Anna Weiß", "de"),
        ("ben", "Ben Kaya", "en"),
        ("caro", "Caro Lind", "de"),
    ]


async def test_people_see_their_own_rooms(chat: Chat) -> None:
    """A direct chat for each, channels only for those who are in them."""
    assert set(await chat.rooms(ANNA)) == {SALES, "direct-anna"}
    assert set(await chat.rooms(CARO)) == {"direct-caro"}


async def test_a_card_is_drawn_in_the_language_of_each_reader(chat: Chat) -> None:
    """The same message in a channel speaks German to one and English to the other."""
    await chat.posts(Card(title=t("Language"), body=(Text(t("just now")),)))
    [german], [english] = await chat.messages(ANNA), await chat.messages(BEN)
    assert german["html"] != english["html"]
    assert "just now" in english["html"]
    assert 'lang="de"' in german["html"]


async def test_a_card_with_a_view_per_reader_is_asked_for(chat: Chat) -> None:
    """Buttons are those of the person who looks."""
    refresh = Run(t("Refresh"), "lead.show", {"lead": "L-1"})
    chat.desk.says("lead.show", Placement.REPLACE)
    sent = await chat.posts(card("for nobody", refresh=refresh))
    assert said(await chat.messages(ANNA)) == ["lead.show for Anna Weiß"]
    assert said(await chat.messages(BEN)) == ["lead.show for Ben Kaya"]
    asked = chat.desk.received[0]
    assert (asked.kind, asked.message_id, asked.args) == (Kind.REFRESH, sent.message_id, {"lead": "L-1"})
    assert len({incoming.interaction_id for incoming in chat.desk.received}) == 2


async def test_user_text_stays_text(chat: Chat) -> None:
    """Markup in what people write is shown as it was written."""
    hostile = '<img src=x onerror=alert(1)> </article><script>1</script> "&amp;"'
    await chat.types(ANNA, hostile)
    await chat.posts(hostile)
    typed, drawn = await chat.messages(BEN)
    assert typed["text"] == hostile
    assert title(drawn) == hostile
    assert not LexborHTMLParser(drawn["html"]).css("script, img")


async def test_messages_come_in_pages(chat: Chat) -> None:
    """The newest fifty first, then what stands before them, and the last page says that it is the last."""
    for number in range(70):
        await chat.posts(f"card {number}")
    newest = await chat.get(f"/chat/rooms/{SALES}/messages", ANNA)
    assert said(newest["messages"]) == [f"card {number}" for number in range(20, 70)]
    assert newest["more"]
    before = await chat.get(f"/chat/rooms/{SALES}/messages", ANNA, before=newest["messages"][0]["seq"])
    assert said(before["messages"]) == [f"card {number}" for number in range(20)]
    assert not before["more"]


async def test_unread_messages_are_counted_until_they_are_read(chat: Chat) -> None:
    """Own messages and other people's notes do not count."""
    await chat.types(ANNA, "hallo")
    await chat.posts("one")
    await chat.posts("for Ben", reader=Reader(Language.ENGLISH, "UTC", "ben"))
    assert (await chat.rooms(ANNA))[SALES]["unread"] == 1
    assert (await chat.rooms(BEN))[SALES]["unread"] == 3
    last = (await chat.messages(BEN))[-1]["seq"]
    assert (await chat.post(f"/chat/rooms/{SALES}/read", BEN, seq=last)).status == 200
    assert (await chat.rooms(BEN))[SALES]["unread"] == 0
    await chat.post(f"/chat/rooms/{SALES}/read", BEN, seq=0)
    assert (await chat.rooms(BEN))[SALES]["unread"] == 0


# ---- what people do ----


async def test_what_is_typed_reaches_the_bot_as_its_person(chat: Chat) -> None:
    """The sender, the place and the words are those of the request; the answer stands in the room for all."""
    chat.desk.says("leads", Placement.NEW)
    assert (await chat.types(ANNA, "  @Kollega, leads offen ")).status == 200
    [incoming] = chat.desk.received
    assert (incoming.kind, incoming.platform, incoming.tenant) == (Kind.MESSAGE, "web", "demo")
    assert (incoming.sender.platform_user_id, incoming.sender.language_hint) == ("anna", "de")
    assert (incoming.where.conversation_id, incoming.where.kind) == (SALES, PlaceKind.CHANNEL)
    assert incoming.text == "leads offen"
    assert said(await chat.messages(BEN)) == ["@Kollega, leads offen", "leads for Anna Weiß"]
    assert [sent.message_id for sent in chat.desk.noted] == [(await chat.messages(BEN))[1]["id"]]


async def test_named_colleagues_are_mentions(chat: Chat) -> None:
    """@ with the full name is the person in one word; a name that goes on is another one."""
    await chat.types(ANNA, "teile L-1 @ben kaya bitte, nicht @Ben Kaya-Lind")
    [incoming] = chat.desk.received
    assert incoming.text == "teile L-1 @ben bitte, nicht @Ben Kaya-Lind"
    assert [(mention.platform_user_id, mention.name) for mention in incoming.mentions] == [("ben", "Ben Kaya")]


async def test_a_message_sent_twice_is_one(chat: Chat) -> None:
    """A retry after a lost answer changes nothing: one message, one answer, one interaction id."""
    chat.desk.says("leads", Placement.NEW)
    for _ in range(3):
        assert (await chat.types(ANNA, "leads", interaction="same")).status == 200
    assert said(await chat.messages(BEN)) == ["leads", "leads for Anna Weiß"]
    assert {incoming.interaction_id for incoming in chat.desk.received} == {"anna:same"}


async def test_the_same_id_of_another_person_is_another_message(chat: Chat) -> None:
    """Ids are made by pages, so those of two people never meet."""
    await chat.types(ANNA, "hallo", interaction="same")
    await chat.types(BEN, "hello", interaction="same")
    assert said(await chat.messages(ANNA)) == ["hallo", "hello"]
    assert len({incoming.interaction_id for incoming in chat.desk.received}) == 2


async def test_a_private_answer_is_for_the_asking_person(chat: Chat) -> None:
    """It stands below what was typed, nobody else gets it, and it can be taken away."""
    chat.desk.says("help", Placement.PRIVATE)
    await chat.types(ANNA, "help")
    typed, answer = await chat.messages(ANNA)
    assert answer["private"]
    assert answer["below"] == typed["id"]
    assert said(await chat.messages(BEN)) == ["help"]
    path = f"/chat/rooms/{SALES}/messages/{answer['id']}"
    assert (await chat.client.delete(path, params={"as": "ben"})).status == 404
    assert (await chat.client.delete(path, params={"as": "anna"})).status == 200
    assert said(await chat.messages(ANNA)) == ["help"]


async def test_in_a_direct_chat_every_answer_is_a_plain_message(chat: Chat) -> None:
    """Where nobody reads along, nothing is labelled as private."""
    chat.desk.says("help", Placement.PRIVATE)
    await chat.types(CARO, "help", room="direct-caro")
    _, answer = await chat.messages(CARO, room="direct-caro")
    assert not answer["private"]
    assert chat.desk.received[0].where.kind is PlaceKind.PERSONAL


async def test_a_public_message_cannot_be_dismissed(chat: Chat) -> None:
    """Only what is for one reader can be taken away by that reader."""
    sent = await chat.posts("for all")
    response = await chat.client.delete(f"/chat/rooms/{SALES}/messages/{sent.message_id}", params={"as": "anna"})
    assert response.status == 404
    assert said(await chat.messages(ANNA)) == ["for all"]


async def test_private_notes_are_kept_up_to_a_limit(chat: Chat) -> None:
    """The oldest notes go; public messages and other people's notes stay."""
    chat.desk.says("help", Placement.PRIVATE)
    await chat.types(BEN, "help")
    for _ in range(PRIVATE_KEPT + 2):
        await chat.types(ANNA, "help")
    notes = [message for message in await chat.messages(ANNA) if message["private"]]
    assert len(notes) == PRIVATE_KEPT
    assert [message["private"] for message in await chat.messages(BEN)].count(True) == 1


async def test_a_click_replaces_the_card_for_the_clicking_person(chat: Chat) -> None:
    """Others still see the posted card, until the bot updates it: then everybody sees the update."""
    sent = await chat.posts("open")
    chat.desk.says("lead.pick", Placement.REPLACE)
    response = await chat.clicks(ANNA, sent.message_id, "lead.pick", args={"lead": "L-1", "accept": ["late"]})
    assert response.status == 200
    [incoming] = chat.desk.received
    assert (incoming.kind, incoming.command, incoming.message_id) == (Kind.CLICK, "lead.pick", sent.message_id)
    assert incoming.args == {"lead": "L-1", "accept": ["late"]}
    assert said(await chat.messages(ANNA)) == ["lead.pick for Anna Weiß"]
    assert said(await chat.messages(BEN)) == ["open"]
    await chat.platform.update(CHANNEL, sent.message_id, card("picked by Anna"), EVERYBODY)
    assert said(await chat.messages(ANNA)) == said(await chat.messages(BEN)) == ["picked by Anna"]


async def test_every_click_is_a_change(chat: Chat) -> None:
    """A second click's answer is told to a page that has seen the first one's."""
    sent = await chat.posts("open")
    for command in ("lead.pick", "lead.undo"):
        chat.desk.says(command, Placement.REPLACE)
        cursor = (await chat.get(f"/chat/rooms/{SALES}/messages", ANNA))["cursor"]
        await chat.clicks(ANNA, sent.message_id, command)
        assert said(await chat.messages(ANNA, since=cursor)) == [f"{command} for Anna Weiß"]


async def test_the_name_of_a_message_is_never_given_again(chat: Chat) -> None:
    """After the newest message was dismissed, the next one is another one and is told as new."""
    chat.desk.says("help", Placement.PRIVATE)
    await chat.types(ANNA, "help")
    note = (await chat.messages(ANNA))[1]
    cursor = (await chat.get(f"/chat/rooms/{SALES}/messages", ANNA))["cursor"]
    await chat.client.delete(f"/chat/rooms/{SALES}/messages/{note['id']}", params={"as": "anna"})
    sent = await chat.posts("one")
    assert sent.message_id != note["id"]
    assert said(await chat.messages(ANNA, since=cursor)) == ["one"]


async def test_a_click_on_a_private_card_replaces_it(chat: Chat) -> None:
    """The note itself becomes the answer and stays private."""
    chat.desk.says("help", Placement.PRIVATE)
    chat.desk.says("more", Placement.REPLACE)
    await chat.types(ANNA, "help")
    note = (await chat.messages(ANNA))[1]
    await chat.clicks(ANNA, note["id"], "more")
    shown = await chat.messages(ANNA)
    assert said(shown) == ["help", "more for Anna Weiß"]
    assert shown[1]["id"] == note["id"]
    assert shown[1]["private"]
    assert (await chat.clicks(BEN, note["id"], "more")).status == 404


async def test_only_cards_can_be_clicked(chat: Chat) -> None:
    """A typed message, an unknown one and one of another room have no buttons."""
    await chat.types(ANNA, "hallo")
    typed = (await chat.messages(ANNA))[0]["id"]
    elsewhere = await chat.posts("direct", Target("demo", user_id="anna"))
    chat.desk.received.clear()
    for message in (typed, "nothing", elsewhere.message_id):
        assert (await chat.clicks(ANNA, message, "lead.pick")).status == 404
    assert not chat.desk.received


async def test_a_new_channel_has_the_bot_and_everybody_one_knows(chat: Chat) -> None:
    """The bot hears that it was added, and its welcome stands there; opening it again changes nothing."""
    chat.desk.says("installed", Placement.NEW)
    first = await (await chat.post("/chat/rooms", ANNA, id="found", name=" Messe Stuttgart ")).json()
    again = await (await chat.post("/chat/rooms", ANNA, id="found", name=" Messe Stuttgart ")).json()
    assert first == again
    room = first["room"]
    assert (await chat.rooms(BEN))[room]["name"] == "Messe Stuttgart"
    assert room not in await chat.rooms(CARO)
    assert said(await chat.messages(BEN, room=room)) == ["installed for Anna Weiß"]
    assert chat.desk.received[0].where.name == "Messe Stuttgart"
    assert (await chat.post("/chat/rooms", CARO, id="found", name="Meins")).status == 404


async def test_channels_have_a_limit(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it the page gets a word that it can explain."""
    monkeypatch.setattr("bot.platforms.web.ROOMS_LIMIT", 2)
    response = await chat.post("/chat/rooms", ANNA, id="found", name="Messe")
    assert response.status == 409
    assert (await response.json()) == {"error": "too_many_rooms"}


# ---- what the bot does by itself ----


async def test_the_same_key_posts_once(chat: Chat) -> None:
    """A delivery that is repeated finds its message."""
    first = await chat.platform.send(CHANNEL, card("one"), EVERYBODY, key="delivery-1")
    second = await chat.platform.send(CHANNEL, card("one"), EVERYBODY, key="delivery-1")
    assert first == second
    assert said(await chat.messages(ANNA)) == ["one"]


async def test_a_direct_message_finds_the_persons_chat(chat: Chat) -> None:
    """A person is reached without a known conversation, and the answer names it."""
    sent = await chat.posts("hello", Target("demo", user_id="caro"), Reader(Language.GERMAN, "UTC", "caro"))
    assert sent.conversation_id == "direct-caro"
    [message] = await chat.messages(CARO, room="direct-caro")
    assert not message["private"]


@pytest.mark.parametrize("target", [Target("demo", "nowhere"), Target("demo", user_id="nobody"), Target("demo")])
async def test_a_place_without_readers_is_gone(chat: Chat, target: Target) -> None:
    """The relay learns that nobody can be reached there."""
    with pytest.raises(Gone):
        await chat.posts("hello", target)


async def test_only_the_bots_own_cards_are_updated(chat: Chat) -> None:
    """What does not exist, stands in another room or was written by a person is gone for the bot."""
    await chat.types(ANNA, "hallo")
    typed = (await chat.messages(ANNA))[0]["id"]
    sent = await chat.posts("one")
    for target, message in ((CHANNEL, "nothing"), (Target("demo", "direct-anna"), sent.message_id), (CHANNEL, typed)):
        with pytest.raises(Gone):
            await chat.platform.update(target, message, card("two"), EVERYBODY)
    assert said(await chat.messages(ANNA)) == ["hallo", "one"]


async def test_messages_posted_at_once_keep_one_order(chat: Chat) -> None:
    """Many writers, and every message has its own place."""
    sent = await asyncio.gather(*(chat.posts(f"card {number}") for number in range(30)))
    shown = await chat.messages(ANNA)
    assert {message["id"] for message in shown} == {one.message_id for one in sent}
    assert [message["seq"] for message in shown] == sorted({message["seq"] for message in shown})


async def test_what_changed_is_told_by_its_order(chat: Chat) -> None:
    """From a known point on only new and changed messages come, those of other readers do not."""
    first, _ = await chat.posts("one"), await chat.posts("two")
    cursor = (await chat.get(f"/chat/rooms/{SALES}/messages", ANNA))["cursor"]
    assert await chat.messages(ANNA, since=cursor) == []
    await chat.platform.update(CHANNEL, first.message_id, card("one, changed"), EVERYBODY)
    await chat.posts("three")
    await chat.posts("for Ben", reader=Reader(Language.ENGLISH, "UTC", "ben"))
    assert said(await chat.messages(ANNA, since=cursor)) == ["one, changed", "three"]
    assert said(await chat.messages(BEN, since=cursor)) == ["one, changed", "three", "for Ben"]


async def test_too_many_changes_ask_for_a_new_look(chat: Chat) -> None:
    """A page that was away for long is told to read the newest page again instead of getting half of the changes."""
    await chat.posts("first")
    cursor = (await chat.get(f"/chat/rooms/{SALES}/messages", ANNA))["cursor"]
    for number in range(51):
        await chat.posts(f"card {number}")
    body = await chat.get(f"/chat/rooms/{SALES}/messages", ANNA, since=cursor)
    assert body["more"]
    assert body["messages"] == []


async def test_a_room_forgets_what_is_very_old(chat: Chat) -> None:
    """The transcript of a room stays bounded."""
    async with open_transcript(chat.database, lambda: NOW, writes=True) as transcript:
        for number in range(MESSAGES_KEPT + 5):
            await transcript.add(Draft(SALES, f"key {number}", author_id="anna", text=str(number)))
        kept = await transcript.newest(SALES, "anna", 0, MESSAGES_KEPT * 2)
    assert [kept[0].text, len(kept)] == ["5", MESSAGES_KEPT]


# ---- what open windows hear ----


async def heard(response: ClientResponse, name: str) -> dict[str, Any]:
    """The next event of that name."""
    async with asyncio.timeout(5):
        while True:
            line = (await response.content.readline()).decode().strip()
            if line == f"event: {name}":
                return json.loads((await response.content.readline()).decode().removeprefix("data: "))


async def test_open_windows_hear_of_changes(chat: Chat) -> None:
    """A window hears of its rooms, at once, and first of all that it has to look."""
    async with chat.client.get("/chat/events", params={"as": "ben"}) as window:
        assert window.headers["Content-Type"].startswith("text/event-stream")
        assert window.headers["Cache-Control"] == "no-store"
        await heard(window, "resync")
        await chat.posts("direct", Target("demo", user_id="anna"))
        await chat.types(ANNA, "hallo")
        assert await heard(window, "changed") == {"room": SALES}


async def test_private_things_are_told_to_one_person(chat: Chat) -> None:
    """Dismissing a note in one window takes it from the person's other window, and nobody else hears of it."""
    chat.desk.says("help", Placement.PRIVATE)
    await chat.types(ANNA, "help")
    note = (await chat.messages(ANNA))[1]["id"]
    async with (
        chat.client.get("/chat/events", params={"as": "anna"}) as mine,
        chat.client.get("/chat/events", params={"as": "ben"}) as other,
    ):
        await heard(mine, "resync")
        await heard(other, "resync")
        await chat.client.delete(f"/chat/rooms/{SALES}/messages/{note}", params={"as": "anna"})
        assert await heard(mine, "gone") == {"room": SALES, "message": note}
        await chat.posts("for all")
        assert await heard(other, "changed") == {"room": SALES}


def test_a_slow_window_is_told_to_look_again() -> None:
    """What waits for one window is bounded; beyond it one word replaces all."""
    listener = web_events.Listener("anna")
    for number in range(web_events.WAITING_LIMIT + 1):
        listener.tell(web_events.event("changed", room=str(number)))
    assert listener.waiting.qsize() == 1
    assert listener.waiting.get_nowait() == web_events.RESYNC


async def test_a_quiet_stream_shows_that_it_lives(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without news a comment keeps the connection open, so that both sides notice its end."""
    monkeypatch.setattr(web_events, "HEARTBEAT_SECONDS", 0.01)
    async with chat.client.get("/chat/events", params={"as": "ben"}) as window:
        await heard(window, "resync")
        async with asyncio.timeout(5):
            while (await window.content.readline()) != web_events.HEARTBEAT.splitlines(keepends=True)[0]:
                pass


async def test_windows_are_let_go_when_the_process_ends(chat: Chat) -> None:
    """The stream ends by itself, and a new one is refused with a word."""
    async with chat.client.get("/chat/events", params={"as": "ben"}) as window:
        await heard(window, "resync")
        await chat.platform.end()
        async with asyncio.timeout(5):
            assert await window.content.read() is not None
            assert window.content.at_eof()
    refused = await chat.client.get("/chat/events", params={"as": "ben"})
    assert (refused.status, await refused.json()) == (503, {"error": "busy"})


async def test_windows_have_a_limit(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it a window is refused, and a closed one makes room."""
    monkeypatch.setattr(web_events, "LISTENERS_LIMIT", 1)
    monkeypatch.setattr(web_events, "HEARTBEAT_SECONDS", 0.01)
    async with chat.client.get("/chat/events", params={"as": "ben"}) as window:
        await heard(window, "resync")
        assert (await chat.client.get("/chat/events", params={"as": "anna"})).status == 503
    for _ in range(500):
        async with chat.client.get("/chat/events", params={"as": "anna"}) as window:
            if window.status == 200:
                return
        await asyncio.sleep(0.01)
    pytest.fail("a closed window made no room")


# ---- who is turned away ----


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Host": "evil.example"}, "foreign_host"),
        ({"Host": "127.0.0.1.evil.example"}, "foreign_host"),
        ({"Host": "192.168.1.7:3978"}, "foreign_host"),
        ({"Host": "localhost.evil.example:3978"}, "foreign_host"),
        ({"Host": "[::1"}, "foreign_host"),
        ({"Origin": "https://evil.example"}, "foreign_origin"),
        ({"Origin": "null"}, "foreign_origin"),
        ({"Origin": "http://localhost:1"}, "foreign_origin"),
    ],
)
async def test_foreign_pages_are_turned_away(chat: Chat, headers: dict[str, str], reason: str) -> None:
    """Neither another name for this machine nor another page gets anything."""
    for path in ("/", "/chat/static/chat.js", "/chat/people", "/chat/rooms?as=anna", "/chat/events?as=anna"):
        response = await chat.client.get(path, headers=headers)
        assert (response.status, await response.json()) == (403, {"error": reason})


async def test_a_foreign_page_cannot_write(chat: Chat) -> None:
    """A forged form or request changes nothing."""
    path = f"/chat/rooms/{SALES}/messages"
    body = {"as": "anna", "id": "x", "text": "hallo"}
    foreign = await chat.client.post(path, json=body, headers={"Origin": "https://evil.example"})
    assert foreign.status == 403
    form = await chat.client.post(path, data=json.dumps(body), headers={"Content-Type": "text/plain"})
    assert form.status == 415
    assert await chat.messages(ANNA) == []
    assert not chat.desk.received


async def test_the_page_itself_is_let_in(chat: Chat) -> None:
    """The same origin and every loopback name are welcome."""
    port = chat.client.port
    own = await chat.client.get("/chat/people", headers={"Origin": f"http://127.0.0.1:{port}"})
    assert own.status == 200
    assert [is_loopback(host) for host in ("localhost:3978", "127.0.0.1", "[::1]:3978", "127.1.2.3")] == [True] * 4


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"as": "anna", "id": "x"}',
        b'{"as": "anna", "id": "x", "text": ""}',
        b'{"as": "anna", "id": "x", "text": "   "}',
        b'{"as": "anna", "id": "x", "text": 7}',
        b'{"as": "anna", "id": "x y", "text": "hallo"}',
        b'{"as": "anna", "id": "", "text": "hallo"}',
        b'{"as": "anna", "id": "x", "text": "hallo", "more": 1}',
        b'{"as": "anna\\u0000", "id": "x", "text": "hallo"}',
        b'{"as": "anna", "id": "x", "text": "hal\\u0000lo"}',
        b'{"as": "anna", "id": "x", "text": "\\ud800"}',
        b'{"as": "anna", "id": "x", "text": "\xff"}',
        b"[" * 100_000,
        json.dumps({"as": "anna", "id": "x", "text": "x" * 4001}).encode(),
    ],
)
async def test_malformed_messages_are_refused(chat: Chat, body: bytes) -> None:
    """Whatever is sent instead of a message is answered with 400 and reaches nobody."""
    headers = {"Content-Type": "application/json"}
    response = await chat.client.post(f"/chat/rooms/{SALES}/messages", data=body, headers=headers)
    assert response.status == 400, await response.text()
    assert not chat.desk.received


async def test_deep_arguments_are_refused(chat: Chat) -> None:
    """A click with ten thousand levels of brackets is malformed, not a defect."""
    sent = await chat.posts("open")
    depth = 10_000
    args = '{"a":' * depth + "1" + "}" * depth
    body = f'{{"as": "anna", "id": "x", "message": "{sent.message_id}", "command": "c", "args": {args}}}'
    headers = {"Content-Type": "application/json"}
    response = await chat.client.post(f"/chat/rooms/{SALES}/actions", data=body, headers=headers)
    assert response.status == 400


async def test_large_bodies_are_refused(chat: Chat) -> None:
    """Beyond 256 KiB nothing is read any more, whether or not the length was announced."""
    body = json.dumps({"as": "anna", "id": "x", "text": "x" * 300_000}).encode()

    async def parts() -> AsyncGenerator[bytes]:
        for start in range(0, len(body), 10_000):
            yield body[start : start + 10_000]

    headers = {"Content-Type": "application/json"}
    for data in (body, parts()):
        response = await chat.client.post(f"/chat/rooms/{SALES}/messages", data=data, headers=headers)
        assert (response.status, await response.json()) == (413, {"error": "too_large"})


async def test_a_backslash_in_words_is_no_null(chat: Chat) -> None:
    """Who writes about escapes may do so."""
    assert (await chat.types(ANNA, "see \\u0000")).status == 200
    assert said(await chat.messages(BEN)) == ["see \\u0000"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/chat/rooms", 400),
        ("/chat/rooms?as=nobody", 404),
        ("/chat/rooms?as=an%00na", 404),
        ("/chat/rooms?as=", 404),
        ("/chat/events", 400),
        ("/chat/events?as=nobody", 404),
        (f"/chat/rooms/{SALES}/messages?as=caro", 404),
        ("/chat/rooms/direct-ben/messages?as=anna", 404),
        ("/chat/rooms/nowhere/messages?as=anna", 404),
        ("/chat/rooms/%00/messages?as=anna", 404),
        (f"/chat/rooms/{SALES}/messages?as=anna&before=x", 400),
        (f"/chat/rooms/{SALES}/messages?as=anna&since=-1", 400),
        (f"/chat/rooms/{SALES}/messages?as=anna&before=99999999999999999999", 400),
    ],
)
async def test_unknown_people_and_rooms_are_not_found(chat: Chat, path: str, status: int) -> None:
    """Another person's rooms do not exist for whoever asks."""
    assert (await chat.client.get(path)).status == status


async def test_nobody_writes_into_foreign_rooms(chat: Chat) -> None:
    """Typing, clicking, reading and dismissing end at the door of a room."""
    sent = await chat.posts("open")
    assert (await chat.types(CARO, "hallo")).status == 404
    assert (await chat.clicks(CARO, sent.message_id, "lead.pick")).status == 404
    assert (await chat.post(f"/chat/rooms/{SALES}/read", CARO, seq=1)).status == 404
    path = f"/chat/rooms/{SALES}/messages/{sent.message_id}"
    assert (await chat.client.delete(path, params={"as": "caro"})).status == 404
    assert not chat.desk.received


class Busy:
    """Storage in which others hold what is needed."""

    def __call__(self, *, writes: bool = False) -> AbstractAsyncContextManager[Transcript]:
        del writes
        raise Contended


async def test_a_busy_database_is_said_in_a_word() -> None:
    """Whoever waited for too long is told to try again; the relay knows that nothing was posted."""
    platform = WebPlatform(Desk(), Busy(), lambda: NOW, lambda: "id")
    app = web.Application()
    app.add_routes(platform.routes())
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/chat/people")
        assert (response.status, await response.json()) == (503, {"error": "busy"})
    with pytest.raises(Unavailable):
        await platform.send(CHANNEL, card("one"), EVERYBODY, key="delivery")
    with pytest.raises(Unavailable):
        await platform.update(CHANNEL, "message", card("one"), EVERYBODY)


async def test_a_bot_that_never_answers_is_given_up(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page gets a word for it, and the same message can be sent again."""

    async def never(incoming: Incoming) -> Answer | None:
        del incoming
        await asyncio.Event().wait()
        return None

    monkeypatch.setattr("bot.platforms.web.ANSWER_LIMIT_SECONDS", 0.01)
    monkeypatch.setattr(chat.desk, "receive", never)
    response = await chat.types(ANNA, "leads", interaction="same")
    assert (response.status, await response.json()) == (504, {"error": "slow"})
    monkeypatch.undo()
    assert (await chat.types(ANNA, "leads", interaction="same")).status == 200
    assert said(await chat.messages(ANNA)) == ["leads"]


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_two_windows_are_two_people(
    chat: Chat, chromium: str, screenshot_folder: Path, scheme: Literal["light", "dark"]
) -> None:
    """A click in one window changes the card in the other at once; keyboard and words are those of the person."""
    pick = Run(verbatim("Übernehmen"), "lead.pick", {"lead": "L-1"})
    sent = await chat.posts(card("Lead L-1", pick))

    def picked(incoming: Incoming) -> Answer:
        return Answer(card(f"picked by {incoming.sender.name}"), Placement.REPLACE, EVERYBODY)

    chat.desk.answers["lead.pick"] = picked
    chat.desk.says("hilfe", Placement.PRIVATE)
    address = str(chat.client.make_url("/"))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = await browser.new_context(color_scheme=scheme, viewport={"width": 1100, "height": 700})
        wrong: list[str] = []
        context.on("console", lambda line: wrong.append(line.text) if line.type in {"error", "warning"} else None)
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        anna, ben = await context.new_page(), await context.new_page()
        await anna.goto(f"{address}?as=anna")
        await ben.goto(f"{address}?as=ben")
        await expect(anna.get_by_role("button", name="Senden")).to_be_visible()
        await expect(ben.get_by_role("button", name="Send")).to_be_visible()
        await expect(ben.get_by_role("heading", name="Lead L-1")).to_be_visible()
        await anna.get_by_role("button", name="Übernehmen").press("Enter")
        await expect(anna.get_by_role("heading", name="picked by Anna Weiß")).to_be_visible()
        await chat.platform.update(CHANNEL, sent.message_id, card("taken"), EVERYBODY)
        await expect(ben.get_by_role("heading", name="taken")).to_be_visible()
        await anna.get_by_label("An #Vertrieb schreiben").fill("hilfe")
        await anna.keyboard.press("Enter")
        await expect(anna.get_by_text("Nur für Sie sichtbar")).to_be_visible()
        await expect(ben.get_by_text("hilfe", exact=True)).to_be_visible()
        await anna.screenshot(path=screenshot_folder / f"web-{scheme}.png")
        await anna.get_by_role("button", name="Ausblenden").click()
        await expect(anna.get_by_text("Nur für Sie sichtbar")).to_have_count(0)
        await anna.set_viewport_size({"width": 390, "height": 700})
        await anna.get_by_role("button", name="Kanäle und Chats zeigen").click()
        await anna.get_by_role("button", name="Kollega").click()
        await expect(anna.get_by_role("heading", name="Kollega", level=1)).to_be_visible()
        await browser.close()
    assert wrong == []
