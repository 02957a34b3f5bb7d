"""What may come through the door, and in what shape."""

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
async def test_what_is_no_activity_is_malformed(bot: Bot, body: bytes) -> None:
    """Whatever is no JSON object is turned away with 400."""
    assert await bot.post_raw(body) == 400


async def test_deep_and_unkeepable_activities_are_malformed(bot: Bot) -> None:
    """An activity that nests beyond the limit, or holds the character that no database keeps, is turned away."""
    deep: dict[str, Any] = {}
    for _ in range(DEPTH_LIMIT + 1):
        deep = {"x": deep}
    assert (await bot.post(bot.activity(value=deep)))[0] == 400
    assert (await bot.post(bot.activity(text="a\0b")))[0] == 400
    assert (await bot.post(bot.click({**PICK, "te\0xt": "x"})))[0] == 400
    assert bot.chat.interactions == []


async def test_large_bodies_are_turned_away(bot: Bot) -> None:
    """Beyond the limit nothing is read, whether the length is announced or not."""
    body = json.dumps(bot.activity(text="x" * BODY_LIMIT_BYTES)).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    assert await bot.post_raw(body) == 413
    headers = {"Content-Type": "application/json", "Authorization": bot.teams.authorization()}
    async with bot.client.post("/api/messages", data=pieces(), headers=headers) as response:
        assert response.status == 413


async def test_other_requests_are_turned_away(bot: Bot) -> None:
    """Only JSON is read, and only by POST."""
    body = json.dumps(bot.activity()).encode()
    assert await bot.post_raw(body, **{"Content-Type": "text/plain"}) == 415
    async with bot.client.get("/api/messages") as response:
        assert response.status == 405


async def test_a_body_that_does_not_come_is_not_waited_for(bot: Bot) -> None:
    """A client that stops in the middle of its request is sent away."""

    async def trickle() -> AsyncIterator[bytes]:
        yield b'{"type":'
        await asyncio.sleep(30)

    headers = {"Content-Type": "application/json"}
    started = time.monotonic()
    async with bot.client.post("/api/messages", data=trickle(), headers=headers) as response:
        assert response.status == 408
    assert time.monotonic() - started < 5


async def test_nothing_unproven_is_heard(bot: Bot) -> None:
    """Without a token 401, for another service 403; the bot hears of neither."""
    activity = bot.activity()
    async with bot.client.post("/api/messages", json=activity) as response:
        assert (response.status, await response.json()) == (401, {"error": "unauthenticated"})
    assert (await bot.post(activity, aud="another-bot"))[0] == 401
    assert (await bot.post(activity | {"serviceUrl": "https://smba.trafficmanager.net/emea/"}))[0] == 403
    assert (await bot.post(activity | {"channelId": "emulator"}))[0] == 403
    assert (bot.chat.interactions, bot.teams.deliveries) == ([], [])


async def test_a_defect_has_a_number_and_no_details(bot: Bot) -> None:
    """What breaks on our side is answered with a number that stands in the log, and with nothing else."""

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
async def test_malformed_activities_are_named_so(bot: Bot, name: str, value: object) -> None:
    """A field that is missing or of another kind makes the activity malformed, and nothing is heard of it."""
    assert await bot.post(bot.activity() | {name: value}) == (400, {"error": "malformed"})
    assert bot.chat.interactions == []


async def test_a_turn_is_cheap(bot: Bot) -> None:
    """Nothing of the SDK's expensive clients is made: a turn that answers nothing takes two milliseconds at most."""
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
    # The client and the verification of the token are in it too; a busy machine disturbs most, not all.
    assert min(took) < 0.002
