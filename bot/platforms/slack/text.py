"""A typed text as the person meant it: without the markup of Slack, with every mentioned person as one word."""

import re
from collections.abc import Mapping
from typing import Final

from bot.dispatch.interaction import Mention

MENTIONS_MAX: Final = 50
_PERSON: Final = re.compile(r"<@([A-Z0-9]{1,30})(?:\|[^<>]{0,200})?>")
_SPECIAL: Final = re.compile(r"<!([a-z]{1,20})(?:\^[^<>|]{0,100})?(?:\|([^<>]{0,200}))?>")
_CHANNEL: Final = re.compile(r"<#[A-Z0-9]{1,30}(?:\|([^<>]{0,200}))?>")
_MAIL: Final = re.compile(r"<(?:mailto|tel):([^<>|]{1,500})(?:\|([^<>]{0,500}))?>")
_LINK: Final = re.compile(r"<((?:https?)://[^<>|]{1,3000})(?:\|([^<>]{0,3000}))?>")
_BLANK: Final = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
_UNSEEN: Final = re.compile("[\u200b\u200e\u200f\u2060\ufeff]")


def mentioned(text: str, bot_user_id: str) -> tuple[str, ...]:
    """Whom a text names, each once; the bot itself is nobody."""
    found = dict.fromkeys(one[1] for one in _PERSON.finditer(text) if one[1] != bot_user_id)
    return tuple(found)[:MENTIONS_MAX]


def read_text(text: str, bot_user_id: str, names: Mapping[str, str]) -> tuple[str, tuple[Mention, ...]]:
    """The text for the registry and who is named in it; `names` are the names of the mentioned."""
    people = mentioned(text, bot_user_id)
    words = _PERSON.sub(lambda one: " " if one[1] == bot_user_id else f" @{one[1]} ", text)
    return plain(words), tuple(Mention(one, names.get(one, "")) for one in people)


def plain(text: str) -> str:
    """Words without markup, entities and characters that nobody sees; lines stay lines."""
    text = _SPECIAL.sub(lambda one: one[2] or one[1], text)
    text = _CHANNEL.sub(lambda one: f"#{one[1]}" if one[1] else "", text)
    text = _MAIL.sub(lambda one: one[2] or one[1], text)
    text = _LINK.sub(_linked, text)
    # The ampersand last: what was written as an entity stays one.
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(entity, character)
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\0", ""))
    return "\n".join(_BLANK.sub(" ", line).strip() for line in text.split("\n")).strip()


def _linked(link: re.Match[str]) -> str:
    """What was written: Slack makes a link of every word that could be one, and keeps the word behind a bar."""
    url, words = link[1], link[2]
    is_word = words and url.removeprefix("https://").removeprefix("http://").rstrip("/") == words.rstrip("/")
    return words if words and is_word else url
