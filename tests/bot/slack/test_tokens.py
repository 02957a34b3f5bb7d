import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.platforms.base import Gone, RateLimited, Unavailable
from bot.platforms.slack_tokens import FAILURE_GAP_S, REFUSED_GAP_S, FixedToken
from tests.builders import START
from tests.fakes.bot_connector import FakeClock

KNOWN = {"ok": True, "team_id": "T1", "user_id": "U0", "bot_id": "B0", "enterprise_id": None}
SCOPES = {"X-OAuth-Scopes": "chat:write,commands"}


@dataclass(slots=True)
class Asked:
    """Slack's answer to who somebody is, and how often it was asked."""

    body: dict[str, Any] = field(default_factory=lambda: dict(KNOWN))
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: dict(SCOPES))
    tokens: list[str] = field(default_factory=list[str])

    async def answer(self, request: web.Request) -> web.Response:
        self.tokens.append(request.headers["Authorization"])
        return web.json_response(self.body, status=self.status, headers=self.headers)


@pytest.fixture
def asked() -> Asked:
    """What the test lets Slack answer."""
    return Asked()


@pytest.fixture
def timer() -> FakeClock:
    """Time that passes when the test says so."""
    return FakeClock(START)


@pytest.fixture
async def tokens(asked: Asked, timer: FakeClock) -> AsyncGenerator[FixedToken]:
    """The token of the settings."""
    application = web.Application()
    application.add_routes([web.post("/api/auth.test", asked.answer)])
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        yield FixedToken(session, str(server.make_url("/api/")), "xoxb-secret", timer=timer.timer)


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


@pytest.mark.parametrize("word", ["invalid_auth", "account_inactive", "token_revoked"])
async def test_a_dead_token_is_asked_about_once_a_minute(
    tokens: FixedToken, asked: Asked, timer: FakeClock, word: str
) -> None:
    """A token that Slack refuses opens nothing, and asking again waits until somebody may have acted."""
    asked.body = {"ok": False, "error": word}
    for _ in range(3):
        with pytest.raises(Gone):
            await tokens.token("T1", "T1")
    assert len(asked.tokens) == 1
    timer.advance(REFUSED_GAP_S)
    asked.body = dict(KNOWN)
    assert await tokens.token("T1", "T1") == "xoxb-secret"


async def test_a_token_that_was_taken_back_is_forgotten(tokens: FixedToken, asked: Asked, timer: FakeClock) -> None:
    """After it was refused elsewhere the token is not used again before Slack says that it lives."""
    await tokens.token("T1", "T1")
    tokens.forget("T2", "T2")
    await tokens.token("T1", "T1")
    tokens.forget("T1", "T1")
    with pytest.raises(Gone):
        await tokens.token("T1", "T1")
    assert len(asked.tokens) == 1
    timer.advance(REFUSED_GAP_S)
    await tokens.token("T1", "T1")
    assert len(asked.tokens) == 2


async def test_slack_in_trouble_is_not_asked_in_a_storm(tokens: FixedToken, asked: Asked, timer: FakeClock) -> None:
    """While Slack cannot say whose the token is, messages wait and Slack is asked every few seconds."""
    asked.status, asked.body = 500, {}
    for _ in range(3):
        with pytest.raises(Unavailable):
            await tokens.token("T1", "T1")
    assert len(asked.tokens) == 1
    timer.advance(FAILURE_GAP_S)
    asked.status, asked.headers = 429, {"Retry-After": "70"}
    with pytest.raises(RateLimited) as limited:
        await tokens.token("T1", "T1")
    assert limited.value.retry_after_s == 70
    timer.advance(69)
    with pytest.raises(RateLimited) as limited:
        await tokens.token("T1", "T1")
    assert limited.value.retry_after_s == pytest.approx(1)
    assert len(asked.tokens) == 2
