"""Parsing of typed text into a command and its arguments."""

import pytest

from bot.commands import discovery

REGISTRY = discovery.build_registry()


def read(text: str) -> dict[str, object]:
    """Return the arguments of a text."""
    parsed = REGISTRY.parse(text)
    assert parsed is not None
    _, raw = parsed
    return raw


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("delegiere L-1 an Ben Kaya", "Ben Kaya"),
        ("delegate L-1 to Ben Kaya", "Ben Kaya"),
        ('delegate L-1 to "Ben Kaya"', "Ben Kaya"),
        ("delegiere L-1 an @29:ben", "@29:ben"),
        ("teile L-1 mit Ben Kaya", "Ben Kaya"),
        ("delegiere L-1 An Nguyen", "An Nguyen"),
        ('delegate L-1 "to be AG"', "to be AG"),
        ("delegate L-1 Ben to", "Ben to"),
    ],
)
def test_preposition_before_a_name_is_dropped(text: str, who: str) -> None:
    """A preposition before a name is dropped unless it is capitalised or quoted."""
    assert read(text) == {"lead": "L-1", "who": who}


def test_preposition_alone_is_no_name() -> None:
    """A preposition without a name counts as a missing argument."""
    assert read("delegate L-1 to") == {"lead": "L-1"}
    assert read("übertragen an Ben Kaya") == {"who": "Ben Kaya"}


def test_text_keeps_prepositions() -> None:
    """An argument that is not a name keeps its prepositions."""
    assert read("note L-1 to be called again")["note"] == "to be called again"
