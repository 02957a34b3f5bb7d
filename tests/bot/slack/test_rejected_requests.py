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
from tests.bot.slack.deployment import ANNA, BEN, SALES, SARA, Deployment, HttpResponse, open_deployment, seed_teams
from tests.bot.slack.payloads import FORM, JSON, button_value
from tests.fakes.slack import BOT_ID, BOT_USER_ID

STAMP: Final = "X-Slack-Request-Timestamp"
SIGNATURE: Final = "X-Slack-Signature"
TEAM_TABLES: Final = (
    "teams",
    "members",
    "leads",
    "lead_sights",
    "invitations",
    "requests",
    "events",
    "deliveries",
    "posts",
)
"""What a firm has, and what it would hear of."""
UNSIGNED: Final = b'{"error": "unsigned"}'


@pytest.fixture
async def deployment(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Deployment]:
    """A firm behind its door."""
    monkeypatch.chdir(tmp_path)
    async with open_deployment(sqlite_url) as made:
        await seed_teams(made)
        yield made


Send = Callable[[Deployment], Awaitable[HttpResponse]]


@dataclass(frozen=True, slots=True)
class Case:
    """Something that comes in, the answer that is due, and how much may change."""

    send: Send
    status: int
    error: str = ""
    is_known: bool = False
    """Whether Slack has signed it for a place where the bot is: then it may be noted who asked, and that it came."""


def command(deployment: Deployment) -> bytes:
    """What would pick a lead, if it were let in."""
    return payloads.as_form(payloads.command(deployment.slack, ANNA, "pick L-1", SALES))


def with_headers(forge: Callable[[Deployment, bytes], dict[str, str]]) -> Send:
    """A genuine command under other headers."""

    async def send(deployment: Deployment) -> HttpResponse:
        body = command(deployment)
        return await deployment.post(body, {"Content-Type": FORM, **forge(deployment, body)})

    return send


def without_header(name: str) -> Send:
    """A header less."""
    return with_headers(
        lambda deployment, body: {key: value for key, value in deployment.slack.sign(body).items() if key != name}
    )


def with_signature(change: Callable[[str], str]) -> Send:
    """Another signature."""

    def forge(deployment: Deployment, body: bytes) -> dict[str, str]:
        headers = deployment.slack.sign(body)
        return {**headers, SIGNATURE: change(headers[SIGNATURE])}

    return with_headers(forge)


def with_age(seconds: int) -> Send:
    """Rightly signed, at another time."""
    return with_headers(
        lambda deployment, body: deployment.slack.sign(body, int(deployment.clock().timestamp()) + seconds)
    )


def signed_body(body: bytes, content_type: str = JSON) -> Send:
    """Rightly signed bytes."""
    return lambda deployment: deployment.post_signed(body, content_type)


async def form_sent_as_json(deployment: Deployment) -> HttpResponse:
    """A form that says it is JSON."""
    return await deployment.post_signed(command(deployment), JSON)


async def two_content_types(deployment: Deployment) -> HttpResponse:
    """Two content types at once."""
    body = command(deployment)
    headers = [("Content-Type", FORM), ("Content-Type", JSON), *deployment.slack.sign(body).items()]
    async with deployment.client.post("/slack/events", data=body, headers=headers) as response:
        return HttpResponse(response.status, await response.read())


async def chunked_oversize(deployment: Deployment) -> HttpResponse:
    """Too much, in pieces, of which nobody says how many there are."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(BODY_LIMIT_BYTES // 8192 + 2):
            yield b"x" * 8192

    return await deployment.post(pieces(), {"Content-Type": FORM, **deployment.slack.sign(b"")})


async def click_on_foreign_lead(deployment: Deployment) -> HttpResponse:
    """Somebody of another firm presses on a lead of this one."""
    return await deployment.interact(
        payloads.click(deployment.slack, SARA, json.dumps(button_value("lead.pick", lead="L-1")), SALES)
    )


def nested(depth: int) -> bytes:
    """Objects in objects."""
    return b'{"type":"event_callback","event":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"


async def foreign_workspace(deployment: Deployment) -> HttpResponse:
    """A workspace that never took the app in."""
    return await deployment.run_command(ANNA, "pick L-1", SALES, team_id="T0FOREIGN", trigger_id="foreign.1")


async def foreign_enterprise(deployment: Deployment) -> HttpResponse:
    """An enterprise that nobody knows."""
    return await deployment.run_command(ANNA, "pick L-1", SALES, enterprise_id="E0FOREIGN", trigger_id="foreign.2")


async def own_message(deployment: Deployment) -> HttpResponse:
    """The bot's own words, told back to it."""
    chat = deployment.slack.direct(ANNA).channel_id
    event = payloads.message(deployment.slack, BOT_USER_ID, "pick L-1", chat, bot_id=BOT_ID)
    return await deployment.send_event(event)


async def unknown_event(deployment: Deployment) -> HttpResponse:
    """An event that the bot does not know."""
    return await deployment.send_event(
        deployment.slack.envelope({"type": "sparkle_added", "user": ANNA, "item": {"channel": SALES}})
    )


async def unknown_command(deployment: Deployment) -> HttpResponse:
    """A word that is no command."""
    return await deployment.run_command(ANNA, "xyzzy")


async def tampered_modal(deployment: Deployment) -> HttpResponse:
    """A window that claims to have been opened by somebody else, for a thing of another firm, by another command."""
    carried = {**button_value("lead.pick", lead="L-1"), "in": 1, "user": ANNA, "at": {"channel": SALES}}
    return await deployment.interact(payloads.submission(deployment.slack, SARA, carried, {"lead": "L-1", "who": ANNA}))


MATRIX: Final[dict[str, Case]] = {
    # not signed, or not so
    "01 no signature": Case(without_header(SIGNATURE), 401, "unsigned"),
    "02 garbage": Case(with_signature(lambda _: "v0=garbage"), 401, "unsigned"),
    "03 another's secret": Case(
        with_headers(lambda deployment, body: deployment.slack.sign(body, secret="guessed")), 401, "unsigned"
    ),
    "04 signature of another body": Case(
        with_headers(lambda deployment, _: deployment.slack.sign(b"text=help")), 401, "unsigned"
    ),
    "05 another version": Case(with_signature(lambda signed_body: "v1" + signed_body[2:]), 401, "unsigned"),
    "06 cut signature": Case(with_signature(lambda signed_body: signed_body[:-2]), 401, "unsigned"),
    "07 capitals": Case(with_signature(str.upper), 401, "unsigned"),
    # not now
    "08 no time": Case(without_header(STAMP), 401, "unsigned"),
    "09 no number": Case(
        with_headers(lambda deployment, body: {**deployment.slack.sign(body), STAMP: "now"}), 400, "malformed"
    ),
    "10 too old": Case(with_age(-301), 401, "stale"),
    "11 too far ahead": Case(with_age(301), 401, "stale"),
    # not what Slack sends
    "12 malformed JSON": Case(signed_body(b'{"type": "event_callback"'), 400, "malformed"),
    "13 malformed form": Case(signed_body(b"payload=%7B%22type%22", FORM), 400, "malformed"),
    "14 a form that says it is JSON": Case(form_sent_as_json, 400, "malformed"),
    "15 two content types": Case(two_content_types, 400),
    "16 another content type": Case(signed_body(b"<xml/>", "text/xml"), 415, "not_supported"),
    "17 nested": Case(signed_body(nested(10_000)), 400, "malformed"),
    "18 too large": Case(signed_body(b"x" * (BODY_LIMIT_BYTES + 1), FORM), 413, "too_large"),
    "19 too large, in pieces": Case(chunked_oversize, 413, "too_large"),
    # not from where the bot is
    "20 another workspace": Case(foreign_workspace, 403, "not_installed"),
    "21 unknown enterprise": Case(foreign_enterprise, 403, "not_installed"),
    # not by somebody who may
    "22 another firm": Case(click_on_foreign_lead, 200, is_known=True),
    "23 the bot itself": Case(own_message, 200),
    "24 an unknown event": Case(unknown_event, 200),
    "25 an unknown word": Case(unknown_command, 200, is_known=True),
    "26 a tampered window": Case(tampered_modal, 200, is_known=True),
}


def test_the_matrix_has_all_its_cases() -> None:
    """Twenty-six, numbered one after the other."""
    assert [name[:2] for name in MATRIX] == [f"{number:02}" for number in range(1, 27)]


@pytest.mark.parametrize("name", MATRIX)
async def test_whoever_comes_as_one_should_not_changes_nothing(deployment: Deployment, name: str) -> None:
    """The status is as due and never one of ours; no row of the firm changes, and without a signature none at all."""
    case = MATRIX[name]
    rows, before = await deployment.rows(*TEAM_TABLES), await deployment.database_digest()
    calls = len(deployment.slack.called("chat.postMessage"))
    answered = await case.send(deployment)
    assert answered.status == case.status, answered
    if case.error:
        assert json.loads(answered.body) == {"error": case.error}
    await deployment.drain()
    assert await deployment.rows(*TEAM_TABLES) == rows
    assert case.is_known or await deployment.database_digest() == before
    assert len(deployment.slack.called("chat.postMessage")) == calls
    assert b"Eva" not in answered.body
    # And the right one is let in afterwards.
    assert (await deployment.run_command(ANNA, "pick L-1")).status == 200
    assert await deployment.rows("leads", "lead_sights") != {name: rows[name] for name in ("leads", "lead_sights")}


async def test_the_same_bytes_again_have_no_effect(deployment: Deployment) -> None:
    """An exact repetition gets the very same answer, at once or after minutes, and is not carried out again."""
    body = payloads.as_form(payloads.command(deployment.slack, ANNA, "lead create name=Mia title=Carport", SALES))
    headers = {"Content-Type": FORM, **deployment.slack.sign(body)}
    first, second = await asyncio.gather(deployment.post(body, headers), deployment.post(body, headers))
    deployment.clock.advance(minutes=4)
    assert first == second == await deployment.post(body, headers)
    await deployment.drain()
    assert str(await deployment.rows("leads")).count("Carport") == 1
    deployment.clock.advance(minutes=2)
    assert (await deployment.post(body, headers)).status == 401


async def test_an_event_that_slack_sends_again_has_its_effect_once(deployment: Deployment) -> None:
    """With a new time, signature and number of the try it is the same event: nothing happens, nothing is said."""
    event = payloads.mention(deployment.slack, ANNA, "lead create name=Mia title=Carport", SALES)
    assert (await deployment.send_event(event)).status == 200
    await deployment.drain()
    before, message_count = await deployment.database_digest(), len(deployment.slack.messages_in(SALES))
    for number in (1, 2, 3):
        deployment.clock.advance(seconds=60)
        retry = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"}
        assert (await deployment.post_signed(payloads.as_json(event), JSON, **retry)).status == 200
    await deployment.drain()
    assert (await deployment.database_digest(), len(deployment.slack.messages_in(SALES))) == (before, message_count)


@pytest.mark.parametrize("kind", ["command", "click", "window"])
async def test_a_repeated_interaction_has_its_effect_once(deployment: Deployment, kind: str) -> None:
    """Signed anew, the same command, click or window is the same: one lead is made, and it is picked once."""
    carried = button_value("lead.create", title="Carport", name="Mia")
    made = {
        "command": payloads.as_form(
            payloads.command(deployment.slack, ANNA, "lead create name=Mia title=Carport", SALES)
        ),
        "click": payloads.as_payload(payloads.click(deployment.slack, ANNA, json.dumps(carried), SALES)),
        "window": payloads.as_payload(payloads.submission(deployment.slack, ANNA, {**carried, "in": 1, "at": {}}, {})),
    }
    for _ in range(3):
        assert (await deployment.post_signed(made[kind], FORM)).status == 200
        deployment.clock.advance(seconds=20)
    await deployment.drain()
    assert str(await deployment.rows("leads")).count("Carport") == 1


@pytest.mark.parametrize(
    "address", ["https://hooks.slack.com.evil.example/x", "http://169.254.169.254/latest", "file:///etc/passwd", "x"]
)
async def test_an_answer_goes_to_slack_alone(deployment: Deployment, address: str) -> None:
    """Whatever address a request names for its answer: the bot writes nowhere but to Slack, and breaks on none."""
    calls = len(deployment.slack.calls)
    answered = await deployment.run_command(BEN, "leads", response_url=address)
    assert answered.status == 200
    pressed = payloads.click(deployment.slack, BEN, json.dumps(button_value("lead.list")), SALES, response_url=address)
    assert (await deployment.interact(pressed)).status == 200
    await deployment.drain()
    assert all(call.method != "response_url" for call in deployment.slack.calls[calls:])
    assert "request_failed" not in str(answered.body)
