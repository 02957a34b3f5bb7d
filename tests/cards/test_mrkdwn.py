"""Escaping for Slack's mrkdwn: user text never formats, links or notifies."""

import re

import pytest
from hypothesis import assume, given, strategies as st

from cards.render.mrkdwn import HAIR_SPACE, WORD_JOINER, escape_entities, escape_mrkdwn, is_literal
from tests.cards.slack_client import find_markup

REPEATED_MARK_IN_WORD = re.compile(r"[A-Za-z0-9]([*_~])\1")

HOSTILE_TEXTS = [
    "*bold*",
    "_x_",
    "~x~",
    "`x`",
    "a *b* c",
    "(*b*)",
    "ü*b*",
    "e*_x_",
    "**x**",
    ":smile:",
    "> quoted",
    "1. x",
    "- x",
]
HARMLESS_TEXTS = [
    "e***@posteo.de · 70***",
    "anna_maria@x.de",
    "10:30",
    "24.11.2026",
    "a*b*c",
    "5 * 3 * 2",
    "2 > 1",
    "A & B",
    "x*",
]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_markup_is_detected_and_escaped(text: str) -> None:
    """Markup in user text is detected, and escaped text has none."""
    assert not is_literal(text)
    assert find_markup(escape_mrkdwn(text)) == []


@pytest.mark.parametrize("text", HARMLESS_TEXTS)
def test_harmless_text_is_unchanged(text: str) -> None:
    """A masked address, a product or a time of day stays unchanged."""
    assert is_literal(text)
    assert escape_mrkdwn(text) == escape_entities(text)


def test_mentions_and_links_are_escaped() -> None:
    """User text mentions neither a channel nor a user and makes no link."""
    text = "<!channel> <@U1> <https://evil.example|ok> &lt;!here&gt;"
    assert escape_mrkdwn(text) == "&lt;!channel&gt; &lt;@U1&gt; &lt;https://evil.example|ok&gt; &amp;lt;!here&amp;gt;"


@given(st.text(st.sampled_from("*_~`:>< &|!@a1.-\n"), max_size=30))
def test_escaped_text_has_no_markup(text: str) -> None:
    """Markup characters in any order have no effect once escaped, and the visible text is the same."""
    # A run of marks inside a word is left alone, as in a masked address (e***@posteo.de).
    assume(not REPEATED_MARK_IN_WORD.search(text))
    escaped_text = escape_mrkdwn(text)
    assert find_markup(escaped_text) == []
    visible_text = escaped_text.replace(HAIR_SPACE, "").replace(WORD_JOINER, "").replace("\u02cb", "`")
    assert visible_text == escape_entities(text)


@given(st.text(st.sampled_from("*_~`:> a1.-\n"), max_size=30))
def test_text_accepted_as_plain_has_no_markup(text: str) -> None:
    """Text that is rendered unchanged beside a bold label has no markup."""
    assume(not REPEATED_MARK_IN_WORD.search(text))
    assert not is_literal(text) or find_markup(text) == []
