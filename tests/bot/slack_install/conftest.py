"""Fixtures for Slack installations and tokens."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.app import open_application
from tests.bot.slack_install.auth_test_api import AuthTestApi
from tests.bot.slack_install.install_deployment import InstallDeployment, settings_for
from tests.builders import START, Clock
from tests.fakes.bot_connector import FakeClock
from tests.fakes.slack import FakeSlack


@pytest.fixture
def auth_test() -> AuthTestApi:
    """Return the fake `auth.test`."""
    return AuthTestApi()


@pytest.fixture
def timer() -> FakeClock:
    """Return a clock that the test advances."""
    return FakeClock(START)


@pytest.fixture
async def api_url(auth_test: AuthTestApi) -> AsyncGenerator[str]:
    """Serve the fake `auth.test` and return its URL."""
    application = web.Application()
    application.add_routes([web.post("/api/auth.test", auth_test.respond)])
    async with TestServer(application) as server:
        yield str(server.make_url("/api/"))


@pytest.fixture
async def session() -> AsyncGenerator[aiohttp.ClientSession]:
    """Open the HTTP session of the bot."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def deployment(database_url: str, clock: Clock) -> AsyncGenerator[InstallDeployment]:
    """Start a bot that can be installed, behind a proxy."""
    async with (
        FakeSlack(clock) as slack,
        open_application(settings_for(database_url, slack), clock) as application,
        TestServer(application.web_app) as server,
        aiohttp.ClientSession() as session,
    ):
        yield InstallDeployment(application, slack, session, str(server.make_url("")).rstrip("/"))
