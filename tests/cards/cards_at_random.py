"""Cards that nobody would write: every kind of block, in any order and number, with whatever words."""

import string
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st

from cards.model import (
    Badge,
    Block,
    Card,
    Choice,
    ChoiceInput,
    DateInput,
    Fact,
    Facts,
    File,
    Item,
    Items,
    NumberInput,
    Open,
    Picture,
    Progress,
    Quote,
    Run,
    State,
    Style,
    T,
    Table,
    Text,
    TextInput,
    ToggleInput,
    Tone,
    verbatim,
)

Drawn = TypeVar("Drawn")
INPUTS = (TextInput, NumberInput, ChoiceInput, ToggleInput, DateInput)
HOSTILE = "<!channel> <@U1> *bold* _x_ ~x~ `code` :smile: > q\n- a http://x.example &amp; <https://evil.example|ok> "


def several(one: st.SearchStrategy[Drawn], most: int, least: int = 0) -> st.SearchStrategy[tuple[Drawn, ...]]:
    """Up to three of them, again and again: long lists that are drawn at once."""
    times = st.sampled_from([1, 1, 1, 2, most // 3])
    return st.builds(_again, st.lists(one, min_size=least, max_size=3), times)


def _again(few: list[Drawn], many: int) -> tuple[Drawn, ...]:
    return tuple(few) * many


def _hostile(start: int, times: int) -> str:
    return HOSTILE[start:] * times


def _square(columns: tuple[T, ...], rows: int) -> Table:
    return Table(columns, (columns,) * rows)


def _form(card: Card, body: tuple[Block, ...], send: Run) -> Card:
    return Card(card.title, body, (*card.actions, send))


def _named(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """No two inputs of one name."""
    named = {one.name if isinstance(one, INPUTS) else str(place): one for place, one in enumerate(blocks)}
    return tuple(named.values())


words = (
    st.text(max_size=20)
    | st.text(st.sampled_from(HOSTILE), max_size=20)
    | st.builds(_hostile, st.integers(0, 80), st.integers(1, 90))
)
said = st.builds(verbatim, words)
ids = st.dictionaries(
    st.sampled_from(["lead", "team", "invitation"]),
    st.text(string.hexdigits + "-", min_size=1, max_size=100),
    max_size=2,
)
names = st.text(string.ascii_lowercase, min_size=1, max_size=12)
runs = st.builds(Run, said, st.sampled_from(["lead.pick", "lead.note", "team.show"]), ids, st.sampled_from(Style))
opens = st.builds(
    Open, said, st.sampled_from(["https://example.com/", "javascript:alert(1)", "https://x.example/" + "a" * 2_990])
)
actions = several(runs | opens, 30)
badges = st.builds(Badge, said, st.sampled_from(State), st.sampled_from(Tone))
items = st.builds(Item, said, st.none() | said, st.none() | badges, st.lists(runs | opens, max_size=3).map(tuple))
values = words | st.text("~#0123456789", max_size=6) | st.text("a", min_size=140, max_size=200)
inputs = (
    st.builds(
        TextInput,
        names,
        said,
        words,
        multiline=st.booleans(),
        max_length=st.integers(1, 12_000),
        placeholder=st.none() | said,
        error=st.none() | said,
        kind=st.sampled_from(["text", "email", "tel", "url"]),
    )
    | st.builds(NumberInput, names, said, st.none() | st.floats(-1e9, 1e9), minimum=st.none() | st.floats(-1e9, 1e9))
    | st.builds(
        ChoiceInput,
        names,
        said,
        several(st.builds(Choice, values, said), 300),
        values,
        many=st.booleans(),
        error=st.none() | said,
    )
    | st.builds(ToggleInput, names, said, st.booleans())
    | st.builds(DateInput, names, said, st.none() | st.dates())
)
shown = (
    st.builds(Text, said, st.sampled_from(Tone))
    | st.builds(Quote, said, st.integers(1, 9))
    | badges
    | st.builds(Facts, several(st.builds(Fact, said, said), 25, 1))
    | st.builds(Items, several(items, 120), st.none() | said)
    | st.builds(
        _square,
        several(said, 30, 1),
        st.integers(0, 150),
    )
    | st.builds(Progress, st.integers(-5, 200), st.integers(-5, 100), said)
    | st.builds(Picture, st.sampled_from(["https://example.com/a.png", "http://127.0.0.1/a.png"]), said)
    | st.builds(File, st.text(string.hexdigits, min_size=1, max_size=64), words, st.integers(0, 10**9))
)


bodies = st.lists(shown | inputs, max_size=6).map(_named)
cards = st.builds(Card, said, bodies, actions, st.none() | badges, summary=st.none() | said)
sends = st.builds(Run, said, st.just("lead.create"), ids, st.sampled_from(Style), st.just(value=True))
forms = st.builds(
    _form,
    cards,
    st.lists(inputs, min_size=1, max_size=5).map(_named),
    sends,
)
