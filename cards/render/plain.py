"""Render cards as plain text: notifications, the text part of mails, and clients without cards."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from cards.model import (
    Action,
    Badge,
    Block,
    Card,
    Facts,
    File,
    Item,
    Items,
    Open,
    Picture,
    Progress,
    Quote,
    T,
    Table,
    Text,
)
from cards.render.text import SYMBOLS, RenderContext, file_text
from cards.render.urls import is_safe_url
from services.people import Language


def render_summary(card: Card, language: Language, zone: str, now: datetime) -> str:
    """Render the card's summary on one line."""
    return RenderContext(language, zone, now).format_line(card.plain)


def render(card: Card, language: Language, zone: str, now: datetime) -> str:
    """Render the card as lines with the URLs of its links; other buttons are left out."""
    ctx = RenderContext(language, zone, now)
    first = [ctx.format_line(card.title), *(render_badge(card.badge, ctx) if card.badge else ())]
    summary = [ctx.format_line(card.summary)] if card.summary and card.summary != card.title else []
    body = (line for block in card.body for line in render_block(block, ctx))
    return "\n".join(line for line in (" · ".join(first), *summary, *body, *render_links(card.actions, ctx)) if line)


def render_badge(badge: Badge, ctx: RenderContext) -> list[str]:
    return [f"{SYMBOLS[badge.state]}{ctx.format_line(badge.text)}"]


def render_block(block: Block, ctx: RenderContext) -> Iterable[str]:
    match block:
        case Text() | Progress():
            lines: Iterable[str] = ctx.format_text(block.text).split("\n")
        case Quote():
            lines = (f"> {line}" for line in ctx.format_text(block.text).split("\n"))
        case Badge():
            lines = render_badge(block, ctx)
        case Facts():
            lines = (f"{ctx.format_line(fact.label)}: {ctx.format_line(fact.value)}" for fact in block.facts)
        case Items():
            lines = render_items(block, ctx)
        case Table():
            lines = (" | ".join(map(ctx.format_line, row)) for row in (block.columns, *block.rows))
        case Picture() | File():
            lines = (ctx.format_line(file_text(block) if isinstance(block, File) else block.alternative),)
        case _:
            # Plain text has no inputs.
            lines = ()
    return lines


def render_items(block: Items, ctx: RenderContext) -> Iterator[str]:
    if block.heading:
        yield ctx.format_line(block.heading)
    for item in block.items:
        yield f"- {render_item(item, ctx)}"
        yield from render_links(item.actions, ctx)


def render_item(item: Item, ctx: RenderContext) -> str:
    texts: list[T] = [item.title, *([item.detail] if item.detail else [])]
    return " · ".join([*map(ctx.format_line, texts), *(render_badge(item.badge, ctx) if item.badge else ())])


def render_links(actions: tuple[Action, ...], ctx: RenderContext) -> list[str]:
    return [
        f"{ctx.format_line(action.label)}: {action.url}"
        for action in actions
        if isinstance(action, Open) and is_safe_url(action.url)
    ]
