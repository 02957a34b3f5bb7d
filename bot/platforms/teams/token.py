"""The bot's access token for the Bot Connector, by client credentials."""

import asyncio
import time
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, urlsplit

import aiohttp
import msgspec
import structlog

from bot.platforms.base import Unavailable
from bot.platforms.response_body import BodyTooLarge, read_body

SCOPES: Final = {
    "login.microsoftonline.us": "https://api.botframework.us/.default",
    "login.partner.microsoftonline.cn": "https://api.botframework.azure.cn/.default",
}
"""OAuth scopes of the sovereign clouds, by login host."""

PUBLIC_SCOPE: Final = "https://api.botframework.com/.default"
SHARED_TENANT: Final = "botframework.com"

FETCH_TIMEOUT: Final = aiohttp.ClientTimeout(total=10, connect=5)
RENEW_BEFORE_S: Final = 300.0
# A failed exchange is cached, so that a fan-out of messages causes one token request and not one each.
FAILURE_TTL_S: Final = 5.0
MAX_RESPONSE_BYTES: Final = 64 * 1024

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams.token")


class _Grant(msgspec.Struct):
    access_token: str
    expires_in: int


class TokenSource:
    """Exchanges client credentials for a token, and caches it until shortly before it expires."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        login_url: str,
        *,
        app_id: str,
        app_password: str,
        tenant_id: str,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._url = f"{login_url.rstrip('/')}/{quote(tenant_id or SHARED_TENANT, safe='')}/oauth2/v2.0/token"
        self._app_id = app_id
        self._app_password = app_password
        self._scope = SCOPES.get(urlsplit(login_url).hostname or "", PUBLIC_SCOPE)
        self._timer = timer
        self._lock = asyncio.Lock()
        self._token = ""
        self._expires_at = 0.0
        self._retry_at = 0.0

    async def fetch(self) -> str | None:
        """Return the token; None where the bot runs without authentication. Raises Unavailable."""
        if not self._app_id:
            return None
        if not self._is_fresh():
            async with self._lock:
                if not self._is_fresh():
                    await self._renew()
        return self._token

    def drop_cached(self, token: str | None) -> None:
        """Drop a token that the Bot Connector refused."""
        if token == self._token:
            self._token = ""

    def _is_fresh(self) -> bool:
        return bool(self._token) and self._timer() < self._expires_at - RENEW_BEFORE_S

    async def _renew(self) -> None:
        """Exchange the credentials; while the old token is valid, a failure is only logged."""
        if self._timer() >= self._retry_at:
            try:
                grant = await self._exchange()
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError, BodyTooLarge, Unavailable) as error:
                self._retry_at = self._timer() + FAILURE_TTL_S
                _log.warning("teams_token_not_renewed", error=type(error).__name__)
            else:
                self._token, self._expires_at = grant.access_token, self._timer() + grant.expires_in
                return
        if not self._token or self._timer() >= self._expires_at:
            raise Unavailable("no token for Teams")

    async def _exchange(self) -> _Grant:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._app_id,
            "client_secret": self._app_password,
            "scope": self._scope,
        }
        async with self._session.post(self._url, data=form, timeout=FETCH_TIMEOUT, allow_redirects=False) as response:
            body = await read_body(response, MAX_RESPONSE_BYTES)
        if not response.ok:
            raise Unavailable(f"login server answered {response.status}")
        return msgspec.json.decode(body, type=_Grant)
