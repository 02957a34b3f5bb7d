"""Bot tokens of Slack workspaces, and the bot user behind each."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Protocol, TypeAlias

import aiohttp
import msgspec
import structlog

from bot.platforms.base import NOT_ASKED, Gone, RateLimited, Unavailable
from bot.platforms.response_body import BodyTooLarge, read_body
from bot.platforms.slack.methods import RETRY_AFTER_S, TOKEN_DEAD, TOKEN_REFUSED

TIMEOUT: Final = aiohttp.ClientTimeout(total=10, connect=5)
MAX_RESPONSE_BYTES: Final = 64 * 1024
FAILURE_TTL_S: Final = 5.0
"""A failed lookup is cached, so that a fan-out of messages causes one call of auth.test and not one each."""
REFUSED_TTL_S: Final = 60.0
"""The same for a refused token, which only an administrator can replace."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.tokens")

LookupFailure: TypeAlias = Gone | RateLimited | Unavailable
LeaveWorkspace: TypeAlias = Callable[[str, str], Awaitable[None]]
"""Records that the bot is a member of no conversation of a workspace any more."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Token and bot user of an installation, in a workspace or, org-wide, in an enterprise."""

    token: str = field(repr=False)
    tenant: str
    """The enterprise, else the workspace."""
    workspace: str
    """Empty for an org-wide installation."""
    bot_user_id: str
    """The user id in mentions of the bot."""
    bot_id: str = ""
    """The author id in the bot's own messages."""
    scopes: frozenset[str] = frozenset()
    app_id: str = ""
    """The installed app; empty where Slack did not name it."""

    def is_valid_for(self, tenant: str, workspace: str) -> bool:
        """Return whether the installation covers a workspace."""
        return self.tenant == tenant and self.workspace in {"", workspace}


class Tokens(Protocol):
    """The grants of all workspaces."""

    async def grant(self, tenant: str, workspace: str) -> Grant:
        """Return the grant of a workspace. Raises Gone where the app is not installed.

        Raises Unavailable or RateLimited where the lookup fails.
        """
        ...

    async def token(self, tenant: str, workspace: str) -> str:
        """Return the token alone; raises the same."""
        ...

    def drop_cached(self, tenant: str, workspace: str) -> None:
        """Drop the cached grant of a workspace: its token was refused or replaced."""
        ...

    async def withdraw(self, tenant: str, workspace: str, token: str) -> None:
        """Remove a token that Slack reports as revoked. Never raises."""
        ...

    async def uninstalled(self, tenant: str, workspace: str) -> None:
        """Process the event that the app was uninstalled or its token revoked, which may be late. Never raises."""
        ...


class _AuthTest(msgspec.Struct):
    """The response of `auth.test`."""

    ok: bool = False
    error: str = ""
    team_id: str = ""
    user_id: str = ""
    bot_id: str | None = None
    enterprise_id: str | None = None
    is_enterprise_install: bool = False


class FixedToken:
    """The one token of the settings; its workspace is looked up once with `auth.test`."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        api_url: str,
        token: str,
        leave: LeaveWorkspace,
        *,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._api_url = api_url
        self._token = token
        self._leave = leave
        self._timer = timer
        self._lock = asyncio.Lock()
        self._grant: Grant | None = None
        self._failure: LookupFailure | None = None
        self._retry_at = 0.0

    async def grant(self, tenant: str, workspace: str) -> Grant:
        grant = await self.bot_grant()
        if not grant.is_valid_for(tenant, workspace):
            raise Gone(NOT_ASKED, "not_installed")
        return grant

    async def token(self, tenant: str, workspace: str) -> str:
        return (await self.grant(tenant, workspace)).token

    def drop_cached(self, tenant: str, workspace: str) -> None:
        if self._grant and self._grant.is_valid_for(tenant, workspace):
            self._grant = None
            self._cache_failure(Unavailable("invalid_auth"))

    async def withdraw(self, tenant: str, workspace: str, token: str) -> None:
        if token == self._token:
            self._grant = None
            self._cache_failure(Gone(NOT_ASKED, "token_revoked"))
            await self._leave(tenant, workspace)

    async def uninstalled(self, tenant: str, workspace: str) -> None:
        if self._grant is not None and not self._grant.is_valid_for(tenant, workspace):
            return
        self._grant = None
        try:
            await self.grant(tenant, workspace)
        except Gone:
            await self._leave(tenant, workspace)
        except (RateLimited, Unavailable) as failure:
            _log.warning("uninstall_not_checked", failure=type(failure).__name__)

    async def bot_grant(self) -> Grant:
        """Return the grant of the token. Raises as `grant`."""
        if self._grant is None:
            async with self._lock:
                self._grant = self._grant or await self._look_up()
        return self._grant

    async def _look_up(self) -> Grant:
        left_s = self._retry_at - self._timer()
        if self._failure is not None and left_s > 0:
            raise RateLimited(left_s) if isinstance(self._failure, RateLimited) else self._failure
        try:
            return await fetch_grant(self._session, self._api_url, self._token)
        except (Gone, RateLimited, Unavailable) as failure:
            self._cache_failure(failure)
            raise

    def _cache_failure(self, failure: LookupFailure) -> None:
        """Answer lookups of the next seconds with the same failure."""
        gap_s = FAILURE_TTL_S
        if isinstance(failure, RateLimited):
            gap_s = failure.retry_after_s
        elif isinstance(failure, Gone) or failure.reason in TOKEN_REFUSED:
            gap_s = REFUSED_TTL_S
        self._failure, self._retry_at = failure.with_traceback(None), self._timer() + gap_s


async def fetch_grant(session: aiohttp.ClientSession, api_url: str, token: str) -> Grant:
    """Return the grant of a token by `auth.test`. Raises Gone for a revoked one, RateLimited, Unavailable."""
    try:
        async with session.post(
            f"{api_url}auth.test",
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT,
            allow_redirects=False,
        ) as response:
            if response.status == HTTPStatus.TOO_MANY_REQUESTS:
                raise RateLimited(_read_retry_after_s(response.headers.get("Retry-After", "")))
            if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise Unavailable(f"status {response.status}")
            tested = msgspec.json.decode(await read_body(response, MAX_RESPONSE_BYTES), type=_AuthTest)
            scopes = response.headers.get("X-OAuth-Scopes", "")
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, BodyTooLarge) as error:
        raise Unavailable("auth.test not answered") from error
    if tested.error in TOKEN_DEAD:
        raise Gone(HTTPStatus.OK, tested.error)
    if not tested.ok or not tested.team_id:
        raise Unavailable(tested.error if tested.error in TOKEN_REFUSED else "auth.test names no workspace")
    return _build_grant(tested, token, frozenset(item.strip() for item in scopes.split(",") if item.strip()))


def _build_grant(tested: _AuthTest, token: str, scopes: frozenset[str]) -> Grant:
    return Grant(
        token,
        tenant=tested.enterprise_id or tested.team_id,
        workspace="" if tested.is_enterprise_install else tested.team_id,
        bot_user_id=tested.user_id,
        bot_id=tested.bot_id or "",
        scopes=scopes,
    )


def _read_retry_after_s(value: str) -> float:
    return float(value) if value.isdecimal() else RETRY_AFTER_S
