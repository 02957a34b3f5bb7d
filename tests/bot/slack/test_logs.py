"""Logs of requests, errors and outages with Slack."""

import json
from pathlib import Path
from typing import Final

import pytest

from bot.operations.logs import configure
from tests.bot.logging_fixture import restored_logging
from tests.bot.slack import payloads
from tests.bot.slack.deployment import ANNA, BEN, SALES, SARA, TOKEN, Deployment, open_deployment, seed_teams
from tests.bot.slack.payloads import FORM, JSON, Json, button_value
from tests.fakes.slack import SIGNING_SECRET, CannedResponse, Drop, ratelimited, refused

__all__ = ["restored_logging"]

pytestmark = pytest.mark.usefixtures("restored_logging")

MAIL: Final = "eva.lang@acme.example"
PHONE: Final = "0711 5550123"
WORDS: Final = "Zirbenholzdach"
PERSONAL: Final = (MAIL, PHONE, WORDS, "Eva", "Anna Weiß", "Ben Kaya", "Sara Fremd", "solarhaus.example", "Solarhaus")
SECRET: Final = (TOKEN, "xoxb-", SIGNING_SECRET, "/hooks/", "v0=", "trigger.")


async def run_commands(made: Deployment) -> None:
    """Run a lead through its commands in a workspace."""
    text = f"lead create name=Eva email={MAIL} phone=0711-5550123 title={WORDS}"
    chat = made.slack.direct(ANNA).channel_id
    pick = payloads.click(made.slack, ANNA, json.dumps(button_value("lead.pick", lead="L-2")), SALES)
    reveal = payloads.click(made.slack, ANNA, json.dumps(button_value("lead.reveal", lead="L-2")), SALES)
    form: Json = {**button_value("lead.note", lead="L-2"), "in": 1, "at": {}}
    sends = (
        made.run_command(ANNA, text),
        made.interact(pick),
        made.interact(reveal),
        made.interact(payloads.submission(made.slack, ANNA, form, {"note": f"{WORDS}, {MAIL}"})),
        made.interact(payloads.message_shortcut(made.slack, ANNA, f"Eva, {MAIL}, {PHONE}", SALES)),
        made.send_event(payloads.message(made.slack, ANNA, f"note L-2 {WORDS} {PHONE}", chat)),
        made.send_event(payloads.mention(made.slack, ANNA, f"find {MAIL}", SALES)),
        made.run_command(BEN, f"invite {MAIL}"),
        made.run_command(SARA, f"pick L-2 {WORDS}"),
        made.run_command(ANNA, f"xyzzy {WORDS} {MAIL}"),
    )
    for request in sends:
        assert (await request).status == 200
        await made.drain()


async def send_rejected_requests(made: Deployment) -> None:
    """Send the same content in requests that are rejected."""
    body = payloads.as_form(payloads.command(made.slack, ANNA, f"note L-2 {WORDS} {MAIL}", SALES))
    assert (await made.post(body, {"Content-Type": FORM, **made.slack.sign(body, secret="guessed")})).status == 401
    assert (await made.post_signed(b"payload={" + WORDS.encode() + MAIL.encode(), FORM)).status == 400
    assert (
        await made.post_signed(json.dumps({"type": "event_callback", "event": {"text": MAIL}}).encode(), JSON)
    ).status == 400
    assert (await made.run_command(ANNA, WORDS, team_id="T0FOREIGN", trigger_id="trigger.x")).status == 403
    assert (await made.run_command(ANNA, WORDS, response_url=f"https://evil.example/hooks/{MAIL}")).status == 200


async def cause_slack_errors(made: Deployment) -> None:
    """Let Slack fail, echo content, disconnect and revoke the token."""
    echo = json.dumps({"ok": False, "error": f"{WORDS} {MAIL}", "needed": TOKEN}).encode()
    for trouble in (
        ratelimited(1),
        refused("invalid_blocks"),
        CannedResponse(200, body=echo),
        CannedResponse(500, body=MAIL.encode()),
        CannedResponse(200, body=WORDS.encode()),
        Drop(accepted=True),
        Drop(accepted=False),
        refused("token_revoked"),
    ):
        made.slack.behaviour = lambda _, __, trouble=trouble: trouble
        await made.run_command(ANNA, f"lead create name=Eva email={MAIL} title={WORDS}")
        await made.interact(payloads.click(made.slack, BEN, json.dumps(button_value("lead.show", lead="L-1")), SALES))
        await made.application.relay.work()


async def test_nothing_personal_and_no_secret_is_logged(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At debug level the log holds no personal data and no secret."""
    monkeypatch.chdir(tmp_path)
    configure("debug", "json")
    async with open_deployment(sqlite_url) as made:
        await seed_teams(made)
        await run_commands(made)
        await send_rejected_requests(made)
        await cause_slack_errors(made)
        metrics = made.application.metrics.text().decode()
    output = capsys.readouterr().err
    events = {json.loads(line).get("event") for line in output.splitlines() if line.startswith("{")}
    assert {"request_rejected", "platform_call_failed", "platform_call_unanswered"} <= events
    for text in (*PERSONAL, *SECRET):
        assert text not in output, next(line for line in output.splitlines() if text in line)
        assert text not in metrics
