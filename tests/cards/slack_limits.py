"""Slack's blocks against what Slack takes: every length and count that it refuses, and every field that it knows."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

Json = dict[str, Any]
NUMBER = re.compile(r"-?\d+(\.\d+)?")
Look = Callable[[Json, str], Iterator[str]]

MESSAGE_TEXT_MAX = 40_000
BLOCKS_TEXT_MAX = 13_200
VIEW_BYTES_MAX = 250_000

FIELDS: dict[str, tuple[str, str]] = {
    # block or element: what it must have, what it may have
    "header": ("text", "block_id"),
    "section": ("", "text fields accessory block_id expand"),
    "context": ("elements", "block_id"),
    "divider": ("", "block_id"),
    "image": ("alt_text", "image_url title block_id slack_file"),
    "actions": ("elements", "block_id"),
    "input": ("label element", "block_id hint optional dispatch_action"),
    "rich_text": ("elements", "block_id"),
    "table": ("rows", "block_id column_settings"),
    "button": ("text action_id", "value url style accessibility_label confirm"),
    "overflow": ("action_id options", "confirm"),
    "plain_text_input": (
        "action_id",
        "initial_value placeholder multiline min_length max_length focus_on_load dispatch_action_config",
    ),
    "email_text_input": ("action_id", "initial_value placeholder focus_on_load dispatch_action_config"),
    "url_text_input": ("action_id", "initial_value placeholder focus_on_load dispatch_action_config"),
    "number_input": (
        "action_id is_decimal_allowed",
        "initial_value min_value max_value placeholder focus_on_load dispatch_action_config",
    ),
    "datepicker": ("action_id", "initial_date placeholder confirm focus_on_load"),
    "checkboxes": ("action_id options", "initial_options confirm focus_on_load"),
    "radio_buttons": ("action_id options", "initial_option confirm focus_on_load"),
    "static_select": ("action_id", "options option_groups initial_option placeholder confirm focus_on_load"),
    "multi_static_select": (
        "action_id",
        "options option_groups initial_options placeholder confirm max_selected_items focus_on_load",
    ),
    "plain_text": ("text", "emoji"),
    "mrkdwn": ("text", "verbatim"),
    "raw_text": ("text", ""),
    "rich_text_section": ("elements", ""),
    "rich_text_quote": ("elements", "border"),
    "rich_text_preformatted": ("elements", "border"),
    "rich_text_list": ("elements style", "indent offset border"),
    "text": ("text", "style"),
    "link": ("url", "text style unsafe"),
}
MESSAGE_BLOCKS = {"header", "section", "context", "divider", "image", "actions", "input", "rich_text", "table"}
VIEW_BLOCKS = MESSAGE_BLOCKS - {"table"}
CONTEXT_ELEMENTS = {"plain_text", "mrkdwn", "image"}
MENUS = {"static_select", "multi_static_select"}
GROUPS = {"checkboxes", "radio_buttons"}
ACTION_ELEMENTS = {"button", "overflow", "datepicker", "static_select"} | GROUPS
ACCESSORIES = ACTION_ELEMENTS | {"image", "multi_static_select"}
TYPED = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
INPUT_ELEMENTS = TYPED | MENUS | GROUPS | {"datepicker"}
ONLY_IN_VIEWS = {"email_text_input", "url_text_input", "number_input"}
RICH_PARTS = {"rich_text_section", "rich_text_quote", "rich_text_preformatted", "rich_text_list"}
VIEW_FIELDS = {"type", "title", "submit", "close", "blocks", "private_metadata", "callback_id", "external_id"}
VIEW_FLAGS = {"clear_on_close", "notify_on_close"}


def problems(payload: Mapping[str, Any]) -> list[str]:
    """Why Slack would refuse a message or a view; nothing, for a good one."""
    if payload.get("type") in {"modal", "home"}:
        return list(_view(dict(payload)))
    return list(_message(dict(payload)))


def _message(message: Json) -> Iterator[str]:
    blocks = message.get("blocks", [])
    if not blocks and not message.get("text"):
        yield "no_text"
    if len(message.get("text", "")) > MESSAGE_TEXT_MAX:
        yield "msg_too_long"
    yield from _blocks(blocks, MESSAGE_BLOCKS, 50)
    if (length := _words(blocks)) > BLOCKS_TEXT_MAX:
        yield f"msg_blocks_too_long: {length}"
    for path, element in _elements(blocks):
        if element["type"] in ONLY_IN_VIEWS:
            yield f"{path}: {element['type']} stands in views alone"


def _view(view: Json) -> Iterator[str]:
    yield from (f"view: unknown {name}" for name in view.keys() - VIEW_FIELDS - VIEW_FLAGS)
    yield from _blocks(view.get("blocks", []), VIEW_BLOCKS, 100)
    if len(json.dumps(view)) > VIEW_BYTES_MAX:
        yield "view_too_large"
    if len(view.get("private_metadata", "")) > 3_000:
        yield "private_metadata is longer than 3000"
    yield from (
        f"{name} is longer than 255" for name in ("callback_id", "external_id") if len(view.get(name, "")) > 255
    )
    if view["type"] == "home":
        yield from (f"a home has no {name}" for name in ("title", "submit", "close") if name in view)
        return
    if "title" not in view:
        yield "a modal has a title"
    for name in view.keys() & {"title", "submit", "close"}:
        yield from _text(view[name], f"view.{name}", 24, {"plain_text"})
    if any(block.get("type") == "input" for block in view.get("blocks", [])) and "submit" not in view:
        yield "a modal with inputs has a submit"


def _blocks(blocks: Sequence[Json], allowed: set[str], most: int) -> Iterator[str]:
    if len(blocks) > most:
        yield f"{len(blocks)} blocks, {most} at most"
    if sum(block.get("type") == "table" for block in blocks) > 1:
        yield "only_one_table_allowed"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    yield from (f"block_id {one} twice" for one in {one for one in ids if ids.count(one) > 1})
    for place, block in enumerate(blocks):
        yield from _block(block, f"blocks[{place}]", allowed)


def _block(block: Json, path: str, allowed: set[str]) -> Iterator[str]:
    if block.get("type") not in allowed:
        yield f"{path}: {block.get('type')} is no block here"
        return
    if not 0 < len(block.get("block_id", "x")) <= 255:
        yield f"{path}: block_id is empty or longer than 255"
    yield from _known(block, path)
    yield from LOOKS.get(block["type"], _nothing)(block, path)


def _nothing(block: Json, path: str) -> Iterator[str]:
    del block, path
    yield from ()


def _known(piece: Json, path: str) -> Iterator[str]:
    """Missing and unknown fields."""
    wanted, more = (set(names.split()) for names in FIELDS[piece["type"]])
    yield from (f"{path}: {name} is missing" for name in wanted - piece.keys())
    yield from (f"{path}: {name} is unknown" for name in piece.keys() - wanted - more - {"type"})


def _text(
    text: object, path: str, most: int, kinds: Sequence[str] | set[str] = ("plain_text", "mrkdwn")
) -> Iterator[str]:
    if not isinstance(text, dict) or cast("Json", text).get("type") not in kinds:
        yield f"{path}: {text!r} is no text here"
        return
    piece = cast("Json", text)
    yield from _known(piece, path)
    if not 0 < len(piece["text"]) <= most:
        yield f"{path}: {len(piece['text'])} letters, 1 to {most} are possible"
    if not piece["text"].strip():
        yield f"{path}: nothing but spaces"


def _header(block: Json, path: str) -> Iterator[str]:
    yield from _text(block["text"], f"{path}.text", 150, {"plain_text"})


def _section(block: Json, path: str) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield f"{path}: neither text nor fields"
    if "text" in block:
        yield from _text(block["text"], f"{path}.text", 3_000)
    if not 0 < len(block.get("fields", "x")) <= 10:
        yield f"{path}: {len(block['fields'])} fields"
    for place, one in enumerate(block.get("fields", [])):
        yield from _text(one, f"{path}.fields[{place}]", 2_000)
    if "accessory" in block:
        yield from _element(block["accessory"], f"{path}.accessory", ACCESSORIES)


def _context(block: Json, path: str) -> Iterator[str]:
    if not 0 < len(block["elements"]) <= 10:
        yield f"{path}: {len(block['elements'])} elements"
    for place, one in enumerate(block["elements"]):
        if one.get("type") == "image":
            yield from _image(one, f"{path}.elements[{place}]")
        else:
            yield from _text(one, f"{path}.elements[{place}]", 3_000)


def _image(block: Json, path: str) -> Iterator[str]:
    if not block.get("image_url", "").startswith("https://") or len(block["image_url"]) > 3_000:
        yield f"{path}: no address that Slack fetches"
    if not 0 < len(block["alt_text"]) <= 2_000:
        yield f"{path}: alt_text is empty or longer than 2000"


def _actions(block: Json, path: str) -> Iterator[str]:
    if not 0 < len(block["elements"]) <= 25:
        yield f"{path}: {len(block['elements'])} elements"
    ids = [one.get("action_id") for one in block["elements"]]
    if len(set(ids)) < len(ids):
        yield f"{path}: one action_id twice"
    for place, one in enumerate(block["elements"]):
        yield from _element(one, f"{path}.elements[{place}]", ACTION_ELEMENTS)


def _input(block: Json, path: str) -> Iterator[str]:
    yield from _text(block["label"], f"{path}.label", 2_000, {"plain_text"})
    if "hint" in block:
        yield from _text(block["hint"], f"{path}.hint", 2_000, {"plain_text"})
    yield from _element(block["element"], f"{path}.element", INPUT_ELEMENTS)


def _table(block: Json, path: str) -> Iterator[str]:
    rows = block["rows"]
    if not 0 < len(rows) <= 100 or not all(0 < len(row) <= 20 for row in rows):
        yield f"{path}: 100 rows of 20 cells at most"
    if len(block.get("column_settings", [])) > 20:
        yield f"{path}: more than 20 column_settings"
    for row in rows:
        for cell in row:
            if cell["type"] == "raw_text":
                yield from _text(cell, path, 10_000, {"raw_text"})
            else:
                yield from _block(cell, path, {"rich_text"})


def _rich(block: Json, path: str) -> Iterator[str]:
    for part in block["elements"]:
        if part.get("type") not in RICH_PARTS:
            yield f"{path}: {part.get('type')} is no rich text"
            continue
        yield from _known(part, path)
        for text in part["elements"]:
            yield from _known(text, path)
            if not text.get("text"):
                yield f"{path}: empty rich text"


def _element(element: Json, path: str, allowed: set[str]) -> Iterator[str]:
    if element.get("type") not in allowed:
        yield f"{path}: {element.get('type')} is no element here"
        return
    yield from _known(element, path)
    if element["type"] == "image":
        yield from _image(element, path)
        return
    if not 0 < len(element.get("action_id", "")) <= 255:
        yield f"{path}: action_id is empty or longer than 255"
    if "placeholder" in element:
        yield from _text(element["placeholder"], f"{path}.placeholder", 150, {"plain_text"})
    if element["type"] == "button":
        yield from _button(element, path)
    elif element["type"] in TYPED:
        yield from _typed(element, path)
    elif element["type"] != "datepicker":
        yield from _choices(element, path)


def _button(element: Json, path: str) -> Iterator[str]:
    yield from _text(element["text"], f"{path}.text", 75, {"plain_text"})
    if not 0 < len(element.get("value", "x")) <= 2_000:
        yield f"{path}: value is empty or longer than 2000"
    if len(element.get("url", "")) > 3_000:
        yield f"{path}: url is longer than 3000"
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield f"{path}: style {element['style']}"
    if not 0 < len(element.get("accessibility_label", "x")) <= 75:
        yield f"{path}: accessibility_label is empty or longer than 75"


def _typed(element: Json, path: str) -> Iterator[str]:
    most = element.get("max_length", 3_000)
    if not 0 < most <= 3_000:
        yield f"{path}: max_length {most}"
    if len(element.get("initial_value", "")) > most:
        yield f"{path}: initial_value is longer than max_length"
    if element["type"] == "number_input":
        numbers = [element[name] for name in ("initial_value", "min_value", "max_value") if name in element]
        if not all(isinstance(one, str) and NUMBER.fullmatch(one) for one in numbers):
            yield f"{path}: numbers are words that are numbers"


def _choices(element: Json, path: str) -> Iterator[str]:
    kind = element["type"]
    groups = element.get("option_groups")
    if ("options" in element) == (groups is not None) or (groups is not None and kind not in MENUS):
        yield f"{path}: either options or option_groups"
    if groups is not None and not 0 < len(groups) <= 100:
        yield f"{path}: {len(groups)} groups"
    for group in groups or ():
        yield from _text(group["label"], f"{path}.label", 75, {"plain_text"})
    several = [group["options"] for group in groups] if groups else [element.get("options", [])]
    yield from (problem for options in several for problem in _options(options, path, kind))
    yield from _chosen(element, [one for options in several for one in options], path)


def _options(options: Sequence[Json], path: str, kind: str) -> Iterator[str]:
    most = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}.get(kind, 100)
    if not 0 < len(options) <= most:
        yield f"{path}: {len(options)} options, {most} at most"
    for one in options:
        yield from _option(one, path, kind)


def _chosen(element: Json, options: Sequence[Json], path: str) -> Iterator[str]:
    chosen = [
        *element.get("initial_options", []),
        *([element["initial_option"]] if "initial_option" in element else []),
    ]
    if any(one not in options for one in chosen) or element.get("initial_options") == []:
        yield f"{path}: what is chosen is no option"
    values = [one.get("value") for one in options]
    if element["type"] != "overflow" and len(set(values)) < len(values):
        yield f"{path}: one value twice"


def _option(option: Json, path: str, kind: str) -> Iterator[str]:
    yield from (f"{path}: {name} is unknown" for name in option.keys() - {"text", "value", "description", "url"})
    kinds = {"plain_text", "mrkdwn"} if kind in GROUPS else {"plain_text"}
    yield from _text(option["text"], f"{path}.text", 75, kinds)
    if not 0 < len(option.get("value", "")) <= 150:
        yield f"{path}: a value of {len(option.get('value', ''))} letters"
    if "url" in option and (kind != "overflow" or len(option["url"]) > 3_000):
        yield f"{path}: url in {kind}, or longer than 3000"


def _elements(blocks: Sequence[Json]) -> Iterator[tuple[str, Json]]:
    for place, block in enumerate(blocks):
        if "element" in block:
            yield f"blocks[{place}]", block["element"]


def _words(piece: object) -> int:
    """The letters of all texts."""
    if isinstance(piece, list):
        return sum(map(_words, cast("list[object]", piece)))
    if isinstance(piece, dict):
        parts = cast("dict[str, object]", piece).items()
        return sum(
            len(one) if name in {"text", "alt_text"} and isinstance(one, str) else _words(one) for name, one in parts
        )
    return 0


LOOKS: dict[str, Look] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "image": _image,
    "actions": _actions,
    "input": _input,
    "table": _table,
    "rich_text": _rich,
}
