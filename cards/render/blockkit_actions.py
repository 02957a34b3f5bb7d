"""Buttons and menus of Slack, and their payloads.

A button's value is `{"v": 1, "cmd": "lead.pick", "args": {…}}`, with `"in": 1` when it collects the card's inputs. A
menu option carries the same within its shorter limit; an action that does not fit is rendered as a button.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final

import msgspec

from cards.model import Action, Open, Run, Style
from cards.render.blockkit_text import Json, plain_text, truncate
from cards.render.text import RenderContext
from cards.render.urls import is_safe_url

PAYLOAD_VERSION: Final = 1
BUTTONS_SHOWN: Final = 3
ELEMENTS_MAX: Final = 25
MENU_OPTIONS_MAX: Final = 5
LABEL_MAX_CHARS: Final = 75
VALUE_MAX_CHARS: Final = 2_000
OPTION_MAX_CHARS: Final = 150
URL_MAX_CHARS: Final = 3_000
COMMAND_MAX_CHARS: Final = 100
ARGUMENTS_MAX: Final = 100
OPEN_URL: Final = "open"
"""Action name of URL buttons: Slack opens the URL and also sends an interaction, which is acknowledged only."""

BUTTON_STYLES: Final[Mapping[Style, Json]] = {
    Style.PRIMARY: {"style": "primary"},
    Style.NORMAL: {},
    Style.DESTRUCTIVE: {"style": "danger"},
}


@dataclass(frozen=True, slots=True)
class BlockKitContext(RenderContext):
    """Render context that also numbers actions and knows the surface."""

    extra: Json = field(default_factory=dict[str, Any])
    """Data that every button carries beside its command."""
    choice_codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """Choice values too long for Slack, by input name and by the code sent instead."""
    is_view: bool = False
    """Whether the surface is a modal or the App Home: more input types, higher limits, no table."""
    is_dense: bool = False
    """Whether rows should use as few blocks as possible."""
    numbers: Iterator[int] = field(default_factory=count)


@dataclass(frozen=True, slots=True)
class ParsedCommand:
    """Command, arguments with inputs, and extra data of a button, menu or modal."""

    command: str
    args: Mapping[str, Any]
    extra: Mapping[str, Any]


class BlockKitPayload(msgspec.Struct, frozen=True, omit_defaults=True):
    """Encoded form of a command."""

    v: int
    cmd: str
    args: dict[str, Any] = {}
    takes_inputs: int = msgspec.field(default=0, name="in")
    coded: dict[str, dict[str, str]] = {}


def build_payload(run: Run, ctx: BlockKitContext) -> Json:
    """Build the payload of a command."""
    payload = BlockKitPayload(PAYLOAD_VERSION, run.command, dict(run.args), int(run.collects))
    if run.collects:
        payload = msgspec.structs.replace(
            payload, coded={name: dict(codes) for name, codes in ctx.choice_codes.items()}
        )
    return msgspec.to_builtins(payload) | ctx.extra


def encode_button_value(run: Run, ctx: BlockKitContext) -> str:
    """Encode a button's value, without extra data when that is too long. Raises ValueError above the limit."""
    value = msgspec.json.encode(build_payload(run, ctx)).decode()
    if len(value) > VALUE_MAX_CHARS:
        value = msgspec.json.encode(build_payload(run, replace(ctx, extra={}))).decode()
    if len(value) > VALUE_MAX_CHARS:
        raise ValueError(f"the arguments of {run.command} are longer than a button may carry")
    return value


def is_usable(action: Action) -> bool:
    return isinstance(action, Run) or (is_safe_url(action.url) and len(action.url) <= URL_MAX_CHARS)


def next_action_id(action: Action, ctx: BlockKitContext) -> str:
    name = action.command if isinstance(action, Run) else OPEN_URL
    return f"{name}#{next(ctx.numbers)}"


def render_button(action: Action, ctx: BlockKitContext, about: str = "") -> Json:
    """Render a button; `about` names its row for screen readers."""
    label = ctx.format_line(action.label)
    rendered: Json = {
        "type": "button",
        "text": plain_text(label, LABEL_MAX_CHARS),
        "action_id": next_action_id(action, ctx),
    }
    if about:
        rendered["accessibility_label"] = truncate(f"{label}: {about}", LABEL_MAX_CHARS)
    if isinstance(action, Open):
        return rendered | {"url": action.url}
    return rendered | {"value": encode_button_value(action, ctx)} | BUTTON_STYLES[action.style]


def render_menu_option(action: Action, ctx: BlockKitContext) -> Json | None:
    """Render a menu option; None when the payload exceeds its limit."""
    text = plain_text(ctx.format_line(action.label), LABEL_MAX_CHARS)
    if isinstance(action, Open):
        return {"text": text, "value": OPEN_URL, "url": action.url}
    value = msgspec.json.encode(build_payload(action, ctx)).decode()
    if len(value) > OPTION_MAX_CHARS:
        value = msgspec.json.encode(build_payload(action, replace(ctx, extra={}))).decode()
    return {"text": text, "value": value} if len(value) <= OPTION_MAX_CHARS else None


def render_menu(options: Sequence[Json], ctx: BlockKitContext) -> Json:
    """Render an overflow menu."""
    return {"type": "overflow", "action_id": f"more#{next(ctx.numbers)}", "options": list(options)}


def render_actions(actions: Sequence[Action], ctx: BlockKitContext, about: str = "") -> list[Json]:
    """Render the buttons below a card: three buttons, the rest in a menu."""
    usable = [action for action in actions if is_usable(action)]
    if len(usable) <= BUTTONS_SHOWN + 1:
        visible, rest = usable, []
    else:
        visible, rest = usable[:BUTTONS_SHOWN], usable[BUTTONS_SHOWN:]
    elements = [render_button(action, ctx, about) for action in visible]
    options: list[Json] = []
    for action in rest:
        if rendered := render_menu_option(action, ctx):
            options.append(rendered)
        else:
            elements.append(render_button(action, ctx, about))
    elements += render_menus(options, ctx)
    return split_action_blocks(elements)


def render_menus(options: Sequence[Json], ctx: BlockKitContext) -> list[Json]:
    return [
        render_menu(options[start : start + MENU_OPTIONS_MAX], ctx)
        for start in range(0, len(options), MENU_OPTIONS_MAX)
    ]


def split_action_blocks(elements: Sequence[Json]) -> list[Json]:
    return [
        {"type": "actions", "elements": list(elements[start : start + ELEMENTS_MAX])}
        for start in range(0, len(elements), ELEMENTS_MAX)
    ]
