"""What Slack takes as the blocks of a message or a view, written down as a table; everything else is refused."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, cast

from tests.fakes.slack.model import Given, Json
from tests.fakes.slack.model import listed as objects

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
BLOCK_CHARS = 13_200
"""The words of all blocks together."""
TABLE_CHARS = 10_000
TEXT_CHARS = 40_000
METADATA_CHARS = 3000

Check: TypeAlias = Callable[[Given, str], None]


class Invalid(Exception):
    """Something that Slack would refuse, and where it stands."""


def require(is_so: object, path: str, why: str) -> None:
    if not is_so:
        raise Invalid(f"{path}: {why}")


def string(most: int, least: int = 1) -> Check:
    def check(value: Given, path: str) -> None:
        require(isinstance(value, str), path, "no string")
        require(least <= len(value) <= most, path, f"{len(value)} of {least} to {most} characters")

    return check


def one_of(*allowed: Given) -> Check:
    def check(value: Given, path: str) -> None:
        require(value in allowed, path, f"{value!r} is none of {allowed}")

    return check


def flag(value: Given, path: str) -> None:
    require(isinstance(value, bool), path, "no true or false")


def integer(value: Given, path: str) -> None:
    require(isinstance(value, int) and not isinstance(value, bool), path, "no integer")


def anything(_: Given, __: str) -> None:
    """What is not looked at."""


def listed(check: Check, most: int, least: int = 1) -> Check:
    def check_all(value: Given, path: str) -> None:
        require(isinstance(value, list), path, "no list")
        require(least <= len(value) <= most, path, f"{len(value)} of {least} to {most} items")
        for number, one in enumerate(value):
            check(one, f"{path}[{number}]")

    return check_all


def shaped(fields: Mapping[str, Check], *required: str) -> Check:
    """An object with these fields and no others."""

    def check(value: Given, path: str) -> None:
        require(isinstance(value, dict), path, "no object")
        for name in required:
            require(name in value, path, f"{name} is missing")
        for name, one in value.items():
            require(name in fields, path, f"{name} is not known")
            fields[name](one, f"{path}.{name}")

    return check


def typed(shapes: Mapping[str, Check]) -> Check:
    """An object whose `type` says which shape it has."""

    def check(value: Given, path: str) -> None:
        require(_kind(value) in shapes, path, f"unsupported type in {value!r:.80}")
        shapes[value["type"]](value, path)

    return check


def words(most: int, *kinds: str, least: int = 1) -> Check:
    """A text object."""
    fields = {"type": one_of(*kinds), "text": string(most, least)}
    plain = shaped({**fields, "emoji": flag}, "type", "text")
    marked = shaped({**fields, "verbatim": flag}, "type", "text")

    def check(value: Given, path: str) -> None:
        (marked if _kind(value) == "mrkdwn" else plain)(value, path)

    return check


def plain(most: int) -> Check:
    return words(most, "plain_text")


def either(most: int, least: int = 1) -> Check:
    return words(most, "plain_text", "mrkdwn", least=least)


KIND = {"type": anything}
ACTION = {**KIND, "action_id": string(255)}
CONFIRM = shaped(
    {
        "title": plain(100),
        "text": either(300),
        "confirm": plain(30),
        "deny": plain(30),
        "style": one_of("primary", "danger"),
    },
    "title",
    "text",
    "confirm",
    "deny",
)
OPTION = shaped({"text": either(75), "value": string(150), "description": either(75)}, "text", "value")
LINKED_OPTION = shaped({"text": plain(75), "value": string(150), "url": string(3000)}, "text")
GROUP = shaped({"label": plain(75), "options": listed(OPTION, 100)}, "label", "options")
CHOICE = {**ACTION, "confirm": CONFIRM, "focus_on_load": flag}
MENU = {**CHOICE, "placeholder": plain(150)}
CONFIG = shaped({"trigger_actions_on": listed(one_of("on_enter_pressed", "on_character_entered"), 2)})
FIELD = {**MENU, "initial_value": string(3000, 0), "dispatch_action_config": CONFIG}

BUTTON = shaped(
    {
        **ACTION,
        "text": plain(75),
        "url": string(3000),
        "value": string(2000, 0),
        "style": one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
    "text",
    "action_id",
)
OVERFLOW = shaped({**ACTION, "options": listed(LINKED_OPTION, 5), "confirm": CONFIRM}, "action_id", "options")
SELECTS: dict[str, Check] = {
    "static_select": shaped(
        {**MENU, "options": listed(OPTION, 100), "option_groups": listed(GROUP, 100), "initial_option": OPTION},
        "action_id",
    ),
    "multi_static_select": shaped(
        {
            **MENU,
            "options": listed(OPTION, 100),
            "option_groups": listed(GROUP, 100),
            "initial_options": listed(OPTION, 100),
            "max_selected_items": integer,
        },
        "action_id",
    ),
    "users_select": shaped({**MENU, "initial_user": string(20)}, "action_id"),
    "multi_users_select": shaped(
        {**MENU, "initial_users": listed(string(20), 100), "max_selected_items": integer}, "action_id"
    ),
    "conversations_select": shaped(
        {**MENU, "initial_conversation": string(20), "default_to_current_conversation": flag, "filter": anything},
        "action_id",
    ),
    "channels_select": shaped({**MENU, "initial_channel": string(20)}, "action_id"),
}
BOXES: dict[str, Check] = {
    "checkboxes": shaped(
        {**CHOICE, "options": listed(OPTION, 10), "initial_options": listed(OPTION, 10)}, "action_id", "options"
    ),
    "radio_buttons": shaped(
        {**CHOICE, "options": listed(OPTION, 10), "initial_option": OPTION}, "action_id", "options"
    ),
}
TIMES: dict[str, Check] = {
    "datepicker": shaped({**MENU, "initial_date": string(10, 10)}, "action_id"),
    "timepicker": shaped({**MENU, "initial_time": string(5, 5), "timezone": string(100)}, "action_id"),
    "datetimepicker": shaped({**CHOICE, "initial_date_time": integer}, "action_id"),
}
FIELDS: dict[str, Check] = {
    "plain_text_input": shaped({**FIELD, "multiline": flag, "min_length": integer, "max_length": integer}, "action_id"),
    "email_text_input": shaped(FIELD, "action_id"),
    "url_text_input": shaped(FIELD, "action_id"),
    "number_input": shaped(
        {**FIELD, "is_decimal_allowed": flag, "min_value": string(40), "max_value": string(40)},
        "action_id",
        "is_decimal_allowed",
    ),
}
PICTURE = shaped({**KIND, "image_url": string(3000), "alt_text": string(2000)}, "image_url", "alt_text")
PRESSED: dict[str, Check] = {"button": BUTTON, "overflow": OVERFLOW, **SELECTS, **BOXES, **TIMES}

BLOCK = {**KIND, "block_id": string(255)}
RICH = shaped({**BLOCK, "elements": listed(anything, 100, 0)}, "elements")
CELL = typed(
    {
        "raw_text": shaped({**KIND, "text": string(3000)}, "text"),
        "raw_number": shaped({**KIND, "text": string(3000), "value": anything}, "value"),
        "rich_text": RICH,
    }
)
COLUMN = shaped({"align": one_of("left", "center", "right"), "is_wrapped": flag})
CONTEXT = typed(
    {
        "image": PICTURE,
        "plain_text": plain(3000),
        "mrkdwn": either(3000),
    }
)

BOTH: dict[str, Check] = {
    "section": shaped(
        {
            **BLOCK,
            "text": either(3000),
            "fields": listed(either(2000), 10),
            "accessory": typed({"image": PICTURE, **PRESSED}),
            "expand": flag,
        }
    ),
    "header": shaped({**BLOCK, "text": plain(150)}, "text"),
    "divider": shaped(BLOCK),
    "actions": shaped({**BLOCK, "elements": listed(typed(PRESSED), 25)}, "elements"),
    "context": shaped({**BLOCK, "elements": listed(CONTEXT, 10)}, "elements"),
    "image": shaped(
        {**BLOCK, "image_url": string(3000), "alt_text": string(2000), "title": plain(2000)}, "image_url", "alt_text"
    ),
    "input": shaped(
        {
            **BLOCK,
            "label": plain(2000),
            "hint": plain(2000),
            "optional": flag,
            "dispatch_action": flag,
            "element": typed({**SELECTS, **BOXES, **TIMES, **FIELDS}),
        },
        "label",
        "element",
    ),
    "rich_text": RICH,
}
MESSAGE = {
    **BOTH,
    "markdown": shaped({**BLOCK, "text": string(12_000)}, "text"),
    "table": shaped({**BLOCK, "rows": listed(listed(CELL, 20), 100), "column_settings": listed(COLUMN, 20)}, "rows"),
}
VIEW = {
    **BOTH,
    "alert": shaped({**BLOCK, "text": either(200), "level": one_of("default", "info", "warning", "error", "success")}),
}


def check_message(message: Mapping[str, Any]) -> None:
    """Raise Invalid for a message that Slack would not take."""
    string(TEXT_CHARS, 0)(message.get("text") or "", "text")
    blocks = objects(message.get("blocks"))
    require(blocks or message.get("text") or message.get("attachments"), "message", "no_text")
    listed(typed(MESSAGE), MESSAGE_BLOCKS, 0)(blocks, "blocks")
    tables = [one for one in blocks if one["type"] == "table"]
    require(len(tables) <= 1, "blocks", "only_one_table_allowed")
    require(sum(len(word) for word in _words(tables)) <= TABLE_CHARS, "blocks", "the table is too long")
    _check_together(blocks)


def check_view(view: Mapping[str, Any]) -> None:
    """Raise Invalid for a view that Slack would not take."""
    fields: dict[str, Check] = {
        "type": one_of("modal", "home"),
        "blocks": listed(typed(VIEW), VIEW_BLOCKS, 0),
        "private_metadata": string(METADATA_CHARS, 0),
        "callback_id": string(255, 0),
        "external_id": string(255, 0),
    }
    if view.get("type") != "home":
        fields |= {name: plain(24) for name in ("title", "submit", "close")}
        fields |= dict.fromkeys(("clear_on_close", "notify_on_close", "submit_disabled"), flag)
    shaped(fields, "type", "blocks", *(() if view.get("type") == "home" else ("title",)))(view, "view")
    blocks = view["blocks"]
    if view["type"] == "modal" and any(block["type"] == "input" for block in blocks):
        require("submit" in view, "view", "inputs without a button that sends them")
    _check_together(blocks)


def _check_together(blocks: Sequence[Mapping[str, Any]]) -> None:
    _once([block["block_id"] for block in blocks if "block_id" in block], "block_id")
    for block in blocks:
        _once([one["action_id"] for one in block.get("elements", ()) if "action_id" in one], "action_id")
        require(
            block["type"] != "section" or "text" in block or "fields" in block, "section", "neither text nor fields"
        )
    total = sum(len(word) for word in _words(blocks))
    require(total <= BLOCK_CHARS, "blocks", f"msg_blocks_too_long: {total} characters")
    focused = [one for one in _objects(blocks) if one.get("focus_on_load")]
    require(len(focused) <= 1, "blocks", "more than one wants the focus")


def _once(names: Iterable[str], what: str) -> None:
    listed_names = list(names)
    require(len(set(listed_names)) == len(listed_names), "blocks", f"{what} used twice: {listed_names}")


def _kind(value: Given) -> Given:
    return cast("Json", value).get("type") if isinstance(value, dict) else None


def _objects(value: Given) -> Iterator[Json]:
    if isinstance(value, dict):
        held = cast("Json", value)
        yield held
        for one in held.values():
            yield from _objects(one)
    if isinstance(value, list):
        for one in cast("list[Given]", value):
            yield from _objects(one)


def _words(value: Given) -> Iterator[str]:
    """Whatever people read."""
    return (one["text"] for one in _objects(value) if isinstance(one.get("text"), str))
