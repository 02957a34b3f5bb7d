"""A message or view as a person sees it in Slack, and the state that a client sends from it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias, cast

from cards.render.blockkit import PRODUCT
from cards.render.blockkit_inputs import CUT_SEPARATORS, PART_SEPARATOR, TOGGLE_KIND, decode_choice
from tests.displayed_message import Button, DisplayedMessage

Json: TypeAlias = dict[str, Any]
Codes: TypeAlias = Mapping[str, Mapping[str, str]]

BOLD: Final = re.compile(r"^\*([^*\n]+)\*")


def from_blocks(
    message_id: str, blocks: list[Json], *, private: bool, text: str = "", by_bot: bool = True
) -> DisplayedMessage:
    """Read a message; use its plain text where it has no blocks."""
    buttons = tuple(read_buttons(blocks))
    return DisplayedMessage(
        message_id,
        plain(" ".join(words_of(blocks))) if blocks else plain(text),
        buttons,
        read_inputs(blocks, codes_of(blocks)),
        tuple(links_of(blocks)),
        private=private,
        by_bot=by_bot,
        passing=private and not blocks,
    )


def from_view(view_id: str, view: Json) -> DisplayedMessage:
    """Read a view; its submit button comes first."""
    blocks = view["blocks"]
    carried = json.loads(view.get("private_metadata") or "{}")
    sends = []
    if "submit" in view and carried.get("cmd"):
        sends = [Button(view["submit"]["text"], carried["cmd"], carried.get("args", {}), collects=True)]
    title = view.get("title", {}).get("text", "")
    # A view whose title is too long for Slack has the product's name as its title and the long title as text.
    title = "" if title == PRODUCT else title
    words = plain(" ".join([title, *words_of(blocks), *(item.label for item in sends)]))
    inputs = read_inputs(blocks, carried.get("coded", {}))
    buttons = (*sends, *read_buttons(blocks))
    return DisplayedMessage(view_id, words, buttons, inputs, tuple(links_of(blocks)), private=True)


def objects(value: object) -> Iterator[Json]:
    """Yield every object of a JSON value in reading order."""
    if isinstance(value, list):
        for item in cast("list[object]", value):
            yield from objects(item)
    elif isinstance(value, dict):
        yield cast("Json", value)
        for element in cast("dict[str, object]", value).values():
            yield from objects(element)


def words_of(blocks: list[Json]) -> Iterator[str]:
    """Yield all words, links and alternative texts."""
    for part in objects(blocks):
        for name in ("text", "alt_text"):
            if isinstance(part.get(name), str):
                yield unmarked(part[name]) if part.get("type") == "mrkdwn" else part[name]


def unmarked(marked: str) -> str:
    """Return the words without Slack's markup."""
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        marked = marked.replace(entity, character)
    return BOLD.sub(r"\1", marked)


def plain(words: str) -> str:
    return " ".join(words.replace("\u200b", "").replace("\u2060", "").split())


def pressables(blocks: list[Json]) -> Iterator[tuple[Json, str, Json | None]]:
    """Yield each element that can be pressed, its value, and the chosen option of a menu."""
    for part in objects(blocks):
        if part.get("type") == "button" and "value" in part:
            yield part, part["value"], None
        elif part.get("type") == "overflow":
            for option in part["options"]:
                if "url" not in option:
                    yield part, option["value"], option


def read_buttons(blocks: list[Json]) -> Iterator[Button]:
    for element, value, option in pressables(blocks):
        carried = json.loads(value)
        label = (option or element)["text"]["text"]
        yield Button(label, carried["cmd"], carried.get("args", {}), bool(carried.get("in")))


def links_of(blocks: list[Json]) -> Iterator[str]:
    return (part["url"] for part in objects(blocks) if "url" in part and "text" in part)


def codes_of(blocks: list[Json]) -> Codes:
    """Return the codes that stand for choice values that are too long to be sent."""
    for _, value, _ in pressables(blocks):
        if codes := json.loads(value).get("coded"):
            return codes
    return {}


def input_blocks(blocks: list[Json]) -> Iterator[Json]:
    return (block for block in blocks if block["type"] == "input")


def read_inputs(blocks: list[Json], codes: Codes) -> dict[str, Any]:
    """Return the values of the inputs before a person types."""
    inputs: dict[str, Any] = {}
    for block in input_blocks(blocks):
        name, part, tail = block["block_id"].partition(PART_SEPARATOR)
        value = initial(block["element"], codes.get(name, {}))
        if part:
            inputs[name] += CUT_SEPARATORS[tail[-1:]] + value
        else:
            inputs[name] = value
    return inputs


def initial(element: Json, codes: Mapping[str, str]) -> Any:  # noqa: ANN401 - a text, a number of texts
    if "initial_options" in element or element["type"] in {"checkboxes", "multi_static_select"}:
        chosen = [decode_choice(item["value"], codes) for item in element.get("initial_options", ())]
        return ("true" if chosen else "false") if element["action_id"].startswith(TOGGLE_KIND) else chosen
    if "initial_option" in element:
        return decode_choice(element["initial_option"]["value"], codes)
    return element.get("initial_value") or element.get("initial_date") or ""


def filled(blocks: list[Json], values: Mapping[str, Any], codes: Codes) -> Json:
    """Build `state.values` as a client sends it, with these values in the inputs."""
    return {
        block["block_id"]: {block["element"]["action_id"]: state_of(block, values, codes)}
        for block in input_blocks(blocks)
    }


def state_of(block: Json, values: Mapping[str, Any], codes: Codes) -> Json:
    element = block["element"]
    kind = element["type"]
    name, part, _ = block["block_id"].partition(PART_SEPARATOR)
    # A text that was split over several inputs is typed into the first.
    value = "" if part else values.get(name, "")
    if kind in {"checkboxes", "multi_static_select"}:
        wanted = [value] if isinstance(value, str | bool) else list(value)
        if element["action_id"].startswith(TOGGLE_KIND):
            wanted = ["true"] if value in {True, "true"} else []
        return {
            "type": kind,
            "selected_options": [chosen(element, str(item), codes.get(name, {})) for item in wanted if item],
        }
    if kind in {"radio_buttons", "static_select"}:
        option = chosen(element, str(value), codes.get(name, {})) if value != "" else None
        return {"type": kind, "selected_option": option}
    if kind == "datepicker":
        return {"type": kind, "selected_date": value or None}
    return {"type": kind, "value": str(value) if value != "" else None}


def chosen(element: Json, value: str, codes: Mapping[str, str]) -> Json:
    """Return the option with this value; build a forged option where the element offers none."""
    for option in options_of(element):
        if decode_choice(option["value"], codes) == value:
            return option
    return {"text": {"type": "plain_text", "text": "?"}, "value": value}


def options_of(element: Json) -> Iterable[Json]:
    grouped = [option for group in element.get("option_groups", ()) for option in group["options"]]
    return [*element.get("options", ()), *grouped]
