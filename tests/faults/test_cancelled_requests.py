"""People go away before they are answered, and tasks are cancelled wherever they happen to be."""

import asyncio
import random
import time
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text
from sqlalchemy.pool import QueuePool

from bot.dispatch.interaction import ConversationProfile, Interaction, InteractionKind, Sender
from services.people import PlaceKind
from storage.tables import inbox
from tests.chat import Account
from tests.fakes.bot_connector import APP_ID, TENANT_ID
from tests.faults.conftest import Note
from tests.faults.haste import Haste
from tests.faults.scene import Scene, scene
from tests.faults.waiting import until

WRITERS = 10
SHARE = 0.6
"""Of the requests, somebody would give up on so many; some of them are answered before."""
LONGEST = 1.3
"""Times what an answer takes."""
CALM_S = 60.0


@dataclass(frozen=True, slots=True)
class Size:
    """How many requests."""

    requests: int


SIZES = [
    pytest.param(Size(requests=120), id="quick"),
    pytest.param(Size(requests=2000), id="long", marks=[pytest.mark.long, pytest.mark.timeout(900)]),
]


@dataclass(slots=True)
class Fate:
    """What became of the requests."""

    answered: list[str] = field(default_factory=list[str])
    cancelled: list[str] = field(default_factory=list[str])


def incoming(here: Scene, writer: Account, lead_id: str, label: str) -> Interaction:
    """A click as the platform hands it over."""
    user = f"29:{writer.account_id}"
    reference = {"serviceUrl": here.teams.service_url, "tenant": TENANT_ID, "bot": f"28:{APP_ID}", "user": user}
    return Interaction(
        platform="teams",
        tenant=TENANT_ID,
        kind=InteractionKind.CLICK,
        interaction_id=label,
        sender=Sender(writer.account_id, writer.name, language_hint="en-GB", reference=reference),
        conversation=ConversationProfile(writer.direct.room_id, PlaceKind.PERSONAL, "", reference),
        command="lead.note",
        args={"lead": lead_id, "note": label},
    )


async def ask(here: Scene, writer: Account, lead_id: str, label: str, *, is_direct: bool) -> None:
    """Press through the door, or hand the click over inside."""
    if is_direct:
        answer = await here.house.dispatch.receive(incoming(here, writer, lead_id, label))
        assert answer is not None
    else:
        await here.press(writer, "lead.note", {"lead": lead_id, "note": label}, label)


async def work(here: Scene, lead_id: str, writer: Account, requests: int, chance: random.Random) -> Fate:
    """One thing after the other, losing patience at random."""
    fate, usual_s = Fate(), 0.05
    for number in range(requests):
        label = f"{writer.name}-{number}"
        patience_s = chance.uniform(0, LONGEST * usual_s) if chance.random() < SHARE else None
        began = time.monotonic()
        try:
            async with asyncio.timeout(patience_s):
                await ask(here, writer, lead_id, label, is_direct=number % 2 == 0)
        except TimeoutError:
            fate.cancelled.append(label)
        else:
            fate.answered.append(label)
            usual_s = (usual_s + time.monotonic() - began) / 2
    return fate


async def idle_in_transaction(here: Scene) -> int:
    """How many connections of PostgreSQL wait for somebody who has gone."""
    if here.house.database.is_sqlite:
        return 0
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in tr%'"
    async with here.house.database.reader.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        return (await connection.execute(text(query))).scalar_one()


async def kept_answers(here: Scene) -> set[str]:
    """The interactions whose answer was kept together with their effect."""
    async with here.house.database.reader.connect() as connection:
        rows = await connection.execute(inbox.select().where(inbox.c.answer.is_not(None)))
        return {row.interaction_id.rpartition("|")[2] for row in rows}


@pytest.mark.parametrize("size", SIZES)
async def test_whoever_goes_leaves_nothing_half_done(
    size: Size, database_url: str, chance: random.Random, note: Note
) -> None:
    """Each note is there once with its audit row and its answer, or not at all, and every connection is free again."""
    async with scene(database_url, WRITERS, Haste.of(1)) as here:
        lead_id = await here.bring(0)
        await here.press(here.writers[0], "lead.pick", {"lead": lead_id}, "first")
        share = size.requests // WRITERS
        async with asyncio.TaskGroup() as tasks:
            working = [tasks.create_task(work(here, lead_id, one, share, chance)) for one in here.writers]
        fates = [one.result() for one in working]

        async def is_free() -> bool:
            pools = [one.sync_engine.pool for one in (here.house.database.writer, here.house.database.reader)]
            in_use = sum(pool.checkedout() for pool in pools if isinstance(pool, QueuePool))
            return in_use == 0 and await idle_in_transaction(here) == 0

        here.house.relay.stop()
        calm_s = await until(is_free, CALM_S)
        notes, actions, answers = await here.notes(), await here.actions(), await kept_answers(here)
    answered = {label for fate in fates for label in fate.answered}
    cancelled = {label for fate in fates for label in fate.cancelled}
    note(
        requests=len(answered) + len(cancelled),
        cancelled=len(cancelled),
        of_these_done=len(cancelled & notes.keys()),
        calm_s=round(calm_s, 2),
    )
    assert answered <= notes.keys()
    assert set(notes.values()) == {1}
    assert actions["lead.noted"] == len(notes)
    assert notes.keys() <= answers
    assert len(cancelled) > size.requests * 0.2
