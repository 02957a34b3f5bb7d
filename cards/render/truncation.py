"""A card made to fit: long lists lose their end and long texts too, and a line says so."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from cards.model import Block, Card, ChoiceInput, Facts, Item, Items, Quote, T, Table, Text, Tone, t, tn, verbatim
from cards.render.text import RenderContext

ROW_LIMITS: Final = (100, 50, 25, 12, 6, 3)
"""How many rows of each list may stay, tried in this order."""

CHARS_PER_ROW: Final = 60
CHOICES_PER_ROW: Final = 4
TITLE_ONLY_CHARS: Final = 200

TRUNCATION_NOTE: Final = t("This message was shortened because it is too long for this place.")


def truncated_versions(card: Card, ctx: RenderContext) -> Iterator[Card]:
    """The card, and ever shorter versions of it; the last one is always small."""
    yield card
    for keep in ROW_LIMITS:
        yield Truncation(keep, ctx).card(card)
    yield title_only_card(card, ctx)


def title_only_card(card: Card, ctx: RenderContext) -> Card:
    """What is left of a card that does not fit in any other way: its title."""
    title = truncate_text(card.title, TITLE_ONLY_CHARS, ctx)
    return Card(title, (Text(TRUNCATION_NOTE, Tone.SUBTLE),), subject=card.subject)


def truncate_text(text: T, max_chars: int, ctx: RenderContext) -> T:
    full_text = ctx.format_text(text)
    return text if len(full_text) <= max_chars else verbatim(full_text[: max_chars - 1].rstrip() + "…")


@dataclass(frozen=True, slots=True)
class Truncation:
    """How much of each list and text may stay."""

    keep: int
    ctx: RenderContext

    def card(self, card: Card) -> Card:
        body = tuple(short for block in card.body for short in self.block(block))
        note = Text(TRUNCATION_NOTE, Tone.SUBTLE)
        summary = self.text(card.plain)
        return replace(card, title=self.text(card.title), body=(*body, note), summary=summary)

    def text(self, text: T) -> T:
        return truncate_text(text, self.keep * CHARS_PER_ROW, self.ctx)

    def block(self, block: Block) -> Iterator[Block]:
        match block:
            case Text() | Quote():
                yield replace(block, text=self.text(block.text))
            case Items(items=items):
                yield replace(block, items=tuple(map(self.item, items[: self.keep])))
                yield from self.rest(len(items))
            case Table(rows=rows):
                yield replace(block, rows=tuple(tuple(map(self.text, row)) for row in rows[: self.keep]))
                yield from self.rest(len(rows))
            case Facts(facts=facts):
                yield Facts(tuple(replace(fact, value=self.text(fact.value)) for fact in facts[: self.keep]))
                yield from self.rest(len(facts))
            case ChoiceInput(choices=choices):
                yield replace(block, choices=choices[: self.keep * CHOICES_PER_ROW])
                yield from self.rest(len(choices), CHOICES_PER_ROW)
            case _:
                yield block

    def item(self, item: Item) -> Item:
        return replace(item, title=self.text(item.title), detail=self.text(item.detail) if item.detail else None)

    def rest(self, length: int, per_row: int = 1) -> Iterator[Text]:
        """The line that says how many were left out."""
        if (hidden := length - self.keep * per_row) > 0:
            yield Text(tn("{n} more is not shown here.", "{n} more are not shown here.", hidden), Tone.SUBTLE)
