"""The tokens with which the bot speaks in workspaces of Slack, and who it is there."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Protocol, TypeAlias

import aiohttp
import msgspec

from bot.platforms.base import NOT_ASKED, Gone, RateLimited, Unavailable
from bot.platforms.body import BodyTooLarge, read_body

TIMEOUT: Final = aiohttp.ClientTimeout(total=10, connect=5)
MAX_ANSWER_BYTES: Final = 64 * 1024
FAILURE_GAP_S: Final = 5.0
"""How long a failure is remembered, so that a fan-out of messages does not become a storm of questions."""
REFUSED_GAP_S: Final = 60.0
"""The same for a token that Slack has refused: somebody has to act first."""
RETRY_AFTER_S: Final = 30.0
"""What Slack asks for in most cases; for an answer that does not say."""

DEAD: Final = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "team_not_found", "token_expired", "token_revoked"}
)
"""What Slack answers to a token that opens nothing any more."""


Failure: TypeAlias = Gone | RateLimited | Unavailable


@dataclass(frozen=True, slots=True)
class Grant:
    """What an installation gave the bot in a workspace or, org-wide, in all workspaces of an enterprise."""

    token: str = field(repr=False)
    tenant: str
    """The enterprise, else the workspace."""
    workspace: str
    """Empty for an org-wide installation."""
    bot_user_id: str
    """As whom the bot is mentioned."""
    bot_id: str = ""
    """What the bot's own messages name as their author."""
    scopes: frozenset[str] = frozenset()

    def opens(self, tenant: str, workspace: str) -> bool:
        """Whether this workspace is one of those that it was given for."""
        return self.tenant == tenant and self.workspace in {"", workspace}


class Tokens(Protocol):
    """What the bot was given, by workspace."""

    async def grant(self, tenant: str, workspace: str) -> Grant:
        """The token of a workspace and who the bot is there. Raises Gone where it is not installed (any more).

        Raises Unavailable and RateLimited where that cannot be found out now.
        """
        ...

    async def token(self, tenant: str, workspace: str) -> str:
        """The token alone; raises the same."""
        ...

    def forget(self, tenant: str, workspace: str) -> None:
        """Keep nothing in mind about a workspace: its token was refused or taken back."""
        ...


class _Known(msgspec.Struct):
    """What `auth.test` answers."""

    ok: bool = False
    error: str = ""
    team_id: str = ""
    user_id: str = ""
    bot_id: str | None = None
    enterprise_id: str | None = None
    is_enterprise_install: bool = False


class FixedToken:
    """The one token of the settings; which workspace it opens is asked of Slack once."""

    def __init__(
        self, session: aiohttp.ClientSession, api_url: str, token: str, *, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._session = session
        self._api_url = api_url
        self._token = token
        self._timer = timer
        self._lock = asyncio.Lock()
        self._known: Grant | None = None
        self._failure: Failure | None = None
        self._try_after = 0.0

    async def grant(self, tenant: str, workspace: str) -> Grant:
        known = await self.own()
        if not known.opens(tenant, workspace):
            raise Gone(NOT_ASKED)
        return known

    async def token(self, tenant: str, workspace: str) -> str:
        return (await self.grant(tenant, workspace)).token

    def forget(self, tenant: str, workspace: str) -> None:
        if self._known and self._known.opens(tenant, workspace):
            self._known = None
            self._put_off(Gone(NOT_ASKED))

    async def own(self) -> Grant:
        """What the token is for. Raises as `grant`."""
        if self._known is None:
            async with self._lock:
                self._known = self._known or await self._ask()
        return self._known

    async def _ask(self) -> Grant:
        left_s = self._try_after - self._timer()
        if self._failure is not None and left_s > 0:
            raise RateLimited(left_s) if isinstance(self._failure, RateLimited) else self._failure
        try:
            return await look_up(self._session, self._api_url, self._token)
        except (Gone, RateLimited, Unavailable) as failure:
            self._put_off(failure)
            raise

    def _put_off(self, failure: Failure) -> None:
        """Let everybody who asks in the next time hear the same."""
        gap_s = FAILURE_GAP_S
        if isinstance(failure, RateLimited):
            gap_s = failure.retry_after_s
        elif isinstance(failure, Gone):
            gap_s = REFUSED_GAP_S
        self._failure, self._try_after = failure.with_traceback(None), self._timer() + gap_s


async def look_up(session: aiohttp.ClientSession, api_url: str, token: str) -> Grant:
    """What Slack says a token is for. Raises Gone for a dead one, RateLimited, Unavailable."""
    try:
        async with session.post(
            f"{api_url}auth.test",
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT,
            allow_redirects=False,
        ) as response:
            if response.status == HTTPStatus.TOO_MANY_REQUESTS:
                raise RateLimited(_retry_after_s(response.headers.get("Retry-After", "")))
            known = msgspec.json.decode(await read_body(response, MAX_ANSWER_BYTES), type=_Known)
            scopes = response.headers.get("X-OAuth-Scopes", "")
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, BodyTooLarge) as error:
        raise Unavailable("Slack cannot be asked about the token") from error
    if known.error in DEAD:
        raise Gone(NOT_ASKED)
    if not known.ok or not known.team_id:
        raise Unavailable("Slack does not say what the token is for")
    return _granted(known, token, frozenset(one.strip() for one in scopes.split(",") if one.strip()))


def _granted(known: _Known, token: str, scopes: frozenset[str]) -> Grant:
    return Grant(
        token,
        tenant=known.enterprise_id or known.team_id,
        workspace="" if known.is_enterprise_install else known.team_id,
        bot_user_id=known.user_id,
        bot_id=known.bot_id or "",
        scopes=scopes,
    )


def _retry_after_s(value: str) -> float:
    return float(value) if value.isdecimal() else RETRY_AFTER_S
