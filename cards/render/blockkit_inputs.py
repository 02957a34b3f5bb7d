"""Inputs of Slack, and their values in the form that the other platforms deliver.

The block's id is the input's name. The element's action id contains kind, command and a number
(`toggle:lead.create#4`), because Slack keeps typed values of an element with the same id in an updated modal.
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
from cards.render.blockkit_actions import LABEL_MAX_CHARS, OPTION_MAX_CHARS, BlockKitContext
from cards.render.blockkit_text import Json, context_block, plain_text, render_paragraph, truncate
from cards.render.text import remove_invisible

INPUT_LABEL_MAX_CHARS: Final = 2_000
PLACEHOLDER_MAX_CHARS: Final = 150
TYPED_MAX_CHARS: Final = 3_000
OPTIONS_MAX: Final = 100
GROUPS_MAX: Final = 100
CHECKBOXES_MAX: Final = 10
CHOICES_SHOWN: Final = 5
CODED_MAX_CHARS: Final = 1_200
"""Share of a button's value that may hold choice values too long for an option."""

EMPTY_VALUE: Final = "~"
ESCAPED_PREFIX: Final = "~~"
CODE_PREFIX: Final = "~#"
"""An option carries the choice's value itself, unless that is empty, too long or begins with one of these prefixes."""

PART_SEPARATOR: Final = "~"
CUT_SEPARATORS: Final = {"n": "\n", "s": " ", "x": ""}
"""A long text is split over several inputs; each name says which separator was cut before it."""

TOGGLE_KIND: Final = "toggle"
MULTI_KIND: Final = "many"
VALUES_MAX: Final = 200


def assign_choice_codes(card: Card) -> dict[str, dict[str, str]]:
    """Assign codes to choice values too long for an option, within the button's limit."""
    room, codes = CODED_MAX_CHARS, dict[str, dict[str, str]]()
    for block in card.body:
        for index, choice in enumerate(block.choices if isinstance(block, ChoiceInput) else ()):
            if len(choice.value) > OPTION_MAX_CHARS - len(ESCAPED_PREFIX) and len(choice.value) < room:
                room -= len(choice.value)
                codes.setdefault(cast("ChoiceInput", block).name, {})[f"{CODE_PREFIX}{index}"] = choice.value
    return codes


def render_input(block: Input, ctx: BlockKitContext, command: str) -> list[Json]:
    """Render an input: label above, error below, a long text in several parts."""
    match block:
        case TextInput():
            return render_text_inputs(block, ctx, command)
        case NumberInput():
            element = render_number_input(block, ctx)
        case DateInput():
            element = {"type": "datepicker"} | ({"initial_date": block.value.isoformat()} if block.value else {})
        case ToggleInput():
            return [render_toggle(block, ctx, command)]
        case ChoiceInput():
            return render_choice_input(block, ctx, command)
        case _:
            assert_never(block)
    return [build_input_block(block, element, ctx, command)]


def build_input_block(
    block: Input, element: Json, ctx: BlockKitContext, command: str, kind: str = "", name: str = ""
) -> Json:
    """Build the block of an element with its label and error."""
    number = next(ctx.numbers)
    rendered: Json = {
        "type": "input",
        "block_id": name or block.name,
        "label": plain_text(ctx.format_line(block.label), INPUT_LABEL_MAX_CHARS),
        "element": element | {"action_id": f"{kind or element['type']}:{command}#{number}"},
        "optional": isinstance(block, ToggleInput) or not block.required,
    }
    error = None if isinstance(block, ToggleInput) else block.error
    return rendered | ({"hint": plain_text(f"⚠ {ctx.format_line(error)}", INPUT_LABEL_MAX_CHARS)} if error else {})


def render_text_inputs(block: TextInput, ctx: BlockKitContext, command: str) -> list[Json]:
    parts = list(split_text(remove_invisible(block.value)))
    rendered = [build_input_block(block, render_text_input(block, parts[0][1], ctx), ctx, command)]
    for index, (separator, part) in enumerate(parts[1:], 2):
        continued = build_input_block(
            block,
            render_text_input(block, part, ctx),
            ctx,
            command,
            name=f"{block.name}{PART_SEPARATOR}{index}{separator}",
        )
        label = ctx.format_line(t("{label} (continued)", label=block.label))
        rendered.append(continued | {"label": plain_text(label, INPUT_LABEL_MAX_CHARS), "optional": True})
    return rendered


def split_text(text: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a text, each with the name of the separator cut before it."""
    separator = ""
    while len(text) > TYPED_MAX_CHARS:
        half = TYPED_MAX_CHARS // 2
        ends = ((text.rfind(cutter, half, TYPED_MAX_CHARS), name) for name, cutter in CUT_SEPARATORS.items() if cutter)
        end, name = next(((end, name) for end, name in ends if end > 0), (TYPED_MAX_CHARS, "x"))
        yield separator, text[:end]
        separator, text = name, text[end + len(CUT_SEPARATORS[name]) :]
    yield separator, text


def render_text_input(block: TextInput, value: str, ctx: BlockKitContext) -> Json:
    """Render a text field. Slack validates e-mail and URL in modals and rejects an invalid initial value."""
    rendered: Json = {"type": "plain_text_input"}
    if ctx.is_view and block.kind in {"email", "url"} and not block.multiline and not value:
        rendered = {"type": f"{block.kind}_text_input"}
    else:
        rendered |= {"max_length": max(1, min(block.max_length, TYPED_MAX_CHARS), len(value))}
        rendered |= {"multiline": True} if block.multiline or "\n" in value else {}
    if value:
        rendered["initial_value"] = value
    if block.placeholder:
        rendered["placeholder"] = plain_text(ctx.format_line(block.placeholder), PLACEHOLDER_MAX_CHARS)
    return rendered


def render_number_input(block: NumberInput, ctx: BlockKitContext) -> Json:
    """Render a number field; messages have none, so a text field is used and validated on submission."""
    initial = {} if block.value is None else {"initial_value": format_decimal_number(block.value)}
    if not ctx.is_view:
        return {"type": "plain_text_input", "max_length": 30} | initial
    limits = {"min_value": block.minimum, "max_value": block.maximum}
    bounds = {name: format_decimal_number(limit) for name, limit in limits.items() if limit is not None}
    return {"type": "number_input", "is_decimal_allowed": True} | initial | bounds


def format_decimal_number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def render_toggle(block: ToggleInput, ctx: BlockKitContext, command: str) -> Json:
    """Render one check box; Slack requires the label above."""
    box = {"text": plain_text(ctx.format_line(block.label), LABEL_MAX_CHARS), "value": "true"}
    element: Json = {"type": "checkboxes", "options": [box]}
    return build_input_block(
        block, element | ({"initial_options": [box]} if block.value else {}), ctx, command, TOGGLE_KIND
    )


def render_choice_input(block: ChoiceInput, ctx: BlockKitContext, command: str) -> list[Json]:
    """Render a choice: few options expanded, more in a select; labels too long for Slack are repeated above."""
    codes = {value: code for code, value in ctx.choice_codes.get(block.name, {}).items()}
    encoded = [
        (encode_choice(value, codes), choice)
        for value, choice in {choice.value: choice for choice in block.choices}.items()
    ]
    options = [render_choice(choice, value, ctx) for value, choice in encoded if value is not None][
        : OPTIONS_MAX * GROUPS_MAX
    ]
    left_out = len(encoded) - len(options)
    missing = tn("{n} more is not shown here.", "{n} more are not shown here.", left_out)
    note = [context_block(ctx.format_line(missing))] if left_out else []
    if not options:
        return [*note, context_block(ctx.format_line(block.label))]
    chosen = set(block.value.split(",")) if block.many else {block.value}
    selected = [
        option for option, (_, choice) in zip(options, filter_sendable(encoded), strict=False) if choice.value in chosen
    ]
    element = (
        render_multi_select(options, selected, ctx) if block.many else render_single_select(options, selected, ctx)
    )
    kind = MULTI_KIND if block.many else ""
    return [
        *render_long_labels(filter_sendable(encoded), ctx),
        build_input_block(block, element, ctx, command, kind),
        *note,
    ]


def filter_sendable(sent: Sequence[tuple[str | None, Choice]]) -> list[tuple[str, Choice]]:
    return [(value, choice) for value, choice in sent if value is not None]


def render_choice(choice: Choice, value: str, ctx: BlockKitContext) -> Json:
    return {"text": plain_text(ctx.format_line(choice.label), LABEL_MAX_CHARS), "value": value}


def render_long_labels(sent: Sequence[tuple[str, Choice]], ctx: BlockKitContext) -> list[Json]:
    """Render in full the labels that options must truncate."""
    labels = [label for _, choice in sent if len(label := ctx.format_line(choice.label)) > LABEL_MAX_CHARS]
    return render_paragraph("\n".join(labels), Tone.SUBTLE) if labels else []


def render_multi_select(options: list[Json], chosen: list[Json], ctx: BlockKitContext) -> Json:
    initial = {"initial_options": chosen} if chosen else {}
    if len(options) <= CHECKBOXES_MAX:
        return {"type": "checkboxes", "options": options} | initial
    return render_select("multi_static_select", options, ctx) | initial


def render_single_select(options: list[Json], chosen: list[Json], ctx: BlockKitContext) -> Json:
    initial = {"initial_option": chosen[0]} if chosen else {}
    if len(options) <= CHOICES_SHOWN:
        return {"type": "radio_buttons", "options": options} | initial
    return render_select("static_select", options, ctx) | initial


def render_select(kind: str, options: list[Json], ctx: BlockKitContext) -> Json:
    """Render a select; more than a hundred options are grouped and labelled by the first and last."""
    rendered: Json = {
        "type": kind,
        "placeholder": plain_text(ctx.format_line(t("Please choose")), PLACEHOLDER_MAX_CHARS),
    }
    if len(options) <= OPTIONS_MAX:
        return rendered | {"options": options}
    parts = [options[start : start + OPTIONS_MAX] for start in range(0, len(options), OPTIONS_MAX)]
    return rendered | {"option_groups": [{"label": group_label(part), "options": part} for part in parts]}


def group_label(part: Sequence[Json]) -> Json:
    first, last = (truncate(option["text"]["text"], LABEL_MAX_CHARS // 2 - 2) for option in (part[0], part[-1]))
    return plain_text(f"{first} – {last}", LABEL_MAX_CHARS)


def encode_choice(value: str, codes: Mapping[str, str]) -> str | None:
    """Encode a choice's value as option value; None when Slack cannot carry it."""
    if not value:
        return EMPTY_VALUE
    if value.startswith(EMPTY_VALUE):
        value = EMPTY_VALUE + value
    if len(value) <= OPTION_MAX_CHARS:
        return value
    return codes.get(value)


def decode_choice(value: str, codes: Mapping[str, str]) -> str:
    if value == EMPTY_VALUE:
        return ""
    return codes.get(value, "") if value.startswith(CODE_PREFIX) else value.removeprefix(EMPTY_VALUE)


def parse_inputs(values: object, codes: Mapping[str, Mapping[str, str]] | None = None) -> dict[str, Any]:
    """Decode the inputs by name: strings, "true" or "false", and lists for several choices.

    `values` is Slack's `state.values`. An empty input is the empty string, as in an HTML form.
    """
    inputs: dict[str, Any] = {}
    for name, block in list(_objects(values))[:VALUES_MAX]:
        for action_id, state in _objects(block):
            value = parse_input(action_id, state, (codes or {}).get(name, {}))
            base, part, tail = name.partition(PART_SEPARATOR)
            if part and isinstance(value, str):
                separator = CUT_SEPARATORS.get(tail[-1:], "")
                inputs[base] = f"{inputs.get(base, '')}{separator}{value}" if value else inputs.get(base, "")
            else:
                inputs[name] = value
    return inputs


def parse_input(action_id: str, state: Mapping[str, Any], codes: Mapping[str, str]) -> str | list[str]:
    """Decode the value of one input."""
    kind = action_id.partition(":")[0]
    if "selected_options" in state:
        chosen = [
            decode_choice(value, codes) for option in state["selected_options"] or () if (value := _value(option))
        ]
        return ("true" if chosen else "false") if kind == TOGGLE_KIND else chosen
    if "selected_option" in state:
        return decode_choice(_value(state["selected_option"]), codes)
    value = state.get("selected_date") or state.get("value")
    return value if isinstance(value, str) else ""


def _value(option: object) -> str:
    value = cast("dict[str, object]", option).get("value") if isinstance(option, dict) else ""
    return value if isinstance(value, str) else ""


def _objects(value: object) -> Iterator[tuple[str, Json]]:
    """Yield the entries whose value is an object."""
    for name, part in cast("dict[str, object]", value).items() if isinstance(value, dict) else ():
        if isinstance(part, dict):
            yield name, cast("Json", part)


def find_submit_action(card: Card) -> Run | None:
    """Find the button that submits the form: the primary one, else the first."""
    runs = [action for action in card.actions if isinstance(action, Run) and action.collects]
    return next((action for action in runs if action.style == "primary"), runs[0] if runs else None)
