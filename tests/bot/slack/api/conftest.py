"""The bot on its way to a Slack of the test's own."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.operations.metrics import Metrics
from bot.platforms.slack.api import SlackApi, Workspace
from bot.platforms.slack.tokens import FixedToken
from tests.bot.loopback import clock, session
from tests.fakes.slack import BOT_TOKEN, TEAM_ID, FakeClock, FakeSlack

__all__ = ["clock", "session"]

WORKSPACE = Workspace(TEAM_ID, TEAM_ID)


@pytest.fixture
async def slack(clock: FakeClock) -> AsyncIterator[FakeSlack]:
    """Slack with a channel and two people."""
    async with FakeSlack(clock.now) as slack:
        slack.add_user("U1ANNA", "Anna Weiß")
        slack.add_user("U2BEN", "Ben Kaya")
        slack.add_channel("C1SALES", "sales", ["U1ANNA", "U2BEN"])
        yield slack


@pytest.fixture
def metrics() -> Metrics:
    """What operators see."""
    return Metrics()


@pytest.fixture
def left_workspaces() -> list[str]:
    """The workspaces that the bot had to leave."""
    return []


@pytest.fixture
def tokens(
    slack: FakeSlack, session: aiohttp.ClientSession, clock: FakeClock, left_workspaces: list[str]
) -> FixedToken:
    """What the bot was given."""

    async def leave(tenant: str, workspace: str) -> None:
        assert tenant
        left_workspaces.append(workspace)

    return FixedToken(session, slack.api_url, BOT_TOKEN, leave, timer=clock.timer)


@pytest.fixture
def api(
    slack: FakeSlack, session: aiohttp.ClientSession, tokens: FixedToken, metrics: Metrics, clock: FakeClock
) -> SlackApi:
    """The bot."""
    return SlackApi(session, tokens, metrics, url=slack.api_url, timer=clock.timer, sleep=clock.sleep)
