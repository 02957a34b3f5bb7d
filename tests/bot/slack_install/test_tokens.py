import asyncio

import aiohttp
import pytest

from bot.platforms.base import Gone, RateLimited, Unavailable
from bot.platforms.slack.tokens import FAILURE_TTL_S, REFUSED_TTL_S, FixedToken
from tests.bot.slack_install.asked import KNOWN, Asked
from tests.fakes.bot_connector import FakeClock


@pytest.fixture
def left() -> list[str]:
    """The workspaces of which the bot was told that it is there no more."""
    return []


@pytest.fixture
def tokens(session: aiohttp.ClientSession, api_url: str, timer: FakeClock, left: list[str]) -> FixedToken:
    """The token of the settings."""

    async def leave(tenant: str, workspace: str) -> None:
        left.append(f"{tenant}/{workspace}")

    return FixedToken(session, api_url, "xoxb-secret", leave, timer=timer.timer)


async def test_its_workspace_is_asked_once(tokens: FixedToken, asked: Asked) -> None:
    """However many ask at once, Slack is asked once whose the token is, and it opens that workspace alone."""
    found = await asyncio.gather(*(tokens.token("T1", "T1") for _ in range(20)))
    assert set(found) == {"xoxb-secret"}
    assert asked.tokens == ["Bearer xoxb-secret"]
    grant = await tokens.grant("T1", "T1")
    assert (grant.bot_user_id, grant.bot_id, grant.scopes) == ("U0", "B0", {"chat:write", "commands"})
    assert "secret" not in repr(grant)
    for tenant, workspace in (("T2", "T2"), ("T1", "T2"), ("E1", "T1")):
        with pytest.raises(Gone):
            await tokens.token(tenant, workspace)


async def test_an_org_wide_token_opens_every_workspace_of_its_enterprise(tokens: FixedToken, asked: Asked) -> None:
    """In an enterprise the workspaces share the installation, and no other enterprise does."""
    asked.body |= {"enterprise_id": "E1", "is_enterprise_install": True}
    assert await tokens.token("E1", "T7") == "xoxb-secret"
    with pytest.raises(Gone):
        await tokens.token("E2", "T7")


@pytest.mark.parametrize(
    ("word", "failure"),
    [("account_inactive", Gone), ("token_revoked", Gone), ("team_not_found", Gone), ("invalid_auth", Unavailable)],
)
async def test_a_dead_token_is_asked_about_once_a_minute(
    tokens: FixedToken, asked: Asked, timer: FakeClock, word: str, failure: type[Exception]
) -> None:
    """A token that was taken back opens nothing, one that may be misspelt lets messages wait; Slack has its peace."""
    asked.refuse(word)
    for _ in range(3):
        with pytest.raises(failure):
            await tokens.token("T1", "T1")
    assert len(asked.tokens) == 1
    timer.advance(REFUSED_TTL_S)
    asked.body = dict(KNOWN)
    assert await tokens.token("T1", "T1") == "xoxb-secret"


async def test_a_refused_token_is_looked_at_again_later(tokens: FixedToken, asked: Asked, timer: FakeClock) -> None:
    """After it was refused elsewhere the token waits a minute until Slack is asked anew."""
    await tokens.token("T1", "T1")
    tokens.forget("T2", "T2")
    await tokens.token("T1", "T1")
    tokens.forget("T1", "T1")
    with pytest.raises(Unavailable):
        await tokens.token("T1", "T1")
    assert len(asked.tokens) == 1
    timer.advance(REFUSED_TTL_S)
    await tokens.token("T1", "T1")
    assert len(asked.tokens) == 2


async def test_a_token_that_was_taken_back_leaves_its_places(
    tokens: FixedToken, asked: Asked, left: list[str], timer: FakeClock
) -> None:
    """Once Slack says that the token is dead, the bot is in no place of the workspace any more."""
    await tokens.token("T1", "T1")
    await tokens.withdraw("T1", "T1", "xoxb-other")
    assert left == []
    await tokens.withdraw("T1", "T1", "xoxb-secret")
    assert left == ["T1/T1"]
    with pytest.raises(Gone):
        await tokens.token("T1", "T1")
    assert len(asked.tokens) == 1
    timer.advance(REFUSED_TTL_S)
    assert await tokens.token("T1", "T1") == "xoxb-secret"


async def test_a_farewell_is_checked(tokens: FixedToken, asked: Asked, left: list[str], timer: FakeClock) -> None:
    """A farewell counts when Slack confirms that the token is dead, and not for another workspace."""
    await tokens.token("T1", "T1")
    await tokens.uninstalled("T1", "T1")
    assert (left, len(asked.tokens)) == ([], 2)
    asked.refuse("account_inactive")
    await tokens.uninstalled("T2", "T2")
    assert (left, len(asked.tokens)) == ([], 2)
    await tokens.uninstalled("T1", "T1")
    assert left == ["T1/T1"]
    timer.advance(REFUSED_TTL_S)
    asked.status = 500
    await tokens.uninstalled("T1", "T1")
    assert left == ["T1/T1"]


async def test_slack_in_trouble_is_not_asked_in_a_storm(tokens: FixedToken, asked: Asked, timer: FakeClock) -> None:
    """While Slack cannot say whose the token is, messages wait and Slack is asked every few seconds."""
    asked.status, asked.body = 500, {}
    for _ in range(3):
        with pytest.raises(Unavailable):
            await tokens.token("T1", "T1")
    assert len(asked.tokens) == 1
    timer.advance(FAILURE_TTL_S)
    asked.status, asked.headers = 429, {"Retry-After": "70"}
    with pytest.raises(RateLimited) as limited:
        await tokens.token("T1", "T1")
    assert limited.value.retry_after_s == 70
    timer.advance(69)
    with pytest.raises(RateLimited) as limited:
        await tokens.token("T1", "T1")
    assert limited.value.retry_after_s == pytest.approx(1)
    assert len(asked.tokens) == 2
