"""Fixtures for a bot and a fake Teams on loopback; each `conftest` imports those that its folder needs."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest

from tests.fakes.bot_connector import FakeClock, FakeTeams

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FakeClock:
    """Return the clock of bot, Teams and test."""
    return FakeClock(START)


@pytest.fixture
async def teams(clock: FakeClock) -> AsyncIterator[FakeTeams]:
    """Start a fake Teams with its key server and login server."""
    async with FakeTeams(clock.now) as teams:
        yield teams


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Open the HTTP session of the bot."""
    async with aiohttp.ClientSession() as session:
        yield session
