"""Slack in the benchmarks: signed commands and clicks, and a fake Web API."""

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
from tests.benchmarks.load_generator import Accepts, HttpMessage, http_request, is_success, send_requests
from tests.benchmarks.platforms import (
    BARE,
    BROADCAST_TEAM,
    CHANNELS,
    Baseline,
    Person,
    Row,
    conversation_row,
    persons,
    team_id,
)
from tests.benchmarks.processes import RunningProcess, running_process

SECRET: Final = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN: Final = "xoxb-of-the-measurements"
WORKSPACE: Final = "T0BENCH01"
APP_ID: Final = "A0BENCH01"
FORM: Final = "application/x-www-form-urlencoded"
BOLT: Final = "bare Bolt"
TITLE: Final = {"type": "plain_text", "text": "Dachsanierung, 120 m²"}


def is_listed(message: HttpMessage) -> bool:
    """Return whether the response contains the list of leads."""
    return message.status == 200 and b'"blocks"' in message.body


@dataclass(frozen=True, slots=True)
class SlackBenchmark:
    """Implements `tests.benchmarks.platforms.Side`."""

    fake_server: RunningProcess
    baselines: tuple[Baseline, ...]

    name: ClassVar[str] = "Slack"
    path: ClassVar[str] = "/slack/events"
    parts: ClassVar[tuple[str, ...]] = ("compare", "broadcast")
    # Each new person costs a users.info call, and Slack allows fifty of them in a minute.
    active_members: ClassVar[int] = 2
    update_operation: ClassVar[str] = "chat.update"
    accepts: ClassVar[Mapping[str, Accepts]] = {"leads": is_listed, "pick": is_success, "create": is_success}

    @property
    def settings(self) -> Mapping[str, str]:
        return {
            "KOLLEGA_SLACK_SIGNING_SECRET": SECRET,
            "KOLLEGA_SLACK_BOT_TOKEN": TOKEN,
            "KOLLEGA_SLACK_API_URL": f"{self.fake_server.address}/api/",
        }

    def command_request(self, person: Person, number: int, text: str, path: str) -> bytes:
        """Return a slash command typed in the direct chat."""
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
            "response_url": f"{self.fake_server.address}/api/hook/{number}",
            "trigger_id": f"typed.{number}.{person.key}",
        }
        return self._signed(path, urlencode(fields).encode())

    def pick_request(self, person: Person, number: int, lead_id: str, path: str) -> bytes:
        """Return a click on the card in the team's channel."""
        channel = (
            channel_id(number % CHANNELS)
            if person.team_number == BROADCAST_TEAM
            else team_channel_id(person.team_number)
        )
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
                    # The first block of a message names its subject.
                    {"type": "header", "block_id": f"about:lead.card|{lead_id}", "text": TITLE},
                    {"type": "context", "elements": [TITLE]},
                ],
            },
            "state": {"values": {}},
            "response_url": f"{self.fake_server.address}/api/hook/{number}",
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

    async def record_samples(
        self, bot: RunningProcess, folder: Path, messages: Iterator[bytes], picks: Iterator[bytes]
    ) -> None:
        answers: list[bytes] = []

        def keep(message: HttpMessage) -> bool:
            answers.append(message.body)
            return is_listed(message)

        await send_requests(bot.address, messages, 2, 1, keep)
        (folder / "answer.json").write_bytes(answers[0])
        await send_requests(bot.address, picks, 2, 1)

    def identity(self, person: Person) -> Row:
        return {
            "platform": "slack",
            "tenant": WORKSPACE,
            "platform_user_id": user_id(person),
            "user_id": person.key,
            "reference": {"workspace": WORKSPACE},
            "direct_conversation_id": direct_id(person),
        }

    def conversations(self, teams: Iterable[int]) -> list[Row]:
        return [
            *(
                conversation_row(_conversation(direct_id(person)), PlaceKind.PERSONAL, "", None)
                for person in persons(teams)
            ),
            *(
                conversation_row(
                    _conversation(team_channel_id(team_number)), PlaceKind.CHANNEL, "vertrieb", team_id(team_number)
                )
                for team_number in teams
            ),
            *(
                conversation_row(self.channel(number), PlaceKind.CHANNEL, f"vertrieb-{number}", team_id(BROADCAST_TEAM))
                for number in range(CHANNELS)
            ),
        ]

    def channel(self, number: int) -> Row:
        return _conversation(channel_id(number))

    def _signed(self, path: str, body: bytes) -> bytes:
        stamp = str(int(time.time()))  # noqa: TID251 - the bot compares it with its own clock
        signature = hmac.new(SECRET.encode(), b"v0:%s:%s" % (stamp.encode(), body), sha256).hexdigest()
        headers = {
            "Content-Type": FORM,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signature}",
        }
        return http_request(path, body, headers)


def user_id(person: Person) -> str:
    """Return a person's Slack user id."""
    return f"U{person.team_number:03}{person.member_number:05}"


def direct_id(person: Person) -> str:
    """Return the Slack id of a person's direct chat with the bot."""
    return f"D{person.team_number:03}{person.member_number:05}"


def channel_id(number: int) -> str:
    """Return the Slack id of a broadcast channel."""
    return f"C9{number:07}"


def team_channel_id(team_number: int) -> str:
    """Return the Slack id of a team's channel."""
    return f"C1{team_number:07}"


def _conversation(conversation_id: str) -> Row:
    return {
        "platform": "slack",
        "tenant": WORKSPACE,
        "conversation_id": conversation_id,
        "reference": {"workspace": WORKSPACE},
    }


@asynccontextmanager
async def slack_benchmark(folder: Path) -> AsyncGenerator[SlackBenchmark]:
    """Run the fake Web API and the baselines of Slack."""
    async with running_process("tests.benchmarks.fake_slack_api", WORKSPACE, APP_ID, folder=folder) as fake_server:
        both = {"leads": SlackBenchmark.path, "pick": SlackBenchmark.path}
        baselines = (
            Baseline(BOLT, ("tests.benchmarks.baseline_bolt", SECRET, f"{fake_server.address}/api/"), both),
            Baseline(BARE, ("tests.benchmarks.baseline_slack", SECRET, str(folder)), both),
        )
        yield SlackBenchmark(fake_server, baselines)
