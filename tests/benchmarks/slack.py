"""Slack: signed commands and clicks in; a Web API that answers at once around the bot."""

import hmac
import json
import time
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import urlencode

from services.people import PlaceKind
from tests.benchmarks.processes import Running, listening
from tests.benchmarks.sides import BARE, CHANNELS, CROWD, Baseline, Person, Row, people, place, team_id
from tests.benchmarks.wire import Accepts, Message, is_well, post, press

SECRET: Final = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN: Final = "xoxb-of-the-measurements"
WORKSPACE: Final = "T0BENCH01"
APP_ID: Final = "A0BENCH01"
FORM: Final = "application/x-www-form-urlencoded"
BOLT: Final = "bare Bolt"
TITLE: Final = {"type": "plain_text", "text": "Dachsanierung, 120 m²"}


def is_listed(message: Message) -> bool:
    """The list itself, in the very answer."""
    return message.status == 200 and b'"blocks"' in message.body


@dataclass(frozen=True, slots=True)
class SlackSide:
    """Implements `tests.benchmarks.sides.Side`."""

    far: Running
    baselines: tuple[Baseline, ...]

    name: ClassVar[str] = "Slack"
    path: ClassVar[str] = "/slack/events"
    parts: ClassVar[tuple[str, ...]] = ("compare", "announcement")
    # A new person costs a question, and Slack takes fifty such questions in a minute.
    speakers: ClassVar[int] = 2
    change: ClassVar[str] = "chat.update"
    accepts: ClassVar[Mapping[str, Accepts]] = {"leads": is_listed, "pick": is_well, "create": is_well}

    @property
    def settings(self) -> Mapping[str, str]:
        return {
            "KOLLEGA_SLACK_SIGNING_SECRET": SECRET,
            "KOLLEGA_SLACK_BOT_TOKEN": TOKEN,
            "KOLLEGA_SLACK_API_URL": f"{self.far.address}/api/",
        }

    def typed(self, person: Person, number: int, text: str, path: str) -> bytes:
        """A slash command, typed in the direct chat."""
        fields = {
            "token": "verification-token-of-old",
            "team_id": WORKSPACE,
            "team_domain": "solarhaus",
            "channel_id": direct_id(person),
            "channel_name": "directmessage",
            "user_id": user_id(person),
            "user_name": person.key,
            "command": "/kollega",
            "text": text,
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": f"{self.far.address}/api/hook/{number}",
            "trigger_id": f"typed.{number}.{person.key}",
        }
        return self._signed(path, urlencode(fields).encode())

    def pressed(self, person: Person, number: int, lead_id: str, path: str) -> bytes:
        """A click on the card in the firm's channel."""
        channel = channel_id(number % CHANNELS) if person.firm == CROWD else firm_channel_id(person.firm)
        value = {"v": 1, "cmd": "lead.pick", "args": {"lead": lead_id}}
        payload: Row = {
            "type": "block_actions",
            "team": {"id": WORKSPACE, "domain": "solarhaus"},
            "user": {"id": user_id(person), "username": person.key, "name": person.key, "team_id": WORKSPACE},
            "api_app_id": APP_ID,
            "token": "verification-token-of-old",
            "container": {
                "type": "message",
                "message_ts": f"1764000000.{number:06}",
                "channel_id": channel,
                "is_ephemeral": False,
            },
            "trigger_id": f"pressed.{lead_id}",
            "channel": {"id": channel, "name": "vertrieb"},
            "message": {
                "type": "message",
                "bot_id": "B0BENCH01",
                "user": "U0BENCHBOT",
                "ts": f"1764000000.{number:06}",
                "team": WORKSPACE,
                "text": TITLE["text"],
                "blocks": [
                    # By its first block a message tells what it is about.
                    {"type": "header", "block_id": f"about:lead.card|{lead_id}", "text": TITLE},
                    {"type": "context", "elements": [TITLE]},
                ],
            },
            "state": {"values": {}},
            "response_url": f"{self.far.address}/api/hook/{number}",
            "actions": [
                {
                    "type": "button",
                    "action_id": "lead.pick#1",
                    "block_id": "actions",
                    "text": {"type": "plain_text", "text": "Übernehmen"},
                    "value": json.dumps(value),
                    "action_ts": f"1764000001.{number:06}",
                }
            ],
        }
        return self._signed(path, urlencode({"payload": json.dumps(payload)}).encode())

    async def rehearse(self, bot: Running, folder: Path, messages: Iterator[bytes], picks: Iterator[bytes]) -> None:
        answers: list[bytes] = []

        def keep(message: Message) -> bool:
            answers.append(message.body)
            return is_listed(message)

        await press(bot.address, messages, 2, 1, keep)
        (folder / "answer.json").write_bytes(answers[0])
        await press(bot.address, picks, 2, 1)

    def identity(self, person: Person) -> Row:
        return {
            "platform": "slack",
            "tenant": WORKSPACE,
            "platform_user_id": user_id(person),
            "user_id": person.key,
            "reference": {"workspace": WORKSPACE},
            "direct_conversation_id": direct_id(person),
        }

    def places(self, firms: Iterable[int]) -> list[Row]:
        return [
            *(place(_where(direct_id(one)), PlaceKind.PERSONAL, "", None) for one in people(firms)),
            *(place(_where(firm_channel_id(firm)), PlaceKind.CHANNEL, "vertrieb", team_id(firm)) for firm in firms),
            *(
                place(self.channel(number), PlaceKind.CHANNEL, f"vertrieb-{number}", team_id(CROWD))
                for number in range(CHANNELS)
            ),
        ]

    def channel(self, number: int) -> Row:
        return _where(channel_id(number))

    def _signed(self, path: str, body: bytes) -> bytes:
        stamp = str(int(time.time()))  # noqa: TID251 - the bot compares it with its own clock
        signature = hmac.new(SECRET.encode(), b"v0:%s:%s" % (stamp.encode(), body), sha256).hexdigest()
        headers = {
            "Content-Type": FORM,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signature}",
        }
        return post(path, body, headers)


def user_id(person: Person) -> str:
    """As Slack names somebody."""
    return f"U{person.firm:03}{person.colleague:05}"


def direct_id(person: Person) -> str:
    """As Slack names his chat with the bot."""
    return f"D{person.firm:03}{person.colleague:05}"


def channel_id(number: int) -> str:
    """As Slack names a channel of the crowd."""
    return f"C9{number:07}"


def firm_channel_id(firm: int) -> str:
    """As Slack names the channel of a firm."""
    return f"C1{firm:07}"


def _where(conversation_id: str) -> Row:
    return {
        "platform": "slack",
        "tenant": WORKSPACE,
        "conversation_id": conversation_id,
        "reference": {"workspace": WORKSPACE},
    }


@asynccontextmanager
async def slack_side(folder: Path) -> AsyncGenerator[SlackSide]:
    """The surroundings of the bot."""
    async with listening("tests.benchmarks.slack_api", WORKSPACE, APP_ID, folder=folder) as far:
        both = {"leads": SlackSide.path, "pick": SlackSide.path}
        baselines = (
            Baseline(BOLT, ("tests.benchmarks.bolt", SECRET, f"{far.address}/api/"), both),
            Baseline(BARE, ("tests.benchmarks.bare_slack", SECRET, str(folder)), both),
        )
        yield SlackSide(far, baselines)
