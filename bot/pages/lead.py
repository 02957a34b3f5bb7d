"""The page of a lead link: it explains where leads are shown and does not reveal whether the lead exists."""

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from bot.commands.extensions import LEAD_PAGE
from bot.pages.language import language_of, render_page
from cards import lead_page as cards
from cards.render.html import STYLE_SOURCE

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": f"default-src 'none'; style-src {STYLE_SOURCE}; base-uri 'none'; frame-ancestors 'none'",
}


@dataclass(frozen=True, slots=True)
class LeadPage:
    """Serves the same page for every lead id, also for unknown ones."""

    def routes(self) -> list[web.RouteDef]:
        return [web.get(f"{LEAD_PAGE}{{lead_id}}", self.show)]

    async def show(self, request: web.Request) -> web.Response:
        language = language_of(request)
        return web.Response(
            text=render_page(language, cards.shown()),
            content_type="text/html",
            headers={**HEADERS, "Content-Language": language},
        )
