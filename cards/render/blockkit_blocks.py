"""Render the body of a card as Slack's blocks."""

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
from cards.render.blockkit_actions import (
    BlockKitContext,
    is_usable,
    render_button,
    render_menu,
    render_menu_option,
    split_action_blocks,
)
from cards.render.blockkit_inputs import render_input
from cards.render.blockkit_text import (
    Json,
    bold_title_text,
    context_block,
    header_block,
    plain_text,
    render_facts,
    render_paragraph,
    render_quote,
    rich_text_block,
    section_block,
    truncate,
)
from cards.render.text import SYMBOLS, file_text
from cards.render.urls import is_safe_url

IMAGE_TEXT_MAX_CHARS: Final = 2_000
URL_MAX_CHARS: Final = 3_000
TABLE_ROWS_MAX: Final = 100
TABLE_COLUMNS_MAX: Final = 20
CELL_MAX_CHARS: Final = 500
BAR_CELLS: Final = 10
OPTIONS_MIN: Final = 1
FETCH_COMMAND: Final = "file.show"
"""The command that sends a file."""


@dataclass(slots=True)
class BodyRenderer:
    """Render the blocks of one card. Only its first table becomes a table block: Slack allows one a message."""

    ctx: BlockKitContext
    command: str
    """The command to which the inputs belong."""
    has_table: bool = False

    def render_body(self, card: Card) -> Iterator[Json]:
        for block in card.body:
            yield from self.render_block(block)

    def render_block(self, block: Block) -> list[Json]:
        ctx = self.ctx
        match block:
            case Text():
                rendered = render_paragraph(ctx.format_text(block.text), block.tone)
            case Quote() | Badge():
                rendered = [render_quote(block, ctx) if isinstance(block, Quote) else render_badge(block, ctx)]
            case Facts():
                rendered = list(render_facts(block, ctx))
            case Items():
                rendered = render_items(block, ctx)
            case Table():
                rendered = self.render_table(block)
            case Progress():
                rendered = [section_block(plain_text(f"{ctx.format_text(block.text)}\n{render_progress_bar(block)}"))]
            case Picture() | File():
                rendered = [render_file(block, ctx) if isinstance(block, File) else render_picture(block, ctx)]
            case _:
                rendered = render_input(block, ctx, self.command)
        return rendered

    def render_table(self, table: Table) -> list[Json]:
        rows = (table.columns, *table.rows)
        fits = len(rows) <= TABLE_ROWS_MAX and max(map(len, rows)) <= TABLE_COLUMNS_MAX
        texts = [[truncate(self.ctx.format_line(cell), CELL_MAX_CHARS) for cell in row] for row in rows]
        if self.has_table or self.ctx.is_view or not fits:
            return render_table_as_lines(texts)
        self.has_table = True
        return [render_table(texts)]


def render_heading(card: Card, ctx: BlockKitContext, *, is_titled: bool = True) -> Iterator[Json]:
    """Render the title and the badge below it."""
    title = ctx.format_line(card.title)
    if is_titled:
        yield header_block(title)
        if len(title) > len(header_block(title)["text"]["text"]):
            yield from render_paragraph(title, Tone.PLAIN)
    if card.badge:
        yield render_badge(card.badge, ctx)


def render_badge(badge: Badge, ctx: BlockKitContext) -> Json:
    return context_block(f"{SYMBOLS[badge.state]}{ctx.format_line(badge.text)}")


def render_items(block: Items, ctx: BlockKitContext) -> list[Json]:
    title = [rich_text_block("rich_text_section", ctx.format_line(block.heading), bold=True)] if block.heading else []
    if block.items and all(not (item.detail or item.badge or item.actions) for item in block.items):
        return title + render_paragraph(
            "\n".join(f"• {ctx.format_line(item.title)}" for item in block.items), Tone.PLAIN
        )
    return title + [part for item in block.items for part in render_item(item, ctx)]


def render_item(item: Item, ctx: BlockKitContext) -> list[Json]:
    """Render a row: one button beside it, two below, or a menu beside it when blocks are scarce."""
    name = ctx.format_line(item.title)
    state = f" · {SYMBOLS[item.badge.state]}{ctx.format_line(item.badge.text)}" if item.badge else ""
    detail = f"\n{ctx.format_line(item.detail)}" if item.detail else ""
    rendered = section_block(bold_title_text(name, state + detail))
    actions = [action for action in item.actions if is_usable(action)]
    if not actions:
        return [rendered]
    if len(actions) == 1:
        return [rendered | {"accessory": render_button(actions[0], ctx, name)}]
    if ctx.is_dense and (options := render_row_menu_options(actions, ctx)):
        return [rendered | {"accessory": render_menu(options, ctx)}]
    return [rendered, *split_action_blocks([render_button(action, ctx, name) for action in actions])]


def render_row_menu_options(actions: Sequence[Action], ctx: BlockKitContext) -> list[Json]:
    """Render all buttons of a row as menu options, or none."""
    options = [rendered for action in actions if (rendered := render_menu_option(action, ctx))]
    return options if len(options) == len(actions) else []


def render_table(rows: Sequence[Sequence[str]]) -> Json:
    first, *rest = rows
    head = [rich_text_block("rich_text_section", cell, bold=True) for cell in first]
    cells = [[{"type": "raw_text", "text": cell} for cell in row] for row in rest]
    return {"type": "table", "column_settings": [{"is_wrapped": True} for _ in first], "rows": [head, *cells]}


def render_table_as_lines(rows: Sequence[Sequence[str]]) -> list[Json]:
    """Render a table as lines where Slack allows no table block."""
    first, *rest = (" · ".join(row) for row in rows)
    return [rich_text_block("rich_text_section", first, bold=True), *render_paragraph("\n".join(rest), Tone.PLAIN)]


def render_progress_bar(progress: Progress) -> str:
    total = max(progress.total, 1)
    full = BAR_CELLS * min(max(progress.done, 0), total) // total
    return "▓" * full + "░" * (BAR_CELLS - full)


def render_picture(picture: Picture, ctx: BlockKitContext) -> Json:
    alternative = ctx.format_line(picture.alternative)
    if not is_public_url(picture.url):
        return context_block(alternative)
    return {"type": "image", "image_url": picture.url, "alt_text": truncate(alternative, IMAGE_TEXT_MAX_CHARS)}


def is_public_url(url: str) -> bool:
    """Tell whether Slack can fetch the URL: it rejects a message with an image that it cannot fetch."""
    if not is_safe_url(url) or len(url) > URL_MAX_CHARS:
        return False
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        return parts.scheme == "https" and ip_address(host).is_global
    except ValueError:
        return parts.scheme == "https" and "." in host and not host.endswith((".local", ".internal", ".localhost"))


def render_file(file: File, ctx: BlockKitContext) -> Json:
    """Render the file's name and a button that requests it."""
    name = ctx.format_line(file_text(file))
    return section_block(
        plain_text(name), accessory=render_button(Run(t("Get file"), FETCH_COMMAND, {"file": file.file_id}), ctx, name)
    )
