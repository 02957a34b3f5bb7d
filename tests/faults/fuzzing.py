"""Load and checks that the fuzz tests share: how many requests they send and which rows may change."""

import asyncio
import hashlib
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import pytest
from sqlalchemy import select

from services.invariants import check_all
from storage.tables import metadata
from tests.chat import Chat, Person
from tests.faults.conftest import RecordFigures
from tests.faults.payload_mutation import Mutator
from tests.features import team_state
from tests.features.chat_team import ChatTeam

QUICK: Final = 400
LONG: Final = 10_000
SIZES: Final = [
    pytest.param(QUICK, id="quick", marks=pytest.mark.timeout(180)),
    pytest.param(LONG, id="long", marks=[pytest.mark.long, pytest.mark.timeout(1200)]),
]
BATCH: Final = 100
CONCURRENCY: Final = 16
UNKNOWN_ARGS: Final = {"lead": "L-999999", "who": "nobody", "note": "x"}
"""Ids that do not exist."""


@dataclass(slots=True, kw_only=True)
class FuzzRun:
    """A team under test, the users who attack it, and the responses they got."""

    chat: Chat
    seeded: ChatTeam
    non_members: list[Person]
    mutator: Mutator
    statuses: Counter[int] = field(default_factory=Counter[int])
    unexpected: list[str] = field(default_factory=list[str])

    @property
    def rng(self) -> random.Random:
        return self.mutator.rng

    def record_response(self, status: int, body: bytes, expected: frozenset[int]) -> None:
        """Count a response, and keep its body if its status is not expected."""
        self.statuses[status] += 1
        if status not in expected:
            self.unexpected.append(f"{status} {body[:500]!r}")


async def database_digest(chat: Chat) -> str:
    """Return a hash over every row of every table."""
    found = hashlib.sha256()
    async with chat.application.database.reader.connect() as connection:
        for table in metadata.sorted_tables:
            for row in sorted(str(tuple(row)) for row in await connection.execute(select(table))):
                found.update(row.encode())
    return found.hexdigest()


async def team_rows(seeded: ChatTeam) -> dict[str, list[str]]:
    """Return the team's rows by table; conversations as ids only, since their names come from the platform."""
    rows = await team_state.rows_without_refusals(seeded.chat, seeded.team_id)
    async with seeded.chat.application.units.read() as uow:
        conversations = await uow.conversations.list_connected(seeded.team_id)
    return {**rows, "conversations": [conversation.conversation_id for conversation in conversations]}


def commands_run(chat: Chat) -> float:
    """Return how many commands have started to run."""
    lines = chat.application.metrics.text().decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("kollega_command_seconds_count"))


async def send_concurrently(one: Callable[[], Awaitable[None]], count: int) -> None:
    """Call `one` `count` times, at most CONCURRENCY at once."""
    semaphore = asyncio.Semaphore(CONCURRENCY)

    async def send_next() -> None:
        async with semaphore:
            await one()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(count):
            tasks.create_task(send_next())


async def check_fuzzing(
    fuzz_run: FuzzRun,
    size: int,
    record: RecordFigures,
    unauthenticated: Callable[[], Awaitable[None]],
    authenticated: Callable[[], Awaitable[None]],
) -> None:
    """Send unauthenticated and authenticated batches in turn, and check responses, commands and rows."""
    chat, seeded, began = fuzz_run.chat, fuzz_run.seeded, time.monotonic()
    rows, notices_before = await team_rows(seeded), await team_state.texts_for_members(seeded)
    runs = changes = 0
    for _ in range(size // (2 * BATCH)):
        before = await database_digest(chat), commands_run(chat)
        await send_concurrently(unauthenticated, BATCH)
        after = await database_digest(chat), commands_run(chat)
        changes += before[0] != after[0]
        runs += before[1] != after[1]
        await send_concurrently(authenticated, BATCH)
        await chat.settles()
    record(
        sent=sum(fuzz_run.statuses.values()),
        statuses={str(status): fuzz_run.statuses[status] for status in sorted(fuzz_run.statuses)},
        errors=sum(count for status, count in fuzz_run.statuses.items() if status >= 500),
        unauthenticated_commands=runs,
        unauthenticated_changes=changes,
        seconds=round(time.monotonic() - began, 1),
    )
    assert fuzz_run.unexpected == []
    assert (runs, changes) == (0, 0)
    assert team_state.defects(chat) == 0
    now = await team_rows(seeded)
    changed = {name: set(now[name]) ^ set(rows[name]) for name in rows if now[name] != rows[name]}
    assert not changed, changed
    assert len(await team_state.texts_for_members(seeded)) == len(notices_before)
    async with chat.application.units.read() as uow:
        assert await check_all(uow.invariants) == ()
