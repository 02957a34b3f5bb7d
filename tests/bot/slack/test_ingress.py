"""Verification of Slack requests: signature, age, shape and replay."""

import asyncio
import hmac
import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import urlencode

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from bot.platforms.ingress import BODY_LIMIT_BYTES, DEPTH_LIMIT, Json, RequestRejected
from bot.platforms.slack.ingress import SlackIngress

SECRET = "only-for-this-test"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def sign(secret: bytes, stamp: str, body: bytes) -> str:
    """Sign a body as Slack documents it, even one that is not text."""
    return "v0=" + hmac.new(secret, b"v0:%s:%s" % (stamp.encode(), body), sha256).hexdigest()


class Bot:
    """An ingress on loopback and the documents that passed it."""

    def __init__(self) -> None:
        self.served: list[Json] = []
        self.pause = asyncio.Event()
        self.pause.set()
        self.failure: Exception | None = None
        self.ingress = SlackIngress(SECRET, lambda: NOW, asyncio.get_running_loop().time, 0.3)
        app = web.Application()
        app.add_routes([web.post("/", self._receive)])
        self.client = TestClient(TestServer(app))

    async def _receive(self, request: web.Request) -> web.Response:
        try:
            body = await self.ingress.serve(request, self._serve)
        except RequestRejected as rejected:
            return web.json_response({"error": rejected.reason}, status=rejected.status)
        return web.json_response(body)

    async def _serve(self, document: Json) -> Json:
        self.served.append(document)
        await self.pause.wait()
        if self.failure is not None:
            raise self.failure
        return {"text": str(len(self.served))}

    async def send(self, body: bytes, kind: str = JSON, stamp: str = STAMP, **headers: str) -> ClientResponse:
        """Send a signed request."""
        proof = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(SECRET.encode(), stamp, body)}
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post("/", data=body, headers={"Content-Type": kind, **proof, **more})


@pytest.fixture
async def bot() -> AsyncGenerator[Bot]:
    """Start an ingress."""
    bot = Bot()
    async with bot.client:
        yield bot


async def test_events_commands_and_clicks_are_accepted(bot: Bot) -> None:
    """JSON, form fields and the JSON in a form field are parsed."""
    assert (await bot.send(b'{"type": "event_callback"}')).status == HTTPStatus.OK
    assert (await bot.send(urlencode({"command": "/kollega", "text": ""}).encode(), FORM)).status == HTTPStatus.OK
    assert (await bot.send(urlencode({"payload": '{"type": "shortcut"}'}).encode(), FORM)).status == HTTPStatus.OK
    assert bot.served == [{"type": "event_callback"}, {"command": "/kollega", "text": ""}, {"type": "shortcut"}]


@pytest.mark.parametrize("seconds", [-301, 301, -86_400])
async def test_old_signature_is_rejected(bot: Bot, seconds: int) -> None:
    """X4: a signature is valid for five minutes before and after its time."""
    response = await bot.send(b"{}", stamp=str(int(STAMP) + seconds))
    assert (response.status, await response.json()) == (HTTPStatus.UNAUTHORIZED, {"error": "stale"})
    assert bot.served == []


@pytest.mark.parametrize("seconds", [-299, 299])
async def test_clocks_may_differ_a_little(bot: Bot, seconds: int) -> None:
    """A request of a few minutes ago is accepted."""
    assert (await bot.send(b"{}", stamp=str(int(STAMP) + seconds))).status == HTTPStatus.OK


@pytest.mark.parametrize(
    "signature", ["v0=0000", "", "v1=0", "\u00e4\u00f6", sign(b"another", STAMP, b"{}"), sign(b"", STAMP, b"{}")]
)
async def test_foreign_signature_is_rejected(bot: Bot, signature: str) -> None:
    """A request with a wrong signature is rejected before parsing."""
    response = await bot.send(b"{}", X_Slack_Signature=signature)
    assert (response.status, await response.json()) == (HTTPStatus.UNAUTHORIZED, {"error": "unsigned"})
    assert bot.served == []


async def test_duplicate_or_missing_header_is_rejected(bot: Bot) -> None:
    """A missing or duplicate signature header is rejected."""
    body = b"{}"
    once = [("X-Slack-Request-Timestamp", STAMP), ("X-Slack-Signature", sign(SECRET.encode(), STAMP, body))]
    for headers, status in ((once[:1], 401), (once[1:], 401), ([*once, once[0]], 400), ([*once, once[1]], 400)):
        response = await bot.client.post("/", data=body, headers=[("Content-Type", JSON), *headers])
        assert response.status == status
        assert set(await response.json()) == {"error"}
    assert bot.served == []


@pytest.mark.parametrize("stamp", ["", "now", "1e9", "-5", "9" * 13, "\u0661\u0662"])
async def test_invalid_timestamp_is_rejected(bot: Bot, stamp: str) -> None:
    """A timestamp that is not a number is rejected."""
    assert (await bot.send(b"{}", stamp=stamp)).status == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", JSON, 400),
        (b"[]", JSON, 400),
        (b'"text"', JSON, 400),
        (b"{", JSON, 400),
        (b'{"a": "\xff"}', JSON, 400),
        (b'{"a": "\\u0000"}', JSON, 400),
        (b'{"a":' + b'{"a":' * DEPTH_LIMIT + b"1" + b"}" * DEPTH_LIMIT + b"}", JSON, 400),
        (b"[" * 100_000, JSON, 400),
        (b"payload=%7B", FORM, 400),
        (b"payload=%7B%7D&payload=%7B%7D", FORM, 400),
        (b"text=%ff", FORM, 400),
        (b"text=\xff", FORM, 400),
        (b"&".join(b"f%d=1" % number for number in range(100)), FORM, 400),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"{}", "application/json; charset=\x80".encode("latin-1").decode("latin-1"), 200),
        (b" " * (BODY_LIMIT_BYTES + 1), JSON, 413),
    ],
)
async def test_malformed_body_is_rejected(bot: Bot, body: bytes, kind: str, status: int) -> None:
    """A malformed body is rejected even if it is signed."""
    assert (await bot.send(body, kind)).status == status


async def test_replay_gets_the_same_response(bot: Bot) -> None:
    """X4: a replay gets the first response and is not processed again."""
    first = await (await bot.send(b'{"n": 1}')).read()
    assert await (await bot.send(b'{"n": 1}')).read() == first
    bot.pause.clear()
    async with asyncio.TaskGroup() as tasks:
        both = [tasks.create_task(bot.send(b'{"n": 2}')) for _ in range(2)]
        await asyncio.sleep(0.05)
        bot.pause.set()
    responses = [await task.result().read() for task in both]
    assert responses[0] == responses[1] != first
    assert bot.served == [{"n": 1}, {"n": 2}]


async def test_failed_request_may_be_repeated(bot: Bot) -> None:
    """A failed request is not cached as processed."""
    bot.failure = RequestRejected(403, "not_installed")
    assert (await bot.send(b"{}")).status == HTTPStatus.FORBIDDEN
    bot.failure = None
    assert (await bot.send(b"{}")).status == HTTPStatus.OK


async def test_slow_body_times_out(bot: Bot) -> None:
    """A body that arrives too slowly is rejected."""

    async def dribble() -> AsyncGenerator[bytes]:
        yield b"{"
        await asyncio.sleep(1)
        yield b"}"

    response = await bot.client.post("/", data=dribble(), headers={"Content-Type": JSON})
    assert response.status == HTTPStatus.REQUEST_TIMEOUT


async def test_rejected_content_is_not_logged(bot: Bot) -> None:
    """The log holds no content of a rejected request."""
    with capture_logs() as logs:
        await bot.send(json.dumps({"text": "Elke Schneider"}).encode(), X_Slack_Signature="v0=1")
    assert "Elke" not in repr(logs)
