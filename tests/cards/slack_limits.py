"""Validation of Slack payloads: Slack's limits on lengths and counts, and the fields that each block may have."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

Json = dict[str, Any]
NUMBER = re.compile(r"-?\d+(\.\d+)?")
BlockCheck = Callable[[Json, str], Iterator[str]]

MESSAGE_TEXT_MAX = 40_000
BLOCKS_TEXT_MAX = 13_200
VIEW_BYTES_MAX = 250_000

FIELDS: dict[str, tuple[str, str]] = {
    # type of block or element: required fields, optional fields
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
RADIO_AND_CHECKBOX = {"checkboxes", "radio_buttons"}
ACTION_ELEMENTS = {"button", "overflow", "datepicker", "static_select"} | RADIO_AND_CHECKBOX
ACCESSORY_ELEMENTS = ACTION_ELEMENTS | {"image", "multi_static_select"}
TEXT_INPUTS = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
INPUT_ELEMENTS = TEXT_INPUTS | MENUS | RADIO_AND_CHECKBOX | {"datepicker"}
VIEW_ONLY_INPUTS = {"email_text_input", "url_text_input", "number_input"}
RICH_TEXT_PARTS = {"rich_text_section", "rich_text_quote", "rich_text_preformatted", "rich_text_list"}
VIEW_FIELDS = {"type", "title", "submit", "close", "blocks", "private_metadata", "callback_id", "external_id"}
VIEW_FLAGS = {"clear_on_close", "notify_on_close"}


def validate_slack_payload(payload: Mapping[str, Any]) -> list[str]:
    """Return the errors of a message or a view; an empty list for a valid one."""
    if payload.get("type") in {"modal", "home"}:
        return list(_check_view(dict(payload)))
    return list(_check_message(dict(payload)))


def _check_message(message: Json) -> Iterator[str]:
    blocks = message.get("blocks", [])
    if not blocks and not message.get("text"):
        yield "no_text"
    if len(message.get("text", "")) > MESSAGE_TEXT_MAX:
        yield "msg_too_long"
    yield from _check_blocks(blocks, MESSAGE_BLOCKS, 50)
    if (length := _text_length(blocks)) > BLOCKS_TEXT_MAX:
        yield f"msg_blocks_too_long: {length}"
    for path, element in _input_elements(blocks):
        if element["type"] in VIEW_ONLY_INPUTS:
            yield f"{path}: {element['type']} is allowed in views only"


def _check_view(view: Json) -> Iterator[str]:
    yield from (f"view: unknown {name}" for name in view.keys() - VIEW_FIELDS - VIEW_FLAGS)
    yield from _check_blocks(view.get("blocks", []), VIEW_BLOCKS, 100)
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
        yield from _check_text(view[name], f"view.{name}", 24, {"plain_text"})
    if any(block.get("type") == "input" for block in view.get("blocks", [])) and "submit" not in view:
        yield "a modal with inputs has a submit"


def _check_blocks(blocks: Sequence[Json], allowed: set[str], maximum: int) -> Iterator[str]:
    if len(blocks) > maximum:
        yield f"{len(blocks)} blocks, {maximum} at most"
    if sum(block.get("type") == "table" for block in blocks) > 1:
        yield "only_one_table_allowed"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    yield from (f"block_id {block_id} twice" for block_id in {block_id for block_id in ids if ids.count(block_id) > 1})
    for index, block in enumerate(blocks):
        yield from _check_block(block, f"blocks[{index}]", allowed)


def _check_block(block: Json, path: str, allowed: set[str]) -> Iterator[str]:
    if block.get("type") not in allowed:
        yield f"{path}: {block.get('type')} is not a block allowed here"
        return
    if not 0 < len(block.get("block_id", "x")) <= 255:
        yield f"{path}: block_id is empty or longer than 255"
    yield from _check_fields(block, path)
    yield from BLOCK_CHECKS.get(block["type"], _no_check)(block, path)


def _no_check(block: Json, path: str) -> Iterator[str]:
    del block, path
    yield from ()


def _check_fields(piece: Json, path: str) -> Iterator[str]:
    """Yield missing and unknown fields."""
    required, optional = (set(names.split()) for names in FIELDS[piece["type"]])
    yield from (f"{path}: {name} is missing" for name in required - piece.keys())
    yield from (f"{path}: {name} is unknown" for name in piece.keys() - required - optional - {"type"})


def _check_text(
    text: object, path: str, maximum: int, kinds: Sequence[str] | set[str] = ("plain_text", "mrkdwn")
) -> Iterator[str]:
    if not isinstance(text, dict) or cast("Json", text).get("type") not in kinds:
        yield f"{path}: {text!r} is not a text allowed here"
        return
    piece = cast("Json", text)
    yield from _check_fields(piece, path)
    if not 0 < len(piece["text"]) <= maximum:
        yield f"{path}: {len(piece['text'])} characters, 1 to {maximum} are allowed"
    if not piece["text"].strip():
        yield f"{path}: only spaces"


def _check_header(block: Json, path: str) -> Iterator[str]:
    yield from _check_text(block["text"], f"{path}.text", 150, {"plain_text"})


def _check_section(block: Json, path: str) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield f"{path}: neither text nor fields"
    if "text" in block:
        yield from _check_text(block["text"], f"{path}.text", 3_000)
    if not 0 < len(block.get("fields", "x")) <= 10:
        yield f"{path}: {len(block['fields'])} fields"
    for index, field in enumerate(block.get("fields", [])):
        yield from _check_text(field, f"{path}.fields[{index}]", 2_000)
    if "accessory" in block:
        yield from _check_element(block["accessory"], f"{path}.accessory", ACCESSORY_ELEMENTS)


def _check_context(block: Json, path: str) -> Iterator[str]:
    if not 0 < len(block["elements"]) <= 10:
        yield f"{path}: {len(block['elements'])} elements"
    for index, element in enumerate(block["elements"]):
        if element.get("type") == "image":
            yield from _check_image(element, f"{path}.elements[{index}]")
        else:
            yield from _check_text(element, f"{path}.elements[{index}]", 3_000)


def _check_image(block: Json, path: str) -> Iterator[str]:
    if not block.get("image_url", "").startswith("https://") or len(block["image_url"]) > 3_000:
        yield f"{path}: no address that Slack fetches"
    if not 0 < len(block["alt_text"]) <= 2_000:
        yield f"{path}: alt_text is empty or longer than 2000"


def _check_actions(block: Json, path: str) -> Iterator[str]:
    if not 0 < len(block["elements"]) <= 25:
        yield f"{path}: {len(block['elements'])} elements"
    ids = [element.get("action_id") for element in block["elements"]]
    if len(set(ids)) < len(ids):
        yield f"{path}: one action_id twice"
    for index, element in enumerate(block["elements"]):
        yield from _check_element(element, f"{path}.elements[{index}]", ACTION_ELEMENTS)


def _check_input(block: Json, path: str) -> Iterator[str]:
    yield from _check_text(block["label"], f"{path}.label", 2_000, {"plain_text"})
    if "hint" in block:
        yield from _check_text(block["hint"], f"{path}.hint", 2_000, {"plain_text"})
    yield from _check_element(block["element"], f"{path}.element", INPUT_ELEMENTS)


def _check_table(block: Json, path: str) -> Iterator[str]:
    rows = block["rows"]
    if not 0 < len(rows) <= 100 or not all(0 < len(row) <= 20 for row in rows):
        yield f"{path}: 100 rows of 20 cells at most"
    if len(block.get("column_settings", [])) > 20:
        yield f"{path}: more than 20 column_settings"
    for row in rows:
        for cell in row:
            if cell["type"] == "raw_text":
                yield from _check_text(cell, path, 10_000, {"raw_text"})
            else:
                yield from _check_block(cell, path, {"rich_text"})


def _check_rich_text(block: Json, path: str) -> Iterator[str]:
    for part in block["elements"]:
        if part.get("type") not in RICH_TEXT_PARTS:
            yield f"{path}: {part.get('type')} is not rich text"
            continue
        yield from _check_fields(part, path)
        for text in part["elements"]:
            yield from _check_fields(text, path)
            if not text.get("text"):
                yield f"{path}: empty rich text"


def _check_element(element: Json, path: str, allowed: set[str]) -> Iterator[str]:
    if element.get("type") not in allowed:
        yield f"{path}: {element.get('type')} is not an element allowed here"
        return
    yield from _check_fields(element, path)
    if element["type"] == "image":
        yield from _check_image(element, path)
        return
    if not 0 < len(element.get("action_id", "")) <= 255:
        yield f"{path}: action_id is empty or longer than 255"
    if "placeholder" in element:
        yield from _check_text(element["placeholder"], f"{path}.placeholder", 150, {"plain_text"})
    if element["type"] == "button":
        yield from _check_button(element, path)
    elif element["type"] in TEXT_INPUTS:
        yield from _check_text_input(element, path)
    elif element["type"] != "datepicker":
        yield from _check_choices(element, path)


def _check_button(element: Json, path: str) -> Iterator[str]:
    yield from _check_text(element["text"], f"{path}.text", 75, {"plain_text"})
    if not 0 < len(element.get("value", "x")) <= 2_000:
        yield f"{path}: value is empty or longer than 2000"
    if len(element.get("url", "")) > 3_000:
        yield f"{path}: url is longer than 3000"
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield f"{path}: style {element['style']}"
    if not 0 < len(element.get("accessibility_label", "x")) <= 75:
        yield f"{path}: accessibility_label is empty or longer than 75"


def _check_text_input(element: Json, path: str) -> Iterator[str]:
    maximum = element.get("max_length", 3_000)
    if not 0 < maximum <= 3_000:
        yield f"{path}: max_length {maximum}"
    if len(element.get("initial_value", "")) > maximum:
        yield f"{path}: initial_value is longer than max_length"
    if element["type"] == "number_input":
        numbers = [element[name] for name in ("initial_value", "min_value", "max_value") if name in element]
        if not all(isinstance(number, str) and NUMBER.fullmatch(number) for number in numbers):
            yield f"{path}: numbers must be numeric strings"


def _check_choices(element: Json, path: str) -> Iterator[str]:
    kind = element["type"]
    groups = element.get("option_groups")
    if ("options" in element) == (groups is not None) or (groups is not None and kind not in MENUS):
        yield f"{path}: either options or option_groups"
    if groups is not None and not 0 < len(groups) <= 100:
        yield f"{path}: {len(groups)} groups"
    for group in groups or ():
        yield from _check_text(group["label"], f"{path}.label", 75, {"plain_text"})
    option_lists = [group["options"] for group in groups] if groups else [element.get("options", [])]
    yield from (problem for options in option_lists for problem in _check_options(options, path, kind))
    yield from _check_initial_options(element, [option for options in option_lists for option in options], path)


def _check_options(options: Sequence[Json], path: str, kind: str) -> Iterator[str]:
    maximum = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}.get(kind, 100)
    if not 0 < len(options) <= maximum:
        yield f"{path}: {len(options)} options, {maximum} at most"
    for option in options:
        yield from _check_option(option, path, kind)


def _check_initial_options(element: Json, options: Sequence[Json], path: str) -> Iterator[str]:
    chosen = [
        *element.get("initial_options", []),
        *([element["initial_option"]] if "initial_option" in element else []),
    ]
    if any(option not in options for option in chosen) or element.get("initial_options") == []:
        yield f"{path}: the initial option is not among the options"
    values = [option.get("value") for option in options]
    if element["type"] != "overflow" and len(set(values)) < len(values):
        yield f"{path}: one value twice"


def _check_option(option: Json, path: str, kind: str) -> Iterator[str]:
    yield from (f"{path}: {name} is unknown" for name in option.keys() - {"text", "value", "description", "url"})
    kinds = {"plain_text", "mrkdwn"} if kind in RADIO_AND_CHECKBOX else {"plain_text"}
    yield from _check_text(option["text"], f"{path}.text", 75, kinds)
    if not 0 < len(option.get("value", "")) <= 150:
        yield f"{path}: a value of {len(option.get('value', ''))} letters"
    if "url" in option and (kind != "overflow" or len(option["url"]) > 3_000):
        yield f"{path}: url in {kind}, or longer than 3000"


def _input_elements(blocks: Sequence[Json]) -> Iterator[tuple[str, Json]]:
    for index, block in enumerate(blocks):
        if "element" in block:
            yield f"blocks[{index}]", block["element"]


def _text_length(piece: object) -> int:
    """Return the number of characters in all texts."""
    if isinstance(piece, list):
        return sum(map(_text_length, cast("list[object]", piece)))
    if isinstance(piece, dict):
        parts = cast("dict[str, object]", piece).items()
        return sum(
            len(part) if name in {"text", "alt_text"} and isinstance(part, str) else _text_length(part)
            for name, part in parts
        )
    return 0


BLOCK_CHECKS: dict[str, BlockCheck] = {
    "header": _check_header,
    "section": _check_section,
    "context": _check_context,
    "image": _check_image,
    "actions": _check_actions,
    "input": _check_input,
    "table": _check_table,
    "rich_text": _check_rich_text,
}
