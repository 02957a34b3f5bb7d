"""Thousands of activities that nobody sends, half of them rightly signed: none breaks anything, none gets further."""

import asyncio
import hashlib
import random
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import ClientSession, TCPConnector
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from bot.app import opened
from services.invariants import check_all
from services.people import Language
from services.permissions import Role
from storage.tables import metadata
from tests.bot.auth.forging import sign_with_public_key, tamper
from tests.builders import Clock
from tests.chat import Chat, Person
from tests.fakes.bot_connector import FakeTeams
from tests.fakes.mail_server import FakeMailServer
from tests.faults.conftest import Note
from tests.faults.mutation import Mutator, kinds
from tests.features import matrix, people, state
from tests.features.conftest import PUBLIC_URL, settings_for
from tests.features.people import Firm
from tests.stage_teams import TeamsStage

QUICK: Final = 400
LONG: Final = 10_000
SIZES: Final = [
    pytest.param(QUICK, id="quick", marks=pytest.mark.timeout(180)),
    pytest.param(LONG, id="long", marks=[pytest.mark.long, pytest.mark.timeout(1200)]),
]
BATCH: Final = 100
AT_ONCE: Final = 16
ANSWERS: Final = frozenset({200, 400, 401, 403, 413, 415})
UNPROVEN: Final = frozenset({400, 401, 403, 413, 415})


@dataclass(slots=True)
class Attack:
    """A firm with its things, those who are after them, and what they have sent."""

    chat: Chat
    stage: TeamsStage
    teams: FakeTeams
    firm: Firm
    outsiders: list[Person]
    mutator: Mutator
    parts: list[dict[str, Any]]
    answers: Counter[int] = field(default_factory=Counter[int])
    odd: list[str] = field(default_factory=list[str])

    async def unproven(self, _: int) -> None:
        """Somebody without the right token."""
        chance = self.mutator.chance
        activity = self._activity(chance.choice(self.firm.people))
        if chance.random() < 0.5:
            activity = self.mutator.mutated(activity)
        await self._send(self._forged(), self.mutator.body(activity), UNPROVEN)

    async def proven(self, _: int) -> None:
        """Somebody who has nothing to seek here, or a colleague who sends nonsense; Teams signs for both."""
        chance = self.mutator.chance
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
        chance, firm = self.mutator.chance, self.firm
        room = chance.choice((person.direct, firm.channel))
        return self.stage.activity(person.account, room, **chance.choice(self.parts))

    def _nonsense(self) -> dict[str, Any]:
        """What no colleague can mean: commands and things that do not exist, and values of any shape."""
        chance = self.mutator.chance
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
            lambda: "Bearer " + "ab." * self.mutator.chance.randint(1, 3_000),
            lambda: self.teams.authorization(key=1),
            lambda: self.teams.authorization(kid=f"key-{self.mutator.chance.randrange(5, 99)}", key=1),
            lambda: self.teams.authorization(aud="another-bot"),
            lambda: self.teams.authorization(exp=1),
            lambda: self.teams.authorization(iss="https://login.microsoftonline.com/botframework.com/v2.0"),
            lambda: self.teams.authorization(serviceurl="https://evil.example/"),
            lambda: tamper(self.teams),
            lambda: sign_with_public_key(self.teams),
        )
        return self.mutator.chance.choice(forgeries)()

    async def _send(self, authorization: str | None, body: bytes, expected: frozenset[int]) -> None:
        headers = {"Content-Type": "application/json"} | ({"Authorization": authorization} if authorization else {})
        async with self.chat.client.post("/api/messages", data=body, headers=headers) as response:
            await response.read()
        self.answers[response.status] += 1
        if response.status not in expected:
            self.odd.append(f"{response.status} {body[:500]!r}")


NOWHERE: Final = {"lead": "L-999999", "who": "nobody", "note": "x"}


@asynccontextmanager
async def attack(url: str, chance: random.Random) -> AsyncGenerator[Attack]:
    """The whole bot in front of a faked Teams."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        teams = await stack.enter_async_context(FakeTeams(clock))
        mails = await stack.enter_async_context(FakeMailServer())
        house = await stack.enter_async_context(opened(settings_for(url, teams, mails.url), clock))
        server = await stack.enter_async_context(TestServer(house.application))
        client = await stack.enter_async_context(
            ClientSession(server.make_url("/"), connector=TCPConnector(limit=AT_ONCE))
        )
        stage = TeamsStage(client, teams)
        chat = Chat(stage, house, clock, Language.ENGLISH, client, mails, PUBLIC_URL)
        roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
        firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", roles)
        rivals = await people.found(chat, "Dachwerk KG", "Petra Vogt", {"Uwe Kern": Role.MEMBER})
        outsiders = [*rivals.people, await people.newcomer(chat, "Sara Fremd")]
        things = await matrix.build(firm)
        card = next(iter(teams.posts))
        parts = kinds({command: row.args(things) for command, row in matrix.ROWS.items()}, card)
        words = [getattr(things, name) for name in things.__slots__ if name != "team"]
        yield Attack(chat, stage, teams, firm, outsiders, Mutator(chance, words), parts)


async def digest(attack: Attack) -> str:
    """Every row of every table."""
    found = hashlib.sha256()
    async with attack.chat.house.database.reader.connect() as connection:
        for table in metadata.sorted_tables:
            for row in sorted(str(tuple(row)) for row in await connection.execute(select(table))):
                found.update(row.encode())
    return found.hexdigest()


async def kept(attack: Attack) -> dict[str, list[str]]:
    """What the firm has. How its places are called and reached is Teams' to say, which of them are its own is not."""
    rows = await state.kept(attack.chat, attack.firm.team_id)
    async with attack.chat.house.units.read() as uow:
        places = await uow.conversations.connected(attack.firm.team_id)
    return {**rows, "conversations": [one.conversation_id for one in places]}


def commands_run(attack: Attack) -> float:
    """How many commands have begun to be carried out."""
    lines = attack.chat.house.metrics.text().decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("kollega_command_seconds_count"))


async def send(attack: Attack, count: int, *, proven: bool) -> None:
    """So many at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with gate:
            await (attack.proven if proven else attack.unproven)(number)

    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            tasks.create_task(one(number))


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_that_is_sent_to_the_bot_breaks_it(
    size: int, database_url: str, chance: random.Random, note: Note, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer is an error of ours; without a token no command runs and no row changes; with one, none of others'."""
    monkeypatch.chdir(tmp_path)
    began = time.monotonic()
    async with attack(database_url, chance) as made:
        rows = await kept(made)
        heard = await state.heard_by(made.firm)
        runs = changes = 0
        for _ in range(size // (2 * BATCH)):
            before = await digest(made), commands_run(made)
            await send(made, BATCH, proven=False)
            after = await digest(made), commands_run(made)
            changes += before[0] != after[0]
            runs += before[1] != after[1]
            await send(made, BATCH, proven=True)
        await made.chat.settles()
        note(
            sent=sum(made.answers.values()),
            answers={str(status): made.answers[status] for status in sorted(made.answers)},
            errors=sum(count for status, count in made.answers.items() if status >= 500),
            unproven_commands=runs,
            unproven_changes=changes,
            seconds=round(time.monotonic() - began, 1),
        )
        assert made.odd == []
        assert (runs, changes) == (0, 0)
        assert state.defects(made.chat) == 0
        now = await kept(made)
        assert {name: set(now[name]) ^ set(rows[name]) for name in rows if now[name] != rows[name]} == {}
        assert len(await state.heard_by(made.firm)) == len(heard)
        async with made.chat.house.units.read() as uow:
            assert await check_all(uow) == ()
