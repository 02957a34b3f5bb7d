"""Text of Teams messages: markup removed, every mentioned user as one word."""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from bot.dispatch.interaction import Mention
from bot.platforms.teams.activity import Account

MENTIONS_MAX: Final = 50

_BREAK: Final = re.compile(r"<(?:br\s*/?|/p|/div|/li)>", re.IGNORECASE)
_TAG: Final = re.compile(
    r"</?(?:at|p|div|span|br|b|i|u|s|em|strong|code|pre|a|ul|ol|li|blockquote|h[1-6])(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
_CELL: Final = re.compile(r"</t[dh]>", re.IGNORECASE)
_ANY_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>")
_BLANK: Final = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
_INVISIBLE: Final = re.compile("[\u200b\u200e\u200f\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class MentionEntity:
    """A mention: its markup in the text, and the mentioned account."""

    markup: str
    account: Account


class _Entity(msgspec.Struct, frozen=True):
    text: str
    mentioned: Account


def read_mentions(entities: Iterable[Mapping[str, Any]] | None) -> list[MentionEntity]:
    """Read the mentions among the entities; unreadable ones are skipped."""
    found: list[MentionEntity] = []
    for entity in entities or ():
        if entity.get("type") != "mention" or len(found) == MENTIONS_MAX:
            continue
        try:
            read = msgspec.convert(entity, _Entity)
        except msgspec.ValidationError:
            continue
        found.append(MentionEntity(read.text, read.mentioned))
    return found


def read_text(
    text: str, bot_id: str, entities: Iterable[MentionEntity], user_ids: Mapping[str, str]
) -> tuple[str, tuple[Mention, ...]]:
    """Return the plain text of a message and its mentions; `user_ids` are stored ids by the bot's id of a user."""
    mentions: dict[str, Mention] = {}
    for entity in entities:
        word = "" if entity.account.id == bot_id else _render_mention(entity.account, user_ids)
        if not entity.markup or entity.markup not in text:
            continue
        text = text.replace(entity.markup, f" {word} ", 1)
        if word.startswith("@"):
            mentions[word] = Mention(word[1:], to_plain(entity.account.name or ""))
    text = to_plain(text)
    for word in mentions:
        # Some clients send a mention of a two-word name as two adjacent mentions of the same user.
        text = re.sub(rf"{re.escape(word)}(?: {re.escape(word)})+(?!\S)", lambda _, word=word: word, text)
    return text, tuple(mentions.values())


def _render_mention(account: Account, user_ids: Mapping[str, str]) -> str:
    """Return a user as one word, and a channel, team or tag as its name."""
    return f"@{user_ids[account.id]}" if account.id in user_ids else account.name or ""


def to_plain_message(markup: str) -> str:
    """Return the text of a whole HTML message with images, tables and cards."""
    return to_plain(_ANY_TAG.sub("", _CELL.sub(" ", _BREAK.sub("\n", markup))))


def to_plain(text: str) -> str:
    """Remove markup, entities and invisible characters; line breaks stay."""
    text = _TAG.sub("", _BREAK.sub("\n", text))
    text = _INVISIBLE.sub("", html.unescape(text).replace("\r\n", "\n").replace("\0", ""))
    return "\n".join(_BLANK.sub(" ", line).strip() for line in text.split("\n")).strip()
