"""Truncate cards to a size limit: shorten lists and texts, and add a line that says so."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from cards.model import Block, Card, ChoiceInput, Facts, Item, Items, Quote, T, Table, Text, Tone, t, tn, verbatim
from cards.render.text import RenderContext

ROW_LIMITS: Final = (100, 50, 25, 12, 6, 3)
"""Rows kept of each list, tried in this order."""

CHARS_PER_ROW: Final = 60
CHOICES_PER_ROW: Final = 4
TITLE_ONLY_CHARS: Final = 200

TRUNCATION_NOTE: Final = t("This message was shortened because it is too long for this place.")


def iterate_truncated(card: Card, ctx: RenderContext) -> Iterator[Card]:
    """Yield the card and ever shorter versions of it; the last one is only a title."""
    yield card
    for max_rows in ROW_LIMITS:
        yield Truncation(max_rows, ctx).truncate_card(card)
    yield title_only_card(card, ctx)


def title_only_card(card: Card, ctx: RenderContext) -> Card:
    """Reduce a card to its title."""
    title = truncate_text(card.title, TITLE_ONLY_CHARS, ctx)
    return Card(title, (Text(TRUNCATION_NOTE, Tone.SUBTLE),), subject=card.subject)


def truncate_text(text: T, max_chars: int, ctx: RenderContext) -> T:
    full_text = ctx.format_text(text)
    return text if len(full_text) <= max_chars else verbatim(full_text[: max_chars - 1].rstrip() + "…")


@dataclass(frozen=True, slots=True)
class Truncation:
    """How many rows and characters are kept."""

    max_rows: int
    ctx: RenderContext

    def truncate_card(self, card: Card) -> Card:
        body = tuple(short for block in card.body for short in self.truncate_block(block))
        note = Text(TRUNCATION_NOTE, Tone.SUBTLE)
        summary = self.truncate_text(card.plain)
        return replace(card, title=self.truncate_text(card.title), body=(*body, note), summary=summary)

    def truncate_text(self, text: T) -> T:
        return truncate_text(text, self.max_rows * CHARS_PER_ROW, self.ctx)

    def truncate_block(self, block: Block) -> Iterator[Block]:
        match block:
            case Text() | Quote():
                yield replace(block, text=self.truncate_text(block.text))
            case Items(items=items):
                yield replace(block, items=tuple(map(self.truncate_item, items[: self.max_rows])))
                yield from self.count_hidden(len(items))
            case Table(rows=rows):
                yield replace(block, rows=tuple(tuple(map(self.truncate_text, row)) for row in rows[: self.max_rows]))
                yield from self.count_hidden(len(rows))
            case Facts(facts=facts):
                yield Facts(
                    tuple(replace(fact, value=self.truncate_text(fact.value)) for fact in facts[: self.max_rows])
                )
                yield from self.count_hidden(len(facts))
            case ChoiceInput(choices=choices):
                yield replace(block, choices=choices[: self.max_rows * CHOICES_PER_ROW])
                yield from self.count_hidden(len(choices), CHOICES_PER_ROW)
            case _:
                yield block

    def truncate_item(self, item: Item) -> Item:
        return replace(
            item, title=self.truncate_text(item.title), detail=self.truncate_text(item.detail) if item.detail else None
        )

    def count_hidden(self, length: int, per_row: int = 1) -> Iterator[Text]:
        """Yield the line that says how many rows were left out."""
        if (hidden := length - self.max_rows * per_row) > 0:
            yield Text(tn("{n} more is not shown here.", "{n} more are not shown here.", hidden), Tone.SUBTLE)
