"""Cards as Slack's Block Kit: messages, windows (modals) and the App Home.

Words are plain or rich text wherever that is possible, so that nothing in them is markup (`blockkit_text`). What
buttons and inputs are called and carry stands in `blockkit_actions` and `blockkit_inputs`; `pressed` and `submitted`
read it back, with what was filled in as the other platforms deliver it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any, Final, cast

import msgspec
from msgspec.structs import replace as altered

from cards.model import Action, Card, ChoiceInput, DateInput, NumberInput, Run, TextInput, ToggleInput, t
from cards.render import plain as lines
from cards.render.blockkit_actions import (
    ARGUMENTS_MAX,
    COMMAND_MAX_CHARS,
    PAYLOAD_VERSION,
    Payload,
    Pen,
    Pressed,
    row,
    written,
)
from cards.render.blockkit_blocks import Body, heading
from cards.render.blockkit_inputs import coded, collecting, filled
from cards.render.blockkit_text import Json, plain
from cards.render.mrkdwn import escaped
from cards.render.truncation import candidates
from services.people import Language

MESSAGE_BLOCKS_MAX: Final = 50
VIEW_BLOCKS_MAX: Final = 100
MESSAGE_MAX_CHARS: Final = 13_000
"""Slack takes about 13,200 letters in all blocks of a message together."""
BLOCK_COSTS_CHARS: Final = 100
"""What a block costs of them beside its words."""
VIEW_MAX_BYTES: Final = 200_000
TEXT_MAX_CHARS: Final = 3_500
"""Of what stands for the blocks in notifications and is read aloud."""
VIEW_TITLE_MAX_CHARS: Final = 24
METADATA_MAX_CHARS: Final = 3_000

PRODUCT: Final = "Kollega"
UNSENT: Final[Json] = {"v": PAYLOAD_VERSION, "cmd": ""}
"""What a window carries that sends nothing."""
CANCEL: Final = t("Cancel").source
WORDS: Final = ("text", "alt_text")
INPUTS: Final = (TextInput, NumberInput, ChoiceInput, ToggleInput, DateInput)


def message(card: Card, language: Language, zone: str, now: datetime, *, carried: Json | None = None) -> Json:
    """A message: its blocks, and the words that stand for them in notifications and for screen readers.

    What is `carried` comes back with every button that has room for it.
    """
    w = Pen(language, zone, now, carried=carried or {}, coded=coded(card))
    said = escaped(lines.render(card, language, zone, now)[:TEXT_MAX_CHARS])
    text = said if len(said) < TEXT_MAX_CHARS else said[:TEXT_MAX_CHARS].rpartition("\n")[0] or said[:TEXT_MAX_CHARS]
    return {"text": text, "blocks": fitting(card, w)}


def view(card: Card, language: Language, zone: str, now: datetime, *, carried: Json | None = None) -> Json:
    """A window: the button that sends the form is its own, and closing it cancels. What is `carried` it carries."""
    w = Pen(language, zone, now, coded=coded(card), is_window=True)
    form = any(isinstance(block, INPUTS) for block in card.body)
    send = collecting(card) if form else None
    kept = [one for one in card.actions if one is not send and not is_cancel(one)]
    cancels = len(kept) < len(card.actions) - bool(send)
    title = w.one_line(card.title)
    fits = 0 < len(title) <= VIEW_TITLE_MAX_CHARS
    shown = altered(card, actions=tuple(kept))
    drawn: Json = {
        "type": "modal",
        "title": plain(title if fits else PRODUCT, VIEW_TITLE_MAX_CHARS),
        "close": plain(w.one_line(t("Cancel") if cancels else t("Close")), VIEW_TITLE_MAX_CHARS),
        "blocks": fitting(shown, w, send.command if send else "", is_titled=not fits),
        "private_metadata": metadata(written(send, w) if send else UNSENT, carried or {}),
    }
    if form:
        drawn["submit"] = plain(w.one_line(send.label if send else t("Send")), VIEW_TITLE_MAX_CHARS)
    return drawn


def home(cards: Sequence[Card], language: Language, zone: str, now: datetime, *, carried: Json | None = None) -> Json:
    """The App Home: cards below each other, where not all have room each shorter. What is `carried` it carries."""
    numbers = count()
    blocks: list[Json] = []
    for card in cards:
        w = Pen(language, zone, now, coded=coded(card), is_window=True, numbers=numbers)
        divider: list[Json] = [{"type": "divider"}] if blocks else []
        room = VIEW_BLOCKS_MAX - len(blocks) - len(divider)
        blocks += divider + fitting(card, w, most=room // 2 if card is not cards[-1] else room)
    return {"type": "home", "blocks": blocks, "private_metadata": metadata(UNSENT, carried or {})}


def is_cancel(action: Action) -> bool:
    """Whether closing the window does the same."""
    return isinstance(action, Run) and not action.collects and CANCEL in (action.label.source, action.command)


def metadata(payload: Json, carried: Json) -> str:
    """What a window carries: the command that it sends, and what is needed for the next answer."""
    said = msgspec.json.encode({**payload, **carried}).decode()
    if len(said) > METADATA_MAX_CHARS:
        raise ValueError(f"the arguments of {payload['cmd']} are longer than a window may carry")
    return said


def fitting(card: Card, w: Pen, command: str = "", *, is_titled: bool = True, most: int = 0) -> list[Json]:
    """The card's blocks, ever shorter until Slack takes them; its own buttons always stay."""
    most = most or (VIEW_BLOCKS_MAX if w.is_window else MESSAGE_BLOCKS_MAX)
    sender = collecting(card)
    command = command or (sender.command if sender else "")
    blocks = drawn_card(card, w, command, is_titled=is_titled)
    dense = replace(w, is_dense=True)
    for candidate in candidates(card, w):
        if fits(blocks, w, most):
            break
        blocks = drawn_card(altered(candidate, actions=card.actions), dense, command, is_titled=is_titled)
    return blocks


def drawn_card(card: Card, w: Pen, command: str, *, is_titled: bool) -> list[Json]:
    return [*heading(card, w, is_titled=is_titled), *Body(w, command).blocks(card), *row(card.actions, w)]


def fits(blocks: Sequence[Json], w: Pen, most: int) -> bool:
    if len(blocks) > most:
        return False
    whole = len(msgspec.json.encode(blocks))
    if w.is_window:
        return whole <= VIEW_MAX_BYTES
    room = MESSAGE_MAX_CHARS - BLOCK_COSTS_CHARS * len(blocks)
    # The words are a part of the whole: they are counted one by one only where that is too much.
    return whole <= room or sum(map(letters, blocks)) <= room


def letters(piece: object) -> int:
    """How many letters of a drawn piece are words."""
    if isinstance(piece, list):
        return sum(map(letters, cast("list[object]", piece)))
    if not isinstance(piece, dict):
        return 0
    parts = cast("dict[str, object]", piece).items()
    return sum(len(part) if name in WORDS and isinstance(part, str) else letters(part) for name, part in parts)


def pressed(action: Mapping[str, Any], values: object) -> Pressed | None:
    """What a button or a menu of a message or a window carried; None when it is none of ours, or opens an address.

    `values` is `state.values` of what Slack sent; only a button that sends the form takes it along.
    """
    option = action.get("selected_option")
    value = cast("dict[str, object]", option).get("value") if isinstance(option, dict) else action.get("value")
    return carried_by(value, values)


def submitted(metadata: object, values: object) -> Pressed | None:
    """What a window carried that was sent; None when it is none of ours."""
    return carried_by(metadata, values)


def carried_by(value: object, values: object) -> Pressed | None:
    if not isinstance(value, str) or len(value) > METADATA_MAX_CHARS:
        return None
    try:
        data = msgspec.json.decode(value, type=dict[str, Any])
        read = msgspec.convert(data, Payload)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    if read.v != PAYLOAD_VERSION or not 0 < len(read.cmd) <= COMMAND_MAX_CHARS or len(read.args) > ARGUMENTS_MAX:
        return None
    args = read.args | (filled(values, read.coded) if read.takes_inputs else {})
    ours = set(Payload.__struct_encode_fields__)
    return Pressed(read.cmd, args, {name: one for name, one in data.items() if name not in ours})
