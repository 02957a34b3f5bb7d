"""Connector of the bot with a fake Teams."""

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
    """Return the credentials of the bot."""
    return create_token_source(teams, session, clock)


@pytest.fixture
def metrics() -> Metrics:
    """Return the metrics of the process."""
    return Metrics()


@pytest.fixture
def connector(
    session: aiohttp.ClientSession, token_source: TokenSource, clock: FakeClock, metrics: Metrics
) -> Connector:
    """Return a connector whose requests time out after half a second."""
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
