"""The two pages of the Slack installation: the redirect to Slack and the redirect back."""

import asyncio
import re
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web

from bot.pages.language import language_of, render_one_time_page
from bot.platforms.base import RateLimited
from bot.platforms.rate_limiter import RateLimiter, Window
from bot.platforms.slack.oauth import CODE_MAX_CHARS, InstallRefused, OAuth, SlackUnavailable
from bot.platforms.slack.scopes import INSTALL_PATH, REDIRECT_PATH
from cards import install_page as cards
from cards.model import Card
from cards.render.html import STYLE_SOURCE
from services import installation
from services.errors import DatabaseBusy
from services.installation import OAUTH_STATE_TTL, OAuthStateFault
from services.unit_of_work import Units

VISITS: Final = (Window(60, 60),)
"""Visits per minute: each one stores a row, and each return calls Slack."""
STATE_MAX_CHARS: Final = 128
HEADERS: Final = {
    # The address of the way back holds what Slack gives for an agreement: it is kept and told by nobody.
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": f"default-src 'none'; style-src {STYLE_SOURCE}; base-uri 'none'; frame-ancestors 'none'",
}
STATUS: Final = {
    OAuthStateFault.UNKNOWN: HTTPStatus.BAD_REQUEST,
    OAuthStateFault.OTHER_BROWSER: HTTPStatus.FORBIDDEN,
    OAuthStateFault.EXPIRED: HTTPStatus.GONE,
    OAuthStateFault.USED: HTTPStatus.GONE,
}

_BROWSER: Final = re.compile(r"[A-Za-z0-9_-]{43}")

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("install.page")


class InstallPage:
    """Serves the installation pages."""

    def __init__(
        self, units: Units, oauth: OAuth, public_url: str, *, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._units = units
        self._oauth = oauth
        self._again = f"{public_url}{INSTALL_PATH}"
        self._is_https = public_url.startswith("https://")
        # No other host, and nobody without https, can put a cookie of the first name into a browser.
        self._cookie = "__Host-kollega-install" if self._is_https else "kollega-install"
        self._limiter = RateLimiter(VISITS, timer=timer, sleep=asyncio.sleep)

    def routes(self) -> list[web.RouteDef]:
        return [
            # What only looks whether a page is there must not ask anything.
            web.get(INSTALL_PATH, self.begin, allow_head=False),
            web.get(REDIRECT_PATH, self.finish, allow_head=False),
        ]

    async def begin(self, request: web.Request) -> web.Response:
        """Redirect the browser to Slack with a state that only this browser can return."""
        if (crowded := await self._crowded(request)) is not None:
            return crowded
        known = request.cookies.get(self._cookie, "")
        browser = known if _BROWSER.fullmatch(known) else secrets.token_urlsafe(32)
        try:
            async with self._units.write() as uow:
                state = await installation.issue_state(uow, browser)
        except DatabaseBusy:
            return self._page(request, cards.install_unavailable_card(self._again), HTTPStatus.SERVICE_UNAVAILABLE)
        headers = {**HEADERS, "Location": self._oauth.consent_url(state)}
        response = web.Response(status=HTTPStatus.FOUND, headers=headers)
        response.set_cookie(
            self._cookie,
            browser,
            max_age=int(OAUTH_STATE_TTL.total_seconds()),
            path="/",
            httponly=True,
            secure=self._is_https,
            samesite="Lax",
        )
        return response

    async def finish(self, request: web.Request) -> web.Response:
        """Finish the installation if the same browser returns the state, once and before it expires."""
        if (crowded := await self._crowded(request)) is not None:
            return crowded
        try:
            return await self._finish(request)
        except InstallRefused:
            return self._page(request, cards.install_rejected_card(self._again), HTTPStatus.BAD_REQUEST)
        except SlackUnavailable:
            return self._page(request, cards.install_unavailable_card(self._again), HTTPStatus.SERVICE_UNAVAILABLE)
        except DatabaseBusy as error:
            _log.warning("installation_not_stored", error=type(error).__name__)
            return self._page(request, cards.install_unavailable_card(self._again), HTTPStatus.SERVICE_UNAVAILABLE)

    async def _finish(self, request: web.Request) -> web.Response:
        state, code = request.query.get("state", ""), request.query.get("code", "")
        browser = request.cookies.get(self._cookie, "")
        fault = await self._take(state, browser)
        if fault is not None:
            _log.info("installation_state_rejected", fault=fault)
            return self._page(request, cards.install_fault_card(fault, self._again), STATUS[fault])
        if request.query.get("error") == "access_denied":
            return self._page(request, cards.install_cancelled_card(self._again))
        if not 0 < len(code) <= CODE_MAX_CHARS:
            raise InstallRefused
        installed = await self._oauth.finish(code)
        return self._page(request, cards.install_done_card(installed.name, installed.url))

    async def _take(self, state: str, browser: str) -> OAuthStateFault | None:
        if not 0 < len(state) <= STATE_MAX_CHARS:
            return OAuthStateFault.UNKNOWN
        async with self._units.write() as uow:
            return await installation.use_state(uow, state, browser)

    async def _crowded(self, request: web.Request) -> web.Response | None:
        """Limit the rate of each page apart, so that new visits do not block a started installation."""
        try:
            await self._limiter.wait(request.path, 0.0)
        except RateLimited as crowd:
            response = self._page(request, cards.install_busy_card(), HTTPStatus.TOO_MANY_REQUESTS)
            response.headers["Retry-After"] = str(int(crowd.retry_after_s) + 1)
            return response
        return None

    def _page(self, request: web.Request, card: Card, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
        language = language_of(request)
        return web.Response(
            text=render_one_time_page(language, card),
            status=status,
            content_type="text/html",
            headers={**HEADERS, "Content-Language": language},
        )
