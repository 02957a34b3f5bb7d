"""What the bot logs about Slack while people talk, press and go wrong, and while Slack itself does."""

import json
from pathlib import Path
from typing import Final

import pytest

from bot.operations.logs import configure
from tests.bot.logged import restored
from tests.bot.slack import payloads
from tests.bot.slack.deployment import ANNA, BEN, SALES, SARA, TOKEN, Deployment, deployed, found
from tests.bot.slack.payloads import FORM, JSON, Json, carries
from tests.fakes.slack import SIGNING_SECRET, Answer, Drop, ratelimited, refused

__all__ = ["restored"]

pytestmark = pytest.mark.usefixtures("restored")

MAIL: Final = "eva.lang@acme.example"
PHONE: Final = "0711 5550123"
WORDS: Final = "Zirbenholzdach"
PERSONAL: Final = (MAIL, PHONE, WORDS, "Eva", "Anna Weiß", "Ben Kaya", "Sara Fremd", "solarhaus.example", "Solarhaus")
SECRET: Final = (TOKEN, "xoxb-", SIGNING_SECRET, "/hooks/", "v0=", "trigger.")


async def talk(made: Deployment) -> None:
    """A lead with everything in it: brought in, picked, read, noted, and what goes with it in a workspace."""
    text = f"lead create name=Eva email={MAIL} phone=0711-5550123 title={WORDS}"
    chat = made.slack.direct(ANNA).channel_id
    pick = payloads.click(made.slack, ANNA, json.dumps(carries("lead.pick", lead="L-2")), SALES)
    reveal = payloads.click(made.slack, ANNA, json.dumps(carries("lead.reveal", lead="L-2")), SALES)
    form: Json = {**carries("lead.note", lead="L-2"), "in": 1, "at": {}}
    sends = (
        made.types(ANNA, text),
        made.interacts(pick),
        made.interacts(reveal),
        made.interacts(payloads.submission(made.slack, ANNA, form, {"note": f"{WORDS}, {MAIL}"})),
        made.interacts(payloads.message_shortcut(made.slack, ANNA, f"Eva, {MAIL}, {PHONE}", SALES)),
        made.tells(payloads.message(made.slack, ANNA, f"note L-2 {WORDS} {PHONE}", chat)),
        made.tells(payloads.mention(made.slack, ANNA, f"find {MAIL}", SALES)),
        made.types(BEN, f"invite {MAIL}"),
        made.types(SARA, f"pick L-2 {WORDS}"),
        made.types(ANNA, f"xyzzy {WORDS} {MAIL}"),
    )
    for item in sends:
        assert (await item).status == 200
        await made.settles()


async def trespass(made: Deployment) -> None:
    """The same words, by those who are turned away."""
    body = payloads.as_form(payloads.command(made.slack, ANNA, f"note L-2 {WORDS} {MAIL}", SALES))
    assert (await made.post(body, {"Content-Type": FORM, **made.slack.sign(body, secret="guessed")})).status == 401
    assert (await made.signed(b"payload={" + WORDS.encode() + MAIL.encode(), FORM)).status == 400
    assert (
        await made.signed(json.dumps({"type": "event_callback", "event": {"text": MAIL}}).encode(), JSON)
    ).status == 400
    assert (await made.types(ANNA, WORDS, team_id="T0FOREIGN", trigger_id="trigger.x")).status == 403
    assert (await made.types(ANNA, WORDS, response_url=f"https://evil.example/hooks/{MAIL}")).status == 200


async def suffer(made: Deployment) -> None:
    """Slack refuses, answers with our own words, breaks off, or says that the token is dead."""
    echo = json.dumps({"ok": False, "error": f"{WORDS} {MAIL}", "needed": TOKEN}).encode()
    for trouble in (
        ratelimited(1),
        refused("invalid_blocks"),
        Answer(200, body=echo),
        Answer(500, body=MAIL.encode()),
        Answer(200, body=WORDS.encode()),
        Drop(accepted=True),
        Drop(accepted=False),
        refused("token_revoked"),
    ):
        made.slack.mood = lambda _, __, trouble=trouble: trouble
        await made.types(ANNA, f"lead create name=Eva email={MAIL} title={WORDS}")
        await made.interacts(payloads.click(made.slack, BEN, json.dumps(carries("lead.show", lead="L-1")), SALES))
        await made.house.relay.work()


async def test_nothing_personal_and_no_secret_is_logged(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever happens, at the wordiest level: the log says what failed where, and nothing of who or what it was."""
    monkeypatch.chdir(tmp_path)
    configure("debug", "json")
    async with deployed(sqlite_url) as made:
        await found(made)
        await talk(made)
        await trespass(made)
        await suffer(made)
        metrics = made.house.metrics.text().decode()
    said = capsys.readouterr().err
    events = {json.loads(line).get("event") for line in said.splitlines() if line.startswith("{")}
    assert {"request_rejected", "platform_call_failed", "platform_call_unanswered"} <= events
    for text in (*PERSONAL, *SECRET):
        assert text not in said, next(line for line in said.splitlines() if text in line)
        assert text not in metrics
