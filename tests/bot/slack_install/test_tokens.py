import asyncio

import aiohttp
import pytest

from bot.platforms.base import Gone, RateLimited, Unavailable
from bot.platforms.slack.tokens import FAILURE_TTL_S, REFUSED_TTL_S, FixedToken
from tests.bot.slack_install.auth_test_api import INSTALLED_BODY, AuthTestApi
from tests.fakes.bot_connector import FakeClock


@pytest.fixture
def left_workspaces() -> list[str]:
    """The workspaces of which the bot was told that it is there no more."""
    return []


@pytest.fixture
def tokens(session: aiohttp.ClientSession, api_url: str, timer: FakeClock, left_workspaces: list[str]) -> FixedToken:
    """The token of the settings."""

    async def leave(tenant: str, workspace: str) -> None:
        left_workspaces.append(f"{tenant}/{workspace}")

    return FixedToken(session, api_url, "xoxb-secret", leave, timer=timer.timer)


async def test_its_workspace_is_asked_once(tokens: FixedToken, auth_test: AuthTestApi) -> None:
    """However many ask at once, Slack is asked once whose the token is, and it opens that workspace alone."""
    found = await asyncio.gather(*(tokens.token("T1", "T1") for _ in range(20)))
    assert set(found) == {"xoxb-secret"}
    assert auth_test.tokens == ["Bearer xoxb-secret"]
    grant = await tokens.grant("T1", "T1")
    assert (grant.bot_user_id, grant.bot_id, grant.scopes) == ("U0", "B0", {"chat:write", "commands"})
    assert "secret" not in repr(grant)
    for tenant, workspace in (("T2", "T2"), ("T1", "T2"), ("E1", "T1")):
        with pytest.raises(Gone):
            await tokens.token(tenant, workspace)


async def test_an_org_wide_token_opens_every_workspace_of_its_enterprise(
    tokens: FixedToken, auth_test: AuthTestApi
) -> None:
    """In an enterprise the workspaces share the installation, and no other enterprise does."""
    auth_test.body |= {"enterprise_id": "E1", "is_enterprise_install": True}
    assert await tokens.token("E1", "T7") == "xoxb-secret"
    with pytest.raises(Gone):
        await tokens.token("E2", "T7")


@pytest.mark.parametrize(
    ("word", "failure"),
    [("account_inactive", Gone), ("token_revoked", Gone), ("team_not_found", Gone), ("invalid_auth", Unavailable)],
)
async def test_a_dead_token_is_asked_about_once_a_minute(
    tokens: FixedToken, auth_test: AuthTestApi, timer: FakeClock, word: str, failure: type[Exception]
) -> None:
    """A token that was taken back opens nothing, one that may be misspelt lets messages wait; Slack has its peace."""
    auth_test.refuse(word)
    for _ in range(3):
        with pytest.raises(failure):
            await tokens.token("T1", "T1")
    assert len(auth_test.tokens) == 1
    timer.advance(REFUSED_TTL_S)
    auth_test.body = dict(INSTALLED_BODY)
    assert await tokens.token("T1", "T1") == "xoxb-secret"


async def test_a_refused_token_is_looked_at_again_later(
    tokens: FixedToken, auth_test: AuthTestApi, timer: FakeClock
) -> None:
    """After it was refused elsewhere the token waits a minute until Slack is asked anew."""
    await tokens.token("T1", "T1")
    tokens.forget("T2", "T2")
    await tokens.token("T1", "T1")
    tokens.forget("T1", "T1")
    with pytest.raises(Unavailable):
        await tokens.token("T1", "T1")
    assert len(auth_test.tokens) == 1
    timer.advance(REFUSED_TTL_S)
    await tokens.token("T1", "T1")
    assert len(auth_test.tokens) == 2


async def test_a_token_that_was_taken_back_leaves_its_places(
    tokens: FixedToken, auth_test: AuthTestApi, left_workspaces: list[str], timer: FakeClock
) -> None:
    """Once Slack says that the token is dead, the bot is in no place of the workspace any more."""
    await tokens.token("T1", "T1")
    await tokens.withdraw("T1", "T1", "xoxb-other")
    assert left_workspaces == []
    await tokens.withdraw("T1", "T1", "xoxb-secret")
    assert left_workspaces == ["T1/T1"]
    with pytest.raises(Gone):
        await tokens.token("T1", "T1")
    assert len(auth_test.tokens) == 1
    timer.advance(REFUSED_TTL_S)
    assert await tokens.token("T1", "T1") == "xoxb-secret"


async def test_a_farewell_is_checked(
    tokens: FixedToken, auth_test: AuthTestApi, left_workspaces: list[str], timer: FakeClock
) -> None:
    """A farewell counts when Slack confirms that the token is dead, and not for another workspace."""
    await tokens.token("T1", "T1")
    await tokens.uninstalled("T1", "T1")
    assert (left_workspaces, len(auth_test.tokens)) == ([], 2)
    auth_test.refuse("account_inactive")
    await tokens.uninstalled("T2", "T2")
    assert (left_workspaces, len(auth_test.tokens)) == ([], 2)
    await tokens.uninstalled("T1", "T1")
    assert left_workspaces == ["T1/T1"]
    timer.advance(REFUSED_TTL_S)
    auth_test.status = 500
    await tokens.uninstalled("T1", "T1")
    assert left_workspaces == ["T1/T1"]


async def test_slack_in_trouble_is_not_asked_in_a_storm(
    tokens: FixedToken, auth_test: AuthTestApi, timer: FakeClock
) -> None:
    """While Slack cannot say whose the token is, messages wait and Slack is asked every few seconds."""
    auth_test.status, auth_test.body = 500, {}
    for _ in range(3):
        with pytest.raises(Unavailable):
            await tokens.token("T1", "T1")
    assert len(auth_test.tokens) == 1
    timer.advance(FAILURE_TTL_S)
    auth_test.status, auth_test.headers = 429, {"Retry-After": "70"}
    with pytest.raises(RateLimited) as limited:
        await tokens.token("T1", "T1")
    assert limited.value.retry_after_s == 70
    timer.advance(69)
    with pytest.raises(RateLimited) as limited:
        await tokens.token("T1", "T1")
    assert limited.value.retry_after_s == pytest.approx(1)
    assert len(auth_test.tokens) == 2
