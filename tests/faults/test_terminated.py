"""The bot is told to end while colleagues press and messages leave."""

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
from tests.faults.conftest import Note
from tests.faults.scene import account_of
from tests.faults.town import Firm, InTeams, bring, found, pick
from tests.faults.waiting import until

END_S = 10.0
START_S = 60.0
UNDER_WAY = 8
HANGS_S = 20.0
"""Longer than anybody waits for the end."""


@dataclass(frozen=True, slots=True)
class Size:
    """How often, and how many press meanwhile."""

    runs: int
    writers: int
    channels: int


SIZES = [
    pytest.param(Size(runs=1, writers=8, channels=20), id="quick", marks=pytest.mark.timeout(120)),
    pytest.param(Size(runs=15, writers=16, channels=40), id="long", marks=[pytest.mark.long, pytest.mark.timeout(900)]),
]


@dataclass(slots=True)
class Load:
    """What is pressed, and what was answered."""

    teams: FakeTeams
    firm: Firm
    lead_id: str
    chance: random.Random
    acknowledged: list[str] = field(default_factory=list[str])
    unanswered: int = 0

    def under_way(self) -> Callable[[], Awaitable[bool]]:
        """Whether messages leave and clicks are answered, from now on."""
        posts, acknowledged = len(self.teams.posts), len(self.acknowledged)

        async def is_so() -> bool:
            return min(len(self.teams.posts) - posts, len(self.acknowledged) - acknowledged) >= UNDER_WAY

        return is_so

    def hesitate(self, _: str) -> Slow:
        """Most messages take a moment, a few never end."""
        return Slow(HANGS_S if self.chance.random() < 0.02 else self.chance.uniform(0, 0.2))

    async def press(self, stage: TeamsDriver, writer: Account, run: int) -> None:
        """Press until nobody answers any more."""
        for number in range(1_000_000):
            note = f"{writer.name}-{run}-{number}"
            try:
                args = {"lead": self.lead_id, "note": note}
                answer = await stage.press(writer, writer.direct, "card", "lead.note", args, note)
            except (ClientError, ConnectionError, TimeoutError):
                self.unanswered += 1
                return
            assert answer is not None
            assert self.firm.actors[0].name in answer, answer
            self.acknowledged.append(note)


def settings_of(url: str, teams: FakeTeams) -> dict[str, str]:
    """What the process is told."""
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


async def end_under_load(load: Load, folder: Path, url: str, run: int, writers: list[Account]) -> float:
    """Start the bot, let everybody press, tell it to end; how long that took."""
    async with AsyncExitStack() as stack:
        process, address = await stack.enter_async_context(serving(folder, **settings_of(url, load.teams)))
        client = await stack.enter_async_context(ClientSession(f"{address}/"))
        stage = TeamsDriver(client, load.teams)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        for writer in writers:
            tasks.create_task(load.press(stage, writer, run))
        await until(load.under_way(), START_S)
        await asyncio.sleep(load.chance.uniform(0.0, 1.0))
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        async with asyncio.timeout(END_S):
            status = await process.wait()
        assert status == 0
        return time.monotonic() - began


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.nightly
async def test_the_end_loses_nothing(
    size: Size, database_url: str, chance: random.Random, note: Note, tmp_path: Path
) -> None:
    """It ends within ten seconds with status 0; every answered click is kept, and no message is left half sent."""
    database = open_database(database_url)
    units = SqlUnits(database, utc_now, KEYRING)
    async with FakeTeams(utc_now) as teams:
        firm = await found(units, InTeams(teams.service_url), "firm", size.channels, members=size.writers)
        load = Load(teams, firm, await bring(units, firm, 0), chance)
        await pick(units, firm, load.lead_id)
        teams.mood = load.hesitate
        ends: list[float] = []
        for run in range(size.runs):
            for number in range(3):
                await bring(units, firm, 1 + 3 * run + number)
            writers = [account_of(name) for name in firm.accounts[2:]]
            ends.append(await end_under_load(load, tmp_path, database_url, run, writers))
            assert (await states(database))["sending"] == 0
        kept = await notes(database)
        left = await states(database)
        note(
            runs=size.runs,
            acknowledged=len(load.acknowledged),
            missing=len(set(load.acknowledged) - kept.keys()),
            doubled=sum(times - 1 for times in kept.values()),
            unanswered=load.unanswered,
            deliveries=dict(left),
            slowest_end_s=round(max(ends), 1),
        )
    await database.close()
    assert len(load.acknowledged) > size.runs * size.writers
    assert set(load.acknowledged) <= kept.keys()
    assert set(kept.values()) == {1}
    assert left["sent"] > 0
    assert left["failed"] == 0


async def states(database: Database) -> Counter[str]:
    """Where the messages stand."""
    async with database.reader.connect() as connection:
        return Counter(value for (value,) in await connection.execute(select(deliveries.c.state)))


async def notes(database: Database) -> Counter[str]:
    """How often each note was written down."""
    async with database.reader.connect() as connection:
        rows = await connection.execute(select(lead_history.c.text).where(lead_history.c.what == "noted"))
        return Counter(value for (value,) in rows)
