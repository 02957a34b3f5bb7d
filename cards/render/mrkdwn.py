"""Escape text for Slack's mrkdwn, which has no escape character: detect markup and break it up."""

import re
from typing import Final

ENTITIES: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}
MARKUP_CHARS: Final = re.compile(r"[*_~`:>•+\-]|\d[.)]")
"""A text without any of these contains no markup."""
EMPHASIS_RUN: Final = re.compile(r"[*_~]+")
EMOJI: Final = re.compile(r":(?=[\w+'\-]+:)")
LINE_START: Final = re.compile(r"^[^\S\n]*(?:>|[-+*•]\s|\d{1,9}[.)]\s)", re.MULTILINE)

HAIR_SPACE: Final = "\u200a"
WORD_JOINER: Final = "\u2060"
GRAVE: Final = "\u02cb"


def is_literal(text: str) -> bool:
    """Tell whether mrkdwn shows the text unchanged; `<`, `>` and `&` are escaped as entities."""
    if not MARKUP_CHARS.search(text):
        return True
    if "`" in text or EMOJI.search(text) or LINE_START.search(text):
        return False
    return not any(map(opens_emphasis, EMPHASIS_RUN.finditer(text)))


def opens_emphasis(run: re.Match[str]) -> bool:
    """Tell whether bold, italic or strikethrough may begin here; inside a word, as in a masked address, none does."""
    start, end = run.span()
    before, after = run.string[max(0, start - 1) : start], run.string[end : end + 1]
    inside_word = before.isascii() and before.isalnum() and len(set(run[0])) == 1
    return bool(after) and not after.isspace() and not inside_word


def escape_entities(text: str) -> str:
    """Escape what begins a link, a mention or `@channel`."""
    return text.translate(ENTITIES)


def escape_mrkdwn(text: str) -> str:
    """Escape a text where mrkdwn cannot be switched off: a hair space after each mark keeps it from opening markup."""
    if is_literal(text):
        return escape_entities(text)
    text = EMPHASIS_RUN.sub(
        lambda run: HAIR_SPACE.join((*run[0], "")) if opens_emphasis(run) else run[0], text.replace("`", GRAVE)
    )
    text = LINE_START.sub(lambda start: WORD_JOINER + start[0], text)
    return escape_entities(EMOJI.sub(":" + WORD_JOINER, text))
