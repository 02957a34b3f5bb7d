"""Pages that the app listing links: support, privacy, terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from bot.jobs.scheduler import DELIVERIES_DAYS, INBOX_DAYS
from bot.pages.language import language_of, render_page
from cards import about_pages as cards
from cards.model import Card
from cards.render.html import STYLE_SOURCE

SUPPORT_PATH: Final = "/about"
PRIVACY_PATH: Final = "/privacy"
TERMS_PATH: Final = "/terms"
HEADERS: Final = {
    "Cache-Control": "public, max-age=3600",
    "Vary": "Accept-Language",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": f"default-src 'none'; style-src {STYLE_SOURCE}; base-uri 'none'; frame-ancestors 'none'",
}


@dataclass(frozen=True, slots=True)
class AboutPages:
    """Serves the pages of the operator for administrators and users."""

    operator: cards.Operator
    public_url: str

    def routes(self) -> list[web.RouteDef]:
        return [web.get(path, self._show) for path in self._pages()]

    def _pages(self) -> Mapping[str, tuple[Card, ...]]:
        return {
            SUPPORT_PATH: cards.support(self.operator, self.public_url),
            PRIVACY_PATH: cards.privacy(self.operator, cards.Kept(INBOX_DAYS, DELIVERIES_DAYS)),
            TERMS_PATH: cards.terms(self.operator),
        }

    async def _show(self, request: web.Request) -> web.Response:
        parts = self._pages()[request.path]
        language = language_of(request)
        return web.Response(
            text=render_page(language, *parts),
            content_type="text/html",
            headers={**HEADERS, "Content-Language": language},
        )
