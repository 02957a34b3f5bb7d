"""Cards as Microsoft Teams gets and gives them back: messages, answers of a click, and what a pressed button carries.

Nothing about a conversation is kept here. A button that is pressed in a card with its own view for each reader carries
the way back to that view, so that an answer for this person alone, which stands in place of the card, can lead back.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

import msgspec
from msgspec.structs import replace

from bot.platforms.base import Reader
from bot.platforms.ingress import Json, is_object
from cards import chat as cards
from cards.model import Card, Run, T
from cards.render import adaptive, plain
from cards.render.adaptive import PAYLOAD_VERSION
from cards.render.text import RenderContext

CARD: Final = "application/vnd.microsoft.card.adaptive"
THUMBNAIL: Final = "application/vnd.microsoft.card.thumbnail"
NOTE: Final = "application/vnd.microsoft.activity.message"
ERROR: Final = "application/vnd.microsoft.error"

REFRESH: Final = "refresh"
"""The verb with which a client asks for a reader's view, on its own or because somebody wants it."""

CANCEL: Final = "cancel"
OUTSIDE_VERSION: Final = "1.3"
"""Previews of links know no newer cards."""
ARGUMENTS_MAX: Final = 100
COMMAND_MAX_CHARS: Final = 100
LINK_MAX_CHARS: Final = 2_000
WAY_BACK_MAX_BYTES: Final = 1_000
_OURS: Final = frozenset({"v", "cmd", "args", "back", "many", "msteams", "once", "of"})


@dataclass(frozen=True, slots=True)
class Way:
    """A command with its arguments: how a card is drawn again for a reader."""

    command: str
    args: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a button carried, with what was filled in."""

    command: str
    args: Mapping[str, Any]
    back: Way | None


class _Way(msgspec.Struct, frozen=True):
    cmd: str
    args: dict[str, Any] = {}


class _Payload(msgspec.Struct, frozen=True):
    v: int
    cmd: str
    args: dict[str, Any] = {}
    many: list[str] = []


def read_pressed(data: object) -> Pressed | None:
    """What a button carried; None when it is not one of ours, or from another version."""
    if not is_object(data) or len(data) > ARGUMENTS_MAX:
        return None
    try:
        read = msgspec.convert(data, _Payload)
    except msgspec.ValidationError:
        return None
    if read.v != PAYLOAD_VERSION or not 0 < len(read.cmd) <= COMMAND_MAX_CHARS or len(read.args) > ARGUMENTS_MAX:
        return None
    filled = {name: value for name, value in data.items() if name not in _OURS}
    for name in read.many:
        if isinstance(chosen := filled.get(name), str):
            filled[name] = [one for one in chosen.split(",") if one]
    return Pressed(read.cmd, read.args | filled, _read_way(data.get("back")))


def _read_way(back: object) -> Way | None:
    try:
        read = msgspec.convert(back, _Way)
    except msgspec.ValidationError:
        return None
    if not 0 < len(read.cmd) <= COMMAND_MAX_CHARS or len(msgspec.json.encode(read.args)) > WAY_BACK_MAX_BYTES:
        return None
    return Way(read.cmd, read.args)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws cards for Teams at the present moment."""

    clock: Callable[[], datetime]

    def message(self, card: Card, reader: Reader, user_ids: Sequence[str]) -> Json:
        """A card as a message; `user_ids` are the people who may see an own view of it."""
        return {
            "type": "message",
            "summary": plain.render_summary(card, reader.language, reader.zone, self.clock()),
            "attachments": [{"contentType": CARD, "content": self.card(card, reader, user_ids)}],
        }

    def card(self, card: Card, reader: Reader, user_ids: Sequence[str], back: Way | None = None) -> Json:
        """A card whose buttons know the way back. Nobody to refresh it for: it is the same for everybody."""
        way = Way(card.refresh.command, dict(card.refresh.args)) if card.refresh and user_ids else back
        shown = card if user_ids else replace(card, refresh=None)
        carried = {"back": {"cmd": way.command, "args": dict(way.args)}} if way else {}
        drawn = adaptive.render(shown, reader.language, reader.zone, self.clock(), user_ids=user_ids, extra=carried)
        if "refresh" in drawn:
            drawn["refresh"]["action"]["verb"] = REFRESH
        return drawn

    def answer(self, card: Card, reader: Reader, user_id: str, back: Way | None, *, private: bool) -> Json:
        """What stands in place of the clicked card, for this person."""
        if private and back and (card.refresh is None or Way(card.refresh.command, card.refresh.args) != back):
            card = cards.add_back_button(card, back.command, back.args)
        return {"statusCode": 200, "type": CARD, "value": self.card(card, reader, [user_id], back)}

    def dialog(self, card: Card, reader: Reader, along: Json) -> Json:
        """A card in a window of its own: the window closes by itself, and its buttons only submit.

        They carry `along` what the next answer needs.
        """
        kept = [one for one in card.actions if not isinstance(one, Run) or one.command != CANCEL]
        drawn = self.card(replace(card, actions=tuple(kept)), reader, [])
        for action in _buttons(drawn):
            submit = action["fallback"] | ({"mode": action["mode"]} if "mode" in action else {})
            action.clear()
            action.update(submit | {"data": submit["data"] | along})
        return drawn

    def attachment(self, card: Card, reader: Reader) -> Json:
        """A card to put into a message, and its line in a list."""
        drawn = self.card(card, reader, []) | {"version": OUTSIDE_VERSION}
        state = self.line(card.badge.text, reader) if card.badge else ""
        preview = {"title": _unmarked(self.line(card.title, reader)), "text": _unmarked(state)}
        return {
            "contentType": CARD,
            "content": drawn,
            "preview": {"contentType": THUMBNAIL, "content": preview},
        }

    def line(self, words: T, reader: Reader) -> str:
        """A sentence on one line, where Teams takes no card."""
        return RenderContext(reader.language, reader.zone, self.clock()).format_line(words)

    def words(self, card: Card, reader: Reader) -> str:
        """What a card says, where none can be shown."""
        return " ".join(plain.render(card, reader.language, reader.zone, self.clock()).split())

    def note(self, words: T | None, reader: Reader) -> Json:
        """A line at the clicked card, which stays as it is."""
        return {"statusCode": 200, "type": NOTE, "value": self.line(words, reader) if words else ""}


def cards_of(attachments: Iterable[Mapping[str, Any]] | None) -> list[Json]:
    """The cards that somebody has put into his own message."""
    found = (one.get("content") for one in attachments or () if one.get("contentType") == CARD)
    return [content for content in found if is_object(content)]


def links_of(card: Json) -> Iterator[str]:
    """The addresses that the buttons below such a card open."""
    actions: object = card.get("actions")
    for action in cast("list[object]", actions) if isinstance(actions, list) else ():
        url: object = action.get("url") if is_object(action) else None
        if isinstance(url, str) and len(url) <= LINK_MAX_CHARS:
            yield url


def error(status: int, code: str, message: str) -> Json:
    """What a client is told that asks for something the bot does not do."""
    return {"statusCode": status, "type": ERROR, "value": {"code": code, "message": message}}


def _unmarked(words: str) -> str:
    """Without the characters in which such a line would see markup."""
    return words.translate({ord("<"): "\u2039", ord(">"): "\u203a"})


def _buttons(drawn: Json) -> Iterator[Json]:
    """Every button of a drawn card, wherever it stands."""
    parts: list[Any] = [drawn.get("body"), drawn.get("actions")]
    while parts:
        part = parts.pop()
        if isinstance(part, list):
            parts.extend(cast("list[Any]", part))
        elif is_object(part) and part.get("type") == "Action.Execute":
            yield part
        elif is_object(part):
            parts.extend(part.values())
