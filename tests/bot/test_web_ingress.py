"""Rejected requests and event streams of the browser chat."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.dispatch.interaction import Interaction, Placement, Response
from bot.platforms.base import Target, Unavailable
from bot.platforms.web import events as web_events
from bot.platforms.web.ingress import is_loopback
from bot.platforms.web.platform import WebPlatform
from services.errors import DatabaseBusy
from services.transcript import Transcript
from tests.bot.web_chat import (
    ANNA,
    BEN,
    CARO,
    CHANNEL,
    EVERYBODY,
    NOW,
    SALES,
    Chat,
    StubDispatcher,
    card,
    open_chat,
    room_texts,
)


@pytest.fixture
async def chat(sqlite_url: str) -> AsyncGenerator[Chat]:
    """Open a chat with its own database."""
    async with open_chat(sqlite_url) as opened:
        yield opened


# ---- events of open windows ----


async def next_event(response: ClientResponse, name: str) -> dict[str, Any]:
    """Return the next event of this name."""
    async with asyncio.timeout(5):
        while True:
            line = (await response.content.readline()).decode().strip()
            if line == f"event: {name}":
                return json.loads((await response.content.readline()).decode().removeprefix("data: "))


async def test_window_gets_changes_of_its_rooms(chat: Chat) -> None:
    """A window gets a resync first and then the changes of its rooms."""
    async with chat.client.get("/chat/events", params={"as": "ben"}) as window:
        assert window.headers["Content-Type"].startswith("text/event-stream")
        assert window.headers["Cache-Control"] == "no-store"
        await next_event(window, "resync")
        await chat.post_card("direct", Target("demo", user_id="anna"))
        await chat.send_text(ANNA, "hallo")
        assert await next_event(window, "changed") == {"room": SALES}


async def test_private_events_go_to_one_person(chat: Chat) -> None:
    """Dismissing a note removes it from the person's other windows only."""
    chat.dispatcher.respond_with("help", Placement.PRIVATE)
    await chat.send_text(ANNA, "help")
    note = (await chat.messages(ANNA))[1]["id"]
    async with (
        chat.client.get("/chat/events", params={"as": "anna"}) as mine,
        chat.client.get("/chat/events", params={"as": "ben"}) as other,
    ):
        await next_event(mine, "resync")
        await next_event(other, "resync")
        await chat.client.delete(f"/chat/rooms/{SALES}/messages/{note}", params={"as": "anna"})
        assert await next_event(mine, "gone") == {"room": SALES, "message": note}
        await chat.post_card("for all")
        assert await next_event(other, "changed") == {"room": SALES}


def test_slow_window_gets_a_resync() -> None:
    """The queue of a window is bounded; beyond it one resync replaces all events."""
    listener = web_events.Listener("anna")
    for number in range(web_events.QUEUE_LIMIT + 1):
        listener.notify(web_events.encode_event("changed", room=str(number)))
    assert listener.queue.qsize() == 1
    assert listener.queue.get_nowait() == web_events.RESYNC


async def test_idle_stream_sends_a_comment(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """An idle stream sends comments so that both sides notice a broken connection."""
    monkeypatch.setattr(web_events, "HEARTBEAT_S", 0.01)
    async with chat.client.get("/chat/events", params={"as": "ben"}) as window:
        await next_event(window, "resync")
        async with asyncio.timeout(5):
            while (await window.content.readline()) != web_events.HEARTBEAT.splitlines(keepends=True)[0]:
                pass


async def test_shutdown_ends_streams(chat: Chat) -> None:
    """At shutdown streams end and new ones are rejected."""
    async with chat.client.get("/chat/events", params={"as": "ben"}) as window:
        await next_event(window, "resync")
        await chat.platform.end()
        async with asyncio.timeout(5):
            assert await window.content.read() is not None
            assert window.content.at_eof()
    refused = await chat.client.get("/chat/events", params={"as": "ben"})
    assert (refused.status, await refused.json()) == (503, {"error": "busy"})


async def test_windows_have_a_limit(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows beyond the limit are rejected; a closed window frees a slot."""
    monkeypatch.setattr(web_events, "LISTENERS_LIMIT", 1)
    monkeypatch.setattr(web_events, "HEARTBEAT_S", 0.01)
    async with chat.client.get("/chat/events", params={"as": "ben"}) as window:
        await next_event(window, "resync")
        assert (await chat.client.get("/chat/events", params={"as": "anna"})).status == 503
    for _ in range(500):
        async with chat.client.get("/chat/events", params={"as": "anna"}) as window:
            if window.status == 200:
                return
        await asyncio.sleep(0.01)
    pytest.fail("a closed window made no room")


# ---- rejected requests ----


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
async def test_foreign_origins_are_rejected(chat: Chat, headers: dict[str, str], reason: str) -> None:
    """A foreign host name or origin gets no response."""
    for path in ("/", "/chat/static/chat.js", "/chat/people", "/chat/rooms?as=anna", "/chat/events?as=anna"):
        response = await chat.client.get(path, headers=headers)
        assert (response.status, await response.json()) == (403, {"error": reason})


async def test_a_foreign_page_cannot_write(chat: Chat) -> None:
    """A cross-site form or request changes nothing."""
    path = f"/chat/rooms/{SALES}/messages"
    body = {"as": "anna", "id": "x", "text": "hallo"}
    foreign = await chat.client.post(path, json=body, headers={"Origin": "https://evil.example"})
    assert foreign.status == 403
    form = await chat.client.post(path, data=json.dumps(body), headers={"Content-Type": "text/plain"})
    assert form.status == 415
    assert await chat.messages(ANNA) == []
    assert not chat.dispatcher.received


async def test_own_origin_is_accepted(chat: Chat) -> None:
    """The same origin and every loopback name are accepted."""
    port = chat.client.port
    response = await chat.client.get("/chat/people", headers={"Origin": f"http://127.0.0.1:{port}"})
    assert response.status == 200
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
async def test_malformed_messages_are_rejected(chat: Chat, body: bytes) -> None:
    """A malformed message gets 400 and is not dispatched."""
    headers = {"Content-Type": "application/json"}
    response = await chat.client.post(f"/chat/rooms/{SALES}/messages", data=body, headers=headers)
    assert response.status == 400, await response.text()
    assert not chat.dispatcher.received


async def test_deep_arguments_are_refused(chat: Chat) -> None:
    """A click with ten thousand levels of brackets is malformed, not a defect."""
    sent = await chat.post_card("open")
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


async def test_escaped_backslash_is_accepted(chat: Chat) -> None:
    """The text of a null escape is no null character."""
    assert (await chat.send_text(ANNA, "see \\u0000")).status == 200
    assert room_texts(await chat.messages(BEN)) == ["see \\u0000"]


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
    """Rooms of other people are not found."""
    assert (await chat.client.get(path)).status == status


async def test_foreign_rooms_are_not_writable(chat: Chat) -> None:
    """Typing, clicking, reading and dismissing need membership of the room."""
    sent = await chat.post_card("open")
    assert (await chat.send_text(CARO, "hallo")).status == 404
    assert (await chat.click(CARO, sent.message_id, "lead.pick")).status == 404
    assert (await chat.post(f"/chat/rooms/{SALES}/read", CARO, seq=1)).status == 404
    path = f"/chat/rooms/{SALES}/messages/{sent.message_id}"
    assert (await chat.client.delete(path, params={"as": "caro"})).status == 404
    assert not chat.dispatcher.received


class Busy:
    """Storage whose locks are held by other transactions."""

    def __call__(self, *, writes: bool = False) -> AbstractAsyncContextManager[Transcript]:
        del writes
        raise DatabaseBusy


async def test_a_busy_database_is_reported() -> None:
    """A lock timeout asks the user to retry; the relay learns that nothing was posted."""
    platform = WebPlatform(StubDispatcher(), Busy(), lambda: NOW, lambda: "id")
    app = web.Application()
    app.add_routes(platform.routes())
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/chat/people")
        assert (response.status, await response.json()) == (503, {"error": "busy"})
    with pytest.raises(Unavailable):
        await platform.send(CHANNEL, card("one"), EVERYBODY, key="delivery")
    with pytest.raises(Unavailable):
        await platform.update(CHANNEL, "message", card("one"), EVERYBODY)


async def test_dispatch_timeout_is_reported(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """A timeout is reported to the page, and the same message can be sent again."""

    async def never(incoming: Interaction) -> Response | None:
        del incoming
        await asyncio.Event().wait()
        return None

    monkeypatch.setattr("bot.platforms.web.platform.ANSWER_LIMIT_S", 0.01)
    monkeypatch.setattr(chat.dispatcher, "receive", never)
    response = await chat.send_text(ANNA, "leads", interaction="same")
    assert (response.status, await response.json()) == (504, {"error": "slow"})
    monkeypatch.undo()
    assert (await chat.send_text(ANNA, "leads", interaction="same")).status == 200
    assert room_texts(await chat.messages(ANNA)) == ["leads"]
