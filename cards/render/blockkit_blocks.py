"""The body of a card in Slack's blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from cards.model import (
    Action,
    Badge,
    Block,
    Card,
    Facts,
    File,
    Item,
    Items,
    Picture,
    Progress,
    Quote,
    Run,
    Table,
    Text,
    Tone,
    t,
)
from cards.render.blockkit_actions import Pen, blocks_of, button, is_usable, menu, option
from cards.render.blockkit_inputs import drawn_input
from cards.render.blockkit_text import Json, context, cut, facts, header, paragraph, plain, quote, rich, section, titled
from cards.render.text import SYMBOLS, file_line
from cards.render.urls import is_safe

IMAGE_TEXT_MAX_CHARS: Final = 2_000
ADDRESS_MAX_CHARS: Final = 3_000
TABLE_ROWS_MAX: Final = 100
TABLE_COLUMNS_MAX: Final = 20
CELL_MAX_CHARS: Final = 500
BAR_CELLS: Final = 10
OPTIONS_MIN: Final = 1
FETCH: Final = "file.show"
"""The command that hands over a file."""


@dataclass(slots=True)
class Body:
    """The blocks of one card. Only its first table is drawn as one: Slack takes no second."""

    w: Pen
    command: str
    """What the inputs belong to."""
    has_table: bool = False

    def blocks(self, card: Card) -> Iterator[Json]:
        for block in card.body:
            yield from self.block(block)

    def block(self, block: Block) -> list[Json]:
        w = self.w
        match block:
            case Text():
                drawn = paragraph(w.words(block.text), block.tone)
            case Quote() | Badge():
                drawn = [quote(block, w) if isinstance(block, Quote) else badge(block, w)]
            case Facts():
                drawn = list(facts(block, w))
            case Items():
                drawn = items(block, w)
            case Table():
                drawn = self.table(block)
            case Progress():
                drawn = [section(plain(f"{w.words(block.text)}\n{bar(block)}"))]
            case Picture() | File():
                drawn = [file(block, w) if isinstance(block, File) else picture(block, w)]
            case _:
                drawn = drawn_input(block, w, self.command)
        return drawn

    def table(self, table: Table) -> list[Json]:
        rows = (table.columns, *table.rows)
        fits = len(rows) <= TABLE_ROWS_MAX and max(map(len, rows)) <= TABLE_COLUMNS_MAX
        words = [[cut(self.w.one_line(cell), CELL_MAX_CHARS) for cell in row] for row in rows]
        if self.has_table or self.w.is_window or not fits:
            return listed(words)
        self.has_table = True
        return [tabled(words)]


def heading(card: Card, w: Pen, *, is_titled: bool = True) -> Iterator[Json]:
    """The title and the state below it."""
    title = w.one_line(card.title)
    if is_titled:
        yield header(title)
        if len(title) > len(header(title)["text"]["text"]):
            yield from paragraph(title, Tone.PLAIN)
    if card.badge:
        yield badge(card.badge, w)


def badge(drawn: Badge, w: Pen) -> Json:
    return context(f"{SYMBOLS[drawn.state]}{w.one_line(drawn.text)}")


def items(block: Items, w: Pen) -> list[Json]:
    title = [rich("rich_text_section", w.one_line(block.heading), bold=True)] if block.heading else []
    if block.items and all(not (one.detail or one.badge or one.actions) for one in block.items):
        return title + paragraph("\n".join(f"• {w.one_line(one.title)}" for one in block.items), Tone.PLAIN)
    return title + [part for one in block.items for part in item(one, w)]


def item(one: Item, w: Pen) -> list[Json]:
    """A row: one button stands beside it, two stand below, or in a menu beside it where blocks are scarce."""
    name = w.one_line(one.title)
    state = f" · {SYMBOLS[one.badge.state]}{w.one_line(one.badge.text)}" if one.badge else ""
    detail = f"\n{w.one_line(one.detail)}" if one.detail else ""
    drawn = section(titled(name, state + detail))
    actions = [action for action in one.actions if is_usable(action)]
    if not actions:
        return [drawn]
    if len(actions) == 1:
        return [drawn | {"accessory": button(actions[0], w, name)}]
    if w.is_dense and (options := dense(actions, w)):
        return [drawn | {"accessory": menu(options, w)}]
    return [drawn, *blocks_of([button(action, w, name) for action in actions])]


def dense(actions: Sequence[Action], w: Pen) -> list[Json]:
    """All the buttons of a row as lines of a menu, or none of them."""
    options = [drawn for action in actions if (drawn := option(action, w))]
    return options if len(options) == len(actions) else []


def tabled(rows: Sequence[Sequence[str]]) -> Json:
    first, *others = rows
    head = [rich("rich_text_section", cell, bold=True) for cell in first]
    cells = [[{"type": "raw_text", "text": cell} for cell in row] for row in others]
    return {"type": "table", "column_settings": [{"is_wrapped": True} for _ in first], "rows": [head, *cells]}


def listed(rows: Sequence[Sequence[str]]) -> list[Json]:
    """A table in lines, where Slack draws none."""
    first, *others = (" · ".join(row) for row in rows)
    return [rich("rich_text_section", first, bold=True), *paragraph("\n".join(others), Tone.PLAIN)]


def bar(progress: Progress) -> str:
    total = max(progress.total, 1)
    full = BAR_CELLS * min(max(progress.done, 0), total) // total
    return "▓" * full + "░" * (BAR_CELLS - full)


def picture(drawn: Picture, w: Pen) -> Json:
    words = w.one_line(drawn.alternative)
    if not is_public(drawn.url):
        return context(words)
    return {"type": "image", "image_url": drawn.url, "alt_text": cut(words, IMAGE_TEXT_MAX_CHARS)}


def is_public(url: str) -> bool:
    """Whether Slack itself can fetch it: it refuses a message whose picture it cannot."""
    if not is_safe(url) or len(url) > ADDRESS_MAX_CHARS:
        return False
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        return parts.scheme == "https" and ip_address(host).is_global
    except ValueError:
        return parts.scheme == "https" and "." in host and not host.endswith((".local", ".internal", ".localhost"))


def file(drawn: File, w: Pen) -> Json:
    """Its line, and a button that has it handed over."""
    name = w.one_line(file_line(drawn))
    return section(plain(name), accessory=button(Run(t("Get file"), FETCH, {"file": drawn.file_id}), w, name))
