"""The bot on its way to a Teams of the test's own."""

import aiohttp
import pytest

from bot.operations.metrics import Metrics
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.service_hosts import ServiceHosts
from bot.platforms.teams.token import TokenSource
from tests.bot.connector.credentials import create_token_source
from tests.bot.loopback import clock, session, teams
from tests.fakes.bot_connector import FakeClock, FakeTeams

__all__ = ["clock", "session", "teams"]


@pytest.fixture
def token_source(teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock) -> TokenSource:
    """The bot's credentials."""
    return create_token_source(teams, session, clock)


@pytest.fixture
def metrics() -> Metrics:
    """What operators see."""
    return Metrics()


@pytest.fixture
def connector(
    session: aiohttp.ClientSession, token_source: TokenSource, clock: FakeClock, metrics: Metrics
) -> Connector:
    """The bot, which loses its patience with Teams after half a second."""
    return Connector(
        session,
        token_source,
        ServiceHosts(["127.0.0.1"]),
        metrics,
        clock=clock.now,
        timer=clock.timer,
        sleep=clock.sleep,
        timeout=aiohttp.ClientTimeout(total=0.5, connect=0.25),
    )
