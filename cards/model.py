"""What a message of the bot says, without platform and without language: frozen values that a renderer draws.

A text is a `T`: the English source sentence with named parameters. It is translated, its parameters are formatted for
the reader's locale and escaped, and only then marked up, in one place (`cards.render.text`). User text is therefore
always a parameter and never part of a sentence. Cards travel as JSON (`to_json`, `from_json`): the inbox keeps an
answer for a repeated request, the browser chat keeps its transcript.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeAlias

import msgspec


class CardElement(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A platform-neutral piece of a card."""


class TimeStyle(StrEnum):
    """How a point in time is worded."""

    RELATIVE = "relative"  # "5 min ago", "in 3 h"; only where the text is drawn at reading time
    CLOCK = "clock"  # "10:04" today, "Tue 10:04" this week, the date beyond
    DATE = "date"  # "26 Nov 2026"
    LEFT = "left"  # "1 h 42 min" until then


class Instant(CardElement, frozen=True, tag=True):
    """A point in time (aware, UTC), worded in the reader's zone and locale."""

    at: datetime
    style: TimeStyle = TimeStyle.CLOCK


class Day(CardElement, frozen=True, tag=True):
    """A calendar day, worded in the reader's locale."""

    day: date


class Amount(CardElement, frozen=True, tag=True):
    """Money in minor units, worded in the reader's locale."""

    cents: int
    currency: str


class Size(CardElement, frozen=True, tag=True):
    """How much a file holds, worded in the reader's locale."""

    size_bytes: int


class T(CardElement, frozen=True, tag=True):
    """A sentence: English source, its plural if it counts something, and named parameters."""

    source: str
    params: Mapping[str, "str | int | Instant | Day | Amount | Size | T"] = {}
    plural: str = ""
    count: int = 0


Param: TypeAlias = "str | int | Instant | Day | Amount | Size | T"
"""What may stand in a sentence: user text (escaped), a number, a time, money, a size or another sentence."""


def t(source: str, /, **params: Param) -> T:
    """A sentence to translate. The extraction of the catalogue looks for this name."""
    return T(source, params)


def tn(singular: str, plural: str, count: int, /, **params: Param) -> T:
    """A sentence that counts: `{n}` stands for the count."""
    return T(singular, {"n": count, **params}, plural, count)


def verbatim(text: str, /) -> T:
    """User text or a reference as it is; nothing in it is translated or taken for markup."""
    return T("{text}", {"text": text})


class Tone(StrEnum):
    """What a text means; colour never carries it alone."""

    PLAIN = "plain"
    SUBTLE = "subtle"
    STRONG = "strong"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


class State(StrEnum):
    """The one symbol that a line may carry."""

    OPEN = "open"  # ●
    DONE = "done"  # ✓
    WARNING = "warning"  # ⚠
    NONE = "none"


class Style(StrEnum):
    """How a button looks: at most one primary per card."""

    PRIMARY = "primary"
    NORMAL = "normal"
    DESTRUCTIVE = "destructive"


class Run(CardElement, frozen=True, tag=True):
    """A button that runs a command. `args` hold references and ids only; `collects` adds the card's inputs to them."""

    label: T
    command: str
    args: Mapping[str, Any] = {}
    style: Style = Style.NORMAL
    collects: bool = False


class Open(CardElement, frozen=True, tag=True):
    """A button that opens an address."""

    label: T
    url: str


Action: TypeAlias = Run | Open


class Text(CardElement, frozen=True, tag=True):
    """A paragraph."""

    text: T
    tone: Tone = Tone.PLAIN


class Quote(CardElement, frozen=True, tag=True):
    """What somebody else wrote, shown as theirs, at most `lines` lines."""

    text: T
    lines: int = 4


class Fact(CardElement, frozen=True, tag=True):
    """One labelled value."""

    label: T
    value: T


class Facts(CardElement, frozen=True, tag=True):
    """Labelled values, two columns where there is room."""

    facts: tuple[Fact, ...]


class Badge(CardElement, frozen=True, tag=True):
    """A short state beside the title or in a row."""

    text: T
    state: State = State.NONE
    tone: Tone = Tone.PLAIN


class Item(CardElement, frozen=True, tag=True):
    """A row of a list: a line, a subtle second line, a state and at most two buttons."""

    title: T
    detail: T | None = None
    badge: Badge | None = None
    actions: tuple[Action, ...] = ()


class Items(CardElement, frozen=True, tag=True):
    """A list of rows under an optional heading."""

    items: tuple[Item, ...]
    heading: T | None = None


class Table(CardElement, frozen=True, tag=True):
    """A table with a header."""

    columns: tuple[T, ...]
    rows: tuple[tuple[T, ...], ...]


class Progress(CardElement, frozen=True, tag=True):
    """A bar: `done` of `total`, with its words."""

    done: int
    total: int
    text: T


class Picture(CardElement, frozen=True, tag=True):
    """A picture with its alternative text."""

    url: str
    alternative: T


class File(CardElement, frozen=True, tag=True):
    """A file to fetch, for the one person who reads this card. A platform hands it over in its own way."""

    file_id: str
    name: str
    size_bytes: int


class Choice(CardElement, frozen=True, tag=True):
    """One choice of a `ChoiceInput`."""

    value: str
    label: T


class TextInput(CardElement, frozen=True, tag=True):
    """A line or a paragraph to type."""

    name: str
    label: T
    value: str = ""
    required: bool = False
    multiline: bool = False
    max_length: int = 500
    placeholder: T | None = None
    error: T | None = None
    kind: str = "text"  # text, email, tel, url


class NumberInput(CardElement, frozen=True, tag=True):
    """A number to type."""

    name: str
    label: T
    value: float | None = None
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    error: T | None = None


class ChoiceInput(CardElement, frozen=True, tag=True):
    """One of several choices (or several, when `many`; their values arrive as a tuple)."""

    name: str
    label: T
    choices: tuple[Choice, ...]
    value: str = ""
    required: bool = False
    many: bool = False
    error: T | None = None


class ToggleInput(CardElement, frozen=True, tag=True):
    """Yes or no."""

    name: str
    label: T
    value: bool = False


class DateInput(CardElement, frozen=True, tag=True):
    """A calendar day to choose."""

    name: str
    label: T
    value: date | None = None
    required: bool = False
    error: T | None = None


Input: TypeAlias = TextInput | NumberInput | ChoiceInput | ToggleInput | DateInput
Block: TypeAlias = Text | Quote | Facts | Badge | Items | Table | Progress | Picture | File | Input


class Subject(CardElement, frozen=True, tag=True):
    """What a posted card is about, so that every copy of it can be drawn again when that changes."""

    view: str  # which card: "lead.card", "invitation.approval"
    key: str  # which thing: the opaque id of the lead, the invitation …


class Card(CardElement, frozen=True, tag=True):
    """One message: first line, at most four facts, at most three buttons before "More"."""

    title: T
    body: tuple[Block, ...] = ()
    actions: tuple[Action, ...] = ()
    badge: Badge | None = None
    summary: T | None = None  # plain text for notifications and screen readers; the title, where it is missing
    subject: Subject | None = None
    refresh: Run | None = None  # drawn anew for each reader: what this person may do, in this person's language

    @property
    def plain(self) -> T:
        """The one or two sentences that stand for the card where cards cannot be shown."""
        return self.summary or self.title


def to_json(card: Card) -> bytes:
    """The card as JSON, to be read again by `from_json`."""
    return msgspec.json.encode(card)


def from_json(data: bytes | str) -> Card:
    """The card that `to_json` wrote. Raises msgspec.ValidationError when it is not one."""
    return msgspec.json.decode(data, type=Card)
