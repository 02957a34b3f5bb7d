"""Fuzz tests of the Slack ingress: thousands of malformed requests, half of them with a valid signature."""

import json
import random
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession, TCPConnector
from aiohttp.test_utils import TestServer

from bot.app import open_application
from services.people import Language
from services.permissions import Role
from tests.bot.slack import payloads
from tests.bot.slack.payloads import FORM, JSON, button_value
from tests.builders import Clock
from tests.chat import Chat, Person
from tests.drivers.slack import SlackDriver
from tests.fakes.bot_connector import FakeTeams
from tests.fakes.mail_server import FakeMailServer
from tests.fakes.slack import FakeSlack
from tests.faults.conftest import RecordFigures
from tests.faults.fuzzing import CONCURRENCY, SIZES, UNKNOWN_ARGS, FuzzRun, check_fuzzing, database_digest
from tests.faults.payload_mutation import BODY_MAX_BYTES, Mutator
from tests.features import chat_team, command_arguments, team_state
from tests.features.command_arguments import Things
from tests.features.conftest import PUBLIC_URL, settings_for

Json: TypeAlias = dict[str, Any]
SlackRequest: TypeAlias = tuple[str, Json]
"""Content type and payload of a request."""

ACCEPTED: Final = frozenset({200, 400, 401, 403, 409, 413, 415})
REJECTED: Final = frozenset({400, 401, 413, 415})
PAYLOAD: Final = "payload"


@dataclass(slots=True, kw_only=True)
class SlackFuzzRun(FuzzRun):
    """A fuzz run against a team in Slack."""

    slack: FakeSlack
    things: Things

    async def unauthenticated(self) -> None:
        """Send a request without a valid signature."""
        rng = self.rng
        body, content_type = self._encode(
            self._valid_request(rng.choice(self.seeded.people)), is_changed=rng.random() < 0.5
        )
        await self._send(body, content_type, self._forged_headers(body), REJECTED)

    async def authenticated(self) -> None:
        """Send a signed request of a non-member, or a malformed one of a member."""
        rng = self.rng
        if rng.random() < 0.5:
            body, content_type = self._encode(
                self._valid_request(rng.choice(self.non_members)), is_changed=rng.random() < 0.7
            )
        else:
            body, content_type = self._encode(self._nonsense(rng.choice(self.seeded.people)), is_changed=False)
        await self._send(body, content_type, self.slack.sign(body), ACCEPTED)

    async def send_authenticated(self, request: SlackRequest) -> tuple[int, bytes]:
        """Send a valid request and return status and body."""
        body, content_type = self._encode(request, is_changed=False, is_whole=True)
        return await self._send(body, content_type, self.slack.sign(body), ACCEPTED)

    def _valid_request(self, person: Person) -> SlackRequest:
        """Return a valid request of a random kind."""
        rng, slack, user_id = self.rng, self.slack, person.account.account_id
        room_id = rng.choice((person.direct, self.seeded.channel)).room_id
        command, row = rng.choice(list(command_arguments.ROWS.items()))
        carried = button_value(command, **row.args(self.things))
        activity_templates: tuple[Callable[[], SlackRequest], ...] = (
            lambda: (PAYLOAD, payloads.click(slack, user_id, json.dumps(carried), room_id)),
            lambda: (PAYLOAD, payloads.click(slack, user_id, json.dumps(carried), room_id)),
            lambda: (PAYLOAD, payloads.submission(slack, user_id, {**carried, "in": 1, "at": {}}, {"note": "x"})),
            lambda: (PAYLOAD, payloads.shortcut(slack, user_id)),
            lambda: (PAYLOAD, payloads.message_shortcut(slack, user_id, "Eva, eva@posteo.example", room_id)),
            lambda: (FORM, payloads.command(slack, user_id, self._command_text(command), room_id)),
            lambda: (JSON, payloads.message(slack, user_id, self._command_text(command), person.direct.room_id)),
            lambda: (JSON, payloads.mention(slack, user_id, self._command_text(command), self.seeded.channel.room_id)),
            lambda: (JSON, self._event(user_id, room_id)),
        )
        return rng.choice(activity_templates)()

    def _command_text(self, command: str) -> str:
        foreign_ids = self.chat.application.registry.commands[command].words
        return f"{self.rng.choice(foreign_ids or ('help',))} {self.rng.choice(self.mutator.foreign_ids)}"

    def _event(self, user_id: str, room_id: str) -> Json:
        """Return a random event of a workspace."""
        events = (
            {"type": "app_home_opened", "user": user_id, "tab": "home", "channel": room_id},
            {"type": "member_joined_channel", "user": user_id, "channel": room_id, "channel_type": "C"},
            {"type": "link_shared", "user": user_id, "channel": room_id, "links": [{"url": "https://evil.example/"}]},
            {"type": "channel_rename", "channel": {"id": "C0NOWHERE", "name": "x"}},
            {"type": "user_change", "user": {"id": user_id}},
            {"type": "message", "subtype": "message_changed", "channel": room_id, "channel_type": "im"},
            {"type": "reaction_added", "user": user_id, "item": {"channel": room_id}},
        )
        return self.slack.envelope(self.rng.choice(events))

    def _nonsense(self, person: Person) -> SlackRequest:
        """Return a request that no member can send: unknown commands and ids, and values of any shape."""
        rng, slack, user_id = self.rng, self.slack, person.account.account_id
        room_id = self.seeded.channel.room_id
        odd = {"v": rng.choice((1, 2, "1")), "cmd": self.mutator.odd_value(), "args": self.mutator.odd_value()}
        unknown = button_value(rng.choice(("lead.pick", "lead.note", "member.remove")), **UNKNOWN_ARGS)
        value = rng.choice((json.dumps(odd), json.dumps(unknown), self.mutator.odd_value()))
        activity_templates: tuple[Callable[[], SlackRequest], ...] = (
            lambda: (PAYLOAD, payloads.click(slack, user_id, value, room_id)),
            lambda: (PAYLOAD, payloads.click(slack, user_id, value, room_id, action_counts=self.mutator.odd_value())),
            lambda: (PAYLOAD, payloads.submission(slack, user_id, value if isinstance(value, str) else unknown, {})),
            lambda: (PAYLOAD, payloads.shortcut(slack, user_id, callback_id=self.mutator.odd_value())),
            lambda: (PAYLOAD, {**payloads.shortcut(slack, user_id), "type": self.mutator.odd_value()}),
            lambda: (FORM, payloads.command(slack, user_id, "xyzzy " + "?" * rng.randint(0, 5_000), room_id)),
            lambda: (JSON, slack.envelope({"type": self.mutator.odd_value(), "user": user_id, "channel": room_id})),
            lambda: (JSON, self._odd_mention(user_id, room_id)),
        )
        return rng.choice(activity_templates)()

    def _odd_mention(self, user_id: str, room_id: str) -> Json:
        """Return a mention of the bot with an odd text."""
        event = payloads.mention(self.slack, user_id, "xyzzy", room_id)
        event["event"]["text"] = self.mutator.odd_value()
        return event

    def _encode(self, request: SlackRequest, *, is_changed: bool, is_whole: bool = False) -> tuple[bytes, str]:
        """Encode the payload; return the bytes and their content type."""
        kind, document = request
        document = self.mutator.mutate(document) if is_changed else document
        if kind == FORM:
            return urlencode(_fields(document), errors="surrogatepass").encode()[:BODY_MAX_BYTES], FORM
        whole = payloads.as_json(document) if is_whole else self.mutator.encode(document)
        if kind == JSON:
            return whole, JSON
        return urlencode({PAYLOAD: whole}).encode()[:BODY_MAX_BYTES], FORM

    def _forged_headers(self, body: bytes) -> dict[str, str]:
        rng, now = self.rng, int(self.chat.clock().timestamp())
        genuine = self.slack.sign(body)
        forgeries: tuple[Callable[[], dict[str, str]], ...] = (
            dict[str, str],
            lambda: self.slack.sign(body, secret=f"guess-{rng.randrange(10**6)}"),
            lambda: self.slack.sign(body + b"x"),
            lambda: self.slack.sign(body, now - rng.randint(301, 10**6)),
            lambda: self.slack.sign(body, now + rng.randint(301, 10**6)),
            lambda: {**genuine, "X-Slack-Signature": genuine["X-Slack-Signature"][: rng.randint(0, 66)]},
            lambda: {**genuine, "X-Slack-Signature": "v0=" + "ab" * rng.randint(0, 3_000)},
            lambda: {**genuine, "X-Slack-Request-Timestamp": rng.choice(("", "now", "-1", "9" * 400, "1e9", "0x1"))},
            lambda: {"X-Slack-Signature": genuine["X-Slack-Signature"]},
        )
        return rng.choice(forgeries)()

    async def _send(
        self, body: bytes, content_type: str, headers: Mapping[str, str], expected: frozenset[int]
    ) -> tuple[int, bytes]:
        async with self.chat.client.post(
            "/slack/events", data=body, headers={"Content-Type": content_type, **headers}
        ) as response:
            content = await response.read()
        self.record_response(response.status, body, expected)
        return response.status, content


def _fields(document: Json) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in document.items()}


@asynccontextmanager
async def slack_fuzz_run(url: str, rng: random.Random) -> AsyncGenerator[SlackFuzzRun]:
    """Run the whole bot with a fake Slack and two teams."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(FakeSlack(clock))
        teams = await stack.enter_async_context(FakeTeams(clock))
        mails = await stack.enter_async_context(FakeMailServer())
        app = await stack.enter_async_context(open_application(settings_for(url, teams, mails.url, slack), clock))
        server = await stack.enter_async_context(TestServer(app.web_app))
        client = await stack.enter_async_context(
            ClientSession(server.make_url("/"), connector=TCPConnector(limit=CONCURRENCY))
        )
        assert app.slack is not None
        stage = SlackDriver(client, slack, app.slack.join)
        chat = Chat(stage, app, clock, Language.ENGLISH, client, mails, PUBLIC_URL)
        roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
        seeded = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles)
        other_team = await chat_team.seed_team(chat, "Dachwerk KG", "Petra Vogt", {"Uwe Kern": Role.MEMBER})
        non_members = [*other_team.people, await chat_team.user_without_team(chat, "Sara Fremd")]
        things = await command_arguments.build(seeded)
        foreign_ids = [getattr(things, name) for name in things.__slots__ if name != "team"]
        yield SlackFuzzRun(
            chat=chat,
            seeded=seeded,
            non_members=non_members,
            mutator=Mutator(rng, foreign_ids),
            slack=slack,
            things=things,
        )
        # Work after the response goes on for a while, as it does when the process ends.
        await app.slack.end()


@pytest.mark.parametrize("size", SIZES)
async def test_malformed_requests_break_nothing(
    size: int,
    database_url: str,
    rng: random.Random,
    record: RecordFigures,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No response is a server error; unsigned no command runs and no row changes, signed no other team's."""
    monkeypatch.chdir(tmp_path)
    async with slack_fuzz_run(database_url, rng) as fuzz_run:
        await check_fuzzing(fuzz_run, size, record, fuzz_run.unauthenticated, fuzz_run.authenticated)


@pytest.mark.nightly
async def test_repeated_requests_have_one_effect(
    database_url: str, rng: random.Random, record: RecordFigures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repeated click, with the same bytes or signed anew, changes no row, for each command of an owner."""
    monkeypatch.chdir(tmp_path)
    repeated = 0
    async with slack_fuzz_run(database_url, rng) as fuzz_run:
        owner, room = fuzz_run.seeded.owner.account.account_id, fuzz_run.seeded.channel.room_id
        for command, row in command_arguments.ROWS.items():
            value = json.dumps(button_value(command, **row.args(fuzz_run.things)))
            click = PAYLOAD, payloads.click(fuzz_run.slack, owner, value, room)
            first = await fuzz_run.send_authenticated(click)
            assert first[0] == 200, command
            await fuzz_run.chat.settles()
            before = await database_digest(fuzz_run.chat)
            assert await fuzz_run.send_authenticated(click) == first, command
            fuzz_run.chat.clock.advance(seconds=1)
            assert (await fuzz_run.send_authenticated(click))[0] == 200, command
            await fuzz_run.chat.settles()
            assert await database_digest(fuzz_run.chat) == before, command
            repeated += 2
        record(repeated=repeated, changed=0)
        assert team_state.defects(fuzz_run.chat) == 0
