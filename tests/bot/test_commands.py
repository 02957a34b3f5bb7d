"""How typed text becomes a command with its arguments."""

import pytest

from bot.commands import discovery

REGISTRY = discovery.build_registry()


def read(text: str) -> dict[str, object]:
    """The arguments of a text."""
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
def test_a_small_word_before_a_name_is_no_part_of_it(text: str, who: str) -> None:
    """Whom something is given to is named as in a sentence; a capital or quotes begin a name."""
    assert read(text) == {"lead": "L-1", "who": who}


def test_a_small_word_alone_names_nobody() -> None:
    """Whoever stops before the name is asked for it."""
    assert read("delegate L-1 to") == {"lead": "L-1"}
    assert read("übertragen an Ben Kaya") == {"who": "Ben Kaya"}


def test_a_text_keeps_its_small_words() -> None:
    """What is no name is taken as it stands."""
    assert read("note L-1 to be called again")["note"] == "to be called again"
