"""What Slack does with blocks: what a person can press, what it sends for inputs, what it takes for markup."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from cards.render import blockkit

Json = dict[str, Any]

FORMAT = re.compile(r"(?<![A-Za-z0-9])([*_~])(?![\s*_~])(?:(?!\1).)+?(?<!\s)\1(?![A-Za-z0-9])|`[^`\n]+`")
CONTROL = re.compile(r"<[^>]*>")
EMOJI = re.compile(r":[\w+'\-]+:")
QUOTE = re.compile(r"^\s*(?:&gt;|>)", re.MULTILINE)


def markup(words: str) -> list[str]:
    """What Slack would take for markup in a text that may have some."""
    return [match[0] for look in (FORMAT, CONTROL, EMOJI, QUOTE) for match in look.finditer(words)]


def pieces(drawn: object) -> Iterator[Json]:
    """Every object in a drawn message or view, from the outside to the inside."""
    if isinstance(drawn, list):
        for part in cast("list[object]", drawn):
            yield from pieces(part)
    elif isinstance(drawn, dict):
        piece = cast("Json", drawn)
        yield piece
        for part in piece.values():
            yield from pieces(part)


def pressable(drawn: Mapping[str, Any]) -> Iterator[Json]:
    """Each action as Slack sends it when somebody presses the button, or chooses the line of the menu."""
    for piece in pieces(dict(drawn)):
        if piece.get("type") == "button":
            yield piece
        elif piece.get("type") == "overflow":
            yield from (
                {"type": "overflow", "action_id": piece["action_id"], "selected_option": one}
                for one in piece["options"]
            )


def commands(drawn: Mapping[str, Any]) -> list[tuple[str, Json]]:
    """The commands of all buttons and of the window itself, with the arguments that they carry."""
    found = [blockkit.parse_action(action, {}) for action in pressable(drawn)]
    found.append(blockkit.parse_submission(drawn.get("private_metadata"), {}))
    return [(one.command, dict(one.args)) for one in found if one]


def addresses(drawn: Mapping[str, Any]) -> list[str]:
    """The addresses that buttons open."""
    return [
        url
        for one in pressable(drawn)
        if (url := one.get("url") or one.get("selected_option", {}).get("url")) is not None
    ]


def state(blocks: Sequence[Json]) -> Json:
    """What Slack sends for the inputs when nobody changes anything in them."""
    return {
        block["block_id"]: {block["element"]["action_id"]: _state(block["element"])}
        for block in blocks
        if block["type"] == "input"
    }


def _state(element: Json) -> Json:
    kind = element["type"]
    match kind:
        case "datepicker":
            return {"type": kind, "selected_date": element.get("initial_date")}
        case "radio_buttons" | "static_select":
            return {"type": kind, "selected_option": element.get("initial_option")}
        case "checkboxes" | "multi_static_select":
            return {"type": kind, "selected_options": element.get("initial_options", [])}
        case _:
            return {"type": kind, "value": element.get("initial_value")}
