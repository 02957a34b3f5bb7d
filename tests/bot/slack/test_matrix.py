"""Twenty-six ways to come to Slack's door as one should not, all through the door itself."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from bot.platforms.ingress import BODY_LIMIT_BYTES
from tests.bot.slack import payloads
from tests.bot.slack.deployment import ANNA, BEN, SALES, SARA, Answered, Deployment, deployed, found
from tests.bot.slack.payloads import FORM, JSON, carries
from tests.fakes.slack import BOT_ID, BOT_USER_ID

STAMP: Final = "X-Slack-Request-Timestamp"
SIGNATURE: Final = "X-Slack-Signature"
FIRM: Final = ("teams", "members", "leads", "lead_sights", "invitations", "requests", "events", "deliveries", "posts")
"""What a firm has, and what it would hear of."""
UNSIGNED: Final = b'{"error": "unsigned"}'


@pytest.fixture
async def door(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Deployment]:
    """A firm behind its door."""
    monkeypatch.chdir(tmp_path)
    async with deployed(sqlite_url) as made:
        await found(made)
        yield made


Send = Callable[[Deployment], Awaitable[Answered]]


@dataclass(frozen=True, slots=True)
class Case:
    """Something that comes in, the answer that is due, and how much may change."""

    send: Send
    status: int
    error: str = ""
    is_known: bool = False
    """Whether Slack has signed it for a place where the bot is: then it may be noted who asked, and that it came."""


def command(door: Deployment) -> bytes:
    """What would pick a lead, if it were let in."""
    return payloads.as_form(payloads.command(door.slack, ANNA, "pick L-1", SALES))


def forged(forge: Callable[[Deployment, bytes], dict[str, str]]) -> Send:
    """A genuine command under other headers."""

    async def send(door: Deployment) -> Answered:
        body = command(door)
        return await door.post(body, {"Content-Type": FORM, **forge(door, body)})

    return send


def without(name: str) -> Send:
    """A header less."""
    return forged(lambda door, body: {key: value for key, value in door.slack.sign(body).items() if key != name})


def resigned(change: Callable[[str], str]) -> Send:
    """Another signature."""

    def forge(door: Deployment, body: bytes) -> dict[str, str]:
        headers = door.slack.sign(body)
        return {**headers, SIGNATURE: change(headers[SIGNATURE])}

    return forged(forge)


def stamped(seconds: int) -> Send:
    """Rightly signed, at another time."""
    return forged(lambda door, body: door.slack.sign(body, int(door.clock().timestamp()) + seconds))


def signed(body: bytes, content_type: str = JSON) -> Send:
    """Rightly signed bytes."""
    return lambda door: door.signed(body, content_type)


async def contradictory(door: Deployment) -> Answered:
    """A form that says it is JSON."""
    return await door.signed(command(door), JSON)


async def twofold(door: Deployment) -> Answered:
    """Two content types at once."""
    body = command(door)
    headers = [("Content-Type", FORM), ("Content-Type", JSON), *door.slack.sign(body).items()]
    async with door.client.post("/slack/events", data=body, headers=headers) as response:
        return Answered(response.status, await response.read())


async def endless(door: Deployment) -> Answered:
    """Too much, in pieces, of which nobody says how many there are."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(BODY_LIMIT_BYTES // 8192 + 2):
            yield b"x" * 8192

    return await door.post(pieces(), {"Content-Type": FORM, **door.slack.sign(b"")})


async def pushy(door: Deployment) -> Answered:
    """Somebody of another firm presses on a lead of this one."""
    return await door.interacts(payloads.click(door.slack, SARA, json.dumps(carries("lead.pick", lead="L-1")), SALES))


def nested(depth: int) -> bytes:
    """Objects in objects."""
    return b'{"type":"event_callback","event":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"


async def elsewhere(door: Deployment) -> Answered:
    """A workspace that never took the app in."""
    return await door.types(ANNA, "pick L-1", SALES, team_id="T0FOREIGN", trigger_id="foreign.1")


async def enterprise(door: Deployment) -> Answered:
    """An enterprise that nobody knows."""
    return await door.types(ANNA, "pick L-1", SALES, enterprise_id="E0FOREIGN", trigger_id="foreign.2")


async def echo(door: Deployment) -> Answered:
    """The bot's own words, told back to it."""
    chat = door.slack.direct(ANNA).channel_id
    own = payloads.message(door.slack, BOT_USER_ID, "pick L-1", chat, bot_id=BOT_ID)
    return await door.tells(own)


async def unheard(door: Deployment) -> Answered:
    """An event that the bot does not know."""
    return await door.tells(door.slack.envelope({"type": "sparkle_added", "user": ANNA, "item": {"channel": SALES}}))


async def misspelt(door: Deployment) -> Answered:
    """A word that is no command."""
    return await door.types(ANNA, "xyzzy")


async def tampered(door: Deployment) -> Answered:
    """A window that claims to have been opened by somebody else, for a thing of another firm, by another command."""
    carried = {**carries("lead.pick", lead="L-1"), "in": 1, "user": ANNA, "at": {"channel": SALES}}
    return await door.interacts(payloads.submission(door.slack, SARA, carried, {"lead": "L-1", "who": ANNA}))


MATRIX: Final[dict[str, Case]] = {
    # not signed, or not so
    "01 no signature": Case(without(SIGNATURE), 401, "unsigned"),
    "02 garbage": Case(resigned(lambda _: "v0=garbage"), 401, "unsigned"),
    "03 another's secret": Case(forged(lambda door, body: door.slack.sign(body, secret="guessed")), 401, "unsigned"),
    "04 signature of another body": Case(forged(lambda door, _: door.slack.sign(b"text=help")), 401, "unsigned"),
    "05 another version": Case(resigned(lambda signed: "v1" + signed[2:]), 401, "unsigned"),
    "06 cut signature": Case(resigned(lambda signed: signed[:-2]), 401, "unsigned"),
    "07 capitals": Case(resigned(str.upper), 401, "unsigned"),
    # not now
    "08 no time": Case(without(STAMP), 401, "unsigned"),
    "09 no number": Case(forged(lambda door, body: {**door.slack.sign(body), STAMP: "now"}), 400, "malformed"),
    "10 too old": Case(stamped(-301), 401, "stale"),
    "11 too far ahead": Case(stamped(301), 401, "stale"),
    # not what Slack sends
    "12 malformed JSON": Case(signed(b'{"type": "event_callback"'), 400, "malformed"),
    "13 malformed form": Case(signed(b"payload=%7B%22type%22", FORM), 400, "malformed"),
    "14 a form that says it is JSON": Case(contradictory, 400, "malformed"),
    "15 two content types": Case(twofold, 400),
    "16 another content type": Case(signed(b"<xml/>", "text/xml"), 415, "not_supported"),
    "17 nested": Case(signed(nested(10_000)), 400, "malformed"),
    "18 too large": Case(signed(b"x" * (BODY_LIMIT_BYTES + 1), FORM), 413, "too_large"),
    "19 too large, in pieces": Case(endless, 413, "too_large"),
    # not from where the bot is
    "20 another workspace": Case(elsewhere, 403, "not_installed"),
    "21 unknown enterprise": Case(enterprise, 403, "not_installed"),
    # not by somebody who may
    "22 another firm": Case(pushy, 200, is_known=True),
    "23 the bot itself": Case(echo, 200),
    "24 an unknown event": Case(unheard, 200),
    "25 an unknown word": Case(misspelt, 200, is_known=True),
    "26 a tampered window": Case(tampered, 200, is_known=True),
}


def test_the_matrix_has_all_its_cases() -> None:
    """Twenty-six, numbered one after the other."""
    assert [name[:2] for name in MATRIX] == [f"{number:02}" for number in range(1, 27)]


@pytest.mark.parametrize("name", MATRIX)
async def test_whoever_comes_as_one_should_not_changes_nothing(door: Deployment, name: str) -> None:
    """The status is as due and never one of ours; no row of the firm changes, and without a signature none at all."""
    case = MATRIX[name]
    rows, before = await door.rows(*FIRM), await door.digest()
    calls = len(door.slack.called("chat.postMessage"))
    answered = await case.send(door)
    assert answered.status == case.status, answered
    if case.error:
        assert json.loads(answered.body) == {"error": case.error}
    await door.settles()
    assert await door.rows(*FIRM) == rows
    assert case.is_known or await door.digest() == before
    assert len(door.slack.called("chat.postMessage")) == calls
    assert b"Eva" not in answered.body
    # And the right one is let in afterwards.
    assert (await door.types(ANNA, "pick L-1")).status == 200
    assert await door.rows("leads", "lead_sights") != {name: rows[name] for name in ("leads", "lead_sights")}


async def test_the_same_bytes_again_have_no_effect(door: Deployment) -> None:
    """An exact repetition gets the very same answer, at once or after minutes, and is not carried out again."""
    body = payloads.as_form(payloads.command(door.slack, ANNA, "lead create name=Mia title=Carport", SALES))
    headers = {"Content-Type": FORM, **door.slack.sign(body)}
    first, second = await asyncio.gather(door.post(body, headers), door.post(body, headers))
    door.clock.advance(minutes=4)
    assert first == second == await door.post(body, headers)
    await door.settles()
    assert str(await door.rows("leads")).count("Carport") == 1
    door.clock.advance(minutes=2)
    assert (await door.post(body, headers)).status == 401


async def test_an_event_that_slack_sends_again_has_its_effect_once(door: Deployment) -> None:
    """With a new time, signature and number of the try it is the same event: nothing happens, nothing is said."""
    event = payloads.mention(door.slack, ANNA, "lead create name=Mia title=Carport", SALES)
    assert (await door.tells(event)).status == 200
    await door.settles()
    before, said = await door.digest(), len(door.slack.said(SALES))
    for number in (1, 2, 3):
        door.clock.advance(seconds=60)
        retry = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"}
        assert (await door.signed(payloads.as_json(event), JSON, **retry)).status == 200
    await door.settles()
    assert (await door.digest(), len(door.slack.said(SALES))) == (before, said)


@pytest.mark.parametrize("kind", ["command", "click", "window"])
async def test_a_repeated_interaction_has_its_effect_once(door: Deployment, kind: str) -> None:
    """Signed anew, the same command, click or window is the same: one lead is made, and it is picked once."""
    carried = carries("lead.create", title="Carport", name="Mia")
    made = {
        "command": payloads.as_form(payloads.command(door.slack, ANNA, "lead create name=Mia title=Carport", SALES)),
        "click": payloads.as_payload(payloads.click(door.slack, ANNA, json.dumps(carried), SALES)),
        "window": payloads.as_payload(payloads.submission(door.slack, ANNA, {**carried, "in": 1, "at": {}}, {})),
    }
    for _ in range(3):
        assert (await door.signed(made[kind], FORM)).status == 200
        door.clock.advance(seconds=20)
    await door.settles()
    assert str(await door.rows("leads")).count("Carport") == 1


@pytest.mark.parametrize(
    "address", ["https://hooks.slack.com.evil.example/x", "http://169.254.169.254/latest", "file:///etc/passwd", "x"]
)
async def test_an_answer_goes_to_slack_alone(door: Deployment, address: str) -> None:
    """Whatever address a request names for its answer: the bot writes nowhere but to Slack, and breaks on none."""
    calls = len(door.slack.calls)
    answered = await door.types(BEN, "leads", response_url=address)
    assert answered.status == 200
    pressed = payloads.click(door.slack, BEN, json.dumps(carries("lead.list")), SALES, response_url=address)
    assert (await door.interacts(pressed)).status == 200
    await door.settles()
    assert all(call.method != "response_url" for call in door.slack.calls[calls:])
    assert "request_failed" not in str(answered.body)
