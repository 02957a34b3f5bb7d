"""Full payloads of the renderer samples, on every platform and surface; the languages take turns."""

import pytest
from syrupy.assertion import SnapshotAssertion

from cards import gallery
from cards.examples import NOW, ZONE
from cards.model import Badge, Block, Card, State, Style, Tone
from cards.render import adaptive, blockkit, html
from services.people import Language
from tests.cards.compact_json import format_compact_json
from tests.cards.full_card import full_card
from tests.cards.renderer_samples import BUILT_SAMPLES, HOME_SAMPLES, SAMPLE_GROUPS, card_features, renderer_samples
from tests.cards.snapshot_files import TextSnapshot
from tests.cards.test_examples import assert_valid_everywhere

SAMPLES = renderer_samples()


@pytest.mark.parametrize("name", SAMPLES)
def test_renderer_sample(name: str, snapshot: SnapshotAssertion) -> None:
    """The payloads of a sample for Teams, the browser and Slack are the accepted ones."""
    card = SAMPLES[name]
    for language in Language if name in BUILT_SAMPLES else ():
        assert_valid_everywhere(card, language)
    language = tuple(Language)[sorted(SAMPLES).index(name) % len(Language)]
    payloads = f"== {language} ==\n{render_payloads(name, card, language)}\n"
    assert payloads == snapshot(extension_class=TextSnapshot)


def render_payloads(name: str, card: Card, language: Language) -> str:
    """Return Adaptive Card, HTML, Slack message and, where a sample is shown there, modal and App Home."""
    teams = adaptive.render(card, language, ZONE, NOW)
    web = html.render(card, language, ZONE, NOW).replace("><", ">\n<")
    slack = [blockkit.render_message(card, language, ZONE, NOW)]
    if "submit" in (view := blockkit.render_view(card, language, ZONE, NOW)) or name in BUILT_SAMPLES:
        slack.append(view)
    if name in HOME_SAMPLES:
        slack.append(blockkit.render_home([card], language, ZONE, NOW))
    return "\n".join([format_compact_json(teams), web, *map(format_compact_json, slack)])


def test_samples_show_every_feature() -> None:
    """Every feature of a card in the examples or in the model occurs in a sample."""
    shown = {feature for card in SAMPLES.values() for feature in card_features(card)}
    used = {feature for _, card in gallery.iterate_examples() for feature in card_features(card)}
    assert used - shown == set(), "add a sample to tests/cards/renderer_samples.py"
    blocks = {block.__name__ for block in Block.__args__}
    styles = {f"Run.style = {style}" for style in Style}
    badges = {f"Badge.state = {state}" for state in State} | {f"Text.tone = {tone}" for tone in Tone}
    assert (blocks | styles | badges) - shown == set()


def test_samples_are_named_once() -> None:
    """No sample stands in two groups."""
    names = [name for group in SAMPLE_GROUPS.values() for name in group]
    assert len(names) == len(set(names))


def test_missing_feature_is_noticed() -> None:
    """A card with a feature that no other sample has differs in its features."""
    card = full_card()
    plain_badge = Card(card.title, badge=Badge(card.title))
    assert set(card_features(plain_badge)) - set(card_features(card)) == {"0 buttons", "title badge none"}
