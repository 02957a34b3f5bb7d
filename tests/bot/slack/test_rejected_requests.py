"""Twenty-six requests to the Slack ingress that must have no effect."""

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
"""Tables with the data and notices of a team."""
UNSIGNED: Final = b'{"error": "unsigned"}'


@pytest.fixture
async def deployment(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Deployment]:
    """Start a bot with two teams."""
    monkeypatch.chdir(tmp_path)
    async with open_deployment(sqlite_url) as made:
        await seed_teams(made)
        yield made


Send = Callable[[Deployment], Awaitable[HttpResponse]]


@dataclass(frozen=True, slots=True)
class Case:
    """A request, its expected response and whether it may be recorded."""

    send: Send
    status: int
    error: str = ""
    is_known: bool = False
    """Whether profile and inbox may change because the request is signed for a known conversation."""


def command(deployment: Deployment) -> bytes:
    """Return a command that would pick a lead."""
    return payloads.as_form(payloads.command(deployment.slack, ANNA, "pick L-1", SALES))


def with_headers(forge: Callable[[Deployment, bytes], dict[str, str]]) -> Send:
    """Send a genuine command with other headers."""

    async def send(deployment: Deployment) -> HttpResponse:
        body = command(deployment)
        return await deployment.post(body, {"Content-Type": FORM, **forge(deployment, body)})

    return send


def without_header(name: str) -> Send:
    """Omit a header."""
    return with_headers(
        lambda deployment, body: {key: value for key, value in deployment.slack.sign(body).items() if key != name}
    )


def with_signature(change: Callable[[str], str]) -> Send:
    """Change the signature."""

    def forge(deployment: Deployment, body: bytes) -> dict[str, str]:
        headers = deployment.slack.sign(body)
        return {**headers, SIGNATURE: change(headers[SIGNATURE])}

    return with_headers(forge)


def with_age(seconds: int) -> Send:
    """Sign for another time."""
    return with_headers(
        lambda deployment, body: deployment.slack.sign(body, int(deployment.clock().timestamp()) + seconds)
    )


def signed_body(body: bytes, content_type: str = JSON) -> Send:
    """Send these bytes with a genuine signature."""
    return lambda deployment: deployment.post_signed(body, content_type)


async def form_sent_as_json(deployment: Deployment) -> HttpResponse:
    """Send a form with the content type of JSON."""
    return await deployment.post_signed(command(deployment), JSON)


async def two_content_types(deployment: Deployment) -> HttpResponse:
    """Send two content types."""
    body = command(deployment)
    headers = [("Content-Type", FORM), ("Content-Type", JSON), *deployment.slack.sign(body).items()]
    async with deployment.client.post("/slack/events", data=body, headers=headers) as response:
        return HttpResponse(response.status, await response.read())


async def chunked_oversize(deployment: Deployment) -> HttpResponse:
    """Send an oversized body in chunks."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(BODY_LIMIT_BYTES // 8192 + 2):
            yield b"x" * 8192

    return await deployment.post(pieces(), {"Content-Type": FORM, **deployment.slack.sign(b"")})


async def click_on_foreign_lead(deployment: Deployment) -> HttpResponse:
    """Click on a lead of another team."""
    return await deployment.interact(
        payloads.click(deployment.slack, SARA, json.dumps(button_value("lead.pick", lead="L-1")), SALES)
    )


def nested(depth: int) -> bytes:
    """Return nested JSON objects."""
    return b'{"type":"event_callback","event":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"


async def foreign_workspace(deployment: Deployment) -> HttpResponse:
    """Send from a workspace without an installation."""
    return await deployment.run_command(ANNA, "pick L-1", SALES, team_id="T0FOREIGN", trigger_id="foreign.1")


async def foreign_enterprise(deployment: Deployment) -> HttpResponse:
    """Send from an unknown enterprise."""
    return await deployment.run_command(ANNA, "pick L-1", SALES, enterprise_id="E0FOREIGN", trigger_id="foreign.2")


async def own_message(deployment: Deployment) -> HttpResponse:
    """Send a message of the bot back to it."""
    chat = deployment.slack.direct(ANNA).channel_id
    event = payloads.message(deployment.slack, BOT_USER_ID, "pick L-1", chat, bot_id=BOT_ID)
    return await deployment.send_event(event)


async def unknown_event(deployment: Deployment) -> HttpResponse:
    """Send an unknown event."""
    return await deployment.send_event(
        deployment.slack.envelope({"type": "sparkle_added", "user": ANNA, "item": {"channel": SALES}})
    )


async def unknown_command(deployment: Deployment) -> HttpResponse:
    """Send an unknown command."""
    return await deployment.run_command(ANNA, "xyzzy")


async def tampered_modal(deployment: Deployment) -> HttpResponse:
    """Submit a modal with forged metadata."""
    carried = {**button_value("lead.pick", lead="L-1"), "in": 1, "user": ANNA, "at": {"channel": SALES}}
    return await deployment.interact(payloads.submission(deployment.slack, SARA, carried, {"lead": "L-1", "who": ANNA}))


MATRIX: Final[dict[str, Case]] = {
    # missing or invalid signature
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
    # wrong time
    "08 no time": Case(without_header(STAMP), 401, "unsigned"),
    "09 no number": Case(
        with_headers(lambda deployment, body: {**deployment.slack.sign(body), STAMP: "now"}), 400, "malformed"
    ),
    "10 too old": Case(with_age(-301), 401, "stale"),
    "11 too far ahead": Case(with_age(301), 401, "stale"),
    # malformed
    "12 malformed JSON": Case(signed_body(b'{"type": "event_callback"'), 400, "malformed"),
    "13 malformed form": Case(signed_body(b"payload=%7B%22type%22", FORM), 400, "malformed"),
    "14 a form that says it is JSON": Case(form_sent_as_json, 400, "malformed"),
    "15 two content types": Case(two_content_types, 400),
    "16 another content type": Case(signed_body(b"<xml/>", "text/xml"), 415, "not_supported"),
    "17 nested": Case(signed_body(nested(10_000)), 400, "malformed"),
    "18 too large": Case(signed_body(b"x" * (BODY_LIMIT_BYTES + 1), FORM), 413, "too_large"),
    "19 too large, in pieces": Case(chunked_oversize, 413, "too_large"),
    # no installation
    "20 another workspace": Case(foreign_workspace, 403, "not_installed"),
    "21 unknown enterprise": Case(foreign_enterprise, 403, "not_installed"),
    # not permitted
    "22 another firm": Case(click_on_foreign_lead, 200, is_known=True),
    "23 the bot itself": Case(own_message, 200),
    "24 an unknown event": Case(unknown_event, 200),
    "25 an unknown word": Case(unknown_command, 200, is_known=True),
    "26 a tampered window": Case(tampered_modal, 200, is_known=True),
}


def test_cases_are_numbered() -> None:
    """The twenty-six cases are numbered without gaps."""
    assert [name[:2] for name in MATRIX] == [f"{number:02}" for number in range(1, 27)]


@pytest.mark.parametrize("name", MATRIX)
async def test_rejected_request_changes_nothing(deployment: Deployment, name: str) -> None:
    """The status is as expected and no row of the team changes; an unsigned request changes no row."""
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
    # A genuine request is accepted afterwards.
    assert (await deployment.run_command(ANNA, "pick L-1")).status == 200
    assert await deployment.rows("leads", "lead_sights") != {name: rows[name] for name in ("leads", "lead_sights")}


async def test_replay_has_no_effect(deployment: Deployment) -> None:
    """A replay gets the same response and is not processed again."""
    body = payloads.as_form(payloads.command(deployment.slack, ANNA, "lead create name=Mia title=Carport", SALES))
    headers = {"Content-Type": FORM, **deployment.slack.sign(body)}
    first, second = await asyncio.gather(deployment.post(body, headers), deployment.post(body, headers))
    deployment.clock.advance(minutes=4)
    assert first == second == await deployment.post(body, headers)
    await deployment.drain()
    assert str(await deployment.rows("leads")).count("Carport") == 1
    deployment.clock.advance(minutes=2)
    assert (await deployment.post(body, headers)).status == 401


async def test_repeated_event_is_processed_once(deployment: Deployment) -> None:
    """An event with a new time, signature and retry number is processed once."""
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
async def test_repeated_interaction_is_processed_once(deployment: Deployment, kind: str) -> None:
    """A command, click or modal that is signed again is processed once."""
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
async def test_foreign_response_url_is_not_called(deployment: Deployment, address: str) -> None:
    """A response_url that is not Slack's is not called and causes no error."""
    calls = len(deployment.slack.calls)
    answered = await deployment.run_command(BEN, "leads", response_url=address)
    assert answered.status == 200
    pressed = payloads.click(deployment.slack, BEN, json.dumps(button_value("lead.list")), SALES, response_url=address)
    assert (await deployment.interact(pressed)).status == 200
    await deployment.drain()
    assert all(call.method != "response_url" for call in deployment.slack.calls[calls:])
    assert "request_failed" not in str(answered.body)
