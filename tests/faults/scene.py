"""The whole bot with a firm in Microsoft Teams whose colleagues all press at once, through the platform's own door."""

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
from services.lead import What
from services.people import Language, PlaceKind
from storage.tables import audit, lead_history, leads
from tests.chat import Account, Room
from tests.displayed_message import DisplayedMessage
from tests.drivers.teams import TeamsDriver
from tests.fakes.bot_connector import FakeTeams
from tests.faults.town import Firm, InTeams, bring, found
from tests.features.conftest import settings_for

AWAY = "can't reach my data"
BUSY = "Too much is happening"
OPEN = "may have been done all the same"
CONNECTIONS = 200


@dataclass(frozen=True, slots=True)
class Scene:
    """A house at work, and who presses."""

    house: Application
    teams: FakeTeams
    stage: TeamsDriver
    firm: Firm
    writers: tuple[Account, ...]

    async def bring(self, number: int) -> str:
        """A lead of the firm on which somebody can work; its id."""
        return await bring(self.house.units, self.firm, number)

    async def press(self, writer: Account, command: str, args: dict[str, str], interaction_id: str) -> DisplayedMessage:
        """Press a button; what the person reads. A status other than 200 fails the test."""
        answer = await self.stage.press(writer, writer.direct, "card", command, args, interaction_id)
        assert answer is not None
        return answer

    async def notes(self) -> Counter[str]:
        """How often each note stands in the history of a lead."""
        return await self._counter(select(lead_history.c.text).where(lead_history.c.what == What.NOTED))

    async def titles(self) -> Counter[str]:
        """How many leads have each title."""
        return await self._counter(select(leads.c.title))

    async def actions(self) -> Counter[str]:
        """How often each action stands in the audit log."""
        return await self._counter(select(audit.c.action))

    async def _counter(self, query: Select[str]) -> Counter[str]:
        async with self.house.database.reader.connect() as connection:
            return Counter(value for (value,) in await connection.execute(query))

    def counted(self, name: str) -> float:
        """A metric, all its labels together."""
        lines = self.house.metrics.text().decode().splitlines()
        return sum(float(one.split()[-1]) for one in lines if one.startswith(name))


@asynccontextmanager
async def scene(url: str, writers: int, clock: Callable[[], datetime]) -> AsyncGenerator[Scene]:
    """The bot with its relay at work, and so many colleagues."""
    async with FakeTeams(clock) as teams, open_application(settings_for(url, teams, ""), clock) as house:
        firm = await found(house.units, InTeams(teams.service_url), "firm", channels=1, members=writers)
        accounts = tuple(account_of(name) for name in firm.accounts[2:])
        async with (
            TestServer(house.web_app) as server,
            ClientSession(server.make_url("/"), connector=TCPConnector(limit=CONNECTIONS)) as client,
            asyncio.TaskGroup() as tasks,
        ):
            tasks.create_task(house.relay.run())
            try:
                yield Scene(house, teams, TeamsDriver(client, teams), firm, accounts)
            finally:
                house.relay.stop()


def account_of(name: str) -> Account:
    """Somebody of the firm, as the platform knows one."""
    return Account(name, name, Language.ENGLISH, Room(f"a:29:{name}", PlaceKind.PERSONAL))
