"""Token verifier of the bot with a fake Teams."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.platforms.teams.auth import TokenVerifier
from bot.platforms.teams.service_hosts import ServiceHosts
from tests.bot.loopback import clock, session, teams
from tests.fakes.bot_connector import APP_ID, FakeClock, FakeTeams

__all__ = ["clock", "session", "teams"]


@pytest.fixture
async def verifier(teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock) -> AsyncIterator[TokenVerifier]:
    """Return a verifier whose requests to the key server time out after 0.3 seconds."""
    hosts = ServiceHosts(["127.0.0.1"])
    verifier = TokenVerifier(
        APP_ID, teams.openid_url, session, hosts, clock=clock.now, timer=clock.timer, key_timeout_s=0.3
    )
    yield verifier
    await verifier.close()
