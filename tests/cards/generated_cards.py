"""Hypothesis strategies for cards: blocks of every type in any order and number, with arbitrary texts."""

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

Value = TypeVar("Value")
INPUTS = (TextInput, NumberInput, ChoiceInput, ToggleInput, DateInput)
HOSTILE = "<!channel> <@U1> *bold* _x_ ~x~ `code` :smile: > q\n- a http://x.example &amp; <https://evil.example|ok> "


def repeated_tuples(
    strategy: st.SearchStrategy[Value], max_size: int, min_size: int = 0
) -> st.SearchStrategy[tuple[Value, ...]]:
    """Repeat up to three values, so that long lists are generated quickly."""
    repeats = st.sampled_from([1, 1, 1, 2, max_size // 3])
    return st.builds(_repeat, st.lists(strategy, min_size=min_size, max_size=3), repeats)


def _repeat(values: list[Value], repeats: int) -> tuple[Value, ...]:
    return tuple(values) * repeats


def _hostile_text(start: int, times: int) -> str:
    return HOSTILE[start:] * times


def _uniform_table(columns: tuple[T, ...], rows: int) -> Table:
    return Table(columns, (columns,) * rows)


def _with_inputs(card: Card, body: tuple[Block, ...], submit: Run) -> Card:
    return Card(card.title, body, (*card.actions, submit))


def _with_unique_names(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Drop inputs whose name is taken by a later one."""
    blocks_by_name = {
        block.name if isinstance(block, INPUTS) else str(index): block for index, block in enumerate(blocks)
    }
    return tuple(blocks_by_name.values())


user_texts = (
    st.text(max_size=20)
    | st.text(st.sampled_from(HOSTILE), max_size=20)
    | st.builds(_hostile_text, st.integers(0, 80), st.integers(1, 90))
)
texts = st.builds(verbatim, user_texts)
ids = st.dictionaries(
    st.sampled_from(["lead", "team", "invitation"]),
    st.text(string.hexdigits + "-", min_size=1, max_size=100),
    max_size=2,
)
names = st.text(string.ascii_lowercase, min_size=1, max_size=12)
runs = st.builds(Run, texts, st.sampled_from(["lead.pick", "lead.note", "team.show"]), ids, st.sampled_from(Style))
opens = st.builds(
    Open, texts, st.sampled_from(["https://example.com/", "javascript:alert(1)", "https://x.example/" + "a" * 2_990])
)
actions = repeated_tuples(runs | opens, 30)
badges = st.builds(Badge, texts, st.sampled_from(State), st.sampled_from(Tone))
items = st.builds(Item, texts, st.none() | texts, st.none() | badges, st.lists(runs | opens, max_size=3).map(tuple))
values = user_texts | st.text("~#0123456789", max_size=6) | st.text("a", min_size=140, max_size=200)
inputs = (
    st.builds(
        TextInput,
        names,
        texts,
        user_texts,
        multiline=st.booleans(),
        max_length=st.integers(1, 12_000),
        placeholder=st.none() | texts,
        error=st.none() | texts,
        kind=st.sampled_from(["text", "email", "tel", "url"]),
    )
    | st.builds(NumberInput, names, texts, st.none() | st.floats(-1e9, 1e9), minimum=st.none() | st.floats(-1e9, 1e9))
    | st.builds(
        ChoiceInput,
        names,
        texts,
        repeated_tuples(st.builds(Choice, values, texts), 300),
        values,
        many=st.booleans(),
        error=st.none() | texts,
    )
    | st.builds(ToggleInput, names, texts, st.booleans())
    | st.builds(DateInput, names, texts, st.none() | st.dates())
)
display_blocks = (
    st.builds(Text, texts, st.sampled_from(Tone))
    | st.builds(Quote, texts, st.integers(1, 9))
    | badges
    | st.builds(Facts, repeated_tuples(st.builds(Fact, texts, texts), 25, 1))
    | st.builds(Items, repeated_tuples(items, 120), st.none() | texts)
    | st.builds(
        _uniform_table,
        repeated_tuples(texts, 30, 1),
        st.integers(0, 150),
    )
    | st.builds(Progress, st.integers(-5, 200), st.integers(-5, 100), texts)
    | st.builds(Picture, st.sampled_from(["https://example.com/a.png", "http://127.0.0.1/a.png"]), texts)
    | st.builds(File, st.text(string.hexdigits, min_size=1, max_size=64), user_texts, st.integers(0, 10**9))
)


bodies = st.lists(display_blocks | inputs, max_size=6).map(_with_unique_names)
cards = st.builds(Card, texts, bodies, actions, st.none() | badges, summary=st.none() | texts)
submit_buttons = st.builds(Run, texts, st.just("lead.create"), ids, st.sampled_from(Style), st.just(value=True))
forms = st.builds(
    _with_inputs,
    cards,
    st.lists(inputs, min_size=1, max_size=5).map(_with_unique_names),
    submit_buttons,
)
