"""Text of Slack messages: markup removed, every mentioned user as one word."""

import re
from collections.abc import Mapping
from typing import Final

from bot.dispatch.interaction import Mention

MENTIONS_MAX: Final = 50
_USER: Final = re.compile(r"<@([A-Z0-9]{1,30})(?:\|[^<>]{0,200})?>")
_SPECIAL: Final = re.compile(r"<!([a-z]{1,20})(?:\^[^<>|]{0,100})?(?:\|([^<>]{0,200}))?>")
_CHANNEL: Final = re.compile(r"<#[A-Z0-9]{1,30}(?:\|([^<>]{0,200}))?>")
_MAIL: Final = re.compile(r"<(?:mailto|tel):([^<>|]{1,500})(?:\|([^<>]{0,500}))?>")
_LINK: Final = re.compile(r"<((?:https?)://[^<>|]{1,3000})(?:\|([^<>]{0,3000}))?>")
_BLANK: Final = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
_INVISIBLE: Final = re.compile("[\u200b\u200e\u200f\u2060\ufeff]")


def list_mentioned(text: str, bot_user_id: str) -> tuple[str, ...]:
    """Return the ids of mentioned users without the bot, each once."""
    found = dict.fromkeys(item[1] for item in _USER.finditer(text) if item[1] != bot_user_id)
    return tuple(found)[:MENTIONS_MAX]


def read_text(text: str, bot_user_id: str, names: Mapping[str, str]) -> tuple[str, tuple[Mention, ...]]:
    """Return the plain text of a message and its mentions; `names` are the mentioned users' names by id."""
    user_ids = list_mentioned(text, bot_user_id)
    words = _USER.sub(lambda item: " " if item[1] == bot_user_id else f" @{item[1]} ", text)
    return to_plain(words), tuple(Mention(item, names.get(item, "")) for item in user_ids)


def to_plain(text: str) -> str:
    """Remove markup, entities and invisible characters; line breaks stay."""
    text = _SPECIAL.sub(lambda item: item[2] or item[1], text)
    text = _CHANNEL.sub(lambda item: f"#{item[1]}" if item[1] else "", text)
    text = _MAIL.sub(lambda item: item[2] or item[1], text)
    text = _LINK.sub(_read_link, text)
    # The ampersand last, so that a typed "&amp;lt;" stays "&lt;".
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(entity, character)
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\0", ""))
    return "\n".join(_BLANK.sub(" ", line).strip() for line in text.split("\n")).strip()


def _read_link(link: re.Match[str]) -> str:
    """Return the typed word where Slack has turned it into a link (`<http://a.de|a.de>`), else the URL."""
    url, words = link[1], link[2]
    is_word = words and url.removeprefix("https://").removeprefix("http://").rstrip("/") == words.rstrip("/")
    return words if words and is_word else url
