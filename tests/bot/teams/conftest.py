"""The bot on loopback, with a Teams of the test's own."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.metrics import Metrics
from bot.platforms.teams import Own, TeamsPlatform
from bot.platforms.teams_auth import TokenVerifier
from bot.platforms.teams_connector import Connector
from bot.platforms.teams_files import Files
from bot.platforms.teams_hosts import FileHosts, ServiceHosts
from tests.bot.connector.parts import login
from tests.bot.loopback import clock, session, teams
from tests.bot.teams.parts import ANNA, ANNA_AAD, BEN, BEN_AAD, CHANNEL, Bot, StandIn
from tests.fakes.bot_connector import APP_ID, FakeClock, FakeTeams

__all__ = ["clock", "session", "teams"]


@pytest.fixture
async def bot(teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock) -> AsyncIterator[Bot]:
    """The bot on loopback, with Teams as it should be."""
    hosts = ServiceHosts(["127.0.0.1"])
    verifier = TokenVerifier(APP_ID, teams.openid_url, session, hosts, clock=clock.now, timer=clock.timer)
    token_source = login(teams, session, clock)
    connector = Connector(
        session, token_source, hosts, Metrics(), clock=clock.now, timer=clock.timer, sleep=clock.sleep
    )
    chat = StandIn()
    platform = TeamsPlatform(
        chat,
        verifier,
        connector,
        own=Own(APP_ID, "https://kollega.example"),
        files=Files(session, FileHosts(("127.0.0.1",))),
        clock=clock.now,
        timer=clock.timer,
        body_limit_s=1,
    )
    application = web.Application()
    application.add_routes(platform.routes())
    teams.members[CHANNEL] = [{"id": ANNA, "aadObjectId": ANNA_AAD}, {"id": BEN, "objectId": BEN_AAD.upper()}]
    async with TestClient(TestServer(application)) as client:
        yield Bot(chat, teams, platform, client, clock)
    await verifier.close()
