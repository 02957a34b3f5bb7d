"""Limits and errors of the Teams endpoint."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.dispatch.interaction import Interaction, Response
from bot.platforms.ingress import BODY_LIMIT_BYTES, DEPTH_LIMIT
from tests.bot.teams.harness import ANNA, PICK, THREAD, Bot


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"a":NaN}',
        b"[" * 5000 + b"]" * 5000,
        b'{"serviceUrl":' + b"[" * 100_000,
    ],
)
async def test_body_without_activity_is_malformed(bot: Bot, body: bytes) -> None:
    """A body that is no JSON object gets 400."""
    assert await bot.post_raw(body) == 400


async def test_deep_and_unstorable_activities_are_malformed(bot: Bot) -> None:
    """An activity that is nested too deeply or contains a null character gets 400."""
    deep: dict[str, Any] = {}
    for _ in range(DEPTH_LIMIT + 1):
        deep = {"x": deep}
    assert (await bot.post(bot.activity(value=deep)))[0] == 400
    assert (await bot.post(bot.activity(text="a\0b")))[0] == 400
    assert (await bot.post(bot.click({**PICK, "te\0xt": "x"})))[0] == 400
    assert bot.chat.interactions == []


async def test_large_bodies_are_rejected(bot: Bot) -> None:
    """A body above the limit is rejected, with or without Content-Length."""
    body = json.dumps(bot.activity(text="x" * BODY_LIMIT_BYTES)).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    assert await bot.post_raw(body) == 413
    headers = {"Content-Type": "application/json", "Authorization": bot.teams.authorization()}
    async with bot.client.post("/api/messages", data=pieces(), headers=headers) as response:
        assert response.status == 413


async def test_other_requests_are_rejected(bot: Bot) -> None:
    """Only POST with JSON is accepted."""
    body = json.dumps(bot.activity()).encode()
    assert await bot.post_raw(body, **{"Content-Type": "text/plain"}) == 415
    async with bot.client.get("/api/messages") as response:
        assert response.status == 405


async def test_slow_body_times_out(bot: Bot) -> None:
    """A client that stops within its body is disconnected."""

    async def trickle() -> AsyncIterator[bytes]:
        yield b'{"type":'
        await asyncio.sleep(30)

    headers = {"Content-Type": "application/json"}
    started = time.monotonic()
    async with bot.client.post("/api/messages", data=trickle(), headers=headers) as response:
        assert response.status == 408
    assert time.monotonic() - started < 5


async def test_unverified_activity_is_not_dispatched(bot: Bot) -> None:
    """A request without a token gets 401, one for another service 403; neither is dispatched."""
    activity = bot.activity()
    async with bot.client.post("/api/messages", json=activity) as response:
        assert (response.status, await response.json()) == (401, {"error": "unauthenticated"})
    assert (await bot.post(activity, aud="another-bot"))[0] == 401
    assert (await bot.post(activity | {"serviceUrl": "https://smba.trafficmanager.net/emea/"}))[0] == 403
    assert (await bot.post(activity | {"channelId": "emulator"}))[0] == 403
    assert (bot.chat.interactions, bot.teams.deliveries) == ([], [])


async def test_error_has_a_number_and_no_details(bot: Bot) -> None:
    """An internal error returns only a number that is in the log."""

    def break_down(_: Interaction) -> Response | None:
        raise RuntimeError("secret")

    bot.chat.respond = break_down
    with capture_logs() as logs:
        status, body = await bot.post(bot.activity())
    assert (status, set(body), body["error"]) == (500, {"error", "number"}, "unexpected")
    [log_entry] = [log_entry for log_entry in logs if log_entry["event"] == "request_failed"]
    assert log_entry["number"] == body["number"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", None),
        ("type", 1),
        ("id", None),
        ("id", 7),
        ("id", ""),
        ("id", "a b"),
        ("id", "x" * 1001),
        ("from", None),
        ("from", {}),
        ("from", {"id": 1}),
        ("from", {"id": "a b"}),
        ("from", {"id": ANNA, "name": ["Anna"]}),
        ("from", {"id": ANNA, "aadObjectId": "x y"}),
        ("recipient", None),
        ("conversation", None),
        ("conversation", {}),
        ("conversation", {"id": ";messageid=1"}),
        ("conversation", {"id": THREAD, "conversationType": {}}),
        ("channelData", "x"),
        ("channelData", {"tenant": "x"}),
        ("channelData", {"tenant": {"id": 1}}),
        ("text", 5),
        ("entities", "x"),
        ("entities", [1]),
        ("membersAdded", [{"name": "x"}]),
        ("locale", []),
        ("replyToId", {}),
    ],
)
async def test_malformed_activity_is_rejected(bot: Bot, name: str, value: object) -> None:
    """An activity with a missing or mistyped field gets 400 and is not dispatched."""
    assert await bot.post(bot.activity() | {name: value}) == (400, {"error": "malformed"})
    assert bot.chat.interactions == []


async def test_a_turn_is_cheap(bot: Bot) -> None:
    """A turn without a response creates no SDK client and takes at most two milliseconds."""
    activity = bot.activity(text="leads")
    authorization = bot.teams.authorization()
    took: list[float] = []
    for _ in range(60):
        started = time.perf_counter()
        async with bot.client.post(
            "/api/messages", json=activity, headers={"Authorization": authorization}
        ) as response:
            assert response.status == 200
        took.append(time.perf_counter() - started)
    # The time includes the client and the token check; the minimum is used because a busy machine slows most runs.
    assert min(took) < 0.002
