"""Inputs of Slack, and what was filled into them, as every other platform delivers it.

An input's block is called as the input. Its element names the kind, the command and a number (`toggle:lead.create#4`),
so that another form in the same window does not begin with what was typed into this one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, assert_never, cast

from cards.model import (
    Card,
    Choice,
    ChoiceInput,
    DateInput,
    Input,
    NumberInput,
    Run,
    TextInput,
    ToggleInput,
    Tone,
    t,
    tn,
)
from cards.render.blockkit_actions import LABEL_MAX_CHARS, OPTION_MAX_CHARS, Pen
from cards.render.blockkit_text import Json, context, cut, paragraph, plain
from cards.render.text import visible

INPUT_LABEL_MAX_CHARS: Final = 2_000
PLACEHOLDER_MAX_CHARS: Final = 150
TYPED_MAX_CHARS: Final = 3_000
OPTIONS_MAX: Final = 100
GROUPS_MAX: Final = 100
BOXES_MAX: Final = 10
CHOICES_SHOWN: Final = 5
CODED_MAX_CHARS: Final = 1_200
"""How much of a button may be values that are too long for a choice."""

EMPTY: Final = "~"
ESCAPE: Final = "~~"
CODE: Final = "~#"
"""A choice's value is what it is, unless Slack cannot send it: empty, too long, or one that looks like these."""

PART: Final = "~"
JOINTS: Final = {"n": "\n", "s": " ", "x": ""}
"""A long text stands in several inputs; the name of each says what was cut away before it."""

TOGGLE: Final = "toggle"
MANY: Final = "many"
VALUES_MAX: Final = 200


def coded(card: Card) -> dict[str, dict[str, str]]:
    """Codes for the values of choices that are too long to be sent, as far as a button has room for them."""
    room, codes = CODED_MAX_CHARS, dict[str, dict[str, str]]()
    for block in card.body:
        for place, choice in enumerate(block.choices if isinstance(block, ChoiceInput) else ()):
            if len(choice.value) > OPTION_MAX_CHARS - len(ESCAPE) and len(choice.value) < room:
                room -= len(choice.value)
                codes.setdefault(cast("ChoiceInput", block).name, {})[f"{CODE}{place}"] = choice.value
    return codes


def drawn_input(block: Input, w: Pen, command: str) -> list[Json]:
    """An input as blocks: the label above, a mistake below, and a long text in several parts."""
    match block:
        case TextInput():
            return text_inputs(block, w, command)
        case NumberInput():
            element = number_input(block, w)
        case DateInput():
            element = {"type": "datepicker"} | ({"initial_date": block.value.isoformat()} if block.value else {})
        case ToggleInput():
            return [toggle(block, w, command)]
        case ChoiceInput():
            return choice_input(block, w, command)
        case _:
            assert_never(block)
    return [framed(block, element, w, command)]


def framed(block: Input, element: Json, w: Pen, command: str, kind: str = "", name: str = "") -> Json:
    """An element with its label and what is wrong with it."""
    number = next(w.numbers)
    drawn: Json = {
        "type": "input",
        "block_id": name or block.name,
        "label": plain(w.one_line(block.label), INPUT_LABEL_MAX_CHARS),
        "element": element | {"action_id": f"{kind or element['type']}:{command}#{number}"},
        "optional": isinstance(block, ToggleInput) or not block.required,
    }
    error = None if isinstance(block, ToggleInput) else block.error
    return drawn | ({"hint": plain(f"⚠ {w.one_line(error)}", INPUT_LABEL_MAX_CHARS)} if error else {})


def text_inputs(block: TextInput, w: Pen, command: str) -> list[Json]:
    parts = list(divided(visible(block.value)))
    drawn = [framed(block, text_input(block, parts[0][1], w), w, command)]
    for place, (joint, part) in enumerate(parts[1:], 2):
        more = framed(block, text_input(block, part, w), w, command, name=f"{block.name}{PART}{place}{joint}")
        label = w.one_line(t("{label} (continued)", label=block.label))
        drawn.append(more | {"label": plain(label, INPUT_LABEL_MAX_CHARS), "optional": True})
    return drawn


def divided(words: str) -> Iterator[tuple[str, str]]:
    """The parts of a text, each with the name of what was cut away before it."""
    joint = ""
    while len(words) > TYPED_MAX_CHARS:
        half = TYPED_MAX_CHARS // 2
        ends = ((words.rfind(cutter, half, TYPED_MAX_CHARS), name) for name, cutter in JOINTS.items() if cutter)
        end, name = next(((end, name) for end, name in ends if end > 0), (TYPED_MAX_CHARS, "x"))
        yield joint, words[:end]
        joint, words = name, words[end + len(JOINTS[name]) :]
    yield joint, words


def text_input(block: TextInput, value: str, w: Pen) -> Json:
    """Slack checks addresses by itself, in windows; it must not be given a wrong one to begin with."""
    drawn: Json = {"type": "plain_text_input"}
    if w.is_window and block.kind in {"email", "url"} and not block.multiline and not value:
        drawn = {"type": f"{block.kind}_text_input"}
    else:
        drawn |= {"max_length": max(1, min(block.max_length, TYPED_MAX_CHARS), len(value))}
        drawn |= {"multiline": True} if block.multiline or "\n" in value else {}
    if value:
        drawn["initial_value"] = value
    if block.placeholder:
        drawn["placeholder"] = plain(w.one_line(block.placeholder), PLACEHOLDER_MAX_CHARS)
    return drawn


def number_input(block: NumberInput, w: Pen) -> Json:
    """Messages have no input for numbers: there it is a line, and what is no number is refused when it is sent."""
    initial = {} if block.value is None else {"initial_value": number(block.value)}
    if not w.is_window:
        return {"type": "plain_text_input", "max_length": 30} | initial
    limits = {"min_value": block.minimum, "max_value": block.maximum}
    bounds = {name: number(limit) for name, limit in limits.items() if limit is not None}
    return {"type": "number_input", "is_decimal_allowed": True} | initial | bounds


def number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def toggle(block: ToggleInput, w: Pen, command: str) -> Json:
    """One box with its words beside it; the label above is what Slack asks for."""
    box = {"text": plain(w.one_line(block.label), LABEL_MAX_CHARS), "value": "true"}
    element: Json = {"type": "checkboxes", "options": [box]}
    return framed(block, element | ({"initial_options": [box]} if block.value else {}), w, command, TOGGLE)


def choice_input(block: ChoiceInput, w: Pen, command: str) -> list[Json]:
    """Few choices are all shown, more fold up; labels that are too long for Slack stand above in full."""
    codes = {value: code for code, value in w.coded.get(block.name, {}).items()}
    sent = [(encoded(value, codes), choice) for value, choice in {one.value: one for one in block.choices}.items()]
    options = [option(choice, value, w) for value, choice in sent if value is not None][: OPTIONS_MAX * GROUPS_MAX]
    left_out = len(sent) - len(options)
    missing = tn("{n} more is not shown here.", "{n} more are not shown here.", left_out)
    note = [context(w.one_line(missing))] if left_out else []
    if not options:
        return [*note, context(w.one_line(block.label))]
    chosen = set(block.value.split(",")) if block.many else {block.value}
    wanted = [one for one, (_, choice) in zip(options, kept(sent), strict=False) if choice.value in chosen]
    element = many_choices(options, wanted, w) if block.many else one_choice(options, wanted, w)
    kind = MANY if block.many else ""
    return [*long_labels(kept(sent), w), framed(block, element, w, command, kind), *note]


def kept(sent: Sequence[tuple[str | None, Choice]]) -> list[tuple[str, Choice]]:
    return [(value, choice) for value, choice in sent if value is not None]


def option(choice: Choice, value: str, w: Pen) -> Json:
    return {"text": plain(w.one_line(choice.label), LABEL_MAX_CHARS), "value": value}


def long_labels(sent: Sequence[tuple[str, Choice]], w: Pen) -> list[Json]:
    """In full what a choice can only show the beginning of."""
    labels = [label for _, choice in sent if len(label := w.one_line(choice.label)) > LABEL_MAX_CHARS]
    return paragraph("\n".join(labels), Tone.SUBTLE) if labels else []


def many_choices(options: list[Json], chosen: list[Json], w: Pen) -> Json:
    initial = {"initial_options": chosen} if chosen else {}
    if len(options) <= BOXES_MAX:
        return {"type": "checkboxes", "options": options} | initial
    return folded("multi_static_select", options, w) | initial


def one_choice(options: list[Json], chosen: list[Json], w: Pen) -> Json:
    initial = {"initial_option": chosen[0]} if chosen else {}
    if len(options) <= CHOICES_SHOWN:
        return {"type": "radio_buttons", "options": options} | initial
    return folded("static_select", options, w) | initial


def folded(kind: str, options: list[Json], w: Pen) -> Json:
    """A menu to choose from; more than a hundred choices stand in groups called after their first and last one."""
    drawn: Json = {"type": kind, "placeholder": plain(w.one_line(t("Please choose")), PLACEHOLDER_MAX_CHARS)}
    if len(options) <= OPTIONS_MAX:
        return drawn | {"options": options}
    parts = [options[start : start + OPTIONS_MAX] for start in range(0, len(options), OPTIONS_MAX)]
    return drawn | {"option_groups": [{"label": group_label(part), "options": part} for part in parts]}


def group_label(part: Sequence[Json]) -> Json:
    first, last = (cut(one["text"]["text"], LABEL_MAX_CHARS // 2 - 2) for one in (part[0], part[-1]))
    return plain(f"{first} – {last}", LABEL_MAX_CHARS)


def encoded(value: str, codes: Mapping[str, str]) -> str | None:
    """What Slack sends for a choice; None where it cannot send anything for it."""
    if not value:
        return EMPTY
    if value.startswith(EMPTY):
        value = EMPTY + value
    if len(value) <= OPTION_MAX_CHARS:
        return value
    return codes.get(value)


def decoded(value: str, codes: Mapping[str, str]) -> str:
    if value == EMPTY:
        return ""
    return codes.get(value, "") if value.startswith(CODE) else value.removeprefix(EMPTY)


def filled(values: object, codes: Mapping[str, Mapping[str, str]] | None = None) -> dict[str, Any]:
    """What was filled in, by input: texts, numbers and choices as words, "true" or "false", several as a list.

    `values` is the `state.values` of what Slack sent. What was left empty is the empty word, as in a form of the web.
    """
    found: dict[str, Any] = {}
    for name, block in list(_objects(values))[:VALUES_MAX]:
        for action_id, state in _objects(block):
            value = filled_one(action_id, state, (codes or {}).get(name, {}))
            base, part, tail = name.partition(PART)
            if part and isinstance(value, str):
                joint = JOINTS.get(tail[-1:], "")
                found[base] = f"{found.get(base, '')}{joint}{value}" if value else found.get(base, "")
            else:
                found[name] = value
    return found


def filled_one(action_id: str, state: Mapping[str, Any], codes: Mapping[str, str]) -> str | list[str]:
    """The value of one input."""
    kind = action_id.partition(":")[0]
    if "selected_options" in state:
        chosen = [decoded(value, codes) for one in state["selected_options"] or () if (value := _value(one))]
        return ("true" if chosen else "false") if kind == TOGGLE else chosen
    if "selected_option" in state:
        return decoded(_value(state["selected_option"]), codes)
    value = state.get("selected_date") or state.get("value")
    return value if isinstance(value, str) else ""


def _value(option: object) -> str:
    value = cast("dict[str, object]", option).get("value") if isinstance(option, dict) else ""
    return value if isinstance(value, str) else ""


def _objects(piece: object) -> Iterator[tuple[str, Json]]:
    """The objects in an object."""
    for name, part in cast("dict[str, object]", piece).items() if isinstance(piece, dict) else ():
        if isinstance(part, dict):
            yield name, cast("Json", part)


def collecting(card: Card) -> Run | None:
    """The button that sends the form: the main one, else the first."""
    runs = [one for one in card.actions if isinstance(one, Run) and one.collects]
    return next((one for one in runs if one.style == "primary"), runs[0] if runs else None)
