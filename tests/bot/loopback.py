"""Fixtures for a bot and a Teams of the test's own; a `conftest` names those that its folder needs."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest

from tests.fakes.bot_connector import FakeClock, FakeTeams

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FakeClock:
    """The one clock of bot, Teams and test."""
    return FakeClock(START)


@pytest.fixture
async def teams(clock: FakeClock) -> AsyncIterator[FakeTeams]:
    """Teams with its servers for keys and logins."""
    async with FakeTeams(clock.now) as teams:
        yield teams


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """The bot's connections."""
    async with aiohttp.ClientSession() as session:
        yield session
