import asyncio

import aiohttp
import pytest

from bot.platforms.base import Gone, RateLimited, Unavailable
from bot.platforms.slack.tokens import FAILURE_TTL_S, REFUSED_TTL_S, FixedToken
from tests.bot.slack_install.auth_test_api import INSTALLED_BODY, AuthTestApi
from tests.fakes.bot_connector import FakeClock


@pytest.fixture
def left_workspaces() -> list[str]:
    """Return the workspaces that the bot was told to leave."""
    return []


@pytest.fixture
def tokens(session: aiohttp.ClientSession, api_url: str, timer: FakeClock, left_workspaces: list[str]) -> FixedToken:
    """Return the token of the settings."""

    async def leave(tenant: str, workspace: str) -> None:
        left_workspaces.append(f"{tenant}/{workspace}")

    return FixedToken(session, api_url, "xoxb-secret", leave, timer=timer.timer)


async def test_auth_test_is_called_once(tokens: FixedToken, auth_test: AuthTestApi) -> None:
    """Simultaneous requests call `auth.test` once, and the token serves its workspace only."""
    found = await asyncio.gather(*(tokens.token("T1", "T1") for _ in range(20)))
    assert set(found) == {"xoxb-secret"}
    assert auth_test.tokens == ["Bearer xoxb-secret"]
    grant = await tokens.grant("T1", "T1")
    assert (grant.bot_user_id, grant.bot_id, grant.scopes) == ("U0", "B0", {"chat:write", "commands"})
    assert "secret" not in repr(grant)
    for tenant, workspace in (("T2", "T2"), ("T1", "T2"), ("E1", "T1")):
        with pytest.raises(Gone):
            await tokens.token(tenant, workspace)


async def test_org_wide_token_serves_its_enterprise(tokens: FixedToken, auth_test: AuthTestApi) -> None:
    """An org-wide token serves the workspaces of its enterprise and of no other."""
    auth_test.body |= {"enterprise_id": "E1", "is_enterprise_install": True}
    assert await tokens.token("E1", "T7") == "xoxb-secret"
    with pytest.raises(Gone):
        await tokens.token("E2", "T7")


@pytest.mark.parametrize(
    ("word", "failure"),
    [("account_inactive", Gone), ("token_revoked", Gone), ("team_not_found", Gone), ("invalid_auth", Unavailable)],
)
async def test_rejected_token_is_checked_once_a_minute(
    tokens: FixedToken, auth_test: AuthTestApi, timer: FakeClock, word: str, failure: type[Exception]
) -> None:
    """A revoked token serves nothing, an invalid one keeps messages waiting, with one check a minute."""
    auth_test.refuse(word)
    for _ in range(3):
        with pytest.raises(failure):
            await tokens.token("T1", "T1")
    assert len(auth_test.tokens) == 1
    timer.advance(REFUSED_TTL_S)
    auth_test.body = dict(INSTALLED_BODY)
    assert await tokens.token("T1", "T1") == "xoxb-secret"


async def test_rejected_token_is_checked_again_after_a_minute(
    tokens: FixedToken, auth_test: AuthTestApi, timer: FakeClock
) -> None:
    """After a rejection the token is checked again after a minute."""
    await tokens.token("T1", "T1")
    tokens.drop_cached("T2", "T2")
    await tokens.token("T1", "T1")
    tokens.drop_cached("T1", "T1")
    with pytest.raises(Unavailable):
        await tokens.token("T1", "T1")
    assert len(auth_test.tokens) == 1
    timer.advance(REFUSED_TTL_S)
    await tokens.token("T1", "T1")
    assert len(auth_test.tokens) == 2


async def test_revoked_token_leaves_its_conversations(
    tokens: FixedToken, auth_test: AuthTestApi, left_workspaces: list[str], timer: FakeClock
) -> None:
    """A revoked token makes the bot leave all conversations of the workspace."""
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


async def test_uninstall_is_confirmed(
    tokens: FixedToken, auth_test: AuthTestApi, left_workspaces: list[str], timer: FakeClock
) -> None:
    """An `app_uninstalled` counts if Slack confirms it, and for its workspace only."""
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


async def test_failed_auth_test_backs_off(tokens: FixedToken, auth_test: AuthTestApi, timer: FakeClock) -> None:
    """While `auth.test` fails, messages wait and it is called every few seconds."""
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
