"""The whole bot with a seeded team in Microsoft Teams whose members click concurrently through the HTTP ingress."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from aiohttp import ClientSession, TCPConnector
from aiohttp.test_utils import TestServer
from sqlalchemy import Select, select

from bot.app import Application, open_application
from services.lead import ActivityType
from services.people import Language, PlaceKind
from storage.tables import audit, lead_history, leads
from tests.chat import Account, Room
from tests.displayed_message import DisplayedMessage
from tests.drivers.teams import TeamsDriver
from tests.fakes.bot_connector import FakeTeams
from tests.faults.seeded_team import SeededTeam, TeamsSeed, create_lead, seed_team
from tests.features.conftest import settings_for

DATABASE_UNAVAILABLE = "can't reach my data"
OVERLOADED = "Too much is happening"
OUTCOME_OPEN = "may have been done all the same"
CONNECTIONS = 200


@dataclass(frozen=True, slots=True)
class RunningBot:
    """A running bot and the accounts that use it."""

    app: Application
    teams: FakeTeams
    stage: TeamsDriver
    seeded: SeededTeam
    writers: tuple[Account, ...]

    async def create_lead(self, number: int) -> str:
        """Create a lead of the team and return its id."""
        return await create_lead(self.app.units, self.seeded, number)

    async def press(self, writer: Account, command: str, args: dict[str, str], interaction_id: str) -> DisplayedMessage:
        """Press a button and return what the person reads; a status other than 200 fails the test."""
        response = await self.stage.press(writer, writer.direct, "card", command, args, interaction_id)
        assert response is not None
        return response

    async def note_counts(self) -> Counter[str]:
        """Count the notes in the history of all leads by text."""
        return await self._counter(select(lead_history.c.text).where(lead_history.c.what == ActivityType.NOTED))

    async def title_counts(self) -> Counter[str]:
        """Count the leads by title."""
        return await self._counter(select(leads.c.title))

    async def action_counts(self) -> Counter[str]:
        """Count the audit entries by action."""
        return await self._counter(select(audit.c.action))

    async def _counter(self, query: Select[str]) -> Counter[str]:
        async with self.app.database.reader.connect() as connection:
            return Counter(value for (value,) in await connection.execute(query))

    def metric_total(self, name: str) -> float:
        """Return the sum of a metric over all its labels."""
        lines = self.app.metrics.text().decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


@asynccontextmanager
async def running_bot(url: str, writers: int, clock: Callable[[], datetime]) -> AsyncGenerator[RunningBot]:
    """Run the bot with its relay and a team of `writers` members."""
    async with FakeTeams(clock) as teams, open_application(settings_for(url, teams, ""), clock) as app:
        seeded = await seed_team(app.units, TeamsSeed(teams.service_url), "team", channels=1, members=writers)
        accounts = tuple(account_of(name) for name in seeded.accounts[2:])
        async with (
            TestServer(app.web_app) as server,
            ClientSession(server.make_url("/"), connector=TCPConnector(limit=CONNECTIONS)) as client,
            asyncio.TaskGroup() as tasks,
        ):
            tasks.create_task(app.relay.run())
            try:
                yield RunningBot(app, teams, TeamsDriver(client, teams), seeded, accounts)
            finally:
                app.relay.stop()


def account_of(name: str) -> Account:
    """Return a member's account on the platform."""
    return Account(name, name, Language.ENGLISH, Room(f"a:29:{name}", PlaceKind.PERSONAL))
