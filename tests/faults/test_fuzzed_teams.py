"""Thousands of activities that nobody sends, half of them rightly signed: none breaks anything, none gets further."""

import random
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import ClientSession, TCPConnector
from aiohttp.test_utils import TestServer

from bot.app import open_application
from services.people import Language
from services.permissions import Role
from tests.bot.auth.forging import sign_with_public_key, tamper
from tests.builders import Clock
from tests.chat import Chat, Person
from tests.drivers.teams import TeamsDriver
from tests.fakes.bot_connector import FakeTeams
from tests.fakes.mail_server import FakeMailServer
from tests.faults.conftest import Note
from tests.faults.fuzzing import AT_ONCE, NOWHERE, SIZES, Siege, withstand
from tests.faults.mutation import Mutator, kinds
from tests.features import chat_team, command_arguments
from tests.features.conftest import PUBLIC_URL, settings_for

ANSWERS: Final = frozenset({200, 400, 401, 403, 413, 415})
UNPROVEN: Final = frozenset({400, 401, 403, 413, 415})


@dataclass(slots=True, kw_only=True)
class Attack(Siege):
    """A firm with its things, and what is sent to get at them."""

    stage: TeamsDriver
    teams: FakeTeams
    parts: list[dict[str, Any]]

    async def unproven(self) -> None:
        """Somebody without the right token."""
        chance = self.chance
        activity = self._activity(chance.choice(self.firm.people))
        if chance.random() < 0.5:
            activity = self.mutator.mutated(activity)
        await self._send(self._forged(), self.mutator.body(activity), UNPROVEN)

    async def proven(self) -> None:
        """Somebody who has nothing to seek here, or a colleague who sends nonsense; Teams signs for both."""
        chance = self.chance
        if chance.random() < 0.5:
            activity = self._activity(chance.choice(self.outsiders))
            if chance.random() < 0.7:
                activity = self.mutator.mutated(activity)
                activity["from"] = self._activity(chance.choice(self.outsiders))["from"]
        else:
            activity = self._activity(chance.choice(self.firm.people))
            activity |= self._nonsense()
        await self._send(self.teams.authorization(), self.mutator.body(activity), ANSWERS)

    def _activity(self, person: Person) -> dict[str, Any]:
        chance, firm = self.chance, self.firm
        room = chance.choice((person.direct, firm.channel))
        return self.stage.activity(person.account, room, **chance.choice(self.parts))

    def _nonsense(self) -> dict[str, Any]:
        """What no colleague can mean: commands and things that do not exist, and values of any shape."""
        chance = self.chance
        data = {"v": chance.choice((1, 2, "1")), "cmd": self.mutator.odd(), "args": self.mutator.odd()}
        nowhere = {"v": 1, "cmd": chance.choice(("lead.pick", "lead.note", "member.remove")), "args": NOWHERE}
        action = {"type": "Action.Execute", "verb": "x", "data": chance.choice((data, nowhere, self.mutator.odd()))}
        return chance.choice(
            (
                {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": action, "trigger": "manual"}},
                {"type": "invoke", "name": self.mutator.odd(), "value": self.mutator.odd()},
                {"type": "message", "text": None, "value": chance.choice((data, nowhere))},
                {"type": "message", "text": "xyzzy " + "?" * chance.randint(0, 5_000), "value": None},
                {"type": self.mutator.odd(), "text": "xyzzy"},
            )
        )

    def _forged(self) -> str | None:
        forgeries = (
            lambda: None,
            lambda: "Bearer " + "ab." * self.chance.randint(1, 3_000),
            lambda: self.teams.authorization(key=1),
            lambda: self.teams.authorization(kid=f"key-{self.chance.randrange(5, 99)}", key=1),
            lambda: self.teams.authorization(aud="another-bot"),
            lambda: self.teams.authorization(exp=1),
            lambda: self.teams.authorization(iss="https://login.microsoftonline.com/botframework.com/v2.0"),
            lambda: self.teams.authorization(serviceurl="https://evil.example/"),
            lambda: tamper(self.teams),
            lambda: sign_with_public_key(self.teams),
        )
        return self.chance.choice(forgeries)()

    async def _send(self, authorization: str | None, body: bytes, expected: frozenset[int]) -> None:
        headers = {"Content-Type": "application/json"} | ({"Authorization": authorization} if authorization else {})
        async with self.chat.client.post("/api/messages", data=body, headers=headers) as response:
            await response.read()
        self.note(response.status, body, expected)


@asynccontextmanager
async def attack(url: str, chance: random.Random) -> AsyncGenerator[Attack]:
    """The whole bot in front of a faked Teams."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        teams = await stack.enter_async_context(FakeTeams(clock))
        mails = await stack.enter_async_context(FakeMailServer())
        house = await stack.enter_async_context(open_application(settings_for(url, teams, mails.url), clock))
        server = await stack.enter_async_context(TestServer(house.web_app))
        client = await stack.enter_async_context(
            ClientSession(server.make_url("/"), connector=TCPConnector(limit=AT_ONCE))
        )
        stage = TeamsDriver(client, teams)
        chat = Chat(stage, house, clock, Language.ENGLISH, client, mails, PUBLIC_URL)
        roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
        firm = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles)
        rivals = await chat_team.seed_team(chat, "Dachwerk KG", "Petra Vogt", {"Uwe Kern": Role.MEMBER})
        outsiders = [*rivals.people, await chat_team.user_without_team(chat, "Sara Fremd")]
        things = await command_arguments.build(firm)
        card = next(iter(teams.posts))
        parts = kinds({command: row.args(things) for command, row in command_arguments.ROWS.items()}, card)
        words = [getattr(things, name) for name in things.__slots__ if name != "team"]
        yield Attack(
            chat=chat,
            firm=firm,
            outsiders=outsiders,
            mutator=Mutator(chance, words),
            stage=stage,
            teams=teams,
            parts=parts,
        )


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_that_is_sent_to_the_bot_breaks_it(
    size: int, database_url: str, chance: random.Random, note: Note, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer is an error of ours; without a token no command runs and no row changes; with one, none of others'."""
    monkeypatch.chdir(tmp_path)
    async with attack(database_url, chance) as made:
        await withstand(made, size, note, made.unproven, made.proven)
