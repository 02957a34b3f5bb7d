"""Cards as HTML, for the chat in the browser; a whole page for those who come by a link.

A card is one `article.card`; it needs no id and no script, and may stand many times on a page.

What a page's script finds:
- `[data-cmd]`: a button that runs a command. `data-args` is a JSON object; `data-collects` says that the card's inputs
  go with it. Every button is `type="button"`; the inputs stand in `form.card-form` (`method="dialog"`: it never leaves
  the page). Enter in an input submits that form: the script then presses the card's first `[data-collects]`.
- `[data-kind]`: an input with its `name`. `text`, `number`, `date` and `choice` give their value (empty: left out),
  `toggle` gives true or false, `many` (check boxes of one name) the list of the checked values. `form.reportValidity()`
  tells people what is missing.

What a stylesheet finds:
- card: `card`, `card-head`, `card-title`, `card-body`, `card-form`, `actions`, `button` (also on links),
  `button-primary`, `button-destructive`, `more` (details), `more-actions`
- words: `text`, `quote` (with `lines-1` … `lines-9`), `badge`, `symbol`, and `tone-plain`, `tone-subtle`,
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
from cards.render.text import SYMBOLS, Writer, visible
from cards.render.urls import is_safe
from services.people import Language

STYLE: Final = Markup(Path(__file__).with_name("page.css").read_text("utf-8"))  # noqa: S704 - our own file
STYLE_SOURCE: Final = f"'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
"""How a content security policy permits the stylesheet of `page`, and no other."""

BUTTONS_SHOWN: Final = 3
CHOICES_SHOWN: Final = 5
QUOTE_LINES: Final = 9
BUTTON_CLASSES: Final = {
    Style.PRIMARY: "button button-primary",
    Style.NORMAL: "button",
    Style.DESTRUCTIVE: "button button-destructive",
}
KINDS: Final = {"text", "email", "tel", "url"}
INPUTS: Final = (TextInput, NumberInput, ChoiceInput, ToggleInput, DateInput)


def render(card: Card, language: Language, zone: str, now: datetime) -> str:
    """The card as an HTML fragment."""
    return str(drawn(card, Writer(language, zone, now)))


def drawn(card: Card, w: Writer) -> h.Element:
    """The card as an element, to stand in a page."""
    parts = [drawn_block(block, w) for block in card.body]
    body = h.div(".card-body")[parts] if parts else None
    inside = (body, drawn_actions(card.actions, w))
    has_inputs = any(isinstance(block, INPUTS) for block in card.body)
    return h.article(".card", lang=str(w.language), aria_label=w.one_line(card.title))[
        heading(card, w),
        h.form(".card-form", method="dialog", autocomplete="off")[inside] if has_inputs else inside,
    ]


def page(title: str, body: h.Node, language: Language) -> str:
    """A page of its own: `body` is made with htpy (`drawn`, say), a plain string in it is escaped.

    Its stylesheet is part of it; a content security policy names it with `STYLE_SOURCE`.
    """
    head = h.head[
        h.meta(charset="utf-8"),
        h.meta(name="viewport", content="width=device-width, initial-scale=1"),
        h.meta(name="referrer", content="no-referrer"),
        h.meta(name="robots", content="noindex"),
        h.title[title],
        h.style[STYLE],
    ]
    return str(h.html(lang=str(language))[head, h.body[h.main(".page")[body]]])


def heading(card: Card, w: Writer) -> h.Element:
    badge = drawn_badge(card.badge, w) if card.badge else None
    return h.header(".card-head")[h.h3(".card-title")[w.one_line(card.title)], badge]


def drawn_badge(badge: Badge, w: Writer) -> h.Element:
    symbol = h.span(".symbol", aria_hidden="true")[SYMBOLS[badge.state]] if SYMBOLS[badge.state] else None
    return h.span(f".badge.tone-{badge.tone}")[symbol, w.one_line(badge.text)]


def paragraphs(words: str) -> list[h.Node]:
    """The lines of a text, each on its own line."""
    lines = words.split("\n")
    return [lines[0], *(node for line in lines[1:] for node in (h.br, line))]


def drawn_block(block: Block, w: Writer) -> h.Node:
    match block:
        case Text() | Quote() | Badge():
            return drawn_words(block, w)
        case Facts() | Items() | Table():
            return drawn_list(block, w)
        case Progress():
            bar = h.progress(max=max(block.total, 1), value=max(block.done, 0), aria_hidden="true")
            return h.div(".progress")[h.p[paragraphs(w.words(block.text))], bar]
        case Picture():
            return drawn_picture(block, w)
        case File():
            return drawn_file(block, w)
        case _:
            return drawn_input(block, w)


def drawn_words(block: Text | Quote | Badge, w: Writer) -> h.Element:
    match block:
        case Text():
            return h.p(f".text.tone-{block.tone}")[paragraphs(w.words(block.text))]
        case Quote():
            lines = min(max(block.lines, 1), QUOTE_LINES)
            return h.blockquote(f".quote.lines-{lines}")[h.p[paragraphs(w.words(block.text))]]
        case Badge():
            return h.p[drawn_badge(block, w)]


def drawn_list(block: Facts | Items | Table, w: Writer) -> h.Element:
    match block:
        case Facts():
            facts = ((w.one_line(fact.label), w.one_line(fact.value)) for fact in block.facts)
            return h.dl(".facts")[(h.div(".fact")[h.dt[label], h.dd[value]] for label, value in facts)]
        case Items():
            title = h.h4(".items-title")[w.one_line(block.heading)] if block.heading else None
            return h.section(".items")[title, h.ul[(drawn_item(item, w) for item in block.items)]]
        case Table():
            return drawn_table(block, w)


def drawn_item(item: Item, w: Writer) -> h.Element:
    title = h.p(".item-title")[w.one_line(item.title)]
    words = h.div(".item-words")[
        h.div(".item-head")[title, drawn_badge(item.badge, w)] if item.badge else title,
        h.p(".item-detail")[w.one_line(item.detail)] if item.detail else None,
    ]
    about = w.one_line(item.title)
    # "Pick" alone says little to whoever hears the buttons one after the other.
    aside = (drawn_action(action, w, about) for action in item.actions)
    return h.li(".item")[words, h.div(".item-aside")[aside] if item.actions else None]


def drawn_table(table: Table, w: Writer) -> h.Element:
    head = h.thead[h.tr[(h.th(scope="col")[w.one_line(cell)] for cell in table.columns)]]
    rows = (h.tr[(h.td[w.one_line(cell)] for cell in row)] for row in table.rows)
    # A wide table scrolls inside its frame, also by keyboard.
    label = w.one_line(t("Table"))
    frame = h.div(".table-frame", role="region", tabindex="0", aria_label=label)
    return frame[h.table(".table")[head, h.tbody[rows]]]


def drawn_picture(picture: Picture, w: Writer) -> h.Element:
    words = w.one_line(picture.alternative)
    if not is_safe(picture.url):
        return h.p(".text.tone-subtle")[words]
    return h.figure(".picture")[h.img(src=picture.url, alt=words, loading="lazy")]


def drawn_file(file: File, w: Writer) -> h.Element:
    """A link that the page leads through its own door; elsewhere nobody fetches anything with it."""
    size = h.span(".file-size")[w.value(Size(file.size_bytes))]
    address = f"/chat/files/{quote(file.file_id, safe='')}"
    link = h.a(href=address, download=file.name, data_file=file.file_id)[visible(file.name)]
    return h.p(".file")[link, " ", size]


def drawn_actions(actions: tuple[Action, ...], w: Writer) -> h.Node:
    if not actions:
        return None
    shown, rest = actions[:BUTTONS_SHOWN], actions[BUTTONS_SHOWN:]
    more = h.details(".more")[
        h.summary[w.one_line(t("More"))],
        h.div(".more-actions")[(drawn_action(action, w) for action in rest)],
    ]
    return h.div(".actions")[(drawn_action(action, w) for action in shown), more if rest else None]


def drawn_action(action: Action, w: Writer, about: str = "") -> h.Node:
    words = w.one_line(action.label)
    label = f"{words}: {about}" if about else None
    if isinstance(action, Open):
        return link(action, words, label)
    return h.button(
        class_=BUTTON_CLASSES[action.style],
        type="button",
        data_cmd=action.command,
        data_args=msgspec.json.encode(action.args).decode(),
        data_collects=action.collects,
        aria_label=label,
    )[words]


def link(action: Open, words: str, label: str | None) -> h.Node:
    if not is_safe(action.url):
        return None
    return h.a(".button", href=action.url, target="_blank", rel="noopener noreferrer", aria_label=label)[words]


def drawn_input(block: Input, w: Writer) -> h.Element:
    match block:
        case TextInput():
            return field(block, w, text_input(block, w))
        case NumberInput():
            return field(block, w, number_input(block))
        case DateInput():
            value = block.value.isoformat() if block.value else None
            control = h.input(type="date", name=block.name, data_kind="date", value=value, required=block.required)
            return field(block, w, control)
        case ChoiceInput():
            return choice_input(block, w)
        case ToggleInput():
            box = h.input(type="checkbox", name=block.name, data_kind="toggle", value="true", checked=block.value)
            return h.label(".field.choice")[box, h.span[w.one_line(block.label)]]
        case _:
            assert_never(block)


def field(block: TextInput | NumberInput | DateInput | ChoiceInput, w: Writer, control: h.Node) -> h.Element:
    """An input with its label around it, so that the two belong together without an id."""
    return h.label(class_=field_classes(block.error))[
        label(block.label, w, required=block.required), control, *mistake(block.error, w)
    ]


def field_classes(error: T | None) -> list[str]:
    return ["field", "field-wrong"] if error else ["field"]


def label(text: T, w: Writer, *, required: bool) -> h.Element:
    star = h.span(".required", aria_hidden="true")[" *"] if required else None
    return h.span(".field-label")[w.one_line(text), star]


def mistake(error: T | None, w: Writer) -> Iterable[h.Element]:
    if error:
        symbol = h.span(".symbol", aria_hidden="true")["⚠ "]
        yield h.span(".field-error")[symbol, w.one_line(error)]


def text_input(block: TextInput, w: Writer) -> h.Node:
    common = {
        "name": block.name,
        "data-kind": "text",
        "maxlength": block.max_length,
        "placeholder": w.one_line(block.placeholder) if block.placeholder else None,
        "required": block.required,
        "aria-invalid": "true" if block.error else None,
    }
    if block.multiline:
        return h.textarea(common, rows=4)[visible(block.value)]
    kind = block.kind if block.kind in KINDS else "text"
    return h.input(common, type=kind, value=visible(block.value) or None)


def number_input(block: NumberInput) -> h.Node:
    return h.input(
        type="number",
        name=block.name,
        data_kind="number",
        step="any",
        value=number(block.value),
        min=number(block.minimum),
        max=number(block.maximum),
        required=block.required,
        aria_invalid="true" if block.error else None,
    )


def number(value: float | None) -> str | None:
    return None if value is None else f"{value:.10g}"


def choice_input(block: ChoiceInput, w: Writer) -> h.Element:
    """Few choices are all shown, more fold up in a list."""
    if not block.many and len(block.choices) > CHOICES_SHOWN:
        return field(block, w, folded(block, w))
    chosen = set(block.value.split(",")) if block.many else {block.value}
    boxes = (choice_box(block, choice, w, checked=choice.value in chosen) for choice in block.choices)
    legend = h.legend[label(block.label, w, required=block.required)]
    return h.fieldset(class_=field_classes(block.error))[legend, h.div(".choices")[boxes], *mistake(block.error, w)]


def choice_box(block: ChoiceInput, choice: Choice, w: Writer, *, checked: bool) -> h.Element:
    box = h.input(
        type="checkbox" if block.many else "radio",
        name=block.name,
        data_kind="many" if block.many else "choice",
        value=choice.value,
        checked=checked,
        # A required check box would have to be checked itself.
        required=block.required and not block.many,
    )
    return h.label(".choice")[box, h.span[w.one_line(choice.label)]]


def folded(block: ChoiceInput, w: Writer) -> h.Element:
    empty = h.option(value="")[w.one_line(t("Please choose"))]
    options = (
        h.option(value=choice.value, selected=choice.value == block.value)[w.one_line(choice.label)]
        for choice in block.choices
    )
    return h.select(name=block.name, data_kind="choice", required=block.required)[empty, options]
