"""Slack client of the bot with a fake Slack."""

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
    """Start a fake Slack with a channel and two users."""
    async with FakeSlack(clock.now) as slack:
        slack.add_user("U1ANNA", "Anna Weiß")
        slack.add_user("U2BEN", "Ben Kaya")
        slack.add_channel("C1SALES", "sales", ["U1ANNA", "U2BEN"])
        yield slack


@pytest.fixture
def metrics() -> Metrics:
    """Return the metrics of the process."""
    return Metrics()


@pytest.fixture
def left_workspaces() -> list[str]:
    """Return the list of workspaces that the bot had to leave."""
    return []


@pytest.fixture
def tokens(
    slack: FakeSlack, session: aiohttp.ClientSession, clock: FakeClock, left_workspaces: list[str]
) -> FixedToken:
    """Return the bot token."""

    async def leave(tenant: str, workspace: str) -> None:
        assert tenant
        left_workspaces.append(workspace)

    return FixedToken(session, slack.api_url, BOT_TOKEN, leave, timer=clock.timer)


@pytest.fixture
def api(
    slack: FakeSlack, session: aiohttp.ClientSession, tokens: FixedToken, metrics: Metrics, clock: FakeClock
) -> SlackApi:
    """Return the Slack client."""
    return SlackApi(session, tokens, metrics, url=slack.api_url, timer=clock.timer, sleep=clock.sleep)
