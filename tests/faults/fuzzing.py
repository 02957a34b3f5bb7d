"""What all runs share that send a bot thousands of requests which nobody sends: how many, how, and what may change."""

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
from tests.faults.conftest import Note
from tests.faults.mutation import Mutator
from tests.features import team_state
from tests.features.chat_team import ChatTeam

QUICK: Final = 400
LONG: Final = 10_000
SIZES: Final = [
    pytest.param(QUICK, id="quick", marks=pytest.mark.timeout(180)),
    pytest.param(LONG, id="long", marks=[pytest.mark.long, pytest.mark.timeout(1200)]),
]
BATCH: Final = 100
AT_ONCE: Final = 16
NOWHERE: Final = {"lead": "L-999999", "who": "nobody", "note": "x"}
"""Things that do not exist."""


@dataclass(slots=True, kw_only=True)
class Siege:
    """A firm, those who are after it, and what was answered to them."""

    chat: Chat
    firm: ChatTeam
    outsiders: list[Person]
    mutator: Mutator
    answers: Counter[int] = field(default_factory=Counter[int])
    odd: list[str] = field(default_factory=list[str])

    @property
    def chance(self) -> random.Random:
        return self.mutator.chance

    def note(self, status: int, body: bytes, expected: frozenset[int]) -> None:
        """Count an answer, and keep what was sent when it is none of those that are due."""
        self.answers[status] += 1
        if status not in expected:
            self.odd.append(f"{status} {body[:500]!r}")


async def digest(chat: Chat) -> str:
    """Every row of every table."""
    found = hashlib.sha256()
    async with chat.application.database.reader.connect() as connection:
        for table in metadata.sorted_tables:
            for row in sorted(str(tuple(row)) for row in await connection.execute(select(table))):
                found.update(row.encode())
    return found.hexdigest()


async def kept(firm: ChatTeam) -> dict[str, list[str]]:
    """What the firm has. How its places are called and reached is the platform's to say, which are its own is not."""
    rows = await team_state.rows_without_refusals(firm.chat, firm.team_id)
    async with firm.chat.application.units.read() as uow:
        places = await uow.conversations.connected(firm.team_id)
    return {**rows, "conversations": [one.conversation_id for one in places]}


def commands_run(chat: Chat) -> float:
    """How many commands have begun to be carried out."""
    lines = chat.application.metrics.text().decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("kollega_command_seconds_count"))


async def send(one: Callable[[], Awaitable[None]], count: int) -> None:
    """So many, some at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def in_turn() -> None:
        async with gate:
            await one()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(count):
            tasks.create_task(in_turn())


async def withstand(
    siege: Siege, size: int, note: Note, unproven: Callable[[], Awaitable[None]], proven: Callable[[], Awaitable[None]]
) -> None:
    """Both in turn: no answer is an error of ours; unproven, nothing happens at all, and proven, nothing of others'."""
    chat, firm, began = siege.chat, siege.firm, time.monotonic()
    rows, heard = await kept(firm), await team_state.texts_for_members(firm)
    runs = changes = 0
    for _ in range(size // (2 * BATCH)):
        before = await digest(chat), commands_run(chat)
        await send(unproven, BATCH)
        after = await digest(chat), commands_run(chat)
        changes += before[0] != after[0]
        runs += before[1] != after[1]
        await send(proven, BATCH)
        await chat.settles()
    note(
        sent=sum(siege.answers.values()),
        answers={str(status): siege.answers[status] for status in sorted(siege.answers)},
        errors=sum(count for status, count in siege.answers.items() if status >= 500),
        unproven_commands=runs,
        unproven_changes=changes,
        seconds=round(time.monotonic() - began, 1),
    )
    assert siege.odd == []
    assert (runs, changes) == (0, 0)
    assert team_state.defects(chat) == 0
    now = await kept(firm)
    changed = {name: set(now[name]) ^ set(rows[name]) for name in rows if now[name] != rows[name]}
    assert not changed, changed
    assert len(await team_state.texts_for_members(firm)) == len(heard)
    async with chat.application.units.read() as uow:
        assert await check_all(uow.invariants) == ()
