"""Cards as Slack gets and gives them back: messages, windows, and where a window was opened.

Nothing about a conversation is kept here. A message names its subject in its first block, a window in what it carries
where it was opened: ids, which say where an answer goes and never who acts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from bot.platforms.base import Reader
from bot.platforms.ingress import Json
from bot.platforms.slack.payload import MaybeId, Message, Stamp
from cards.model import (
    Card,
    ChoiceInput,
    DateInput,
    Facts,
    File,
    Items,
    NumberInput,
    Subject,
    T,
    Table,
    TextInput,
    ToggleInput,
)
from cards.render import blockkit
from cards.render.text import RenderContext

INPUTS: Final = (TextInput, NumberInput, ChoiceInput, ToggleInput, DateInput)
READ: Final = (Facts, File, Items, Table)
ABOUT: Final = "about:"
BLOCK_ID_MAX_CHARS: Final = 255


class Opened(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a window was opened, and how."""

    channel: MaybeId = ""
    thread: Stamp | None = None
    message: Stamp | None = None
    is_menu: bool = False
    """Whether in a menu of Slack, beside the messages."""
    is_home: bool = False


class _Carried(msgspec.Struct, frozen=True):
    at: Opened = Opened()


def read_opened(metadata: str) -> Opened:
    """Where a window was opened; nowhere, when it does not say."""
    try:
        return msgspec.json.decode(metadata, type=_Carried).at
    except msgspec.DecodeError:
        return Opened()


def is_form(card: Card) -> bool:
    """Whether there is something to fill in."""
    return any(isinstance(block, INPUTS) for block in card.body)


def is_sheet(card: Card) -> bool:
    """Whether there is so much to read that it wants a window of its own."""
    return is_form(card) or any(isinstance(block, READ) for block in card.body)


def is_about(message: Message | None, subject: Subject | None) -> bool:
    """Whether a message that somebody presses in is the card of this subject, which changes for everybody by itself."""
    if subject is None or message is None or not message.blocks:
        return False
    return message.blocks[0].get("block_id") == _about(subject)


def _about(subject: Subject) -> str:
    return f"{ABOUT}{subject.view}|{subject.key}"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws cards for Slack at the present moment."""

    clock: Callable[[], datetime]

    def message(self, card: Card, reader: Reader) -> Json:
        """A card as a message, of which can be told what it is about."""
        drawn = blockkit.render_message(card, reader.language, reader.zone, self.clock())
        if card.subject is not None and drawn["blocks"] and len(_about(card.subject)) <= BLOCK_ID_MAX_CHARS:
            first, *rest = drawn["blocks"]
            drawn["blocks"] = [{**first, "block_id": _about(card.subject)}, *rest]
        # Links in what people wrote are theirs; a preview of them is not what the bot says.
        return drawn | {"unfurl_links": False, "unfurl_media": False}

    def view(self, card: Card, reader: Reader, opened: Opened) -> Json:
        """A card as a window."""
        carried: dict[str, Any] = {"at": msgspec.to_builtins(opened)}
        drawn = blockkit.render_view(card, reader.language, reader.zone, self.clock(), extra=carried)
        return drawn | {"callback_id": "card"}

    def home(self, card: Card, reader: Reader, opened: Opened) -> Json:
        """A card as the App Home."""
        carried: dict[str, Any] = {"at": msgspec.to_builtins(opened)}
        return blockkit.render_home([card], reader.language, reader.zone, self.clock(), extra=carried)

    def line(self, words: T, reader: Reader) -> str:
        """A sentence on one line, where no card is needed."""
        return RenderContext(reader.language, reader.zone, self.clock()).format_line(words)
