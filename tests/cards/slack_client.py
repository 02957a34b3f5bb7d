"""Model of the Slack client: which actions blocks offer, which state inputs send, which text is markup."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from cards.render import blockkit

Json = dict[str, Any]

FORMATTING_PATTERN = re.compile(r"(?<![A-Za-z0-9])([*_~])(?![\s*_~])(?:(?!\1).)+?(?<!\s)\1(?![A-Za-z0-9])|`[^`\n]+`")
CONTROL_PATTERN = re.compile(r"<[^>]*>")
EMOJI_PATTERN = re.compile(r":[\w+'\-]+:")
QUOTE_PATTERN = re.compile(r"^\s*(?:&gt;|>)", re.MULTILINE)
MARKUP_PATTERNS = (FORMATTING_PATTERN, CONTROL_PATTERN, EMOJI_PATTERN, QUOTE_PATTERN)


def find_markup(text: str) -> list[str]:
    """Return the parts of an mrkdwn text that Slack would format, link or replace."""
    return [
        match[0]
        for pattern in (FORMATTING_PATTERN, CONTROL_PATTERN, EMOJI_PATTERN, QUOTE_PATTERN)
        for match in pattern.finditer(text)
    ]


def walk_objects(rendered: object) -> Iterator[Json]:
    """Yield every object of a rendered payload, parents before children."""
    if isinstance(rendered, list):
        for child in cast("list[object]", rendered):
            yield from walk_objects(child)
    elif isinstance(rendered, dict):
        element = cast("Json", rendered)
        yield element
        for child in element.values():
            yield from walk_objects(child)


def clickable_actions(rendered: Mapping[str, Any]) -> Iterator[Json]:
    """Yield the action that Slack sends for each button and for each option of an overflow menu."""
    for element in walk_objects(dict(rendered)):
        if element.get("type") == "button":
            yield element
        elif element.get("type") == "overflow":
            yield from (
                {"type": "overflow", "action_id": element["action_id"], "selected_option": option}
                for option in element["options"]
            )


def button_commands(rendered: Mapping[str, Any]) -> list[tuple[str, Json]]:
    """Return command and arguments of every button and of the modal's submit button."""
    interactions = [blockkit.parse_action(action, {}) for action in clickable_actions(rendered)]
    interactions.append(blockkit.parse_submission(rendered.get("private_metadata"), {}))
    return [(interaction.command, dict(interaction.args)) for interaction in interactions if interaction]


def button_urls(rendered: Mapping[str, Any]) -> list[str]:
    """Return the URLs that buttons and menu options open."""
    return [
        url
        for action in clickable_actions(rendered)
        if (url := action.get("url") or action.get("selected_option", {}).get("url")) is not None
    ]


def initial_state_values(blocks: Sequence[Json]) -> Json:
    """Return the `state.values` that Slack sends for inputs left unchanged."""
    return {
        block["block_id"]: {block["element"]["action_id"]: _initial_state(block["element"])}
        for block in blocks
        if block["type"] == "input"
    }


def _initial_state(element: Json) -> Json:
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


def assert_no_markup(rendered: Mapping[str, Any]) -> None:
    """Require that mrkdwn texts have no markup beyond the bold label at their beginning."""
    for element in walk_objects(dict(rendered)):
        if element.get("type") == "mrkdwn":
            label, value = element["text"][1:].split("*", 1)
            assert find_markup(label) == []
            assert find_markup(value) == []
    assert find_markup(rendered.get("text", "")) == []
