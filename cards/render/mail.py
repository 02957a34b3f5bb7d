"""Render cards as the HTML part of a mail. Styles are inline, because mail programs drop stylesheets."""

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
from cards.render.html import render_lines
from cards.render.text import SYMBOLS, RenderContext, file_text
from cards.render.urls import is_safe_url
from services.people import Language

FRAME_STYLE: Final = (
    "max-width:560px;margin:0 auto;padding:24px;font:15px/1.5 'Segoe UI',Helvetica,Arial,sans-serif;color:#1c1c1f"
)
TITLE_STYLE: Final = "margin:0 0 12px;font-size:18px;line-height:1.3"
TEXT_STYLE: Final = "margin:0 0 12px"
QUOTE_STYLE: Final = "margin:0 0 12px;padding-left:12px;border-left:3px solid #d9d9de;color:#5c5c66"
LABEL_STYLE: Final = "padding:2px 16px 2px 0;color:#5c5c66;text-align:left;vertical-align:top;font-weight:normal"
CELL_STYLE: Final = "padding:2px 16px 2px 0;text-align:left;vertical-align:top"
TABLE_STYLE: Final = "border-collapse:collapse;margin:0 0 12px"
LINK_STYLE: Final = (
    "display:inline-block;margin:0 8px 8px 0;padding:8px 16px;border-radius:4px;background:#3f4fb8;color:#ffffff;"
    "text-decoration:none;font-weight:600"
)
TONE_STYLES: Final = {
    Tone.PLAIN: "",
    Tone.SUBTLE: ";color:#5c5c66",
    Tone.STRONG: ";font-weight:600",
    Tone.GOOD: ";color:#17693a",
    Tone.WARNING: ";color:#7a4d00",
    Tone.BAD: ";color:#a8201a",
}


def render(card: Card, language: Language, zone: str, now: datetime) -> str:
    """Render a whole HTML document. Only links remain of the buttons, because a mail cannot run commands."""
    ctx = RenderContext(language, zone, now)
    title = ctx.format_line(card.title)
    head = h.head[h.meta(charset="utf-8"), h.meta(name="color-scheme", content="light"), h.title[title]]
    body = h.div(style=FRAME_STYLE)[
        h.h1(style=TITLE_STYLE)[title],
        render_badge(card.badge, ctx) if card.badge else None,
        (render_block(part, ctx) for part in card.body),
        (render_link(action, ctx) for action in card.actions),
    ]
    return str(h.html(lang=str(language))[head, h.body(style="margin:0;background:#ffffff")[body]])


def render_badge(badge: Badge, ctx: RenderContext) -> h.Element:
    return h.p(style=TEXT_STYLE + TONE_STYLES[badge.tone])[SYMBOLS[badge.state], ctx.format_line(badge.text)]


def render_block(part: Block, ctx: RenderContext) -> h.Node:
    match part:
        case Text() | Quote() | Progress():
            rendered: h.Node = render_text(part, ctx)
        case Badge():
            rendered = render_badge(part, ctx)
        case Facts():
            rows = ((ctx.format_line(fact.label), ctx.format_line(fact.value)) for fact in part.facts)
            rendered = h.table(style=TABLE_STYLE)[
                (h.tr[h.th(scope="row", style=LABEL_STYLE)[a], h.td(style=CELL_STYLE)[b]] for a, b in rows)
            ]
        case Items():
            rendered = render_items(part, ctx)
        case Table():
            rendered = render_table(part, ctx)
        case Picture():
            rendered = render_picture(part, ctx)
        case File():
            # No link: a download needs a signed-in user, and a mail can be forwarded.
            rendered = h.p(style=TEXT_STYLE)[ctx.format_line(file_text(part))]
        case _:
            # Mail programs do not submit forms.
            rendered = None
    return rendered


def render_text(part: Text | Quote | Progress, ctx: RenderContext) -> h.Element:
    lines = render_lines(ctx.format_text(part.text))
    match part:
        case Quote():
            return h.blockquote(style=QUOTE_STYLE)[lines]
        case Text():
            return h.p(style=TEXT_STYLE + TONE_STYLES[part.tone])[lines]
        case Progress():
            return h.p(style=TEXT_STYLE)[lines]


def render_items(part: Items, ctx: RenderContext) -> h.Node:
    title = h.h2(style="margin:0 0 4px;font-size:15px")[ctx.format_line(part.heading)] if part.heading else None
    rows = (
        h.li(style="margin:0 0 8px")[
            ctx.format_line(item.title),
            [h.br, h.span(style=TONE_STYLES[Tone.SUBTLE][1:])[ctx.format_line(item.detail)]] if item.detail else None,
            [h.br, SYMBOLS[item.badge.state], ctx.format_line(item.badge.text)] if item.badge else None,
        ]
        for item in part.items
    )
    return [title, h.ul(style="margin:0 0 12px;padding-left:20px")[rows]]


def render_table(part: Table, ctx: RenderContext) -> h.Element:
    head = h.tr[(h.th(scope="col", style=LABEL_STYLE)[ctx.format_line(cell)] for cell in part.columns)]
    rows = (h.tr[(h.td(style=CELL_STYLE)[ctx.format_line(cell)] for cell in row)] for row in part.rows)
    return h.table(style=TABLE_STYLE)[h.thead[head], h.tbody[rows]]


def render_picture(part: Picture, ctx: RenderContext) -> h.Node:
    alternative = ctx.format_line(part.alternative)
    if not is_safe_url(part.url):
        return h.p(style=TEXT_STYLE)[alternative]
    return h.img(src=part.url, alt=alternative, style="display:block;max-width:100%;height:auto;margin:0 0 12px")


def render_link(action: Action, ctx: RenderContext) -> h.Node:
    if not isinstance(action, Open) or not is_safe_url(action.url):
        return None
    return h.a(href=action.url, style=LINK_STYLE)[ctx.format_line(action.label)]
