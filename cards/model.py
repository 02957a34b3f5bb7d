"""Platform-neutral content of a message, before translation: frozen values that a renderer turns into platform JSON.

A text is a `T`: the English source sentence with named parameters. It is translated, its parameters are formatted for
the reader's locale and escaped, and only then marked up, in one place (`cards.render.text`). User text is therefore
always a parameter and never part of a sentence. Cards are stored as JSON (`to_json`, `from_json`): the inbox keeps the
response for a repeated request, the browser chat keeps its transcript.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeAlias

import msgspec


class CardElement(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Base of everything a card consists of."""


class TimeStyle(StrEnum):
    """Format of a point in time."""

    RELATIVE = "relative"  # "5 min ago", "in 3 h"; only where the text is rendered at reading time
    CLOCK = "clock"  # "10:04" today, "Tue 10:04" this week, the date beyond
    DATE = "date"  # "26 Nov 2026"
    LEFT = "left"  # "1 h 42 min" until then


class Instant(CardElement, frozen=True, tag=True):
    """A point in time (aware, UTC), formatted in the reader's zone and locale."""

    at: datetime
    style: TimeStyle = TimeStyle.CLOCK


class Day(CardElement, frozen=True, tag=True):
    """A calendar day, formatted in the reader's locale."""

    day: date


class Amount(CardElement, frozen=True, tag=True):
    """Money in minor units, formatted in the reader's locale."""

    cents: int
    currency: str


class Size(CardElement, frozen=True, tag=True):
    """A file size, formatted in the reader's locale."""

    size_bytes: int


class T(CardElement, frozen=True, tag=True):
    """A translatable sentence: English source, plural form when it counts, and named parameters."""

    source: str
    params: Mapping[str, "str | int | Instant | Day | Amount | Size | T"] = {}
    plural: str = ""
    count: int = 0


Param: TypeAlias = "str | int | Instant | Day | Amount | Size | T"
"""Allowed parameters of a sentence: user text (escaped), number, time, money, size or another sentence."""


def t(source: str, /, **params: Param) -> T:
    """Mark a sentence for translation. Catalogue extraction searches for this function's name."""
    return T(source, params)


def tn(singular: str, plural: str, count: int, /, **params: Param) -> T:
    """Mark a sentence with a plural for translation; `{n}` is the count."""
    return T(singular, {"n": count, **params}, plural, count)


def verbatim(text: str, /) -> T:
    """Wrap user text or a reference, which is neither translated nor parsed as markup."""
    return T("{text}", {"text": text})


class Tone(StrEnum):
    """Meaning of a text; colour is never its only sign."""

    PLAIN = "plain"
    SUBTLE = "subtle"
    STRONG = "strong"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


class State(StrEnum):
    """Symbol in front of a line."""

    OPEN = "open"  # ●
    DONE = "done"  # ✓
    WARNING = "warning"  # ⚠
    NONE = "none"


class Style(StrEnum):
    """Emphasis of a button: at most one primary per card."""

    PRIMARY = "primary"
    NORMAL = "normal"
    DESTRUCTIVE = "destructive"


class Run(CardElement, frozen=True, tag=True):
    """A button that runs a command. `args` hold references and ids only; `collects` adds the card's inputs."""

    label: T
    command: str
    args: Mapping[str, Any] = {}
    style: Style = Style.NORMAL
    collects: bool = False


class Open(CardElement, frozen=True, tag=True):
    """A button that opens a URL."""

    label: T
    url: str


Action: TypeAlias = Run | Open


class Text(CardElement, frozen=True, tag=True):
    """A paragraph."""

    text: T
    tone: Tone = Tone.PLAIN


class Quote(CardElement, frozen=True, tag=True):
    """Text of another author, at most `lines` lines."""

    text: T
    lines: int = 4


class Fact(CardElement, frozen=True, tag=True):
    """A labelled value."""

    label: T
    value: T


class Facts(CardElement, frozen=True, tag=True):
    """Labelled values, in two columns where the platform has room."""

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
    """A progress bar: `done` of `total`, and its text."""

    done: int
    total: int
    text: T


class Picture(CardElement, frozen=True, tag=True):
    """A picture with its alternative text."""

    url: str
    alternative: T


class File(CardElement, frozen=True, tag=True):
    """A file to download, for the one reader of this card; each platform transfers it in its own way."""

    file_id: str
    name: str
    size_bytes: int


class Choice(CardElement, frozen=True, tag=True):
    """One option of a `ChoiceInput`."""

    value: str
    label: T


class TextInput(CardElement, frozen=True, tag=True):
    """A text field, single-line or multiline."""

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
    """A number field."""

    name: str
    label: T
    value: float | None = None
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    error: T | None = None


class ChoiceInput(CardElement, frozen=True, tag=True):
    """A choice of one option, or of several when `many`; several values arrive as a tuple."""

    name: str
    label: T
    choices: tuple[Choice, ...]
    value: str = ""
    required: bool = False
    many: bool = False
    error: T | None = None


class ToggleInput(CardElement, frozen=True, tag=True):
    """A yes-or-no field."""

    name: str
    label: T
    value: bool = False


class DateInput(CardElement, frozen=True, tag=True):
    """A date field."""

    name: str
    label: T
    value: date | None = None
    required: bool = False
    error: T | None = None


Input: TypeAlias = TextInput | NumberInput | ChoiceInput | ToggleInput | DateInput
Block: TypeAlias = Text | Quote | Facts | Badge | Items | Table | Progress | Picture | File | Input


class Subject(CardElement, frozen=True, tag=True):
    """What a posted card is about, so that every copy can be updated when it changes."""

    view: str  # name of the card: "lead.card", "invitation.approval"
    key: str  # opaque id of the lead, the invitation …


class Card(CardElement, frozen=True, tag=True):
    """One message: a title, at most four facts, at most three buttons before "More"."""

    title: T
    body: tuple[Block, ...] = ()
    actions: tuple[Action, ...] = ()
    badge: Badge | None = None
    summary: T | None = None  # plain text for notifications and screen readers; default: the title
    subject: Subject | None = None
    refresh: Run | None = None  # command that renders the card again for one reader

    @property
    def plain(self) -> T:
        """The one or two sentences that replace the card where none can be shown."""
        return self.summary or self.title


def to_json(card: Card) -> bytes:
    """Encode a card as JSON for `from_json`."""
    return msgspec.json.encode(card)


def from_json(data: bytes | str) -> Card:
    """Decode a card from JSON. Raises msgspec.ValidationError for anything else."""
    return msgspec.json.decode(data, type=Card)
