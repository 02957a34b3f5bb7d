"""Words stay words where Slack knows markup."""

import pytest
from hypothesis import given, strategies as st

from cards.render.mrkdwn import HAIR_SPACE, WORD_JOINER, escape_entities, escape_mrkdwn, is_literal
from tests.cards.slack_reading import markup

HOSTILE = [
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
HARMLESS = [
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


@pytest.mark.parametrize("words", HOSTILE)
def test_markup_is_told_and_broken(words: str) -> None:
    """What looks like markup is no longer any after it was escaped."""
    assert not is_literal(words)
    assert markup(escape_mrkdwn(words)) == []


@pytest.mark.parametrize("words", HARMLESS)
def test_words_are_left_alone(words: str) -> None:
    """A masked address, a product or a time of day is not touched."""
    assert is_literal(words)
    assert escape_mrkdwn(words) == escape_entities(words)


def test_nobody_is_called() -> None:
    """Neither a channel nor a person is called, and no link is made."""
    written = "<!channel> <@U1> <https://evil.example|ok> &lt;!here&gt;"
    assert (
        escape_mrkdwn(written) == "&lt;!channel&gt; &lt;@U1&gt; &lt;https://evil.example|ok&gt; &amp;lt;!here&amp;gt;"
    )


@given(st.text(st.sampled_from("*_~`:>< &|!@a1.-\n"), max_size=30))
def test_nothing_that_is_written_is_markup(words: str) -> None:
    """Whatever marks are written in whatever order, none has a meaning, and the words are the same to the eye."""
    drawn = escape_mrkdwn(words)
    assert markup(drawn) == []
    unseen = drawn.replace(HAIR_SPACE, "").replace(WORD_JOINER, "").replace("\u02cb", "`")
    assert unseen == escape_entities(words)


@given(st.text(st.sampled_from("*_~`:> a1.-\n"), max_size=30))
def test_what_passes_as_words_is_no_markup(words: str) -> None:
    """What is drawn beside markup of ours without a change has none of its own."""
    assert not is_literal(words) or markup(words) == []
