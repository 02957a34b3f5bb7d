"""Clients that disconnect before the response, and tasks that are cancelled at random points."""

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
from tests.faults.accelerated_clock import AcceleratedClock
from tests.faults.conftest import RecordFigures
from tests.faults.polling import wait_until
from tests.faults.running_bot import RunningBot, running_bot

WRITERS = 10
CANCEL_SHARE = 0.6
"""Share of requests that get a timeout; some of them finish earlier."""
MAX_TIMEOUT_FACTOR = 1.3
"""Upper limit of a timeout, as a multiple of the usual response time."""
IDLE_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Size:
    """Number of requests."""

    requests: int


SIZES = [
    pytest.param(Size(requests=120), id="quick"),
    pytest.param(Size(requests=2000), id="long", marks=[pytest.mark.long, pytest.mark.timeout(900)]),
]


@dataclass(slots=True)
class Outcomes:
    """Labels of the requests by their outcome."""

    answered: list[str] = field(default_factory=list[str])
    cancelled: list[str] = field(default_factory=list[str])


def incoming(bot: RunningBot, writer: Account, lead_id: str, label: str) -> Interaction:
    """Build a click as the platform adapter passes it on."""
    user = f"29:{writer.account_id}"
    reference = {"serviceUrl": bot.teams.service_url, "tenant": TENANT_ID, "bot": f"28:{APP_ID}", "user": user}
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


async def submit_note(bot: RunningBot, writer: Account, lead_id: str, label: str, *, is_direct: bool) -> None:
    """Send a note through the HTTP ingress or directly to dispatch."""
    if is_direct:
        response = await bot.app.dispatch.receive(incoming(bot, writer, lead_id, label))
        assert response is not None
    else:
        await bot.press(writer, "lead.note", {"lead": lead_id, "note": label}, label)


async def run_writer(bot: RunningBot, lead_id: str, writer: Account, requests: int, rng: random.Random) -> Outcomes:
    """Send notes one after the other, some with a random timeout."""
    outcomes, usual_s = Outcomes(), 0.05
    for number in range(requests):
        label = f"{writer.name}-{number}"
        timeout_s = rng.uniform(0, MAX_TIMEOUT_FACTOR * usual_s) if rng.random() < CANCEL_SHARE else None
        began = time.monotonic()
        try:
            async with asyncio.timeout(timeout_s):
                await submit_note(bot, writer, lead_id, label, is_direct=number % 2 == 0)
        except TimeoutError:
            outcomes.cancelled.append(label)
        else:
            outcomes.answered.append(label)
            usual_s = (usual_s + time.monotonic() - began) / 2
    return outcomes


async def idle_in_transaction(bot: RunningBot) -> int:
    """Return how many PostgreSQL connections are idle in a transaction."""
    if bot.app.database.is_sqlite:
        return 0
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in tr%'"
    async with bot.app.database.reader.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        return (await connection.execute(text(query))).scalar_one()


async def stored_responses(bot: RunningBot) -> set[str]:
    """Return the interaction ids whose response was stored."""
    async with bot.app.database.reader.connect() as connection:
        rows = await connection.execute(inbox.select().where(inbox.c.answer.is_not(None)))
        return {row.interaction_id.rpartition("|")[2] for row in rows}


@pytest.mark.parametrize("size", SIZES)
async def test_cancelled_requests_are_atomic(
    size: Size, database_url: str, rng: random.Random, record: RecordFigures
) -> None:
    """Each note exists once with its audit entry and its response, or not at all, and no connection stays in use."""
    async with running_bot(database_url, WRITERS, AcceleratedClock.starting_now(1)) as bot:
        lead_id = await bot.create_lead(0)
        await bot.press(bot.writers[0], "lead.pick", {"lead": lead_id}, "first")
        share = size.requests // WRITERS
        async with asyncio.TaskGroup() as tasks:
            writer_tasks = [tasks.create_task(run_writer(bot, lead_id, writer, share, rng)) for writer in bot.writers]
        outcomes_by_writer = [writer_task.result() for writer_task in writer_tasks]

        async def has_no_connection_in_use() -> bool:
            pools = [item.sync_engine.pool for item in (bot.app.database.writer, bot.app.database.reader)]
            in_use = sum(pool.checkedout() for pool in pools if isinstance(pool, QueuePool))
            return in_use == 0 and await idle_in_transaction(bot) == 0

        bot.app.relay.stop()
        idle_s = await wait_until(has_no_connection_in_use, IDLE_TIMEOUT_S)
        notes, actions, responses = await bot.note_counts(), await bot.action_counts(), await stored_responses(bot)
    answered = {label for outcomes in outcomes_by_writer for label in outcomes.answered}
    cancelled = {label for outcomes in outcomes_by_writer for label in outcomes.cancelled}
    record(
        requests=len(answered) + len(cancelled),
        cancelled=len(cancelled),
        of_these_done=len(cancelled & notes.keys()),
        idle_s=round(idle_s, 2),
    )
    assert answered <= notes.keys()
    assert set(notes.values()) == {1}
    assert actions["lead.noted"] == len(notes)
    assert notes.keys() <= responses
    assert len(cancelled) > size.requests * 0.2
