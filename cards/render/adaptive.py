"""Cards as Adaptive Cards 1.5, for Microsoft Teams.

A button carries `{"v": 1, "cmd": "lead.pick", "args": {…}}`; a client adds the inputs beside these three names. The
numbers, toggles and multiple choices among them arrive as strings ("5", "true", "a,b").
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
from cards.render.markdown import escaped
from cards.render.text import SYMBOLS, Writer, file_line, visible
from cards.render.truncation import candidates
from cards.render.urls import is_safe
from services.people import Language

Json: TypeAlias = dict[str, Any]

LIMIT_BYTES: Final = 25_000
"""Teams refuses messages of more than 28 KB; the rest is for the envelope."""

REFRESHED_AT_MOST: Final = 60
"""For how many people Teams asks for an own view of a card."""

BUTTONS_SHOWN: Final = 3
WIDE_BADGE_LETTERS: Final = 24
CHOICES_SHOWN: Final = 5
PAYLOAD_VERSION: Final = 1
FETCH: Final = "file.show"
"""The command that hands over a file."""

LOOKS: Final[Mapping[Tone, Json]] = {
    Tone.PLAIN: {},
    Tone.SUBTLE: {"isSubtle": True},
    Tone.STRONG: {"weight": "Bolder"},
    Tone.GOOD: {"color": "Good"},
    Tone.WARNING: {"color": "Warning"},
    Tone.BAD: {"color": "Attention"},
}
BUTTON_LOOKS: Final[Mapping[Style, Json]] = {
    Style.PRIMARY: {"style": "positive"},
    Style.NORMAL: {},
    Style.DESTRUCTIVE: {"style": "destructive"},
}
UNSPOKEN: Final = {ord("<"): None, ord(">"): None}
"""Without them no words can be taken for speech markup."""

KINDS: Final = {"text": "Text", "email": "Email", "tel": "Tel", "url": "Url"}


@dataclass(frozen=True, slots=True)
class Pen(Writer):
    """A writer who also knows what the buttons of the card carry beside their commands."""

    carried: Json = field(default_factory=dict[str, Any])
    many: tuple[str, ...] = ()
    """The inputs of several choices."""


def render(
    card: Card,
    language: Language,
    zone: str,
    now: datetime,
    *,
    user_ids: Sequence[str] = (),
    carried: Json | None = None,
) -> Json:
    """The card as Adaptive Card. `user_ids` are the people for whom Teams asks for an own view (card.refresh).

    What is `carried` comes back with every button, unless the client only knows how to send a message instead; on each
    of very many buttons it is worth less than the buttons.
    """
    many = tuple(one.name for one in card.body if isinstance(one, ChoiceInput) and one.many)
    writer = Pen(language, zone, now, escaped, carried or {}, many)
    drawn = drawn_card(card, writer, user_ids[:REFRESHED_AT_MOST])
    if size_bytes(drawn) <= LIMIT_BYTES:
        return drawn
    writer = replace(writer, carried={})
    for candidate in candidates(card, writer):
        drawn = drawn_card(candidate, writer, user_ids[:REFRESHED_AT_MOST])
        if size_bytes(drawn) <= LIMIT_BYTES:
            break
    return drawn


def size_bytes(drawn: Json) -> int:
    """The size as it is sent."""
    return len(msgspec.json.encode(drawn))


def drawn_card(card: Card, w: Pen, user_ids: Sequence[str]) -> Json:
    actions = [drawn_action(action, w) for action in card.actions if is_usable(action)]
    drawn: Json = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "lang": str(w.language),
        "speak": w.one_line(card.plain).translate(UNSPOKEN),
        "fallbackText": w.line(card.plain),
        "body": [*heading(card, w), *(part for block in card.body for part in drawn_block(block, w))],
        "actions": [
            action if place < BUTTONS_SHOWN else {**action, "mode": "secondary"} for place, action in enumerate(actions)
        ],
    }
    if card.refresh:
        drawn["refresh"] = refresh(card.refresh, w, user_ids)
    if any(isinstance(block, Table | Items) for block in card.body):
        drawn["msteams"] = {"width": "full"}
    return drawn


def refresh(run: Run, w: Pen, user_ids: Sequence[str]) -> Json:
    action = {"type": "Action.Execute", "title": w.one_line(run.label), "verb": run.command, "data": payload(run)}
    return {"action": action} | ({"userIds": list(user_ids)} if user_ids else {})


def payload(run: Run) -> Json:
    return {"v": PAYLOAD_VERSION, "cmd": run.command, "args": dict(run.args)}


def heading(card: Card, w: Pen) -> list[Json]:
    """The title with its badge beside it, or below when the badge is long."""
    title = text_block(w.line(card.title), weight="Bolder", size="Medium", style="heading")
    if not card.badge:
        return [title]
    badge = drawn_badge(card.badge, w)
    if len(w.one_line(card.badge.text)) > WIDE_BADGE_LETTERS:
        return [title, {**badge, "spacing": "None"}]
    return [columns(column([title], "stretch"), column([badge], "auto"))]


def text_block(words: str, **looks: object) -> Json:
    return {"type": "TextBlock", "text": words, "wrap": True, **looks}


def columns(*drawn: Json, **looks: object) -> Json:
    return {"type": "ColumnSet", "columns": list(drawn), **looks}


def column(items: list[Json], width: str | int, **looks: object) -> Json:
    return {"type": "Column", "width": width, "items": items, **looks}


def drawn_badge(badge: Badge, w: Pen) -> Json:
    return text_block(f"{SYMBOLS[badge.state]}{w.line(badge.text)}", **LOOKS[badge.tone])


def drawn_block(block: Block, w: Pen) -> list[Json]:
    match block:
        case Text() | Quote() | Badge():
            drawn = [drawn_words(block, w)]
        case Facts():
            facts = [{"title": w.line(fact.label), "value": w.line(fact.value)} for fact in block.facts]
            drawn: list[Json] = [{"type": "FactSet", "facts": facts}]
        case Items():
            drawn = drawn_items(block, w)
        case Table():
            drawn = [drawn_table(block, w)]
        case Progress():
            drawn = [text_block(w.say(block.text)), bar(block)]
        case Picture():
            drawn = [drawn_picture(block, w)]
        case File():
            drawn = [drawn_file(block, w)]
        case _:
            drawn = drawn_input(block, w)
    return drawn


def drawn_words(block: Text | Quote | Badge, w: Pen) -> Json:
    match block:
        case Text():
            return text_block(w.say(block.text), **LOOKS[block.tone])
        case Quote():
            quoted = text_block(w.say(block.text), maxLines=block.lines)
            return {"type": "Container", "style": "emphasis", "items": [quoted]}
        case Badge():
            return drawn_badge(block, w)


def drawn_items(block: Items, w: Pen) -> list[Json]:
    heading = [text_block(w.line(block.heading), weight="Bolder", style="heading")] if block.heading else []
    return heading + [drawn_item(item, w) for item in block.items]


def drawn_item(item: Item, w: Pen) -> Json:
    words = [text_block(w.line(item.title))]
    if item.detail:
        words.append(text_block(w.line(item.detail), isSubtle=True, spacing="None", size="Small"))
    aside = [drawn_badge(item.badge, w)] if item.badge else []
    if actions := [drawn_action(action, w) for action in item.actions if is_usable(action)]:
        aside.append({"type": "ActionSet", "actions": actions})
    both = [column(words, "stretch")] + ([column(aside, "auto")] if aside else [])
    return columns(*both, separator=True)


def drawn_table(table: Table, w: Pen) -> Json:
    def row(cells: tuple[T, ...], **looks: object) -> Json:
        drawn = [{"type": "TableCell", "items": [text_block(w.line(cell), **looks)]} for cell in cells]
        return {"type": "TableRow", "cells": drawn}

    return {
        "type": "Table",
        "columns": [{"width": 1} for _ in table.columns],
        "rows": [row(table.columns, weight="Bolder"), *map(row, table.rows)],
    }


def bar(progress: Progress) -> Json:
    """Two coloured columns: clients of version 1.5 know no bar, and what it says stands in words above it."""
    total = max(progress.total, 1)
    done = min(max(progress.done, 0), total)
    parts = ((done, "accent"), (total - done, "emphasis"))
    drawn = [column([], percent(part, total), style=style, minHeight="8px") for part, style in parts if part]
    return columns(*drawn, spacing="Small")


def percent(part: int, total: int) -> int:
    """The weight of a column, which must not be zero."""
    return max(1, round(100 * part / total))


def drawn_picture(picture: Picture, w: Pen) -> Json:
    if not is_safe(picture.url):
        return text_block(w.line(picture.alternative), isSubtle=True)
    return {"type": "Image", "url": picture.url, "altText": w.one_line(picture.alternative), "size": "Stretch"}


def drawn_file(file: File, w: Pen) -> Json:
    """Its line, and a button that has it handed over: a card itself holds no file."""
    get = drawn_action(Run(t("Get file"), FETCH, {"file": file.file_id}), w)
    words = text_block(w.line(file_line(file)))
    return columns(column([words], "stretch"), column([{"type": "ActionSet", "actions": [get]}], "auto"))


def is_usable(action: Action) -> bool:
    return isinstance(action, Run) or is_safe(action.url)


def drawn_action(action: Action, w: Pen) -> Json:
    title = w.one_line(action.label)
    if isinstance(action, Open):
        return {"type": "Action.OpenUrl", "title": title, "url": action.url}
    data = payload(action)
    if w.many and action.collects:
        data["many"] = list(w.many)
    common = {
        "title": title,
        "data": data,
        "associatedInputs": "auto" if action.collects else "none",
        **BUTTON_LOOKS[action.style],
    }
    # Clients that do not know Execute send the same as a message.
    return {
        "type": "Action.Execute",
        "verb": action.command,
        **common,
        "data": {**data, **w.carried},
        "fallback": {"type": "Action.Submit", **common},
    }


def drawn_input(block: Input, w: Pen) -> list[Json]:
    drawn: Json = {"id": block.name, "label": w.one_line(block.label)}
    match block:
        case TextInput():
            drawn |= text_input(block, w)
        case NumberInput():
            drawn |= number_input(block)
        case ChoiceInput():
            drawn |= choice_input(block, w)
        case ToggleInput():
            # The words stand beside the box; a label above would say them twice.
            del drawn["label"]
            drawn |= {"type": "Input.Toggle", "title": w.line(block.label), "value": "true" if block.value else "false"}
            return [drawn]
        case DateInput():
            drawn |= {"type": "Input.Date"} | ({"value": block.value.isoformat()} if block.value else {})
        case _:
            assert_never(block)
    return [drawn | demand(block, w), *mistake(block.error, w)]


def demand(block: TextInput | NumberInput | ChoiceInput | DateInput, w: Pen) -> Json:
    """What the client says when the input is empty or no number."""
    if isinstance(block, NumberInput):
        return {"isRequired": block.required, "errorMessage": w.line(t("Please enter a number that is allowed here."))}
    return {"isRequired": True, "errorMessage": w.line(t("Please fill this in."))} if block.required else {}


def mistake(error: T | None, w: Pen) -> list[Json]:
    return [text_block(f"⚠ {w.line(error)}", color="Attention", spacing="None")] if error else []


def text_input(block: TextInput, w: Pen) -> Json:
    drawn: Json = {"type": "Input.Text", "maxLength": block.max_length, "style": KINDS.get(block.kind, "Text")}
    if block.multiline:
        drawn["isMultiline"] = True
    if block.value:
        drawn["value"] = visible(block.value)
    if block.placeholder:
        drawn["placeholder"] = w.one_line(block.placeholder)
    return drawn


def number_input(block: NumberInput) -> Json:
    limits = {"min": block.minimum, "max": block.maximum, "value": block.value}
    return {"type": "Input.Number"} | {name: limit for name, limit in limits.items() if limit is not None}


def choice_input(block: ChoiceInput, w: Pen) -> Json:
    drawn: Json = {
        "type": "Input.ChoiceSet",
        "choices": [drawn_choice(choice, w) for choice in block.choices],
        "style": choice_style(len(block.choices), many=block.many),
        "wrap": True,
        "placeholder": w.one_line(t("Please choose")),
    }
    return drawn | ({"isMultiSelect": True} if block.many else {}) | ({"value": block.value} if block.value else {})


def drawn_choice(choice: Choice, w: Pen) -> Json:
    return {"title": w.one_line(choice.label), "value": choice.value}


def choice_style(count: int, *, many: bool) -> str:
    """Few choices are all shown, more fold up."""
    return "expanded" if many or count <= CHOICES_SHOWN else "compact"
