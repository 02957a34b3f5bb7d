"""Cards in Slack: within its limits, without its markup, with every button, and read back as they were filled in."""

from typing import Any

import pytest

from cards import gallery
from cards.examples import NOW, ZONE
from cards.render import blockkit
from services.people import Language
from tests.cards.samples import everything
from tests.cards.slack_limits import problems

Json = dict[str, Any]
EXAMPLES = dict(gallery.examples())

every_example = pytest.mark.parametrize("name", EXAMPLES)
every_language = pytest.mark.parametrize("language", Language)


@every_language
@every_example
def test_is_taken_by_slack(name: str, language: Language) -> None:
    """A card is within Slack's limits as a message, as a window and as an App Home."""
    card = EXAMPLES[name]
    assert problems(blockkit.message(card, language, ZONE, NOW)) == []
    assert problems(blockkit.view(card, language, ZONE, NOW)) == []
    assert problems(blockkit.home([card], language, ZONE, NOW)) == []


@every_language
def test_everything_is_taken(language: Language) -> None:
    """A card with one of everything is taken, too."""
    assert problems(blockkit.message(everything(), language, ZONE, NOW)) == []
    assert problems(blockkit.view(everything(), language, ZONE, NOW)) == []
