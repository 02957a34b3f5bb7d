"""PostgreSQL is stopped without warning, over and over, while colleagues work."""

import asyncio
import random
from collections.abc import Generator
from dataclasses import dataclass, field

import pytest

from storage.schema import migrate
from tests.chat import Account
from tests.conftest import TEMPLATE
from tests.faults.conftest import Note
from tests.faults.haste import Haste
from tests.faults.scene import AWAY, BUSY, OPEN, Scene, scene
from tests.faults.waiting import until
from tests.postgres import DURABLE, Server, running

LONG_AWAY_S = 7.0
TRIES_MAX = 100
RECOVERY_S = 30.0


@dataclass(frozen=True, slots=True)
class Size:
    """How often the server falls, and how many write meanwhile."""

    crashes: int
    writers: int


SIZES = [
    pytest.param(Size(crashes=3, writers=8), id="quick", marks=pytest.mark.timeout(120)),
    pytest.param(Size(crashes=40, writers=20), id="long", marks=[pytest.mark.long, pytest.mark.timeout(900)]),
]


@pytest.fixture
def server() -> Generator[Server]:
    """A server of this test alone, which keeps what it has acknowledged."""
    with running(on_disk=False, **DURABLE) as started:
        started.execute(f"CREATE DATABASE {TEMPLATE}")
        asyncio.run(migrate(started.url(TEMPLATE)))
        yield started


@dataclass(slots=True)
class Work:
    """What the colleagues were told."""

    scene: Scene
    chance: random.Random
    lead_id: str
    noted: list[str] = field(default_factory=list[str])
    created: list[str] = field(default_factory=list[str])
    picks: dict[str, int] = field(default_factory=dict[str, int])
    turned_away: int = 0
    repeated: int = 0
    is_over: bool = False

    @property
    def acknowledged(self) -> int:
        return len(self.noted) + len(self.created) + sum(self.picks.values())

    async def write(self, writer: Account) -> None:
        """Do one thing after the other, each until it is acknowledged, as people do."""
        number = 0
        while not self.is_over:
            number += 1
            label = f"{writer.name}-{number}"
            if self.chance.random() < 0.25:
                fields = {"title": label, "name": label, "email": f"{label}@post.example"}
                await self.do(writer, "lead.create", fields, label)
                self.created.append(label)
            else:
                await self.do(writer, "lead.note", {"lead": self.lead_id, "note": label}, label)
                self.noted.append(label)

    async def race(self, lead_id: str) -> None:
        """Everybody presses on one lead."""
        async with asyncio.TaskGroup() as tasks:
            pressed = [
                tasks.create_task(self.do(writer, "lead.pick", {"lead": lead_id}, f"{lead_id}-{writer.name}"))
                for writer in self.scene.writers
            ]
        self.picks[lead_id] = sum("was faster" not in one.result() for one in pressed)

    async def do(self, writer: Account, command: str, args: dict[str, str], interaction_id: str) -> str:
        """Press until it is acknowledged; some press once more, and read the same again."""
        answer = await self._insist(writer, command, args, interaction_id)
        if self.chance.random() < 0.2:
            assert await self._insist(writer, command, args, interaction_id) == answer
            self.repeated += 1
        return answer

    async def _insist(self, writer: Account, command: str, args: dict[str, str], interaction_id: str) -> str:
        for _ in range(TRIES_MAX):
            answer = await self.scene.press(writer, command, args, interaction_id)
            if not any(one in answer for one in (BUSY, AWAY, OPEN)):
                return answer.words
            self.turned_away += 1
        raise TimeoutError(interaction_id)


async def crash(work: Work, server: Server, away_s: float) -> float:
    """The server falls, is away for a while, and comes back; how long it takes until something succeeds again."""
    await asyncio.to_thread(server.crash)
    await asyncio.sleep(away_s)
    await asyncio.to_thread(server.revive)
    before = work.acknowledged

    async def is_working() -> bool:
        return work.acknowledged > before

    return await until(is_working, RECOVERY_S)


@pytest.mark.parametrize("size", SIZES)
async def test_what_was_acknowledged_survives_the_database(
    size: Size, server: Server, chance: random.Random, note: Note
) -> None:
    """Nothing acknowledged is missing, nothing is there twice, and whoever meets the gap reads that it will pass."""
    async with scene(server.url(TEMPLATE), size.writers, Haste.of(1)) as here:
        work = Work(here, chance, await here.bring(0))
        await here.press(here.writers[0], "lead.pick", {"lead": work.lead_id}, "first")
        open_leads = [await here.bring(number + 1) for number in range(size.crashes)]
        recoveries: list[float] = []
        async with asyncio.TaskGroup() as tasks:
            for writer in here.writers:
                tasks.create_task(work.write(writer))
            for number, lead_id in enumerate(open_leads):
                await asyncio.sleep(chance.uniform(0.1, 0.8))
                race = tasks.create_task(work.race(lead_id))
                recoveries.append(await crash(work, server, LONG_AWAY_S if number % 8 == 1 else 0))
                await race
            work.is_over = True
        await judge(work, open_leads)
        note(
            crashes=size.crashes,
            writers=size.writers,
            acknowledged=work.acknowledged,
            repeated=work.repeated,
            turned_away=work.turned_away,
            slowest_recovery_s=round(max(recoveries), 1),
        )


async def judge(work: Work, open_leads: list[str]) -> None:
    """Compare what was said with what there is."""
    here = work.scene
    titles = await here.titles()
    assert await here.notes() == dict.fromkeys(work.noted, 1)
    assert {title: titles[title] for title in work.created} == dict.fromkeys(work.created, 1)
    assert work.picks == dict.fromkeys(open_leads, 1)
    actions = await here.actions()
    assert actions["lead.picked"] == len(open_leads) + 1
    assert actions["lead.created"] == len(work.created) + len(open_leads) + 1
    assert actions["lead.noted"] == len(work.noted)
    assert here.counted("kollega_defects_total") == 0
    assert work.turned_away > 0
