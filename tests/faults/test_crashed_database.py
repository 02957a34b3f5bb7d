"""PostgreSQL is stopped without warning, again and again, while members work."""

import asyncio
import random
from collections.abc import Generator
from dataclasses import dataclass, field

import pytest

from storage.schema import migrate
from tests.chat import Account
from tests.conftest import TEMPLATE
from tests.faults.accelerated_clock import AcceleratedClock
from tests.faults.conftest import RecordFigures
from tests.faults.polling import wait_until
from tests.faults.running_bot import DATABASE_UNAVAILABLE, OUTCOME_OPEN, OVERLOADED, RunningBot, running_bot
from tests.postgres import DURABLE, Server, running

LONG_OUTAGE_S = 7.0
ATTEMPTS_MAX = 100
RECOVERY_S = 30.0


@dataclass(frozen=True, slots=True)
class Size:
    """Number of crashes and of concurrent writers."""

    crashes: int
    writers: int


SIZES = [
    pytest.param(Size(crashes=3, writers=8), id="quick", marks=pytest.mark.timeout(120)),
    pytest.param(Size(crashes=40, writers=20), id="long", marks=[pytest.mark.long, pytest.mark.timeout(900)]),
]


@pytest.fixture
def server() -> Generator[Server]:
    """Start a server for this test alone that keeps what it has acknowledged."""
    with running(on_disk=False, **DURABLE) as started:
        started.execute(f"CREATE DATABASE {TEMPLATE}")
        asyncio.run(migrate(started.url(TEMPLATE)))
        yield started


@dataclass(slots=True)
class Workload:
    """Commands of the members and the responses they got."""

    bot: RunningBot
    rng: random.Random
    lead_id: str
    noted: list[str] = field(default_factory=list[str])
    created: list[str] = field(default_factory=list[str])
    picks: dict[str, int] = field(default_factory=dict[str, int])
    refused: int = 0
    repeated: int = 0
    is_finished: bool = False

    @property
    def acknowledged(self) -> int:
        return len(self.noted) + len(self.created) + sum(self.picks.values())

    async def write(self, writer: Account) -> None:
        """Send commands one after the other, each until it is acknowledged."""
        number = 0
        while not self.is_finished:
            number += 1
            label = f"{writer.name}-{number}"
            if self.rng.random() < 0.25:
                fields = {"title": label, "name": label, "email": f"{label}@post.example"}
                await self.press_until_acknowledged(writer, "lead.create", fields, label)
                self.created.append(label)
            else:
                await self.press_until_acknowledged(writer, "lead.note", {"lead": self.lead_id, "note": label}, label)
                self.noted.append(label)

    async def press_at_once(self, lead_id: str) -> None:
        """Let all members pick one lead at once."""
        async with asyncio.TaskGroup() as tasks:
            presses = [
                tasks.create_task(
                    self.press_until_acknowledged(writer, "lead.pick", {"lead": lead_id}, f"{lead_id}-{writer.name}")
                )
                for writer in self.bot.writers
            ]
        self.picks[lead_id] = sum("was faster" not in press.result() for press in presses)

    async def press_until_acknowledged(
        self, writer: Account, command: str, args: dict[str, str], interaction_id: str
    ) -> str:
        """Press until the click is acknowledged; repeat some clicks and expect the same response."""
        response = await self._press_with_retries(writer, command, args, interaction_id)
        if self.rng.random() < 0.2:
            assert await self._press_with_retries(writer, command, args, interaction_id) == response
            self.repeated += 1
        return response

    async def _press_with_retries(
        self, writer: Account, command: str, args: dict[str, str], interaction_id: str
    ) -> str:
        for _ in range(ATTEMPTS_MAX):
            response = await self.bot.press(writer, command, args, interaction_id)
            if not any(item in response for item in (OVERLOADED, DATABASE_UNAVAILABLE, OUTCOME_OPEN)):
                return response.words
            self.refused += 1
        raise TimeoutError(interaction_id)


async def crash_and_recover(workload: Workload, server: Server, outage_s: float) -> float:
    """Crash the server, restart it after `outage_s`, and return the seconds until a command succeeds again."""
    await asyncio.to_thread(server.crash)
    await asyncio.sleep(outage_s)
    await asyncio.to_thread(server.revive)
    before = workload.acknowledged

    async def is_working() -> bool:
        return workload.acknowledged > before

    return await wait_until(is_working, RECOVERY_S)


@pytest.mark.parametrize("size", SIZES)
async def test_acknowledged_changes_survive_a_crash(
    size: Size, server: Server, rng: random.Random, record: RecordFigures
) -> None:
    """Each acknowledged change is stored exactly once, and during an outage the response says that it will pass."""
    async with running_bot(server.url(TEMPLATE), size.writers, AcceleratedClock.starting_now(1)) as bot:
        workload = Workload(bot, rng, await bot.create_lead(0))
        await bot.press(bot.writers[0], "lead.pick", {"lead": workload.lead_id}, "first")
        open_leads = [await bot.create_lead(number + 1) for number in range(size.crashes)]
        recoveries: list[float] = []
        async with asyncio.TaskGroup() as tasks:
            for writer in bot.writers:
                tasks.create_task(workload.write(writer))
            for number, lead_id in enumerate(open_leads):
                await asyncio.sleep(rng.uniform(0.1, 0.8))
                race = tasks.create_task(workload.press_at_once(lead_id))
                recoveries.append(await crash_and_recover(workload, server, LONG_OUTAGE_S if number % 8 == 1 else 0))
                await race
            workload.is_finished = True
        await assert_consistent(workload, open_leads)
        record(
            crashes=size.crashes,
            writers=size.writers,
            acknowledged=workload.acknowledged,
            repeated=workload.repeated,
            refused=workload.refused,
            slowest_recovery_s=round(max(recoveries), 1),
        )


async def assert_consistent(workload: Workload, open_leads: list[str]) -> None:
    """Compare the acknowledged commands with the stored rows."""
    bot = workload.bot
    titles = await bot.title_counts()
    assert await bot.note_counts() == dict.fromkeys(workload.noted, 1)
    assert {title: titles[title] for title in workload.created} == dict.fromkeys(workload.created, 1)
    assert workload.picks == dict.fromkeys(open_leads, 1)
    actions = await bot.action_counts()
    assert actions["lead.picked"] == len(open_leads) + 1
    assert actions["lead.created"] == len(workload.created) + len(open_leads) + 1
    assert actions["lead.noted"] == len(workload.noted)
    assert bot.metric_total("kollega_defects_total") == 0
    assert workload.refused > 0
