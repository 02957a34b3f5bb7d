"""Buttons and menus of Slack, and what one that was pressed carries.

A button's value is `{"v": 1, "cmd": "lead.pick", "args": {…}}`, with `"in": 1` if it takes the inputs of the card
along. A menu's options carry the same, if it fits into their few letters; what does not fit stays a button.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final

import msgspec

from cards.model import Action, Open, Run, Style
from cards.render.blockkit_text import Json, cut, plain
from cards.render.text import Writer
from cards.render.urls import is_safe

PAYLOAD_VERSION: Final = 1
BUTTONS_SHOWN: Final = 3
ELEMENTS_MAX: Final = 25
OPTIONS_IN_MENU: Final = 5
LABEL_MAX_CHARS: Final = 75
VALUE_MAX_CHARS: Final = 2_000
OPTION_MAX_CHARS: Final = 150
URL_MAX_CHARS: Final = 3_000
COMMAND_MAX_CHARS: Final = 100
ARGUMENTS_MAX: Final = 100
OPENS: Final = "open"
"""What is pressed and does nothing here: Slack opens the address, and tells us."""

STYLES: Final[Mapping[Style, Json]] = {
    Style.PRIMARY: {"style": "primary"},
    Style.NORMAL: {},
    Style.DESTRUCTIVE: {"style": "danger"},
}


@dataclass(frozen=True, slots=True)
class Pen(Writer):
    """A writer who also numbers the buttons, and knows where the card is to stand."""

    carried: Json = field(default_factory=dict[str, Any])
    """What every button carries beside its command."""
    coded: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """The values of choices that are too long to be sent, by input and by the code that is sent instead."""
    is_window: bool = False
    """Whether it is a view, which knows more inputs and takes longer cards, and no table."""
    is_dense: bool = False
    """Whether rows are to take as few blocks as they can."""
    numbers: Iterator[int] = field(default_factory=count)


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a button, a menu or a window that was sent carried, with what was filled in."""

    command: str
    args: Mapping[str, Any]
    carried: Mapping[str, Any]


class Payload(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stands in a value, beside what is carried."""

    v: int
    cmd: str
    args: dict[str, Any] = {}
    takes_inputs: int = msgspec.field(default=0, name="in")
    coded: dict[str, dict[str, str]] = {}


def written(run: Run, w: Pen) -> Json:
    """What a command is as a value."""
    payload = Payload(PAYLOAD_VERSION, run.command, dict(run.args), int(run.collects))
    if run.collects:
        payload = msgspec.structs.replace(payload, coded={name: dict(codes) for name, codes in w.coded.items()})
    return msgspec.to_builtins(payload) | w.carried


def value_of(run: Run, w: Pen) -> str:
    """The value of a button; what is carried is worth less than the button. Ids are never too long for one."""
    value = msgspec.json.encode(written(run, w)).decode()
    if len(value) > VALUE_MAX_CHARS:
        value = msgspec.json.encode(written(run, replace(w, carried={}))).decode()
    if len(value) > VALUE_MAX_CHARS:
        raise ValueError(f"the arguments of {run.command} are longer than a button may carry")
    return value


def is_usable(action: Action) -> bool:
    return isinstance(action, Run) or (is_safe(action.url) and len(action.url) <= URL_MAX_CHARS)


def action_id(action: Action, w: Pen) -> str:
    name = action.command if isinstance(action, Run) else OPENS
    return f"{name}#{next(w.numbers)}"


def button(action: Action, w: Pen, about: str = "") -> Json:
    """A button; `about` says to whoever hears it which row it belongs to."""
    label = w.one_line(action.label)
    drawn: Json = {"type": "button", "text": plain(label, LABEL_MAX_CHARS), "action_id": action_id(action, w)}
    if about:
        drawn["accessibility_label"] = cut(f"{label}: {about}", LABEL_MAX_CHARS)
    if isinstance(action, Open):
        return drawn | {"url": action.url}
    return drawn | {"value": value_of(action, w)} | STYLES[action.style]


def option(action: Action, w: Pen) -> Json | None:
    """A line of a menu; None where it has no room for what the button carries."""
    text = plain(w.one_line(action.label), LABEL_MAX_CHARS)
    if isinstance(action, Open):
        return {"text": text, "value": OPENS, "url": action.url}
    value = msgspec.json.encode(written(action, w)).decode()
    if len(value) > OPTION_MAX_CHARS:
        value = msgspec.json.encode(written(action, replace(w, carried={}))).decode()
    return {"text": text, "value": value} if len(value) <= OPTION_MAX_CHARS else None


def menu(options: Sequence[Json], w: Pen) -> Json:
    """A menu behind three dots."""
    return {"type": "overflow", "action_id": f"more#{next(w.numbers)}", "options": list(options)}


def row(actions: Sequence[Action], w: Pen, about: str = "") -> list[Json]:
    """The buttons below a card: three, and the rest in a menu."""
    usable = [action for action in actions if is_usable(action)]
    if len(usable) <= BUTTONS_SHOWN + 1:
        shown, rest = usable, []
    else:
        shown, rest = usable[:BUTTONS_SHOWN], usable[BUTTONS_SHOWN:]
    elements = [button(action, w, about) for action in shown]
    options: list[Json] = []
    for action in rest:
        if drawn := option(action, w):
            options.append(drawn)
        else:
            elements.append(button(action, w, about))
    elements += menus(options, w)
    return blocks_of(elements)


def menus(options: Sequence[Json], w: Pen) -> list[Json]:
    return [menu(options[start : start + OPTIONS_IN_MENU], w) for start in range(0, len(options), OPTIONS_IN_MENU)]


def blocks_of(elements: Sequence[Json]) -> list[Json]:
    return [
        {"type": "actions", "elements": list(elements[start : start + ELEMENTS_MAX])}
        for start in range(0, len(elements), ELEMENTS_MAX)
    ]
