"""Thousands of requests that Slack never sends, half of them rightly signed: none breaks anything or gets further."""

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
from tests.bot.slack.payloads import FORM, JSON, carries
from tests.builders import Clock
from tests.chat import Chat, Person
from tests.drivers.slack import SlackDriver
from tests.fakes.bot_connector import FakeTeams
from tests.fakes.mail_server import FakeMailServer
from tests.fakes.slack import FakeSlack
from tests.faults.conftest import Note
from tests.faults.fuzzing import AT_ONCE, NOWHERE, SIZES, Siege, digest, withstand
from tests.faults.mutation import BODY_MAX_BYTES, Mutator
from tests.features import chat_team, command_arguments, team_state
from tests.features.command_arguments import Things
from tests.features.conftest import PUBLIC_URL, settings_for

Json: TypeAlias = dict[str, Any]
Made: TypeAlias = tuple[str, Json]
"""A content type, and what is said in it."""

ANSWERS: Final = frozenset({200, 400, 401, 403, 409, 413, 415})
UNPROVEN: Final = frozenset({400, 401, 413, 415})
PAYLOAD: Final = "payload"


@dataclass(slots=True, kw_only=True)
class Attack(Siege):
    """A firm with its things, and what is sent to get at them."""

    slack: FakeSlack
    things: Things

    async def unproven(self) -> None:
        """Somebody without Slack's secret."""
        chance = self.chance
        body, content_type = self._written(
            self._genuine(chance.choice(self.firm.people)), is_changed=chance.random() < 0.5
        )
        await self._send(body, content_type, self._forged(body), UNPROVEN)

    async def proven(self) -> None:
        """Somebody who has nothing to seek here, or a colleague who sends nonsense; Slack signs for both."""
        chance = self.chance
        if chance.random() < 0.5:
            body, content_type = self._written(
                self._genuine(chance.choice(self.outsiders)), is_changed=chance.random() < 0.7
            )
        else:
            body, content_type = self._written(self._nonsense(chance.choice(self.firm.people)), is_changed=False)
        await self._send(body, content_type, self.slack.sign(body), ANSWERS)

    async def again(self, made: Made) -> tuple[int, bytes]:
        """Send something genuine."""
        body, content_type = self._written(made, is_changed=False, is_whole=True)
        return await self._send(body, content_type, self.slack.sign(body), ANSWERS)

    def _genuine(self, person: Person) -> Made:
        """Something that Slack sends, of any kind."""
        chance, slack, user_id = self.chance, self.slack, person.account.account_id
        room_id = chance.choice((person.direct, self.firm.channel)).room_id
        command, row = chance.choice(list(command_arguments.ROWS.items()))
        carried = carries(command, **row.args(self.things))
        kinds: tuple[Callable[[], Made], ...] = (
            lambda: (PAYLOAD, payloads.click(slack, user_id, json.dumps(carried), room_id)),
            lambda: (PAYLOAD, payloads.click(slack, user_id, json.dumps(carried), room_id)),
            lambda: (PAYLOAD, payloads.submission(slack, user_id, {**carried, "in": 1, "at": {}}, {"note": "x"})),
            lambda: (PAYLOAD, payloads.shortcut(slack, user_id)),
            lambda: (PAYLOAD, payloads.message_shortcut(slack, user_id, "Eva, eva@posteo.example", room_id)),
            lambda: (FORM, payloads.command(slack, user_id, self._typed(command), room_id)),
            lambda: (JSON, payloads.message(slack, user_id, self._typed(command), person.direct.room_id)),
            lambda: (JSON, payloads.mention(slack, user_id, self._typed(command), self.firm.channel.room_id)),
            lambda: (JSON, self._event(user_id, room_id)),
        )
        return chance.choice(kinds)()

    def _typed(self, command: str) -> str:
        words = self.chat.application.registry.commands[command].words
        return f"{self.chance.choice(words or ('help',))} {self.chance.choice(self.mutator.words)}"

    def _event(self, user_id: str, room_id: str) -> Json:
        """What happens in a workspace."""
        events = (
            {"type": "app_home_opened", "user": user_id, "tab": "home", "channel": room_id},
            {"type": "member_joined_channel", "user": user_id, "channel": room_id, "channel_type": "C"},
            {"type": "link_shared", "user": user_id, "channel": room_id, "links": [{"url": "https://evil.example/"}]},
            {"type": "channel_rename", "channel": {"id": "C0NOWHERE", "name": "x"}},
            {"type": "user_change", "user": {"id": user_id}},
            {"type": "message", "subtype": "message_changed", "channel": room_id, "channel_type": "im"},
            {"type": "reaction_added", "user": user_id, "item": {"channel": room_id}},
        )
        return self.slack.envelope(self.chance.choice(events))

    def _nonsense(self, person: Person) -> Made:
        """What no colleague can mean: commands and things that do not exist, and values of any shape."""
        chance, slack, user_id = self.chance, self.slack, person.account.account_id
        room_id = self.firm.channel.room_id
        odd = {"v": chance.choice((1, 2, "1")), "cmd": self.mutator.odd(), "args": self.mutator.odd()}
        nowhere = carries(chance.choice(("lead.pick", "lead.note", "member.remove")), **NOWHERE)
        value = chance.choice((json.dumps(odd), json.dumps(nowhere), self.mutator.odd()))
        kinds: tuple[Callable[[], Made], ...] = (
            lambda: (PAYLOAD, payloads.click(slack, user_id, value, room_id)),
            lambda: (PAYLOAD, payloads.click(slack, user_id, value, room_id, actions=self.mutator.odd())),
            lambda: (PAYLOAD, payloads.submission(slack, user_id, value if isinstance(value, str) else nowhere, {})),
            lambda: (PAYLOAD, payloads.shortcut(slack, user_id, callback_id=self.mutator.odd())),
            lambda: (PAYLOAD, {**payloads.shortcut(slack, user_id), "type": self.mutator.odd()}),
            lambda: (FORM, payloads.command(slack, user_id, "xyzzy " + "?" * chance.randint(0, 5_000), room_id)),
            lambda: (JSON, slack.envelope({"type": self.mutator.odd(), "user": user_id, "channel": room_id})),
            lambda: (JSON, self._told_oddly(user_id, room_id)),
        )
        return chance.choice(kinds)()

    def _told_oddly(self, user_id: str, room_id: str) -> Json:
        """The bot is called by its name, with anything."""
        told = payloads.mention(self.slack, user_id, "xyzzy", room_id)
        told["event"]["text"] = self.mutator.odd()
        return told

    def _written(self, made: Made, *, is_changed: bool, is_whole: bool = False) -> tuple[bytes, str]:
        """The bytes and what they say they are."""
        kind, document = made
        document = self.mutator.mutated(document) if is_changed else document
        if kind == FORM:
            return urlencode(_fields(document), errors="surrogatepass").encode()[:BODY_MAX_BYTES], FORM
        whole = payloads.as_json(document) if is_whole else self.mutator.body(document)
        if kind == JSON:
            return whole, JSON
        return urlencode({PAYLOAD: whole}).encode()[:BODY_MAX_BYTES], FORM

    def _forged(self, body: bytes) -> dict[str, str]:
        chance, now = self.chance, int(self.chat.clock().timestamp())
        genuine = self.slack.sign(body)
        forgeries: tuple[Callable[[], dict[str, str]], ...] = (
            dict[str, str],
            lambda: self.slack.sign(body, secret=f"guess-{chance.randrange(10**6)}"),
            lambda: self.slack.sign(body + b"x"),
            lambda: self.slack.sign(body, now - chance.randint(301, 10**6)),
            lambda: self.slack.sign(body, now + chance.randint(301, 10**6)),
            lambda: {**genuine, "X-Slack-Signature": genuine["X-Slack-Signature"][: chance.randint(0, 66)]},
            lambda: {**genuine, "X-Slack-Signature": "v0=" + "ab" * chance.randint(0, 3_000)},
            lambda: {**genuine, "X-Slack-Request-Timestamp": chance.choice(("", "now", "-1", "9" * 400, "1e9", "0x1"))},
            lambda: {"X-Slack-Signature": genuine["X-Slack-Signature"]},
        )
        return chance.choice(forgeries)()

    async def _send(
        self, body: bytes, content_type: str, headers: Mapping[str, str], expected: frozenset[int]
    ) -> tuple[int, bytes]:
        async with self.chat.client.post(
            "/slack/events", data=body, headers={"Content-Type": content_type, **headers}
        ) as response:
            said = await response.read()
        self.note(response.status, body, expected)
        return response.status, said


def _fields(document: Json) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in document.items()}


@asynccontextmanager
async def attack(url: str, chance: random.Random) -> AsyncGenerator[Attack]:
    """The whole bot in front of a faked Slack."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(FakeSlack(clock))
        teams = await stack.enter_async_context(FakeTeams(clock))
        mails = await stack.enter_async_context(FakeMailServer())
        house = await stack.enter_async_context(open_application(settings_for(url, teams, mails.url, slack), clock))
        server = await stack.enter_async_context(TestServer(house.web_app))
        client = await stack.enter_async_context(
            ClientSession(server.make_url("/"), connector=TCPConnector(limit=AT_ONCE))
        )
        assert house.slack is not None
        stage = SlackDriver(client, slack, house.slack.join)
        chat = Chat(stage, house, clock, Language.ENGLISH, client, mails, PUBLIC_URL)
        roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
        firm = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles)
        rivals = await chat_team.seed_team(chat, "Dachwerk KG", "Petra Vogt", {"Uwe Kern": Role.MEMBER})
        outsiders = [*rivals.people, await chat_team.user_without_team(chat, "Sara Fremd")]
        things = await command_arguments.build(firm)
        words = [getattr(things, name) for name in things.__slots__ if name != "team"]
        yield Attack(
            chat=chat, firm=firm, outsiders=outsiders, mutator=Mutator(chance, words), slack=slack, things=things
        )
        # What is answered late goes on for a while, as it does when the process ends.
        await house.slack.end()


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_that_is_sent_to_the_bot_breaks_it(
    size: int, database_url: str, chance: random.Random, note: Note, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer is an error of ours; unsigned no command runs and no row changes; signed, none of others'."""
    monkeypatch.chdir(tmp_path)
    async with attack(database_url, chance) as made:
        await withstand(made, size, note, made.unproven, made.proven)


@pytest.mark.nightly
async def test_no_request_has_its_effect_twice(
    database_url: str, chance: random.Random, note: Note, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command of an owner, clicked once and sent three times: the very bytes again, then signed anew."""
    monkeypatch.chdir(tmp_path)
    repeated = 0
    async with attack(database_url, chance) as made:
        owner, room = made.firm.owner.account.account_id, made.firm.channel.room_id
        for command, row in command_arguments.ROWS.items():
            value = json.dumps(carries(command, **row.args(made.things)))
            click = PAYLOAD, payloads.click(made.slack, owner, value, room)
            first = await made.again(click)
            assert first[0] == 200, command
            await made.chat.settles()
            before = await digest(made.chat)
            assert await made.again(click) == first, command
            made.chat.clock.advance(seconds=1)
            assert (await made.again(click))[0] == 200, command
            await made.chat.settles()
            assert await digest(made.chat) == before, command
            repeated += 2
        note(repeated=repeated, changed=0)
        assert team_state.defects(made.chat) == 0
