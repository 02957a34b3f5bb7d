"""The bot on loopback with a fake Teams."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.platforms.teams.auth import TokenVerifier
from bot.platforms.teams.service_hosts import ServiceHosts
from tests.bot.loopback import clock, session, teams
from tests.bot.teams.harness import ANNA, ANNA_AAD, BEN, BEN_AAD, CHANNEL, Bot, open_bot
from tests.fakes.bot_connector import APP_ID, FakeClock, FakeTeams

__all__ = ["clock", "session", "teams"]


@pytest.fixture
async def bot(teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock) -> AsyncIterator[Bot]:
    """Start a bot with a fake Teams."""
    verifier = TokenVerifier(
        APP_ID, teams.openid_url, session, ServiceHosts(["127.0.0.1"]), clock=clock.now, timer=clock.timer
    )
    teams.members[CHANNEL] = [{"id": ANNA, "aadObjectId": ANNA_AAD}, {"id": BEN, "objectId": BEN_AAD.upper()}]
    async with open_bot(verifier, teams, session, clock) as bot:
        yield bot
    await verifier.close()
