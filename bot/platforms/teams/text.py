"""A typed text as the person meant it: without the markup of Teams, with every mentioned person as one word."""

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
_UNSEEN: Final = re.compile("[\u200b\u200e\u200f\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Named:
    """A mention as it stands in the text."""

    markup: str
    account: Account


class _Entity(msgspec.Struct, frozen=True):
    text: str
    mentioned: Account


def read_mentions(entities: Iterable[Mapping[str, Any]] | None) -> list[Named]:
    """Everybody named with @; entities of other kinds, and those that cannot be read, are none."""
    found: list[Named] = []
    for entity in entities or ():
        if entity.get("type") != "mention" or len(found) == MENTIONS_MAX:
            continue
        try:
            read = msgspec.convert(entity, _Entity)
        except msgspec.ValidationError:
            continue
        found.append(Named(read.text, read.mentioned))
    return found


def read_text(
    text: str, bot_id: str, named: Iterable[Named], known: Mapping[str, str]
) -> tuple[str, tuple[Mention, ...]]:
    """The text for the registry and who is named in it; `known` are the identities of the mentioned."""
    mentions: dict[str, Mention] = {}
    for one in named:
        word = "" if one.account.id == bot_id else _word(one.account, known)
        if not one.markup or one.markup not in text:
            continue
        text = text.replace(one.markup, f" {word} ", 1)
        if word.startswith("@"):
            mentions[word] = Mention(word[1:], plain(one.account.name or ""))
    text = plain(text)
    for word in mentions:
        # A name of two words that was written in two steps is mentioned twice in a row.
        text = re.sub(rf"{re.escape(word)}(?: {re.escape(word)})+(?!\S)", lambda _, word=word: word, text)
    return text, tuple(mentions.values())


def _word(account: Account, known: Mapping[str, str]) -> str:
    """A person is one word; a channel, a team or a tag that is mentioned is just its name."""
    return f"@{known[account.id]}" if account.id in known else account.name or ""


def readable(markup: str) -> str:
    """The words of a whole message with pictures, tables and cards in it."""
    return plain(_ANY_TAG.sub("", _CELL.sub(" ", _BREAK.sub("\n", markup))))


def plain(text: str) -> str:
    """Words without markup, entities and characters that nobody sees; lines stay lines."""
    text = _TAG.sub("", _BREAK.sub("\n", text))
    text = _UNSEEN.sub("", html.unescape(text).replace("\r\n", "\n").replace("\0", ""))
    return "\n".join(_BLANK.sub(" ", line).strip() for line in text.split("\n")).strip()
