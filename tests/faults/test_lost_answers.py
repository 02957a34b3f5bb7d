"""Slack takes messages and swallows its answers: each message stands there once all the same."""

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
from tests.faults.conftest import Note
from tests.faults.haste import Haste
from tests.faults.relay_process import relay_to_slack
from tests.faults.town import InSlack, bring, found
from tests.faults.waiting import until

FACTOR = 40
CALM_S = 300


@dataclass(frozen=True, slots=True)
class Size:
    """How many messages leave: each lead appears in each channel."""

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
class Silence:
    """Of each message the first answer is lost; of the questions about it some are not answered either."""

    chance: random.Random
    slack: FakeSlack
    swallowed: Counter[str] = field(default_factory=Counter[str])

    def mood(self, method: str, channel: str) -> CannedResponse | Drop | None:
        """Whether the message has arrived, and what is said of it."""
        if method == "conversations.history":
            drawn = self.chance.random()
            return (
                ratelimited(self.chance.randint(1, 5)) if drawn < 0.1 else CannedResponse(503) if drawn < 0.15 else None
            )
        if method != "chat.postMessage":
            return None
        # In a channel there is one at a time: as many as stand there have been swallowed already.
        if self.swallowed[channel] > len(self.slack.messages_in(channel)):
            return None
        self.swallowed[channel] += 1
        if self.chance.random() < 0.5:
            return Drop(accepted=True)
        return CannedResponse(500, accepted=True)


@pytest.mark.parametrize("size", SIZES)
async def test_every_swallowed_answer_leaves_one_copy(
    size: Size, database_url: str, chance: random.Random, note: Note
) -> None:
    """However Slack loses its answer, the message is found, counts as sent, and nobody is asked about it."""
    haste, database = Haste.of(FACTOR), open_database(database_url)
    units = SqlUnits(database, haste, KEYRING)
    async with FakeSlack(haste) as slack, ClientSession() as session, asyncio.TaskGroup() as tasks:
        firm = await found(units, InSlack(slack), "firm", size.channels)
        silence = Silence(chance, slack)
        slack.behaviour = silence.mood
        relay = relay_to_slack(units, session, haste, slack.api_url)
        for number in range(size.leads):
            await bring(units, firm, number)
        tasks.create_task(relay.run())

        async def is_calm() -> bool:
            async with units.read() as uow:
                backlog = await uow.deliveries.backlog(uow.now)
            return backlog.unrouted + backlog.pending + backlog.sending == 0

        try:
            await until(is_calm, CALM_S)
        finally:
            relay.stop()
    async with database.reader.connect() as connection:
        states = Counter((await connection.execute(select(deliveries.c.state))).scalars())
    await database.close()
    copies = Counter((said.channel_id, said.text) for said in slack.messages.values())
    note(
        messages=size.messages,
        swallowed=sum(silence.swallowed.values()),
        states=dict(states),
        doubled=sum(number - 1 for number in copies.values()),
        looks=len(slack.called("conversations.history")),
        scaled_s=round(haste.timer()),
    )
    assert sum(silence.swallowed.values()) == size.messages
    assert len(copies) == size.messages
    assert set(copies.values()) == {1}
    assert states == {"sent": size.messages}
