import asyncio
import random
import sys
from collections import Counter
from pathlib import Path

import pytest

from storage.engine import open_database
from storage.unit_of_work import SqlUnits
from tests.architecture.source import ROOT
from tests.builders import Clock, units_on
from tests.services.firms import bring, connect, found, pick

KILLS = 8
LEADS = 6
CHANNELS = 6


async def run_and_kill(url: str, path: Path, ahead_s: int, life_s: float | None) -> int | None:
    """Let a relay work in a process of its own, and kill it without warning after some time."""
    command = [sys.executable, "-m", "tests.fakes.relay_process", url, str(path), str(ahead_s)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    try:
        async with asyncio.timeout(life_s):
            return await process.wait()
    except TimeoutError:
        process.kill()
        return await process.wait()


@pytest.mark.timeout(180)
async def test_a_killed_relay_loses_nothing_and_doubles_nothing(
    database_url: str, tmp_path: Path, clock: Clock
) -> None:
    """Killed over and over in the middle of its work, a relay sends each message at most once and knows of the rest."""
    database = open_database(database_url)
    units, path = units_on(database, clock), tmp_path / "arrived"
    keys = await fill(units)
    ahead_s = 0
    for _ in range(KILLS):
        ahead_s += 60
        await run_and_kill(database_url, path, ahead_s, random.uniform(0.8, 2.0))
    while await run_and_kill(database_url, path, ahead_s := ahead_s + 60, None) or await is_busy(units):
        assert ahead_s < 60 * (KILLS + 10)
    arrived = Counter(line for line in path.read_text().splitlines() if line.startswith("send "))
    async with units.read() as uow:
        known = [post for key in keys for post in await uow.deliveries.copies(key)]
        unknown = (await uow.deliveries.backlog(uow.now)).unknown
    assert arrived.most_common(1)[0][1] == 1
    # Every card in every channel is there, or is asked about; the cards that ask may themselves be among the unknown.
    assert LEADS * CHANNELS - unknown <= len(known) <= LEADS * CHANNELS
    assert {f"send {post.message_id}" for post in known} <= arrived.keys()
    await database.close()


async def fill(units: SqlUnits) -> list[str]:
    """A firm with channels and leads, nothing delivered yet; the leads' ids."""
    firm = await found(units, "Solarhaus")
    for number in range(CHANNELS - 1):
        await connect(units, firm.owner, f"Kanal {number}")
    brought = [await bring(firm) for _ in range(LEADS)]
    await pick(firm, brought[0].lead_id)
    return [one.lead_id for one in brought]


async def is_busy(units: SqlUnits) -> bool:
    """Whether anything is still to be done."""
    async with units.read() as uow:
        backlog = await uow.deliveries.backlog(uow.now)
    return backlog.unrouted + backlog.pending + backlog.sending > 0
