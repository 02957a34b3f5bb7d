"""Tokens with which the bot calls Teams."""

import asyncio

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.operations.metrics import Metrics
from bot.platforms.base import Unavailable
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.service_hosts import ServiceHosts
from bot.platforms.teams.token import TokenSource
from tests.bot.connector.credentials import CARD, CHANNEL, create_token_source
from tests.fakes.bot_connector import APP_ID, APP_PASSWORD, TENANT_ID, CannedResponse, FakeClock, FakeTeams, Slow


async def test_token_is_cached_until_shortly_before_expiry(
    token_source: TokenSource, teams: FakeTeams, clock: FakeClock
) -> None:
    """A token is used for 55 of its 60 minutes, then a new one is fetched."""
    assert await token_source.fetch() == "token-1"
    clock.advance(3299)
    assert await token_source.fetch() == "token-1"
    clock.advance(1)
    assert await token_source.fetch() == "token-2"
    assert teams.tokens[0] == {
        "grant_type": "client_credentials",
        "client_id": APP_ID,
        "client_secret": APP_PASSWORD,
        "scope": "https://api.botframework.com/.default",
        "tenant": TENANT_ID,
    }


async def test_callers_share_one_login(token_source: TokenSource, teams: FakeTeams) -> None:
    """Fifty simultaneous callers log in once."""
    teams.login_server = Slow(0.05)
    tokens = await asyncio.gather(*(token_source.fetch() for _ in range(50)))
    assert set(tokens) == {"token-1"}
    assert len(teams.tokens) == 1


@pytest.mark.parametrize(
    "trouble",
    [CannedResponse(500), CannedResponse(200, body=b"{}"), CannedResponse(200, body=b"x" * 70_000)],
    ids=["500", "empty", "large"],
)
async def test_token_is_used_during_an_outage(
    token_source: TokenSource, teams: FakeTeams, clock: FakeClock, trouble: CannedResponse
) -> None:
    """During an outage of the login server the token is used until it expires; then messages wait."""
    await token_source.fetch()
    teams.login_server = trouble
    clock.advance(3400)
    for _ in range(20):
        assert await token_source.fetch() == "token-1"
    assert len(teams.tokens) == 2
    clock.advance(200)
    for _ in range(20):
        with pytest.raises(Unavailable):
            await token_source.fetch()
    assert len(teams.tokens) == 3
    teams.login_server = None
    clock.advance(5)
    assert await token_source.fetch() == "token-4"


async def test_wrong_password_is_not_logged(teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock) -> None:
    """Rejected credentials raise an error and appear in no log."""
    source = create_token_source(teams, session, clock, app_password="wrong-and-secret")
    with capture_logs() as logs, pytest.raises(Unavailable) as outcome:
        await source.fetch()
    assert logs
    assert "wrong-and-secret" not in f"{logs} {outcome.value!r}"


async def test_without_app_id_there_is_no_token(
    teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock
) -> None:
    """A bot without credentials sends no token (Agents Playground)."""
    source = create_token_source(teams, session, clock, app_id="")
    connector = Connector(session, source, ServiceHosts([], loopback=True), Metrics(), clock=clock.now)
    await connector.send(teams.service_url, CHANNEL, CARD)
    assert teams.deliveries[0].authorization is None
    assert teams.tokens == []


async def test_bot_without_tenant_uses_the_shared_one(
    teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock
) -> None:
    """A multi-tenant bot logs in at the shared tenant."""
    await create_token_source(teams, session, clock, tenant_id="").fetch()
    assert teams.tokens[0]["tenant"] == "botframework.com"
