"""What tests of tokens may ask for."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.app import open_application
from tests.bot.slack_install.asked import Asked
from tests.bot.slack_install.desk import Desk, settings_for
from tests.builders import START, Clock
from tests.fakes.bot_connector import FakeClock
from tests.fakes.slack import FakeSlack


@pytest.fixture
def asked() -> Asked:
    """What the test lets Slack answer."""
    return Asked()


@pytest.fixture
def timer() -> FakeClock:
    """Time that passes when the test says so."""
    return FakeClock(START)


@pytest.fixture
async def api_url(asked: Asked) -> AsyncGenerator[str]:
    """Where Slack answers who somebody is."""
    application = web.Application()
    application.add_routes([web.post("/api/auth.test", asked.answer)])
    async with TestServer(application) as server:
        yield str(server.make_url("/api/"))


@pytest.fixture
async def session() -> AsyncGenerator[aiohttp.ClientSession]:
    """The pool of connections of the house."""
    async with aiohttp.ClientSession() as open_application:
        yield open_application


@pytest.fixture
async def desk(database_url: str, clock: Clock) -> AsyncGenerator[Desk]:
    """A bot that can be installed, behind a proxy."""
    async with (
        FakeSlack(clock) as slack,
        open_application(settings_for(database_url, slack), clock) as house,
        TestServer(house.web_app) as server,
        aiohttp.ClientSession() as session,
    ):
        yield Desk(house, slack, session, str(server.make_url("")).rstrip("/"))
