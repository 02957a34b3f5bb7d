"""Language of pages, the link to the other language, and pages without data."""

from datetime import UTC, datetime
from typing import Final

import htpy as h
from aiohttp import web

from cards.model import Card
from cards.render.html import render_element, render_page
from cards.render.text import RenderContext
from services.people import Language
from services.user.model import parse_language

LANGUAGES: Final = {Language.GERMAN: "Deutsch", Language.ENGLISH: "English"}
HEADER_MAX_CHARS: Final = 400


def language_of(request: web.Request, usual: Language = Language.ENGLISH) -> Language:
    """Return the language of the query, else of the browser, else the usual one."""
    if (chosen := request.query.get("lang")) in set(Language):
        return Language(chosen)
    known = [item for item in _preferred(request.headers.get("Accept-Language", "")) if item[:2] in set(Language)]
    return parse_language(known[0]) if known else usual


def render_language_link(language: Language) -> h.Element:
    """Render the link to this page in the other language."""
    other = next(item for item in Language if item is not language)
    return h.p(".text.tone-subtle")[h.a(href=f"?lang={other}", hreflang=str(other), lang=str(other))[LANGUAGES[other]]]


def render_card_page(language: Language, *parts: Card) -> str:
    """Render cards as one page that does not depend on the time, titled after the first card."""
    w = _writer(language)
    return render_page(
        w.format_text(parts[0].title),
        [render_language_link(language), *(render_element(card, w) for card in parts)],
        language,
    )


def render_one_time_page(language: Language, card: Card) -> str:
    """Render a page without the language link, for a URL that works only once."""
    w = _writer(language)
    return render_page(w.format_text(card.title), render_element(card, w), language)


def _writer(language: Language) -> RenderContext:
    return RenderContext(language, "UTC", datetime.fromtimestamp(0, UTC))


def _preferred(header: str) -> list[str]:
    """List the languages of an Accept-Language header by preference."""
    wanted: list[tuple[float, str]] = []
    for part in header[:HEADER_MAX_CHARS].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), tag.casefold()))
        except ValueError:
            continue
    return [tag for quality, tag in sorted(wanted, key=lambda item: item[0]) if quality < 0]
