"""Text objects of Block Kit: plain text where no markup is needed, truncated to Slack's limits."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

from cards.model import Fact, Facts, Quote, Tone
from cards.render.mrkdwn import escape_entities, is_literal
from cards.render.text import RenderContext

Json: TypeAlias = dict[str, Any]

SECTION_MAX_CHARS: Final = 3_000
FIELDS_MAX: Final = 10
FIELD_MAX_CHARS: Final = 2_000
HEADER_MAX_CHARS: Final = 150
QUOTE_LINE_CHARS: Final = 100
"""Approximate characters in one line of a quotation on a wide screen."""

EMPTY_TEXT: Final = "–"
"""Replaces empty text, which Slack rejects."""


def plain_text(text: str, max_chars: int = SECTION_MAX_CHARS) -> Json:
    """Build a plain text object; `emoji` is off, so that `:smile:` stays text."""
    return {"type": "plain_text", "text": truncate(text, max_chars), "emoji": False}


def truncate(text: str, max_chars: int) -> str:
    """Truncate to Slack's limit and replace empty text."""
    if not text.strip():
        return EMPTY_TEXT
    return text if len(text) <= max_chars else text[: max_chars - 1].rstrip() + "…"


def bold_title_text(title: str, rest: str, max_chars: int = SECTION_MAX_CHARS) -> Json:
    """Build a bold title with text behind it; all plain when any part could be parsed as markup."""
    bold = f"*{escape_entities(title)}*{escape_entities(rest)}"
    if (
        "*" in title
        or not title.strip()
        or not is_literal(title)
        or not is_literal(title + rest)
        or len(bold) > max_chars
    ):
        return plain_text(title + rest, max_chars)
    return {"type": "mrkdwn", "text": bold, "verbatim": True}


def section_block(text: Json, **fields: object) -> Json:
    return {"type": "section", "text": text, **fields}


def context_block(text: str) -> Json:
    """Build a small grey line."""
    return {"type": "context", "elements": [plain_text(text)]}


def header_block(text: str) -> Json:
    return {"type": "header", "text": plain_text(text, HEADER_MAX_CHARS)}


def rich_text_block(kind: str, text: str, **style: bool) -> Json:
    """Build a rich text block, whose text is never parsed as markup."""
    element: Json = {"type": "text", "text": text.strip("\n") or EMPTY_TEXT} | ({"style": style} if style else {})
    return {"type": "rich_text", "elements": [{"type": kind, "elements": [element]}]}


def render_paragraph(text: str, tone: Tone) -> list[Json]:
    """Render a text in as many blocks as its length needs."""
    parts = split_words(text, SECTION_MAX_CHARS)
    match tone:
        case Tone.SUBTLE:
            return [context_block(part) for part in parts]
        case Tone.STRONG:
            return [rich_text_block("rich_text_section", part, bold=True) for part in parts]
        case _:
            return [section_block(plain_text(part)) for part in parts]


def split_words(text: str, max_chars: int) -> list[str]:
    """Split a text into parts, at line ends or spaces where possible."""
    parts: list[str] = []
    while len(text) > max_chars:
        end = find_split(text, max_chars)
        parts.append(text[:end].rstrip())
        text = text[end:].lstrip("\n ")
    return [*parts, text]


def find_split(text: str, max_chars: int) -> int:
    """Find the end of a part: the last line end or space in its second half, else the limit."""
    half = max_chars // 2
    ends = (text.rfind(separator, half, max_chars) for separator in ("\n", " "))
    return next((end for end in ends if end > 0), max_chars)


def render_quote(block: Quote, ctx: RenderContext) -> Json:
    """Render the text of another author as a rich text quotation."""
    return rich_text_block("rich_text_quote", truncate_quote(ctx.format_text(block.text), block.lines))


def truncate_quote(text: str, lines: int) -> str:
    """Keep the first lines, about as many characters as other platforms show."""
    rows = text.strip().split("\n")
    visible = "\n".join(rows[:lines])
    max_chars = max(lines, 1) * QUOTE_LINE_CHARS
    if len(visible) > max_chars:
        return visible[: max_chars - 1].rstrip() + "…"
    return visible if len(rows) <= lines else f"{visible} …"


def render_facts(block: Facts, ctx: RenderContext) -> Iterator[Json]:
    """Render labelled values in two columns; long values get a paragraph of their own."""
    short: list[Fact] = []
    for fact in block.facts:
        if len(ctx.format_line(fact.value)) + len(ctx.format_line(fact.label)) < FIELD_MAX_CHARS // 2:
            short.append(fact)
            continue
        yield from render_fact_columns(short, ctx)
        short = []
        yield from render_paragraph(f"{ctx.format_line(fact.label)}\n{ctx.format_line(fact.value)}", Tone.PLAIN)
    yield from render_fact_columns(short, ctx)


def render_fact_columns(facts: Sequence[Fact], ctx: RenderContext) -> Iterator[Json]:
    fields = [
        bold_title_text(
            ctx.format_line(fact.label), "\n" + (ctx.format_line(fact.value) or EMPTY_TEXT), FIELD_MAX_CHARS
        )
        for fact in facts
    ]
    for start in range(0, len(fields), FIELDS_MAX):
        yield {"type": "section", "fields": fields[start : start + FIELDS_MAX]}
