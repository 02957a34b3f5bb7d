"""The join page of an invitation link: opening it changes nothing, its buttons accept and decline."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import htpy as h
from aiohttp import web
from yarl import URL

from bot.pages.language import language_of, render_language_link
from cards import join_page as cards
from cards.model import Card, T
from cards.render.html import STYLE_SOURCE, render_element, render_page
from cards.render.text import RenderContext
from services.invitation import InvitationPage, InvitationState
from services.invitation.model import SENT_STATES
from services.membership import page as invitation_page
from services.people import Language
from services.unit_of_work import Units
from services.user.model import DEFAULT_ZONE

PATH: Final = "/join/{token}"
BODY_LIMIT_S: Final = 10.0
BODY_MAX_BYTES: Final = 2_048
HEADERS: Final = {
    # The address is a secret: it is kept by nobody on the way and told to nobody.
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src {STYLE_SOURCE}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}


@dataclass(frozen=True, slots=True)
class JoinPage:
    """Serves the join page."""

    units: Units
    public_url: str

    def routes(self) -> list[web.RouteDef]:
        return [web.get(PATH, self.show), web.post(PATH, self.decide)]

    async def show(self, request: web.Request) -> web.Response:
        """Show the invitation without a change."""
        async with self.units.read() as uow:
            return self._respond(
                request, await invitation_page.show_invitation_page(uow, request.match_info["token"]), uow.now
            )

    async def decide(self, request: web.Request) -> web.Response:
        """Accept or decline by a button of this page."""
        if not self._is_own(request):
            raise web.HTTPForbidden(headers=HEADERS)
        if (request.content_length or 0) > BODY_MAX_BYTES:
            raise web.HTTPRequestEntityTooLarge(BODY_MAX_BYTES, request.content_length or 0, headers=HEADERS)
        try:
            async with asyncio.timeout(BODY_LIMIT_S):
                answer = (await request.post()).get("answer")
        except TimeoutError as slow:
            raise web.HTTPRequestTimeout(headers=HEADERS) from slow
        token = request.match_info["token"]
        async with self.units.write() as uow:
            match answer:
                case "accept":
                    found = await invitation_page.accept(uow, token)
                case "decline":
                    found = await invitation_page.refuse(uow, token)
                case _:
                    raise web.HTTPBadRequest(headers=HEADERS)
            now = uow.now
        return self._respond(request, found, now)

    def _is_own(self, request: web.Request) -> bool:
        """Whether the form was sent by this page; the unguessable token in the path is the main protection."""
        if site := request.headers.get("Sec-Fetch-Site"):
            return site == "same-origin"
        # A page that tells nobody where people come from has no origin in older browsers.
        origin = request.headers.get("Origin", "null")
        if origin == "null":
            return True
        # Behind a proxy the host of the request is not the one that people see.
        return _host_of(origin) in {request.host, _host_of(self.public_url)}

    def _respond(self, request: web.Request, found: InvitationPage | None, now: datetime) -> web.Response:
        language = language_of(request, found.invitation.language if found else Language.ENGLISH)
        w = RenderContext(language, found.zone if found else DEFAULT_ZONE, now)
        card = cards.join_page_card(found) if found else cards.unknown_link_card()
        body = [
            render_language_link(language) if request.method == "GET" else None,
            render_element(card, w),
            _buttons(found, w),
        ]
        return web.Response(
            text=render_page(w.format_text(_titled(card)), body, language),
            status=_status(found),
            content_type="text/html",
            headers={**HEADERS, "Content-Language": language},
        )


def _titled(card: Card) -> T:
    return T("{title} – {what}", {"title": card.title, "what": cards.JOIN_TITLE})


def _status(found: InvitationPage | None) -> int:
    if found is None:
        return web.HTTPNotFound.status_code
    is_open = found.invitation.state in {*SENT_STATES, InvitationState.DECLINED}
    return web.HTTPOk.status_code if is_open else web.HTTPGone.status_code


def _buttons(found: InvitationPage | None, w: RenderContext) -> h.Node:
    """Render the buttons; none once the code is shown."""
    if found is None or found.code or found.invitation.state not in SENT_STATES:
        return None
    accepted = found.invitation.state is InvitationState.ACCEPTED
    accept = w.format_text(cards.NEW_CODE_LABEL if accepted else cards.ACCEPT_LABEL)
    return h.form(".actions", method="post", action=f"?lang={w.language}")[
        h.button(".button.button-primary", type="submit", name="answer", value="accept")[accept],
        h.button(".button", type="submit", name="answer", value="decline")[w.format_text(cards.DECLINE_LABEL)],
    ]


def _host_of(address: str) -> str:
    try:
        return URL(address).authority
    except ValueError:
        return ""
