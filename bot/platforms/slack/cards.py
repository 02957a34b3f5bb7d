"""Cards as Slack messages, modals and App Homes, and the origin that a modal carries.

No state of a conversation is stored. A message names its subject in the id of its first block, a modal its origin in
`private_metadata`: ids that decide where an answer goes, never who acts.
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
DETAILS: Final = (Facts, File, Items, Table)
ABOUT: Final = "about:"
BLOCK_ID_MAX_CHARS: Final = 255


class ModalOrigin(msgspec.Struct, frozen=True, omit_defaults=True):
    """The conversation where a modal was opened, and whether by a shortcut or in the App Home."""

    channel: MaybeId = ""
    thread: Stamp | None = None
    message: Stamp | None = None
    is_menu: bool = False
    """Whether a shortcut opened it."""
    is_home: bool = False


class _Metadata(msgspec.Struct, frozen=True):
    origin: ModalOrigin = msgspec.field(name="at", default=ModalOrigin())


def read_origin(metadata: str) -> ModalOrigin:
    """Read the origin in `private_metadata`; an empty origin where it has none."""
    try:
        return msgspec.json.decode(metadata, type=_Metadata).origin
    except msgspec.DecodeError:
        return ModalOrigin()


def is_form(card: Card) -> bool:
    """Return whether a card has inputs."""
    return any(isinstance(block, INPUTS) for block in card.body)


def needs_modal(card: Card) -> bool:
    """Return whether a card has inputs, or more content than an ephemeral message shows well."""
    return is_form(card) or any(isinstance(block, DETAILS) for block in card.body)


def is_about(message: Message | None, subject: Subject | None) -> bool:
    """Return whether the clicked message is the card of this subject, which the relay updates for all readers."""
    if subject is None or message is None or not message.blocks:
        return False
    return message.blocks[0].get("block_id") == _block_id(subject)


def _block_id(subject: Subject) -> str:
    return f"{ABOUT}{subject.view}|{subject.key}"


@dataclass(frozen=True, slots=True)
class SlackRenderer:
    """Renders cards for Slack at the current time."""

    clock: Callable[[], datetime]

    def message(self, card: Card, reader: Reader) -> Json:
        """Render a card as a message that names its subject."""
        rendered = blockkit.render_message(card, reader.language, reader.zone, self.clock())
        if card.subject is not None and rendered["blocks"] and len(_block_id(card.subject)) <= BLOCK_ID_MAX_CHARS:
            first, *rest = rendered["blocks"]
            rendered["blocks"] = [{**first, "block_id": _block_id(card.subject)}, *rest]
        # Texts of users may contain links; their previews would look like content of the bot.
        return rendered | {"unfurl_links": False, "unfurl_media": False}

    def view(self, card: Card, reader: Reader, origin: ModalOrigin) -> Json:
        """Render a card as a modal."""
        carried: dict[str, Any] = {"at": msgspec.to_builtins(origin)}
        rendered = blockkit.render_view(card, reader.language, reader.zone, self.clock(), extra=carried)
        return rendered | {"callback_id": "card"}

    def home(self, card: Card, reader: Reader, origin: ModalOrigin) -> Json:
        """Render a card as the App Home."""
        carried: dict[str, Any] = {"at": msgspec.to_builtins(origin)}
        return blockkit.render_home([card], reader.language, reader.zone, self.clock(), extra=carried)

    def line(self, words: T, reader: Reader) -> str:
        """Render a text as one line without a card."""
        return RenderContext(reader.language, reader.zone, self.clock()).format_line(words)
