"""Words in Slack's blocks: plain wherever nothing needs markup, and cut where Slack would refuse them."""

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
"""About what stands in a line of a quotation on a wide screen."""

EMPTY_TEXT: Final = "–"
"""Slack refuses empty words."""


def plain_text(text: str, max_chars: int = SECTION_MAX_CHARS) -> Json:
    """Words as they are, in which not even `:smile:` becomes a picture."""
    return {"type": "plain_text", "text": truncate(text, max_chars), "emoji": False}


def truncate(text: str, max_chars: int) -> str:
    """Words that Slack takes: not empty and not too long."""
    if not text.strip():
        return EMPTY_TEXT
    return text if len(text) <= max_chars else text[: max_chars - 1].rstrip() + "…"


def bold_title_text(title: str, rest: str, max_chars: int = SECTION_MAX_CHARS) -> Json:
    """A bold title before the rest; where Slack could take any of it for markup, all of it plain."""
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
    """A small grey line."""
    return {"type": "context", "elements": [plain_text(text)]}


def header_block(text: str) -> Json:
    return {"type": "header", "text": plain_text(text, HEADER_MAX_CHARS)}


def rich_text_block(kind: str, text: str, **style: bool) -> Json:
    """Text that knows no markup at all, in one of the shapes that need none."""
    element: Json = {"type": "text", "text": text.strip("\n") or EMPTY_TEXT} | ({"style": style} if style else {})
    return {"type": "rich_text", "elements": [{"type": kind, "elements": [element]}]}


def render_paragraph(text: str, tone: Tone) -> list[Json]:
    """A text in as many blocks as it needs."""
    parts = split_words(text, SECTION_MAX_CHARS)
    match tone:
        case Tone.SUBTLE:
            return [context_block(part) for part in parts]
        case Tone.STRONG:
            return [rich_text_block("rich_text_section", part, bold=True) for part in parts]
        case _:
            return [section_block(plain_text(part)) for part in parts]


def split_words(text: str, max_chars: int) -> list[str]:
    """The words in parts of at most so many letters, cut at the ends of lines or words where there are some."""
    parts: list[str] = []
    while len(text) > max_chars:
        end = find_split(text, max_chars)
        parts.append(text[:end].rstrip())
        text = text[end:].lstrip("\n ")
    return [*parts, text]


def find_split(text: str, max_chars: int) -> int:
    """Where a part ends: at the last line of its second half, else at the last word there, else in the middle."""
    half = max_chars // 2
    ends = (text.rfind(separator, half, max_chars) for separator in ("\n", " "))
    return next((end for end in ends if end > 0), max_chars)


def render_quote(block: Quote, ctx: RenderContext) -> Json:
    """What somebody else wrote; rich text keeps it from being anything but that."""
    return rich_text_block("rich_text_quote", truncate_quote(ctx.format_text(block.text), block.lines))


def truncate_quote(text: str, lines: int) -> str:
    """The first lines, as far as they are seen at all elsewhere."""
    rows = text.strip().split("\n")
    visible = "\n".join(rows[:lines])
    max_chars = max(lines, 1) * QUOTE_LINE_CHARS
    if len(visible) > max_chars:
        return visible[: max_chars - 1].rstrip() + "…"
    return visible if len(rows) <= lines else f"{visible} …"


def render_facts(block: Facts, ctx: RenderContext) -> Iterator[Json]:
    """Labelled values in two columns; what is too long for a column stands below in full."""
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
