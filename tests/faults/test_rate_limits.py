"""A platform asks for patience in some conversations, again and again, while others are free."""

import asyncio
import random
import statistics
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise, product

import pytest
from aiohttp import ClientSession
from sqlalchemy import select

from bot.outbox.relay import Relay
from storage.engine import Database, open_database
from storage.tables import deliveries
from storage.unit_of_work import SqlUnits
from tests.builders import KEYRING
from tests.fakes.bot_connector import CannedResponse
from tests.faults.conftest import Note
from tests.faults.haste import Haste
from tests.faults.relay_process import relay_to_slack, relay_to_teams
from tests.faults.remotes import REMOTES, Remote
from tests.faults.town import Firm, bring, found
from tests.faults.waiting import until

BUSY_CHANNELS = 30
FREE_CHANNELS = 6
WORKERS = 4
"""Far fewer hands than busy conversations: where a hand waits with one of them, everybody waits."""
EVERY_S = 6.0
"""So often a message leaves for each of the free conversations."""
HEAD_START_S = 8.0
CALM_S = 300


@dataclass(frozen=True, slots=True)
class Size:
    """How much leaves, and how fast the time passes."""

    leads: int
    free_leads: int
    factor: float
    floor_s: float
    """What is faster counts as this: the machine itself is not faster together with the time."""


QUICK = Size(leads=3, free_leads=6, factor=12, floor_s=20)
LONG = Size(leads=34, free_leads=40, factor=8, floor_s=4)
RUNS = [
    *(
        pytest.param(*pair, QUICK, id="-".join((*pair, "quick")))
        for pair in (("sqlite", "teams"), ("postgres", "slack"))
    ),
    *(
        pytest.param(*pair, LONG, id="-".join((*pair, "long")), marks=[pytest.mark.long, pytest.mark.timeout(600)])
        for pair in product(("sqlite", "postgres"), REMOTES)
    ),
]
"""Each database and each platform; every pair of them in the long runs alone."""


@dataclass(slots=True)
class Call:
    """A call of the platform, with the time for which it was sent away."""

    at_s: float
    retry_after_s: float | None


@dataclass(slots=True)
class Run:
    """Two firms, the relay that writes to both, and what their conversations have seen."""

    chance: random.Random
    haste: Haste
    units: SqlUnits
    database: Database
    relay: Relay
    busy: Firm
    free: Firm
    calls: dict[str, list[Call]] = field(default_factory=lambda: defaultdict(list[Call]))
    is_strict: bool = False
    asked: int = 0

    def answer(self, conversation: str) -> CannedResponse | None:
        """Where it is busy, every second call comes too early."""
        retry_after_s = None
        if self.is_strict and conversation in self.busy.channels:
            self.asked += 1
            retry_after_s = self.chance.randint(1, 30) if self.asked % 2 else None
        self.calls[conversation].append(Call(self.haste.timer(), retry_after_s))
        return None if retry_after_s is None else CannedResponse(429, {"Retry-After": str(retry_after_s)})

    async def is_calm(self) -> bool:
        """Whether everything has left."""
        async with self.units.read() as uow:
            backlog = await uow.deliveries.backlog(uow.now)
        return backlog.unrouted + backlog.pending + backlog.sending == 0

    async def trickle(self, leads: int, first: int) -> list[float]:
        """Something happens at the free firm now and then; how long each message took to arrive."""
        begun: list[float] = []
        heard = {channel: len(self.calls[channel]) for channel in self.free.channels}
        for number in range(leads):
            await bring(self.units, self.free, first + number)
            begun.append(self.haste.timer())
            await self.haste.sleep(EVERY_S)
        await until(self.is_calm, CALM_S)
        arrived = [self.calls[channel][seen:] for channel, seen in heard.items()]
        return [call.at_s - at for calls in arrived for call, at in zip(calls, begun, strict=True)]

    def early(self) -> list[str]:
        """Conversations that were asked again before the time that they had named."""
        return [
            conversation
            for conversation, calls in self.calls.items()
            for call, after in pairwise(calls)
            if call.retry_after_s is not None and after.at_s < call.at_s + call.retry_after_s
        ]

    async def states(self) -> Counter[str]:
        """How the messages have ended."""
        async with self.database.reader.connect() as connection:
            return Counter((await connection.execute(select(deliveries.c.state))).scalars())


@asynccontextmanager
async def running(platform: str, url: str, size: Size, chance: random.Random) -> AsyncGenerator[tuple[Run, Remote]]:
    """Both firms with a relay at work; nothing has happened yet."""
    haste, database = Haste.of(size.factor), open_database(url)
    woken = asyncio.Event()
    units = SqlUnits(database, haste, KEYRING, woken.set)
    remote: Remote = REMOTES[platform](haste)
    async with remote.fake, ClientSession() as session, asyncio.TaskGroup() as tasks:
        relay = (
            relay_to_slack(units, session, haste, remote.url, woken=woken, workers=WORKERS)
            if remote.url
            else relay_to_teams(units, session, haste, woken=woken, workers=WORKERS)
        )
        busy = await found(units, remote.ground, "busy", BUSY_CHANNELS)
        free = await found(units, remote.ground, "free", FREE_CHANNELS)
        run = Run(chance, haste, units, database, relay, busy, free)
        remote.misbehave(run.answer)
        tasks.create_task(relay.run())
        try:
            yield run, remote
        finally:
            relay.stop()
    await database.close()


def p95(values: list[float]) -> float:
    """What nineteen of twenty stay below."""
    return statistics.quantiles(values, n=20)[-1]


@pytest.mark.parametrize(("database_url", "platform", "size"), RUNS, indirect=["database_url"])
async def test_patience_with_some_costs_others_nothing(
    size: Size, platform: str, database_url: str, chance: random.Random, note: Note
) -> None:
    """Nothing is lost, nobody is asked before his time, and other conversations are as fast as before."""
    async with running(platform, database_url, size, chance) as (run, remote):
        usual_s = p95(await run.trickle(size.free_leads, first=0))
        run.is_strict = True
        for number in range(size.leads):
            await bring(run.units, run.busy, number)
        await run.haste.sleep(HEAD_START_S)
        storm_s = p95(await run.trickle(size.free_leads, first=size.free_leads))
        states = await run.states()
        refused = sum(call.retry_after_s is not None for calls in run.calls.values() for call in calls)
        early = run.early()
    messages = size.leads * BUSY_CHANNELS
    copies = remote.copies()
    note(
        messages=messages,
        refused=refused,
        states=dict(states),
        early=len(early),
        scaled_s=round(run.haste.timer()),
        p95_usual_s=round(usual_s, 2),
        p95_storm_s=round(storm_s, 2),
        slowed=round(storm_s / max(usual_s, size.floor_s), 2),
    )
    assert states == {"sent": messages + 2 * size.free_leads * FREE_CHANNELS}
    assert {channel: copies[channel] for channel in run.busy.channels} == dict.fromkeys(run.busy.channels, size.leads)
    assert refused >= messages // 2
    assert early == []
    assert storm_s <= 2 * max(usual_s, size.floor_s)
