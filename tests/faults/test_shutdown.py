"""The bot gets SIGTERM while members click and messages are sent."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession
from sqlalchemy import select

from bot.app import utc_now
from storage.engine import Database, open_database
from storage.tables import deliveries, lead_history
from storage.unit_of_work import SqlUnits
from tests.bot.test_process import serving
from tests.builders import KEYRING
from tests.chat import Account
from tests.drivers.teams import TeamsDriver
from tests.fakes.bot_connector import APP_ID, APP_PASSWORD, TENANT_ID, FakeTeams, Slow
from tests.faults.conftest import RecordFigures
from tests.faults.polling import wait_until
from tests.faults.running_bot import account_of
from tests.faults.seeded_team import SeededTeam, TeamsSeed, create_lead, pick_lead, seed_team

SHUTDOWN_MAX_S = 10.0
START_S = 60.0
PROGRESS_MIN = 8
HANGS_S = 20.0
"""Longer than the shutdown may take."""


@dataclass(frozen=True, slots=True)
class Size:
    """Number of runs, writers and channels."""

    runs: int
    writers: int
    channels: int


SIZES = [
    pytest.param(Size(runs=1, writers=8, channels=20), id="quick", marks=pytest.mark.timeout(120)),
    pytest.param(Size(runs=15, writers=16, channels=40), id="long", marks=[pytest.mark.long, pytest.mark.timeout(900)]),
]


@dataclass(slots=True)
class ClickLoad:
    """Clicks, and the responses to them."""

    teams: FakeTeams
    seeded: SeededTeam
    lead_id: str
    rng: random.Random
    acknowledged: list[str] = field(default_factory=list[str])
    unanswered: int = 0

    def under_way(self) -> Callable[[], Awaitable[bool]]:
        """Return a condition: messages are sent and clicks are acknowledged from now on."""
        posts, acknowledged = len(self.teams.posts), len(self.acknowledged)

        async def is_reached() -> bool:
            return min(len(self.teams.posts) - posts, len(self.acknowledged) - acknowledged) >= PROGRESS_MIN

        return is_reached

    def delay(self, _: str) -> Slow:
        """Delay a message for a moment, a few for longer than the shutdown may take."""
        return Slow(HANGS_S if self.rng.random() < 0.02 else self.rng.uniform(0, 0.2))

    async def press(self, stage: TeamsDriver, writer: Account, run: int) -> None:
        """Click until the bot no longer responds."""
        for number in range(1_000_000):
            note = f"{writer.name}-{run}-{number}"
            try:
                args = {"lead": self.lead_id, "note": note}
                response = await stage.press(writer, writer.direct, "card", "lead.note", args, note)
            except (ClientError, ConnectionError, TimeoutError):
                self.unanswered += 1
                return
            assert response is not None
            assert self.seeded.actors[0].name in response, response
            self.acknowledged.append(note)


def settings_of(url: str, teams: FakeTeams) -> dict[str, str]:
    """Return the settings of the process."""
    return {
        "DATABASE_URL": url,
        "SECRET_KEYS": "a key of the fault tests and of them alone",
        "TEAMS_APP_ID": APP_ID,
        "TEAMS_APP_PASSWORD": APP_PASSWORD,
        "TEAMS_TENANT_ID": TENANT_ID,
        "TEAMS_OPENID_URL": teams.openid_url,
        "TEAMS_LOGIN_URL": teams.login_url,
        "TEAMS_SERVICE_HOSTS": "127.0.0.1",
        "LOG_LEVEL": "error",
        "DEMO": "0",
    }


async def stop_under_load(load: ClickLoad, folder: Path, url: str, run: int, writers: list[Account]) -> float:
    """Start the bot, click until it is busy, send SIGTERM; return the seconds until it ends."""
    async with AsyncExitStack() as stack:
        process, address = await stack.enter_async_context(serving(folder, **settings_of(url, load.teams)))
        client = await stack.enter_async_context(ClientSession(f"{address}/"))
        stage = TeamsDriver(client, load.teams)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        for writer in writers:
            tasks.create_task(load.press(stage, writer, run))
        await wait_until(load.under_way(), START_S)
        await asyncio.sleep(load.rng.uniform(0.0, 1.0))
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        async with asyncio.timeout(SHUTDOWN_MAX_S):
            status = await process.wait()
        assert status == 0
        return time.monotonic() - began


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.nightly
async def test_shutdown_loses_nothing(
    size: Size, database_url: str, rng: random.Random, record: RecordFigures, tmp_path: Path
) -> None:
    """The bot ends within ten seconds with status 0, keeps acknowledged clicks, and leaves no delivery in flight."""
    database = open_database(database_url)
    units = SqlUnits(database, utc_now, KEYRING)
    async with FakeTeams(utc_now) as teams:
        seeded = await seed_team(units, TeamsSeed(teams.service_url), "team", size.channels, members=size.writers)
        load = ClickLoad(teams, seeded, await create_lead(units, seeded, 0), rng)
        await pick_lead(units, seeded, load.lead_id)
        teams.behaviour = load.delay
        shutdown_times_s: list[float] = []
        for run in range(size.runs):
            for number in range(3):
                await create_lead(units, seeded, 1 + 3 * run + number)
            writers = [account_of(name) for name in seeded.accounts[2:]]
            shutdown_times_s.append(await stop_under_load(load, tmp_path, database_url, run, writers))
            assert (await states(database))["sending"] == 0
        saved = await notes(database)
        left = await states(database)
        record(
            runs=size.runs,
            acknowledged=len(load.acknowledged),
            missing=len(set(load.acknowledged) - saved.keys()),
            doubled=sum(times - 1 for times in saved.values()),
            unanswered=load.unanswered,
            deliveries=dict(left),
            slowest_end_s=round(max(shutdown_times_s), 1),
        )
    await database.close()
    assert len(load.acknowledged) > size.runs * size.writers
    assert set(load.acknowledged) <= saved.keys()
    assert set(saved.values()) == {1}
    assert left["sent"] > 0
    assert left["failed"] == 0


async def states(database: Database) -> Counter[str]:
    """Count the deliveries by state."""
    async with database.reader.connect() as connection:
        return Counter(value for (value,) in await connection.execute(select(deliveries.c.state)))


async def notes(database: Database) -> Counter[str]:
    """Count the notes by text."""
    async with database.reader.connect() as connection:
        rows = await connection.execute(select(lead_history.c.text).where(lead_history.c.what == "noted"))
        return Counter(value for (value,) in rows)
