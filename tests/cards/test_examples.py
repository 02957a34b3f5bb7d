"""Every example of every card: one snapshot of its content, and validation on all platforms in both languages.

Look at a new or changed card with `python -m cards.gallery OUTDIR`, then accept its snapshot with
`pytest -n0 tests/cards/test_examples.py --snapshot-update -k <noun>`.
"""

import json
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser
from syrupy.assertion import SnapshotAssertion

from cards import gallery
from cards.examples import NOW, ZONE
from cards.locale import merge_catalogs
from cards.model import Action, Card, Items, Run, Style, from_json, t, to_json
from cards.render import adaptive, blockkit, html, mail, plain
from cards.render.text import PLACEHOLDER_PATTERN, RenderContext, find_placeholders
from services.people import Language
from tests.cards.compact_json import format_compact_json
from tests.cards.full_card import PICK
from tests.cards.hostile_text import HARMLESS_TEXT, HOSTILE_TEXT, replace_user_texts
from tests.cards.slack_client import assert_no_markup, walk_objects
from tests.cards.slack_limits import validate_slack_payload
from tests.cards.snapshot_files import TextSnapshot
from tests.cards.teams_schema import validate_adaptive_card

EXAMPLES = dict(gallery.iterate_examples())
TITLE_MAX_CHARS = 72
"""Sixty for the sentence and some room for the names in it."""
RESERVED_NAMES = {"v", "cmd", "args"}
"""Keys of a button's own data, beside which Teams puts the values of inputs."""
CATALOGUE = {
    message.id if isinstance(message.id, str) else message.id[0] for message in merge_catalogs(Language.GERMAN)
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_example(name: str, snapshot: SnapshotAssertion) -> None:
    """A card has the accepted content and texts, is stored without loss, and is valid on every platform."""
    card = EXAMPLES[name]
    assert_stored_without_loss(card)
    assert_sentences_complete(card)
    for language in Language:
        assert_layout_rules(card, language)
        assert_valid_everywhere(card, language)
        assert_hostile_text_is_harmless(card, language)
    assert describe(card) == snapshot(extension_class=TextSnapshot)


def describe(card: Card) -> str:
    """Return the neutral card as JSON and its plain text in both languages."""
    texts = [f"== {language} ==\n{plain.render(card, language, ZONE, NOW)}" for language in Language]
    return "\n".join([format_compact_json(json.loads(to_json(card))), *texts, ""])


def all_actions(card: Card) -> list[Action]:
    """Return the buttons of a card and of its list items."""
    items = [item for block in card.body if isinstance(block, Items) for item in block.items]
    return [*card.actions, *(action for item in items for action in item.actions)]


def assert_stored_without_loss(card: Card) -> None:
    """Require a lossless JSON round trip, mappings as button arguments, and input names that are not reserved."""
    assert from_json(to_json(card)) == card, "the stored card differs"
    inputs = {getattr(block, "name", "") for block in card.body}
    assert not inputs & RESERVED_NAMES, "an input has a reserved name"
    assert all(isinstance(action.args, dict) for action in all_actions(card) if isinstance(action, Run))


def assert_sentences_complete(card: Card) -> None:
    """Require a value for every placeholder, and every sentence in the catalogue, computed ones included."""
    sentences = list(gallery.iterate_texts(card))
    missing = {
        sentence.source: names
        for sentence in sentences
        if (names := find_placeholders(sentence.source + sentence.plural) - sentence.params.keys())
    }
    assert missing == {}, "placeholders without a value"
    sources = {sentence.source for sentence in sentences}
    worded = {source for source in sources if any(letter.isalpha() for letter in PLACEHOLDER_PATTERN.sub("", source))}
    assert worded - CATALOGUE == set(), "sentences that are not in the catalogue"


def assert_layout_rules(card: Card, language: Language) -> None:
    """Require a short title without exclamation mark and at most one primary button."""
    title = RenderContext(language, ZONE, NOW).format_line(card.title)
    assert 0 < len(title) <= TITLE_MAX_CHARS, f"length of the title in {language}"
    assert not title.endswith("!"), f"exclamation mark in {language}"
    assert sum(isinstance(action, Run) and action.style is Style.PRIMARY for action in card.actions) <= 1


def assert_valid_everywhere(card: Card, language: Language) -> None:
    """Require a valid payload within the size limits of Teams and Slack, a mail and a notification."""
    teams = adaptive.render(card, language, ZONE, NOW, user_ids=["29:anna"])
    assert validate_adaptive_card(teams) == [], f"Adaptive Card in {language}"
    assert len(json.dumps(teams)) <= adaptive.LIMIT_BYTES, f"size of the Adaptive Card in {language}"
    for surface, payload in slack_payloads(card, language).items():
        assert validate_slack_payload(payload) == [], f"Slack {surface} in {language}"
    assert mail.render(card, language, ZONE, NOW).startswith("<!doctype html>"), f"mail in {language}"
    assert plain.render_summary(card, language, ZONE, NOW), f"notification in {language}"


def slack_payloads(card: Card, language: Language) -> dict[str, dict[str, object]]:
    """Return the card as a message, a modal and part of an App Home."""
    return {
        "message": blockkit.render_message(card, language, ZONE, NOW),
        "modal": blockkit.render_view(card, language, ZONE, NOW),
        "home": blockkit.render_home([Card(t("Lead"), actions=(PICK,)), card], language, ZONE, NOW),
    }


def assert_hostile_text_is_harmless(card: Card, language: Language) -> None:
    """Require the same structure with markup of every platform in each user text as with letters.

    The schema is not checked again: it restricts types and fields, which are the same, and takes 60 ms a card.
    """
    hostile, harmless = (replace_user_texts(card, text) for text in (HOSTILE_TEXT, HARMLESS_TEXT))
    teams = adaptive.render(hostile, language, ZONE, NOW)
    assert element_types(teams) == element_types(adaptive.render(harmless, language, ZONE, NOW)), f"Teams, {language}"
    for surface, payload in slack_payloads(hostile, language).items():
        assert validate_slack_payload(payload) == [], f"Slack {surface} with hostile text in {language}"
        assert_no_markup(payload)
    for render in (html.render, mail.render):
        tags, attributes = page_structure(render(hostile, language, ZONE, NOW))
        assert tags == page_structure(render(harmless, language, ZONE, NOW))[0], f"{render.__module__}, {language}"
        assert not [name for name in attributes if name.startswith("on")], f"{render.__module__}, {language}"


def element_types(rendered: object) -> list[object]:
    """Return the type of each element of an Adaptive Card, in document order."""
    return [element.get("type") for element in walk_objects(rendered)]


def page_structure(page: str) -> tuple[list[str | None], list[str]]:
    """Return tags and attribute names of an HTML page, in document order."""
    nodes = LexborHTMLParser(page).css("*")
    return [node.tag for node in nodes], [name for node in nodes for name in node.attributes]


def test_gallery_shows_every_example(tmp_path: Path) -> None:
    """The gallery has one page per language with every example on it."""
    gallery.main(tmp_path)
    pages = [path.read_text("utf-8") for path in sorted(tmp_path.iterdir())]
    assert len(pages) == len(Language)
    assert all(page.count("<article") == len(EXAMPLES) for page in pages)
