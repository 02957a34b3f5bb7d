"""Slack accepts messages but its responses are lost: each message still stands in the channel once."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession
from sqlalchemy import select

from storage.engine import open_database
from storage.tables import deliveries
from storage.unit_of_work import SqlUnits
from tests.builders import KEYRING
from tests.fakes.slack import CannedResponse, Drop, FakeSlack, ratelimited
from tests.faults.accelerated_clock import AcceleratedClock
from tests.faults.conftest import RecordFigures
from tests.faults.polling import wait_until
from tests.faults.relay_process import relay_to_slack
from tests.faults.seeded_team import SlackSeed, create_lead, seed_team

FACTOR = 40
IDLE_TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class Size:
    """Number of messages: each lead is posted to each channel."""

    channels: int
    leads: int

    @property
    def messages(self) -> int:
        return self.channels * self.leads


SIZES = [
    pytest.param(Size(channels=6, leads=4), id="quick", marks=pytest.mark.timeout(120)),
    pytest.param(Size(channels=20, leads=25), id="long", marks=[pytest.mark.long, pytest.mark.timeout(900)]),
]


@dataclass(slots=True)
class LostResponses:
    """Lose the first response to each message, and the responses to some lookups."""

    rng: random.Random
    slack: FakeSlack
    responses_lost: Counter[str] = field(default_factory=Counter[str])

    def behave(self, method: str, channel: str) -> CannedResponse | Drop | None:
        """Return the fault for a call; None lets it succeed."""
        if method == "conversations.history":
            chance = self.rng.random()
            return (
                ratelimited(self.rng.randint(1, 5)) if chance < 0.1 else CannedResponse(503) if chance < 0.15 else None
            )
        if method != "chat.postMessage":
            return None
        # Each channel has one message in flight, so the messages in it are those whose response was lost.
        if self.responses_lost[channel] > len(self.slack.messages_in(channel)):
            return None
        self.responses_lost[channel] += 1
        if self.rng.random() < 0.5:
            return Drop(accepted=True)
        return CannedResponse(500, accepted=True)


@pytest.mark.parametrize("size", SIZES)
async def test_lost_responses_leave_one_copy(
    size: Size, database_url: str, rng: random.Random, record: RecordFigures
) -> None:
    """A message whose response was lost is looked up, recorded as sent, and not sent again."""
    clock, database = AcceleratedClock.starting_now(FACTOR), open_database(database_url)
    units = SqlUnits(database, clock, KEYRING)
    async with FakeSlack(clock) as slack, ClientSession() as session, asyncio.TaskGroup() as tasks:
        seeded = await seed_team(units, SlackSeed(slack), "team", size.channels)
        lost_responses = LostResponses(rng, slack)
        slack.behaviour = lost_responses.behave
        relay = relay_to_slack(units, session, clock, slack.api_url)
        for number in range(size.leads):
            await create_lead(units, seeded, number)
        tasks.create_task(relay.run())

        async def is_idle() -> bool:
            async with units.read() as uow:
                backlog = await uow.deliveries.count_backlog(uow.now)
            return backlog.unrouted + backlog.pending + backlog.sending == 0

        try:
            await wait_until(is_idle, IDLE_TIMEOUT_S)
        finally:
            relay.stop()
    async with database.reader.connect() as connection:
        states = Counter((await connection.execute(select(deliveries.c.state))).scalars())
    await database.close()
    copies = Counter((message.channel_id, message.text) for message in slack.messages.values())
    record(
        messages=size.messages,
        responses_lost=sum(lost_responses.responses_lost.values()),
        states=dict(states),
        doubled=sum(number - 1 for number in copies.values()),
        looks=len(slack.called("conversations.history")),
        scaled_s=round(clock.timer()),
    )
    assert sum(lost_responses.responses_lost.values()) == size.messages
    assert len(copies) == size.messages
    assert set(copies.values()) == {1}
    assert states == {"sent": size.messages}
