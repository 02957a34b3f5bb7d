"""Cards as Teams messages and invoke responses, and the payload of a pressed button.

No state of a conversation is stored. A button in a card with per-user views carries the command that renders that
view, so that a private answer in place of the card can lead back to it.
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
"""The verb with which a client requests a per-user view, automatically or from the menu of the message."""

CANCEL: Final = "cancel"
UNFURL_VERSION: Final = "1.3"
"""Link unfurling supports no newer version of Adaptive Cards."""
ARGUMENTS_MAX: Final = 100
COMMAND_MAX_CHARS: Final = 100
LINK_MAX_CHARS: Final = 2_000
BACK_ARGS_MAX_BYTES: Final = 1_000
_RESERVED: Final = frozenset({"v", "cmd", "args", "back", "many", "msteams", "once", "of"})


@dataclass(frozen=True, slots=True)
class ViewCommand:
    """A command with its arguments that renders a reader's view of a card."""

    command: str
    args: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class ButtonPayload:
    """The command of a pressed button, with its arguments and input values."""

    command: str
    args: Mapping[str, Any]
    back: ViewCommand | None


class _BackPayload(msgspec.Struct, frozen=True):
    cmd: str
    args: dict[str, Any] = {}


class _Payload(msgspec.Struct, frozen=True):
    v: int
    cmd: str
    args: dict[str, Any] = {}
    many: list[str] = []


def read_button(data: object) -> ButtonPayload | None:
    """Read the data of a pressed button; None where it is not of this bot, or of another version."""
    if not is_object(data) or len(data) > ARGUMENTS_MAX:
        return None
    try:
        read = msgspec.convert(data, _Payload)
    except msgspec.ValidationError:
        return None
    if read.v != PAYLOAD_VERSION or not 0 < len(read.cmd) <= COMMAND_MAX_CHARS or len(read.args) > ARGUMENTS_MAX:
        return None
    filled = {name: value for name, value in data.items() if name not in _RESERVED}
    for name in read.many:
        if isinstance(chosen := filled.get(name), str):
            filled[name] = [item for item in chosen.split(",") if item]
    return ButtonPayload(read.cmd, read.args | filled, _read_back(data.get("back")))


def _read_back(back: object) -> ViewCommand | None:
    try:
        read = msgspec.convert(back, _BackPayload)
    except msgspec.ValidationError:
        return None
    if not 0 < len(read.cmd) <= COMMAND_MAX_CHARS or len(msgspec.json.encode(read.args)) > BACK_ARGS_MAX_BYTES:
        return None
    return ViewCommand(read.cmd, read.args)


@dataclass(frozen=True, slots=True)
class TeamsRenderer:
    """Renders cards for Teams at the current time."""

    clock: Callable[[], datetime]

    def message(self, card: Card, reader: Reader, user_ids: Sequence[str]) -> Json:
        """Render a card as a message; the clients of `user_ids` may refresh it to a per-user view."""
        return {
            "type": "message",
            "summary": plain.render_summary(card, reader.language, reader.zone, self.clock()),
            "attachments": [{"contentType": CARD, "content": self.card(card, reader, user_ids)}],
        }

    def card(self, card: Card, reader: Reader, user_ids: Sequence[str], back: ViewCommand | None = None) -> Json:
        """Render a card whose buttons carry the command of its view. Without user ids it has no refresh."""
        view = ViewCommand(card.refresh.command, dict(card.refresh.args)) if card.refresh and user_ids else back
        shown = card if user_ids else replace(card, refresh=None)
        carried = {"back": {"cmd": view.command, "args": dict(view.args)}} if view else {}
        rendered = adaptive.render(shown, reader.language, reader.zone, self.clock(), user_ids=user_ids, extra=carried)
        if "refresh" in rendered:
            rendered["refresh"]["action"]["verb"] = REFRESH
        return rendered

    def response(self, card: Card, reader: Reader, user_id: str, back: ViewCommand | None, *, private: bool) -> Json:
        """Render an invoke response that replaces the clicked card in this user's view."""
        if private and back and (card.refresh is None or ViewCommand(card.refresh.command, card.refresh.args) != back):
            card = cards.add_back_button(card, back.command, back.args)
        return {"statusCode": 200, "type": CARD, "value": self.card(card, reader, [user_id], back)}

    def dialog(self, card: Card, reader: Reader, extra: Json) -> Json:
        """Render a card for a dialog, whose buttons submit it and carry the values in `extra`.

        The cancel button is left out: a dialog has its own.
        """
        kept = [item for item in card.actions if not isinstance(item, Run) or item.command != CANCEL]
        rendered = self.card(replace(card, actions=tuple(kept)), reader, [])
        for action in _list_buttons(rendered):
            submit = action["fallback"] | ({"mode": action["mode"]} if "mode" in action else {})
            action.clear()
            action.update(submit | {"data": submit["data"] | extra})
        return rendered

    def attachment(self, card: Card, reader: Reader) -> Json:
        """Render a card that users insert into a message, and its preview in a list."""
        rendered = self.card(card, reader, []) | {"version": UNFURL_VERSION}
        state = self.line(card.badge.text, reader) if card.badge else ""
        preview = {"title": _escape_tags(self.line(card.title, reader)), "text": _escape_tags(state)}
        return {
            "contentType": CARD,
            "content": rendered,
            "preview": {"contentType": THUMBNAIL, "content": preview},
        }

    def line(self, words: T, reader: Reader) -> str:
        """Render a text as one line, where Teams accepts no card."""
        return RenderContext(reader.language, reader.zone, self.clock()).format_line(words)

    def words(self, card: Card, reader: Reader) -> str:
        """Render a card as plain text on one line."""
        return " ".join(plain.render(card, reader.language, reader.zone, self.clock()).split())

    def note(self, words: T | None, reader: Reader) -> Json:
        """Render an invoke response that shows a text at the unchanged card."""
        return {"statusCode": 200, "type": NOTE, "value": self.line(words, reader) if words else ""}


def list_cards(attachments: Iterable[Mapping[str, Any]] | None) -> list[Json]:
    """Return the cards in a user's message."""
    found = (attachment.get("content") for attachment in attachments or () if attachment.get("contentType") == CARD)
    return [content for content in found if is_object(content)]


def list_urls(card: Json) -> Iterator[str]:
    """Yield the URLs that the buttons of a card open."""
    actions: object = card.get("actions")
    for action in cast("list[object]", actions) if isinstance(actions, list) else ():
        url: object = action.get("url") if is_object(action) else None
        if isinstance(url, str) and len(url) <= LINK_MAX_CHARS:
            yield url


def render_error(status: int, code: str, message: str) -> Json:
    """Return an invoke response that reports an error."""
    return {"statusCode": status, "type": ERROR, "value": {"code": code, "message": message}}


def _escape_tags(words: str) -> str:
    """Replace the angle brackets that a thumbnail card would read as HTML."""
    return words.translate({ord("<"): "\u2039", ord(">"): "\u203a"})


def _list_buttons(rendered: Json) -> Iterator[Json]:
    """Yield every Action.Execute of a rendered card."""
    parts: list[Any] = [rendered.get("body"), rendered.get("actions")]
    while parts:
        part = parts.pop()
        if isinstance(part, list):
            parts.extend(cast("list[Any]", part))
        elif is_object(part) and part.get("type") == "Action.Execute":
            yield part
        elif is_object(part):
            parts.extend(part.values())
