"""A platform rate-limits some conversations again and again while others are free."""

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
from tests.faults.accelerated_clock import AcceleratedClock
from tests.faults.conftest import RecordFigures
from tests.faults.fake_platforms import FAKE_PLATFORMS, FakePlatform
from tests.faults.polling import wait_until
from tests.faults.relay_process import relay_to_slack, relay_to_teams
from tests.faults.seeded_team import SeededTeam, create_lead, seed_team

BUSY_CHANNELS = 30
FREE_CHANNELS = 6
WORKERS = 4
"""Far fewer workers than limited conversations: a worker that waited for one of them would block the others."""
INTERVAL_S = 6.0
"""Seconds between two messages to each of the free conversations."""
HEAD_START_S = 8.0
IDLE_TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class Size:
    """Number of messages, and the speed of the clock."""

    leads: int
    free_leads: int
    factor: float
    floor_s: float
    """Lower limit of the usual time: the machine itself does not run faster with the clock."""


QUICK = Size(leads=3, free_leads=6, factor=12, floor_s=20)
LONG = Size(leads=34, free_leads=40, factor=8, floor_s=4)
RUNS = [
    *(
        pytest.param(*pair, QUICK, id="-".join((*pair, "quick")))
        for pair in (("sqlite", "teams"), ("postgres", "slack"))
    ),
    *(
        pytest.param(*pair, LONG, id="-".join((*pair, "long")), marks=[pytest.mark.long, pytest.mark.timeout(600)])
        for pair in product(("sqlite", "postgres"), FAKE_PLATFORMS)
    ),
]
"""Each database with each platform; all pairs in the long runs only."""


@dataclass(slots=True)
class Call:
    """A call of the platform, with the Retry-After that it got."""

    at_s: float
    retry_after_s: float | None


@dataclass(slots=True)
class RateLimitRun:
    """Two teams, the relay that sends to both, and the calls by conversation."""

    rng: random.Random
    clock: AcceleratedClock
    units: SqlUnits
    database: Database
    relay: Relay
    busy: SeededTeam
    free: SeededTeam
    calls: dict[str, list[Call]] = field(default_factory=lambda: defaultdict(list[Call]))
    is_limited: bool = False
    calls_while_limited: int = 0

    def response_for(self, conversation: str) -> CannedResponse | None:
        """Return the response to a call: every second call to a limited conversation is rate-limited."""
        retry_after_s = None
        if self.is_limited and conversation in self.busy.channels:
            self.calls_while_limited += 1
            retry_after_s = self.rng.randint(1, 30) if self.calls_while_limited % 2 else None
        self.calls[conversation].append(Call(self.clock.timer(), retry_after_s))
        return None if retry_after_s is None else CannedResponse(429, {"Retry-After": str(retry_after_s)})

    async def is_idle(self) -> bool:
        """Return whether the outbox is empty."""
        async with self.units.read() as uow:
            backlog = await uow.deliveries.count_backlog(uow.now)
        return backlog.unrouted + backlog.pending + backlog.sending == 0

    async def deliver_steadily(self, leads: int, first: int) -> list[float]:
        """Create a lead of the free team at each interval, and return the seconds until each message arrived."""
        started_at_s: list[float] = []
        calls_before = {channel: len(self.calls[channel]) for channel in self.free.channels}
        for number in range(leads):
            await create_lead(self.units, self.free, first + number)
            started_at_s.append(self.clock.timer())
            await self.clock.sleep(INTERVAL_S)
        await wait_until(self.is_idle, IDLE_TIMEOUT_S)
        new_calls = [self.calls[channel][before:] for channel, before in calls_before.items()]
        return [
            call.at_s - started_s for calls in new_calls for call, started_s in zip(calls, started_at_s, strict=True)
        ]

    def early_calls(self) -> list[str]:
        """Return the conversations that were called again before their Retry-After."""
        return [
            conversation
            for conversation, calls in self.calls.items()
            for call, after in pairwise(calls)
            if call.retry_after_s is not None and after.at_s < call.at_s + call.retry_after_s
        ]

    async def states(self) -> Counter[str]:
        """Count the messages by state."""
        async with self.database.reader.connect() as connection:
            return Counter((await connection.execute(select(deliveries.c.state))).scalars())


@asynccontextmanager
async def running(
    platform: str, url: str, size: Size, rng: random.Random
) -> AsyncGenerator[tuple[RateLimitRun, FakePlatform]]:
    """Run a relay for both teams; no message is due yet."""
    clock, database = AcceleratedClock.starting_now(size.factor), open_database(url)
    woken = asyncio.Event()
    units = SqlUnits(database, clock, KEYRING, woken.set)
    fake_platform: FakePlatform = FAKE_PLATFORMS[platform](clock)
    async with fake_platform.fake, ClientSession() as session, asyncio.TaskGroup() as tasks:
        relay = (
            relay_to_slack(units, session, clock, fake_platform.url, woken=woken, workers=WORKERS)
            if fake_platform.url
            else relay_to_teams(units, session, clock, woken=woken, workers=WORKERS)
        )
        busy = await seed_team(units, fake_platform.seed_platform, "busy", BUSY_CHANNELS)
        free = await seed_team(units, fake_platform.seed_platform, "free", FREE_CHANNELS)
        run = RateLimitRun(rng, clock, units, database, relay, busy, free)
        fake_platform.inject_faults(run.response_for)
        tasks.create_task(relay.run())
        try:
            yield run, fake_platform
        finally:
            relay.stop()
    await database.close()


def p95(values: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


@pytest.mark.parametrize(("database_url", "platform", "size"), RUNS, indirect=["database_url"])
async def test_rate_limits_slow_only_their_conversations(
    size: Size, platform: str, database_url: str, rng: random.Random, record: RecordFigures
) -> None:
    """No message is lost, Retry-After is respected, and other conversations are as fast as before."""
    async with running(platform, database_url, size, rng) as (run, fake_platform):
        usual_s = p95(await run.deliver_steadily(size.free_leads, first=0))
        run.is_limited = True
        for number in range(size.leads):
            await create_lead(run.units, run.busy, number)
        await run.clock.sleep(HEAD_START_S)
        limited_s = p95(await run.deliver_steadily(size.free_leads, first=size.free_leads))
        states = await run.states()
        refused = sum(call.retry_after_s is not None for calls in run.calls.values() for call in calls)
        early = run.early_calls()
    messages = size.leads * BUSY_CHANNELS
    copies = fake_platform.message_counts()
    record(
        messages=messages,
        refused=refused,
        states=dict(states),
        early_calls=len(early),
        scaled_s=round(run.clock.timer()),
        p95_usual_s=round(usual_s, 2),
        p95_storm_s=round(limited_s, 2),
        slowed=round(limited_s / max(usual_s, size.floor_s), 2),
    )
    assert states == {"sent": messages + 2 * size.free_leads * FREE_CHANNELS}
    assert {channel: copies[channel] for channel in run.busy.channels} == dict.fromkeys(run.busy.channels, size.leads)
    assert refused >= messages // 2
    assert early == []
    assert limited_s <= 2 * max(usual_s, size.floor_s)
