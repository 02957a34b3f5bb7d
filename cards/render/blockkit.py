"""Render cards as Slack's Block Kit: messages, modals and the App Home.

Texts are plain or rich text wherever possible, so that nothing in them is parsed as markup (`blockkit_text`).
`blockkit_actions` and `blockkit_inputs` name and encode buttons and inputs; `parse_action` and `parse_submission`
decode them, with the inputs in the form that the other platforms deliver.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any, Final, cast

import msgspec
from msgspec.structs import replace as altered

from cards.model import Action, Card, ChoiceInput, DateInput, NumberInput, Run, TextInput, ToggleInput, t
from cards.render import plain
from cards.render.blockkit_actions import (
    ARGUMENTS_MAX,
    COMMAND_MAX_CHARS,
    PAYLOAD_VERSION,
    BlockKitContext,
    BlockKitPayload,
    ParsedCommand,
    build_payload,
    render_actions,
)
from cards.render.blockkit_blocks import BodyRenderer, render_heading
from cards.render.blockkit_inputs import assign_choice_codes, find_submit_action, parse_inputs
from cards.render.blockkit_text import Json, plain_text
from cards.render.mrkdwn import escape_mrkdwn
from cards.render.truncation import iterate_truncated
from services.people import Language

MESSAGE_BLOCKS_MAX: Final = 50
VIEW_BLOCKS_MAX: Final = 100
MESSAGE_MAX_CHARS: Final = 13_000
"""Measured: Slack accepts about 13,200 characters in all blocks of a message together."""
BLOCK_OVERHEAD_CHARS: Final = 100
"""What a block adds to that sum beside its text."""
VIEW_MAX_BYTES: Final = 200_000
FALLBACK_MAX_CHARS: Final = 3_500
"""Limit of the text that replaces the blocks in notifications and for screen readers."""
VIEW_TITLE_MAX_CHARS: Final = 24
METADATA_MAX_CHARS: Final = 3_000

PRODUCT: Final = "Kollega"
NO_COMMAND: Final[Json] = {"v": PAYLOAD_VERSION, "cmd": ""}
"""Metadata of a modal without a form."""
CANCEL_LABEL: Final = t("Cancel").source
TEXT_KEYS: Final = ("text", "alt_text")
INPUT_TYPES: Final = (TextInput, NumberInput, ChoiceInput, ToggleInput, DateInput)


def render_message(card: Card, language: Language, zone: str, now: datetime, *, extra: Json | None = None) -> Json:
    """Render a message: its blocks and the fallback text for notifications and screen readers.

    `extra` comes back with every button that has room for it.
    """
    ctx = BlockKitContext(language, zone, now, extra=extra or {}, choice_codes=assign_choice_codes(card))
    fallback = escape_mrkdwn(plain.render(card, language, zone, now)[:FALLBACK_MAX_CHARS])
    text = (
        fallback
        if len(fallback) < FALLBACK_MAX_CHARS
        else fallback[:FALLBACK_MAX_CHARS].rpartition("\n")[0] or fallback[:FALLBACK_MAX_CHARS]
    )
    return {"text": text, "blocks": render_within_limits(card, ctx)}


def render_view(card: Card, language: Language, zone: str, now: datetime, *, extra: Json | None = None) -> Json:
    """Render a modal: submitting runs the form's command, closing cancels. `extra` is stored in its metadata."""
    ctx = BlockKitContext(language, zone, now, choice_codes=assign_choice_codes(card), is_view=True)
    form = any(isinstance(block, INPUT_TYPES) for block in card.body)
    submit = find_submit_action(card) if form else None
    others = [action for action in card.actions if action is not submit and not is_cancel(action)]
    cancels = len(others) < len(card.actions) - bool(submit)
    title = ctx.format_line(card.title)
    fits = 0 < len(title) <= VIEW_TITLE_MAX_CHARS
    other_card = altered(card, actions=tuple(others))
    rendered: Json = {
        "type": "modal",
        "title": plain_text(title if fits else PRODUCT, VIEW_TITLE_MAX_CHARS),
        "close": plain_text(ctx.format_line(t("Cancel") if cancels else t("Close")), VIEW_TITLE_MAX_CHARS),
        "blocks": render_within_limits(other_card, ctx, submit.command if submit else "", is_titled=not fits),
        "private_metadata": encode_metadata(build_payload(submit, ctx) if submit else NO_COMMAND, extra or {}),
    }
    if form:
        rendered["submit"] = plain_text(ctx.format_line(submit.label if submit else t("Send")), VIEW_TITLE_MAX_CHARS)
    return rendered


def render_home(
    cards: Sequence[Card], language: Language, zone: str, now: datetime, *, extra: Json | None = None
) -> Json:
    """Render the App Home: cards below each other, truncated to the block limit. `extra` is stored in its metadata."""
    numbers = count()
    blocks: list[Json] = []
    for card in cards:
        ctx = BlockKitContext(
            language, zone, now, choice_codes=assign_choice_codes(card), is_view=True, numbers=numbers
        )
        divider: list[Json] = [{"type": "divider"}] if blocks else []
        room = VIEW_BLOCKS_MAX - len(blocks) - len(divider)
        blocks += divider + render_within_limits(card, ctx, blocks_max=room // 2 if card is not cards[-1] else room)
    return {"type": "home", "blocks": blocks, "private_metadata": encode_metadata(NO_COMMAND, extra or {})}


def is_cancel(action: Action) -> bool:
    """Tell whether closing the modal has the same effect as this button."""
    return isinstance(action, Run) and not action.collects and CANCEL_LABEL in (action.label.source, action.command)


def encode_metadata(payload: Json, extra: Json) -> str:
    """Encode the submit command and extra data of a modal. Raises ValueError above Slack's limit."""
    metadata = msgspec.json.encode({**payload, **extra}).decode()
    if len(metadata) > METADATA_MAX_CHARS:
        raise ValueError(f"the arguments of {payload['cmd']} are longer than a window may carry")
    return metadata


def render_within_limits(
    card: Card, ctx: BlockKitContext, command: str = "", *, is_titled: bool = True, blocks_max: int = 0
) -> list[Json]:
    """Render the blocks, truncated until Slack accepts them; the card's own buttons are always kept."""
    blocks_max = blocks_max or (VIEW_BLOCKS_MAX if ctx.is_view else MESSAGE_BLOCKS_MAX)
    submit = find_submit_action(card)
    command = command or (submit.command if submit else "")
    blocks = render_card(card, ctx, command, is_titled=is_titled)
    dense = replace(ctx, is_dense=True)
    for candidate in iterate_truncated(card, ctx):
        if fits_limits(blocks, ctx, blocks_max):
            break
        blocks = render_card(altered(candidate, actions=card.actions), dense, command, is_titled=is_titled)
    return blocks


def render_card(card: Card, ctx: BlockKitContext, command: str, *, is_titled: bool) -> list[Json]:
    return [
        *render_heading(card, ctx, is_titled=is_titled),
        *BodyRenderer(ctx, command).render_body(card),
        *render_actions(card.actions, ctx),
    ]


def fits_limits(blocks: Sequence[Json], ctx: BlockKitContext, blocks_max: int) -> bool:
    if len(blocks) > blocks_max:
        return False
    size = len(msgspec.json.encode(blocks))
    if ctx.is_view:
        return size <= VIEW_MAX_BYTES
    room = MESSAGE_MAX_CHARS - BLOCK_OVERHEAD_CHARS * len(blocks)
    # The encoded size bounds the text's size and is faster to measure: count the text only above the limit.
    return size <= room or sum(map(count_text_chars, blocks)) <= room


def count_text_chars(element: object) -> int:
    """Count the text characters of rendered blocks."""
    if isinstance(element, list):
        return sum(map(count_text_chars, cast("list[object]", element)))
    if not isinstance(element, dict):
        return 0
    parts = cast("dict[str, object]", element).items()
    return sum(
        len(part) if name in TEXT_KEYS and isinstance(part, str) else count_text_chars(part) for name, part in parts
    )


def parse_action(action: Mapping[str, Any], values: object) -> ParsedCommand | None:
    """Decode a pressed button or menu option; None for foreign payloads and URL buttons.

    `values` is Slack's `state.values`; only a button that collects inputs uses it.
    """
    option = action.get("selected_option")
    value = cast("dict[str, object]", option).get("value") if isinstance(option, dict) else action.get("value")
    return parse_payload(value, values)


def parse_submission(metadata: object, values: object) -> ParsedCommand | None:
    """Decode a submitted modal; None for foreign metadata."""
    return parse_payload(metadata, values)


def parse_payload(value: object, values: object) -> ParsedCommand | None:
    if not isinstance(value, str) or len(value) > METADATA_MAX_CHARS:
        return None
    try:
        data = msgspec.json.decode(value, type=dict[str, Any])
        read = msgspec.convert(data, BlockKitPayload)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    if read.v != PAYLOAD_VERSION or not 0 < len(read.cmd) <= COMMAND_MAX_CHARS or len(read.args) > ARGUMENTS_MAX:
        return None
    args = read.args | (parse_inputs(values, read.coded) if read.takes_inputs else {})
    ours = set(BlockKitPayload.__struct_encode_fields__)
    return ParsedCommand(read.cmd, args, {name: value for name, value in data.items() if name not in ours})
