"""Cards as the HTML part of a mail: styles stand on the elements, because mail programs drop stylesheets."""

from datetime import datetime
from typing import Final

import htpy as h

from cards.model import (
    Action,
    Badge,
    Block,
    Card,
    Facts,
    File,
    Items,
    Open,
    Picture,
    Progress,
    Quote,
    Table,
    Text,
    Tone,
)
from cards.render.html import paragraphs
from cards.render.text import SYMBOLS, Writer, file_line
from cards.render.urls import is_safe
from services.people import Language

FRAME: Final = (
    "max-width:560px;margin:0 auto;padding:24px;font:15px/1.5 'Segoe UI',Helvetica,Arial,sans-serif;color:#1c1c1f"
)
TITLE: Final = "margin:0 0 12px;font-size:18px;line-height:1.3"
WORDS: Final = "margin:0 0 12px"
QUOTE: Final = "margin:0 0 12px;padding-left:12px;border-left:3px solid #d9d9de;color:#5c5c66"
LABEL: Final = "padding:2px 16px 2px 0;color:#5c5c66;text-align:left;vertical-align:top;font-weight:normal"
CELL: Final = "padding:2px 16px 2px 0;text-align:left;vertical-align:top"
TABLE: Final = "border-collapse:collapse;margin:0 0 12px"
LINK: Final = (
    "display:inline-block;margin:0 8px 8px 0;padding:8px 16px;border-radius:4px;background:#3f4fb8;color:#ffffff;"
    "text-decoration:none;font-weight:600"
)
COLOURS: Final = {
    Tone.PLAIN: "",
    Tone.SUBTLE: ";color:#5c5c66",
    Tone.STRONG: ";font-weight:600",
    Tone.GOOD: ";color:#17693a",
    Tone.WARNING: ";color:#7a4d00",
    Tone.BAD: ";color:#a8201a",
}


def mail(card: Card, language: Language, zone: str, now: datetime) -> str:
    """The card as a whole HTML document; of its buttons only the links, because a mail runs no command."""
    w = Writer(language, zone, now)
    title = w.one_line(card.title)
    head = h.head[h.meta(charset="utf-8"), h.meta(name="color-scheme", content="light"), h.title[title]]
    body = h.div(style=FRAME)[
        h.h1(style=TITLE)[title],
        badge(card.badge, w) if card.badge else None,
        (block(part, w) for part in card.body),
        (link(action, w) for action in card.actions),
    ]
    return str(h.html(lang=str(language))[head, h.body(style="margin:0;background:#ffffff")[body]])


def badge(drawn: Badge, w: Writer) -> h.Element:
    return h.p(style=WORDS + COLOURS[drawn.tone])[SYMBOLS[drawn.state], w.one_line(drawn.text)]


def block(part: Block, w: Writer) -> h.Node:
    match part:
        case Text() | Quote() | Progress():
            drawn: h.Node = words(part, w)
        case Badge():
            drawn = badge(part, w)
        case Facts():
            rows = ((w.one_line(fact.label), w.one_line(fact.value)) for fact in part.facts)
            drawn = h.table(style=TABLE)[
                (h.tr[h.th(scope="row", style=LABEL)[a], h.td(style=CELL)[b]] for a, b in rows)
            ]
        case Items():
            drawn = items(part, w)
        case Table():
            drawn = table(part, w)
        case Picture():
            drawn = picture(part, w)
        case File():
            # Where it is fetched, the person is known; a mail may lie anywhere.
            drawn = h.p(style=WORDS)[w.one_line(file_line(part))]
        case _:
            # A mail takes no input.
            drawn = None
    return drawn


def words(part: Text | Quote | Progress, w: Writer) -> h.Element:
    said = paragraphs(w.words(part.text))
    match part:
        case Quote():
            return h.blockquote(style=QUOTE)[said]
        case Text():
            return h.p(style=WORDS + COLOURS[part.tone])[said]
        case Progress():
            return h.p(style=WORDS)[said]


def items(part: Items, w: Writer) -> h.Node:
    title = h.h2(style="margin:0 0 4px;font-size:15px")[w.one_line(part.heading)] if part.heading else None
    rows = (
        h.li(style="margin:0 0 8px")[
            w.one_line(item.title),
            [h.br, h.span(style=COLOURS[Tone.SUBTLE][1:])[w.one_line(item.detail)]] if item.detail else None,
            [h.br, SYMBOLS[item.badge.state], w.one_line(item.badge.text)] if item.badge else None,
        ]
        for item in part.items
    )
    return [title, h.ul(style="margin:0 0 12px;padding-left:20px")[rows]]


def table(part: Table, w: Writer) -> h.Element:
    head = h.tr[(h.th(scope="col", style=LABEL)[w.one_line(cell)] for cell in part.columns)]
    rows = (h.tr[(h.td(style=CELL)[w.one_line(cell)] for cell in row)] for row in part.rows)
    return h.table(style=TABLE)[h.thead[head], h.tbody[rows]]


def picture(part: Picture, w: Writer) -> h.Node:
    alternative = w.one_line(part.alternative)
    if not is_safe(part.url):
        return h.p(style=WORDS)[alternative]
    return h.img(src=part.url, alt=alternative, style="display:block;max-width:100%;height:auto;margin:0 0 12px")


def link(action: Action, w: Writer) -> h.Node:
    if not isinstance(action, Open) or not is_safe(action.url):
        return None
    return h.a(href=action.url, style=LINK)[w.one_line(action.label)]
