"""Cards as plain text: notifications, the text part of mails, places that show nothing else."""

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
    """The one or two sentences that stand for the card, on one line."""
    return RenderContext(language, zone, now).one_line(card.plain)


def render(card: Card, language: Language, zone: str, now: datetime) -> str:
    """The card in lines: what happened, what it says, and where its links lead; buttons are left out."""
    w = RenderContext(language, zone, now)
    first = [w.one_line(card.title), *(render_badge(card.badge, w) if card.badge else ())]
    said = [w.one_line(card.summary)] if card.summary and card.summary != card.title else []
    body = (line for block in card.body for line in render_block(block, w))
    return "\n".join(line for line in (" · ".join(first), *said, *body, *render_links(card.actions, w)) if line)


def render_badge(drawn: Badge, w: RenderContext) -> list[str]:
    return [f"{SYMBOLS[drawn.state]}{w.one_line(drawn.text)}"]


def render_block(block: Block, w: RenderContext) -> Iterable[str]:
    match block:
        case Text() | Progress():
            said: Iterable[str] = w.words(block.text).split("\n")
        case Quote():
            said = (f"> {line}" for line in w.words(block.text).split("\n"))
        case Badge():
            said = render_badge(block, w)
        case Facts():
            said = (f"{w.one_line(fact.label)}: {w.one_line(fact.value)}" for fact in block.facts)
        case Items():
            said = render_items(block, w)
        case Table():
            said = (" | ".join(map(w.one_line, row)) for row in (block.columns, *block.rows))
        case Picture() | File():
            said = (w.one_line(file_text(block) if isinstance(block, File) else block.alternative),)
        case _:
            # What is to be filled in can be filled in only where cards are shown.
            said = ()
    return said


def render_items(block: Items, w: RenderContext) -> Iterator[str]:
    if block.heading:
        yield w.one_line(block.heading)
    for item in block.items:
        yield f"- {render_item(item, w)}"
        yield from render_links(item.actions, w)


def render_item(item: Item, w: RenderContext) -> str:
    words: list[T] = [item.title, *([item.detail] if item.detail else [])]
    return " · ".join([*map(w.one_line, words), *(render_badge(item.badge, w) if item.badge else ())])


def render_links(actions: tuple[Action, ...], w: RenderContext) -> list[str]:
    return [
        f"{w.one_line(action.label)}: {action.url}"
        for action in actions
        if isinstance(action, Open) and is_safe_url(action.url)
    ]
