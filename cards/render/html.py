"""Render cards as HTML for the browser chat, and whole pages for visitors with a link.

A card is one `article.card`; it needs no id and no script, and may occur many times on a page.

Contract for a page's script:
- `[data-cmd]`: a button that runs a command. `data-args` is a JSON object; `data-collects` says that the card's inputs
  go with it. Every button is `type="button"`; the inputs are in `form.card-form` (`method="dialog"`: it is never
  sent). Enter in an input submits that form: the script then presses the card's first `[data-collects]`.
- `[data-kind]`: an input with its `name`. `text`, `number`, `date` and `choice` give their value (empty: left out),
  `toggle` gives true or false, `many` (check boxes of one name) the list of the checked values. `form.reportValidity()`
  reports missing inputs to the user.

Contract for a stylesheet:
- card: `card`, `card-head`, `card-title`, `card-body`, `card-form`, `actions`, `button` (also on links),
  `button-primary`, `button-destructive`, `more` (details), `more-actions`
- texts: `text`, `quote` (with `lines-1` … `lines-9`), `badge`, `symbol`, and `tone-plain`, `tone-subtle`,
  `tone-strong`, `tone-good`, `tone-warning`, `tone-bad` on texts and badges
- blocks: `facts` with `fact`; `items` with `items-title`, `item`, `item-words`, `item-head`, `item-title`,
  `item-detail`, `item-aside`; `table-frame`, `table`; `progress`; `picture`; `file` (a link with `data-file`,
  and `file-size`)
- inputs: `field` (with `field-wrong`), `field-label`, `required` (the star), `field-error`, `choices`, `choice`
"""

from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, assert_never
from urllib.parse import quote

import htpy as h
import msgspec
from markupsafe import Markup

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
    Size,
    Style,
    T,
    Table,
    Text,
    TextInput,
    ToggleInput,
    t,
)
from cards.render.text import SYMBOLS, RenderContext, remove_invisible
from cards.render.urls import is_safe_url
from services.people import Language

STYLESHEET: Final = Markup(Path(__file__).with_name("page.css").read_text("utf-8"))  # noqa: S704 - our own file
STYLE_SOURCE: Final = f"'sha256-{b64encode(sha256(STYLESHEET.encode()).digest()).decode()}'"
"""Source expression that permits only the stylesheet of `render_page` in a content security policy."""

BUTTONS_SHOWN: Final = 3
CHOICES_SHOWN: Final = 5
QUOTE_LINES_MAX: Final = 9
BUTTON_CLASSES: Final = {
    Style.PRIMARY: "button button-primary",
    Style.NORMAL: "button",
    Style.DESTRUCTIVE: "button button-destructive",
}
TEXT_INPUT_TYPES: Final = {"text", "email", "tel", "url"}
INPUT_TYPES: Final = (TextInput, NumberInput, ChoiceInput, ToggleInput, DateInput)


def render(card: Card, language: Language, zone: str, now: datetime) -> str:
    """Render the card as an HTML fragment."""
    return str(render_element(card, RenderContext(language, zone, now)))


def render_element(card: Card, ctx: RenderContext) -> h.Element:
    """Render the card as an htpy element."""
    parts = [render_block(block, ctx) for block in card.body]
    body = h.div(".card-body")[parts] if parts else None
    inside = (body, render_actions(card.actions, ctx))
    has_inputs = any(isinstance(block, INPUT_TYPES) for block in card.body)
    return h.article(".card", lang=str(ctx.language), aria_label=ctx.format_line(card.title))[
        render_heading(card, ctx),
        h.form(".card-form", method="dialog", autocomplete="off")[inside] if has_inputs else inside,
    ]


def render_page(title: str, body: h.Node, language: Language) -> str:
    """Render a whole page; `body` is htpy content, in which plain strings are escaped.

    The stylesheet is inline; a content security policy permits it with `STYLE_SOURCE`.
    """
    head = h.head[
        h.meta(charset="utf-8"),
        h.meta(name="viewport", content="width=device-width, initial-scale=1"),
        h.meta(name="referrer", content="no-referrer"),
        h.meta(name="robots", content="noindex"),
        h.title[title],
        h.style[STYLESHEET],
    ]
    return str(h.html(lang=str(language))[head, h.body[h.main(".page")[body]]])


def render_heading(card: Card, ctx: RenderContext) -> h.Element:
    badge = render_badge(card.badge, ctx) if card.badge else None
    return h.header(".card-head")[h.h3(".card-title")[ctx.format_line(card.title)], badge]


def render_badge(badge: Badge, ctx: RenderContext) -> h.Element:
    symbol = h.span(".symbol", aria_hidden="true")[SYMBOLS[badge.state]] if SYMBOLS[badge.state] else None
    return h.span(f".badge.tone-{badge.tone}")[symbol, ctx.format_line(badge.text)]


def render_lines(text: str) -> list[h.Node]:
    """Render each line of a text on its own line."""
    lines = text.split("\n")
    return [lines[0], *(node for line in lines[1:] for node in (h.br, line))]


def render_block(block: Block, ctx: RenderContext) -> h.Node:
    match block:
        case Text() | Quote() | Badge():
            return render_text(block, ctx)
        case Facts() | Items() | Table():
            return render_list(block, ctx)
        case Progress():
            bar = h.progress(max=max(block.total, 1), value=max(block.done, 0), aria_hidden="true")
            return h.div(".progress")[h.p[render_lines(ctx.format_text(block.text))], bar]
        case Picture():
            return render_picture(block, ctx)
        case File():
            return render_file(block, ctx)
        case _:
            return render_input(block, ctx)


def render_text(block: Text | Quote | Badge, ctx: RenderContext) -> h.Element:
    match block:
        case Text():
            return h.p(f".text.tone-{block.tone}")[render_lines(ctx.format_text(block.text))]
        case Quote():
            lines = min(max(block.lines, 1), QUOTE_LINES_MAX)
            return h.blockquote(f".quote.lines-{lines}")[h.p[render_lines(ctx.format_text(block.text))]]
        case Badge():
            return h.p[render_badge(block, ctx)]


def render_list(block: Facts | Items | Table, ctx: RenderContext) -> h.Element:
    match block:
        case Facts():
            facts = ((ctx.format_line(fact.label), ctx.format_line(fact.value)) for fact in block.facts)
            return h.dl(".facts")[(h.div(".fact")[h.dt[label], h.dd[value]] for label, value in facts)]
        case Items():
            title = h.h4(".items-title")[ctx.format_line(block.heading)] if block.heading else None
            return h.section(".items")[title, h.ul[(render_item(item, ctx) for item in block.items)]]
        case Table():
            return render_table(block, ctx)


def render_item(item: Item, ctx: RenderContext) -> h.Element:
    title = h.p(".item-title")[ctx.format_line(item.title)]
    text = h.div(".item-words")[
        h.div(".item-head")[title, render_badge(item.badge, ctx)] if item.badge else title,
        h.p(".item-detail")[ctx.format_line(item.detail)] if item.detail else None,
    ]
    about = ctx.format_line(item.title)
    # A screen reader lists buttons without their rows: "Pick" alone would be ambiguous.
    aside = (render_action(action, ctx, about) for action in item.actions)
    return h.li(".item")[text, h.div(".item-aside")[aside] if item.actions else None]


def render_table(table: Table, ctx: RenderContext) -> h.Element:
    head = h.thead[h.tr[(h.th(scope="col")[ctx.format_line(cell)] for cell in table.columns)]]
    rows = (h.tr[(h.td[ctx.format_line(cell)] for cell in row)] for row in table.rows)
    # The frame is focusable, so that a wide table scrolls by keyboard (WCAG 2.1.1).
    label = ctx.format_line(t("Table"))
    frame = h.div(".table-frame", role="region", tabindex="0", aria_label=label)
    return frame[h.table(".table")[head, h.tbody[rows]]]


def render_picture(picture: Picture, ctx: RenderContext) -> h.Element:
    alternative = ctx.format_line(picture.alternative)
    if not is_safe_url(picture.url):
        return h.p(".text.tone-subtle")[alternative]
    return h.figure(".picture")[h.img(src=picture.url, alt=alternative, loading="lazy")]


def render_file(file: File, ctx: RenderContext) -> h.Element:
    """Render a link that the chat's script handles; without the session of the chat it returns nothing."""
    size = h.span(".file-size")[ctx.format_value(Size(file.size_bytes))]
    address = f"/chat/files/{quote(file.file_id, safe='')}"
    link = h.a(href=address, download=file.name, data_file=file.file_id)[remove_invisible(file.name)]
    return h.p(".file")[link, " ", size]


def render_actions(actions: tuple[Action, ...], ctx: RenderContext) -> h.Node:
    if not actions:
        return None
    visible, rest = actions[:BUTTONS_SHOWN], actions[BUTTONS_SHOWN:]
    more = h.details(".more")[
        h.summary[ctx.format_line(t("More"))],
        h.div(".more-actions")[(render_action(action, ctx) for action in rest)],
    ]
    return h.div(".actions")[(render_action(action, ctx) for action in visible), more if rest else None]


def render_action(action: Action, ctx: RenderContext, about: str = "") -> h.Node:
    text = ctx.format_line(action.label)
    label = f"{text}: {about}" if about else None
    if isinstance(action, Open):
        return render_link(action, text, label)
    return h.button(
        class_=BUTTON_CLASSES[action.style],
        type="button",
        data_cmd=action.command,
        data_args=msgspec.json.encode(action.args).decode(),
        data_collects=action.collects,
        aria_label=label,
    )[text]


def render_link(action: Open, text: str, label: str | None) -> h.Node:
    if not is_safe_url(action.url):
        return None
    return h.a(".button", href=action.url, target="_blank", rel="noopener noreferrer", aria_label=label)[text]


def render_input(block: Input, ctx: RenderContext) -> h.Element:
    match block:
        case TextInput():
            return render_field(block, ctx, render_text_input(block, ctx))
        case NumberInput():
            return render_field(block, ctx, render_number_input(block))
        case DateInput():
            value = block.value.isoformat() if block.value else None
            control = h.input(type="date", name=block.name, data_kind="date", value=value, required=block.required)
            return render_field(block, ctx, control)
        case ChoiceInput():
            return render_choice_input(block, ctx)
        case ToggleInput():
            box = h.input(type="checkbox", name=block.name, data_kind="toggle", value="true", checked=block.value)
            return h.label(".field.choice")[box, h.span[ctx.format_line(block.label)]]
        case _:
            assert_never(block)


def render_field(
    block: TextInput | NumberInput | DateInput | ChoiceInput, ctx: RenderContext, control: h.Node
) -> h.Element:
    """Render an input inside its label, which associates them without an id."""
    return h.label(class_=list_field_classes(block.error))[
        render_label(block.label, ctx, required=block.required), control, *render_error(block.error, ctx)
    ]


def list_field_classes(error: T | None) -> list[str]:
    return ["field", "field-wrong"] if error else ["field"]


def render_label(text: T, ctx: RenderContext, *, required: bool) -> h.Element:
    star = h.span(".required", aria_hidden="true")[" *"] if required else None
    return h.span(".field-label")[ctx.format_line(text), star]


def render_error(error: T | None, ctx: RenderContext) -> Iterable[h.Element]:
    if error:
        symbol = h.span(".symbol", aria_hidden="true")["⚠ "]
        yield h.span(".field-error")[symbol, ctx.format_line(error)]


def render_text_input(block: TextInput, ctx: RenderContext) -> h.Node:
    common = {
        "name": block.name,
        "data-kind": "text",
        "maxlength": block.max_length,
        "placeholder": ctx.format_line(block.placeholder) if block.placeholder else None,
        "required": block.required,
        "aria-invalid": "true" if block.error else None,
    }
    if block.multiline:
        return h.textarea(common, rows=4)[remove_invisible(block.value)]
    kind = block.kind if block.kind in TEXT_INPUT_TYPES else "text"
    return h.input(common, type=kind, value=remove_invisible(block.value) or None)


def render_number_input(block: NumberInput) -> h.Node:
    return h.input(
        type="number",
        name=block.name,
        data_kind="number",
        step="any",
        value=format_number(block.value),
        min=format_number(block.minimum),
        max=format_number(block.maximum),
        required=block.required,
        aria_invalid="true" if block.error else None,
    )


def format_number(value: float | None) -> str | None:
    return None if value is None else f"{value:.10g}"


def render_choice_input(block: ChoiceInput, ctx: RenderContext) -> h.Element:
    """Render a choice: few options expanded, more in a select."""
    if not block.many and len(block.choices) > CHOICES_SHOWN:
        return render_field(block, ctx, render_select(block, ctx))
    chosen = set(block.value.split(",")) if block.many else {block.value}
    boxes = (render_choice(block, choice, ctx, checked=choice.value in chosen) for choice in block.choices)
    legend = h.legend[render_label(block.label, ctx, required=block.required)]
    return h.fieldset(class_=list_field_classes(block.error))[
        legend, h.div(".choices")[boxes], *render_error(block.error, ctx)
    ]


def render_choice(block: ChoiceInput, choice: Choice, ctx: RenderContext, *, checked: bool) -> h.Element:
    box = h.input(
        type="checkbox" if block.many else "radio",
        name=block.name,
        data_kind="many" if block.many else "choice",
        value=choice.value,
        checked=checked,
        # HTML validates `required` for each check box alone, not for the group.
        required=block.required and not block.many,
    )
    return h.label(".choice")[box, h.span[ctx.format_line(choice.label)]]


def render_select(block: ChoiceInput, ctx: RenderContext) -> h.Element:
    empty = h.option(value="")[ctx.format_line(t("Please choose"))]
    options = (
        h.option(value=choice.value, selected=choice.value == block.value)[ctx.format_line(choice.label)]
        for choice in block.choices
    )
    return h.select(name=block.name, data_kind="choice", required=block.required)[empty, options]
