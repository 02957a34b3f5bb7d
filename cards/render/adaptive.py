"""Render cards as Adaptive Cards 1.5 for Microsoft Teams.

A button carries `{"v": 1, "cmd": "lead.pick", "args": {…}}`; a client adds the inputs beside these names. Numbers,
toggles and multiple choices among them arrive as strings ("5", "true", "a,b").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, TypeAlias, assert_never

import msgspec

from cards.model import (
    Action,
    Badge,
    Block,
    Card,
    Choice,
    ChoiceInput,
    DateInput,
    Facts,
    File,
    Input,
    Item,
    Items,
    NumberInput,
    Open,
    Picture,
    Progress,
    Quote,
    Run,
    Style,
    T,
    Table,
    Text,
    TextInput,
    ToggleInput,
    Tone,
    t,
)
from cards.render.markdown import escape_markdown
from cards.render.text import SYMBOLS, RenderContext, file_text, remove_invisible
from cards.render.truncation import iterate_truncated
from cards.render.urls import is_safe_url
from services.people import Language

Json: TypeAlias = dict[str, Any]

LIMIT_BYTES: Final = 25_000
"""Teams rejects bot messages over 28 KB (its "Limits and specifications" page); the rest is for the envelope."""

REFRESH_USERS_MAX: Final = 60
"""Teams refreshes a card automatically for at most 60 users ("User Specific Views")."""

BUTTONS_SHOWN: Final = 3
WIDE_BADGE_CHARS: Final = 24
CHOICES_SHOWN: Final = 5
PAYLOAD_VERSION: Final = 1
FETCH_COMMAND: Final = "file.show"
"""The command that sends a file."""

TEXT_STYLES: Final[Mapping[Tone, Json]] = {
    Tone.PLAIN: {},
    Tone.SUBTLE: {"isSubtle": True},
    Tone.STRONG: {"weight": "Bolder"},
    Tone.GOOD: {"color": "Good"},
    Tone.WARNING: {"color": "Warning"},
    Tone.BAD: {"color": "Attention"},
}
BUTTON_STYLES: Final[Mapping[Style, Json]] = {
    Style.PRIMARY: {"style": "positive"},
    Style.NORMAL: {},
    Style.DESTRUCTIVE: {"style": "destructive"},
}
SPEECH_MARKUP: Final = {ord("<"): None, ord(">"): None}
"""Characters removed from `speak`, which Teams may parse as SSML."""

TEXT_INPUT_STYLES: Final = {"text": "Text", "email": "Email", "tel": "Tel", "url": "Url"}


@dataclass(frozen=True, slots=True)
class AdaptiveContext(RenderContext):
    """Render context with the payload's extra data."""

    extra: Json = field(default_factory=dict[str, Any])
    many: tuple[str, ...] = ()
    """Names of the inputs with several choices."""


def render(
    card: Card,
    language: Language,
    zone: str,
    now: datetime,
    *,
    user_ids: Sequence[str] = (),
    extra: Json | None = None,
) -> Json:
    """Render the card as an Adaptive Card. `user_ids` are the users with a view of their own (card.refresh).

    `extra` comes back with every button of type Action.Execute. It is left out when the card would exceed the limit.
    """
    many = tuple(block.name for block in card.body if isinstance(block, ChoiceInput) and block.many)
    ctx = AdaptiveContext(language, zone, now, escape_markdown, extra or {}, many)
    rendered = render_card(card, ctx, user_ids[:REFRESH_USERS_MAX])
    if measure_bytes(rendered) <= LIMIT_BYTES:
        return rendered
    ctx = replace(ctx, extra={})
    for candidate in iterate_truncated(card, ctx):
        rendered = render_card(candidate, ctx, user_ids[:REFRESH_USERS_MAX])
        if measure_bytes(rendered) <= LIMIT_BYTES:
            break
    return rendered


def measure_bytes(rendered: Json) -> int:
    """Measure the encoded size."""
    return len(msgspec.json.encode(rendered))


def render_card(card: Card, ctx: AdaptiveContext, user_ids: Sequence[str]) -> Json:
    actions = [render_action(action, ctx) for action in card.actions if is_usable(action)]
    rendered: Json = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "lang": str(ctx.language),
        "speak": ctx.format_line(card.plain).translate(SPEECH_MARKUP),
        "fallbackText": ctx.escape_line(card.plain),
        "body": [*render_heading(card, ctx), *(part for block in card.body for part in render_block(block, ctx))],
        "actions": [
            action if index < BUTTONS_SHOWN else {**action, "mode": "secondary"} for index, action in enumerate(actions)
        ],
    }
    if card.refresh:
        rendered["refresh"] = render_refresh(card.refresh, ctx, user_ids)
    if any(isinstance(block, Table | Items) for block in card.body):
        rendered["msteams"] = {"width": "full"}
    return rendered


def render_refresh(run: Run, ctx: AdaptiveContext, user_ids: Sequence[str]) -> Json:
    action = {
        "type": "Action.Execute",
        "title": ctx.format_line(run.label),
        "verb": run.command,
        "data": build_payload(run),
    }
    return {"action": action} | ({"userIds": list(user_ids)} if user_ids else {})


def build_payload(run: Run) -> Json:
    return {"v": PAYLOAD_VERSION, "cmd": run.command, "args": dict(run.args)}


def render_heading(card: Card, ctx: AdaptiveContext) -> list[Json]:
    """Render the title with the badge beside it, or below when the badge is long."""
    title = text_block(ctx.escape_line(card.title), weight="Bolder", size="Medium", style="heading")
    if not card.badge:
        return [title]
    badge = render_badge(card.badge, ctx)
    if len(ctx.format_line(card.badge.text)) > WIDE_BADGE_CHARS:
        return [title, {**badge, "spacing": "None"}]
    return [column_set(column([title], "stretch"), column([badge], "auto"))]


def text_block(text: str, **style: object) -> Json:
    return {"type": "TextBlock", "text": text, "wrap": True, **style}


def column_set(*columns: Json, **style: object) -> Json:
    return {"type": "ColumnSet", "columns": list(columns), **style}


def column(items: list[Json], width: str | int, **style: object) -> Json:
    return {"type": "Column", "width": width, "items": items, **style}


def render_badge(badge: Badge, ctx: AdaptiveContext) -> Json:
    return text_block(f"{SYMBOLS[badge.state]}{ctx.escape_line(badge.text)}", **TEXT_STYLES[badge.tone])


def render_block(block: Block, ctx: AdaptiveContext) -> list[Json]:
    match block:
        case Text() | Quote() | Badge():
            rendered = [render_text(block, ctx)]
        case Facts():
            facts = [
                {"title": ctx.escape_line(fact.label), "value": ctx.escape_line(fact.value)} for fact in block.facts
            ]
            rendered: list[Json] = [{"type": "FactSet", "facts": facts}]
        case Items():
            rendered = render_items(block, ctx)
        case Table():
            rendered = [render_table(block, ctx)]
        case Progress():
            rendered = [text_block(ctx.escape_text(block.text)), render_progress_bar(block)]
        case Picture():
            rendered = [render_picture(block, ctx)]
        case File():
            rendered = [render_file(block, ctx)]
        case _:
            rendered = render_input(block, ctx)
    return rendered


def render_text(block: Text | Quote | Badge, ctx: AdaptiveContext) -> Json:
    match block:
        case Text():
            return text_block(ctx.escape_text(block.text), **TEXT_STYLES[block.tone])
        case Quote():
            quoted = text_block(ctx.escape_text(block.text), maxLines=block.lines)
            return {"type": "Container", "style": "emphasis", "items": [quoted]}
        case Badge():
            return render_badge(block, ctx)


def render_items(block: Items, ctx: AdaptiveContext) -> list[Json]:
    heading = [text_block(ctx.escape_line(block.heading), weight="Bolder", style="heading")] if block.heading else []
    return heading + [render_item(item, ctx) for item in block.items]


def render_item(item: Item, ctx: AdaptiveContext) -> Json:
    lines = [text_block(ctx.escape_line(item.title))]
    if item.detail:
        lines.append(text_block(ctx.escape_line(item.detail), isSubtle=True, spacing="None", size="Small"))
    aside = [render_badge(item.badge, ctx)] if item.badge else []
    if actions := [render_action(action, ctx) for action in item.actions if is_usable(action)]:
        aside.append({"type": "ActionSet", "actions": actions})
    columns = [column(lines, "stretch")] + ([column(aside, "auto")] if aside else [])
    return column_set(*columns, separator=True)


def render_table(table: Table, ctx: AdaptiveContext) -> Json:
    def row(cells: tuple[T, ...], **style: object) -> Json:
        rendered = [{"type": "TableCell", "items": [text_block(ctx.escape_line(cell), **style)]} for cell in cells]
        return {"type": "TableRow", "cells": rendered}

    return {
        "type": "Table",
        "columns": [{"width": 1} for _ in table.columns],
        "rows": [row(table.columns, weight="Bolder"), *map(row, table.rows)],
    }


def render_progress_bar(progress: Progress) -> Json:
    """Render two coloured columns, because version 1.5 has no progress bar; the text above carries the meaning."""
    total = max(progress.total, 1)
    done = min(max(progress.done, 0), total)
    parts = ((done, "accent"), (total - done, "emphasis"))
    rendered = [
        column([], compute_column_width(part, total), style=style, minHeight="8px") for part, style in parts if part
    ]
    return column_set(*rendered, spacing="Small")


def compute_column_width(part: int, total: int) -> int:
    """Compute a column's width, which must not be zero."""
    return max(1, round(100 * part / total))


def render_picture(picture: Picture, ctx: AdaptiveContext) -> Json:
    if not is_safe_url(picture.url):
        return text_block(ctx.escape_line(picture.alternative), isSubtle=True)
    return {"type": "Image", "url": picture.url, "altText": ctx.format_line(picture.alternative), "size": "Stretch"}


def render_file(file: File, ctx: AdaptiveContext) -> Json:
    """Render the file's name and a button that requests it, because a card cannot contain a file."""
    get = render_action(Run(t("Get file"), FETCH_COMMAND, {"file": file.file_id}), ctx)
    line = text_block(ctx.escape_line(file_text(file)))
    return column_set(column([line], "stretch"), column([{"type": "ActionSet", "actions": [get]}], "auto"))


def is_usable(action: Action) -> bool:
    return isinstance(action, Run) or is_safe_url(action.url)


def render_action(action: Action, ctx: AdaptiveContext) -> Json:
    title = ctx.format_line(action.label)
    if isinstance(action, Open):
        return {"type": "Action.OpenUrl", "title": title, "url": action.url}
    data = build_payload(action)
    if ctx.many and action.collects:
        data["many"] = list(ctx.many)
    common = {
        "title": title,
        "data": data,
        "associatedInputs": "auto" if action.collects else "none",
        **BUTTON_STYLES[action.style],
    }
    # Clients without Action.Execute (before Adaptive Cards 1.4) submit the payload as a message.
    return {
        "type": "Action.Execute",
        "verb": action.command,
        **common,
        "data": {**data, **ctx.extra},
        "fallback": {"type": "Action.Submit", **common},
    }


def render_input(block: Input, ctx: AdaptiveContext) -> list[Json]:
    rendered: Json = {"id": block.name, "label": ctx.format_line(block.label)}
    match block:
        case TextInput():
            rendered |= render_text_input(block, ctx)
        case NumberInput():
            rendered |= render_number_input(block)
        case ChoiceInput():
            rendered |= render_choice_input(block, ctx)
        case ToggleInput():
            # Input.Toggle shows its title beside the box; a label would repeat it.
            del rendered["label"]
            rendered |= {
                "type": "Input.Toggle",
                "title": ctx.escape_line(block.label),
                "value": "true" if block.value else "false",
            }
            return [rendered]
        case DateInput():
            rendered |= {"type": "Input.Date"} | ({"value": block.value.isoformat()} if block.value else {})
        case _:
            assert_never(block)
    return [rendered | render_validation(block, ctx), *render_error(block.error, ctx)]


def render_validation(block: TextInput | NumberInput | ChoiceInput | DateInput, ctx: AdaptiveContext) -> Json:
    """Render the client's error message for an empty or invalid input."""
    if isinstance(block, NumberInput):
        return {
            "isRequired": block.required,
            "errorMessage": ctx.escape_line(t("Please enter a number that is allowed here.")),
        }
    return {"isRequired": True, "errorMessage": ctx.escape_line(t("Please fill this in."))} if block.required else {}


def render_error(error: T | None, ctx: AdaptiveContext) -> list[Json]:
    return [text_block(f"⚠ {ctx.escape_line(error)}", color="Attention", spacing="None")] if error else []


def render_text_input(block: TextInput, ctx: AdaptiveContext) -> Json:
    rendered: Json = {
        "type": "Input.Text",
        "maxLength": block.max_length,
        "style": TEXT_INPUT_STYLES.get(block.kind, "Text"),
    }
    if block.multiline:
        rendered["isMultiline"] = True
    if block.value:
        rendered["value"] = remove_invisible(block.value)
    if block.placeholder:
        rendered["placeholder"] = ctx.format_line(block.placeholder)
    return rendered


def render_number_input(block: NumberInput) -> Json:
    limits = {"min": block.minimum, "max": block.maximum, "value": block.value}
    return {"type": "Input.Number"} | {name: limit for name, limit in limits.items() if limit is not None}


def render_choice_input(block: ChoiceInput, ctx: AdaptiveContext) -> Json:
    rendered: Json = {
        "type": "Input.ChoiceSet",
        "choices": [render_choice(choice, ctx) for choice in block.choices],
        "style": select_choice_style(len(block.choices), many=block.many),
        "wrap": True,
        "placeholder": ctx.format_line(t("Please choose")),
    }
    return rendered | ({"isMultiSelect": True} if block.many else {}) | ({"value": block.value} if block.value else {})


def render_choice(choice: Choice, ctx: AdaptiveContext) -> Json:
    return {"title": ctx.format_line(choice.label), "value": choice.value}


def select_choice_style(count: int, *, many: bool) -> str:
    """Choose the style: few choices are expanded, more are collapsed."""
    return "expanded" if many or count <= CHOICES_SHOWN else "compact"
