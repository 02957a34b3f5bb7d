"""The tokens with which the bot speaks in workspaces of Slack, and who it is there."""

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
MAX_ANSWER_BYTES: Final = 64 * 1024
FAILURE_GAP_S: Final = 5.0
"""How long a failure is remembered, so that a fan-out of messages does not become a storm of questions."""
REFUSED_GAP_S: Final = 60.0
"""The same for a token that Slack has refused: somebody has to act first."""
_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.tokens")
Failure: TypeAlias = Gone | RateLimited | Unavailable
Leave: TypeAlias = Callable[[str, str], Awaitable[None]]
"""Notes that the bot is in no place of a workspace any more."""


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
    app_id: str = ""
    """Whose installation it is; empty where nobody said so."""

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
        """Keep nothing in mind about a workspace: its token was refused, or there is a new one."""
        ...

    async def withdraw(self, tenant: str, workspace: str, token: str) -> None:
        """Slack says that this token opens nothing any more. Never raises."""
        ...

    async def uninstalled(self, tenant: str, workspace: str) -> None:
        """Somebody took the app out of a workspace or its token back, or did so a while ago. Never raises."""
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
        self,
        session: aiohttp.ClientSession,
        api_url: str,
        token: str,
        leave: Leave,
        *,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._api_url = api_url
        self._token = token
        self._leave = leave
        self._timer = timer
        self._lock = asyncio.Lock()
        self._known: Grant | None = None
        self._failure: Failure | None = None
        self._try_after = 0.0

    async def grant(self, tenant: str, workspace: str) -> Grant:
        known = await self.own()
        if not known.opens(tenant, workspace):
            raise Gone(NOT_ASKED, "not_installed")
        return known

    async def token(self, tenant: str, workspace: str) -> str:
        return (await self.grant(tenant, workspace)).token

    def forget(self, tenant: str, workspace: str) -> None:
        if self._known and self._known.opens(tenant, workspace):
            self._known = None
            self._put_off(Unavailable("invalid_auth"))

    async def withdraw(self, tenant: str, workspace: str, token: str) -> None:
        if token == self._token:
            self._known = None
            self._put_off(Gone(NOT_ASKED, "token_revoked"))
            await self._leave(tenant, workspace)

    async def uninstalled(self, tenant: str, workspace: str) -> None:
        if self._known is not None and not self._known.opens(tenant, workspace):
            return
        self._known = None
        try:
            await self.grant(tenant, workspace)
        except Gone:
            await self._leave(tenant, workspace)
        except (RateLimited, Unavailable) as failure:
            _log.warning("slack_farewell_not_checked", failure=type(failure).__name__)

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
        elif isinstance(failure, Gone) or failure.reason in TOKEN_REFUSED:
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
            if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise Unavailable(f"status {response.status}")
            known = msgspec.json.decode(await read_body(response, MAX_ANSWER_BYTES), type=_Known)
            scopes = response.headers.get("X-OAuth-Scopes", "")
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, BodyTooLarge) as error:
        raise Unavailable("Slack cannot be asked about the token") from error
    if known.error in TOKEN_DEAD:
        raise Gone(HTTPStatus.OK, known.error)
    if not known.ok or not known.team_id:
        raise Unavailable(known.error if known.error in TOKEN_REFUSED else "Slack does not say what the token is for")
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
