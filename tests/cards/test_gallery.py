"""Every example of every card, on every platform, in both languages.

A new or changed card is looked at with `python -m cards.gallery OUTDIR` and then accepted with
`pytest -n0 tests/cards/test_gallery.py --snapshot-update -k <noun>`.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from cards import gallery
from cards.examples import NOW, ZONE
from cards.locale import merge_catalogs
from cards.model import Action, Card, Item, Items, Run, Style, from_json, to_json
from cards.render import adaptive, blockkit, html, mail, plain
from cards.render.text import PLACEHOLDER_PATTERN, RenderContext, find_placeholders
from services.people import Language
from tests.cards.teams_schema import mistakes

EXAMPLES = dict(gallery.iterate_examples())
TITLE_LETTERS = 72
"""Sixty of ours and some room for names."""
TRANSLATED = {
    message.id if isinstance(message.id, str) else message.id[0] for message in merge_catalogs(Language.GERMAN)
}

every_example = pytest.mark.parametrize("name", EXAMPLES)
every_language = pytest.mark.parametrize("language", Language)


class CardSnapshot(SingleFileSnapshotExtension):
    """One file an example, so that people who work on different cards do not meet."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"

    def serialize(self, data: Any, **_: Any) -> str:  # noqa: ANN401 - syrupy's own type
        """Text as it is."""
        return str(data)


def actions(card: Card) -> list[Action]:
    """Every button of a card, those of its rows too."""
    items: list[Item] = [item for block in card.body if isinstance(block, Items) for item in block.items]
    return [*card.actions, *(action for item in items for action in item.actions)]


@every_example
def test_looks_as_accepted(name: str, snapshot: SnapshotAssertion) -> None:
    """A card says and offers in both languages what was accepted."""
    shown: list[str] = []
    for language in Language:
        reader = (EXAMPLES[name], language, ZONE, NOW)
        teams = json.dumps(adaptive.render(*reader), ensure_ascii=False, indent=1)
        web = html.render(*reader).replace("><", ">\n<")
        # A window differs from a message by its own buttons: where there is a form.
        message, view = blockkit.render_message(*reader), blockkit.render_view(*reader)
        drawn = [message, view] if "submit" in view else [message]
        slack = [json.dumps(one, ensure_ascii=False, indent=1) for one in drawn]
        shown += [f"== {language} ==", plain.render(*reader), teams, web, *slack, ""]
    assert "\n".join(shown) == snapshot(extension_class=CardSnapshot)


@every_language
@every_example
def test_is_valid_in_teams(name: str, language: Language) -> None:
    """A card is valid for Microsoft's models and the published schema, and within the size that Teams takes."""
    drawn = adaptive.render(EXAMPLES[name], language, ZONE, NOW, user_ids=["29:anna"])
    assert mistakes(drawn) == []
    assert len(json.dumps(drawn)) <= adaptive.LIMIT_BYTES


@every_language
@every_example
def test_fits_the_manners(name: str, language: Language) -> None:
    """The first line is short and calm, and at most one button is the main one."""
    card = EXAMPLES[name]
    title = RenderContext(language, ZONE, NOW).format_line(card.title)
    assert 0 < len(title) <= TITLE_LETTERS
    assert not title.endswith("!")
    assert sum(isinstance(action, Run) and action.style is Style.PRIMARY for action in card.actions) <= 1


@every_language
@every_example
def test_goes_by_mail(name: str, language: Language) -> None:
    """A card can be a mail and a notification."""
    assert mail.render(EXAMPLES[name], language, ZONE, NOW).startswith("<!doctype html>")
    assert plain.render_summary(EXAMPLES[name], language, ZONE, NOW)


@every_example
def test_has_a_value_for_every_placeholder(name: str) -> None:
    """No sentence of a card is shown with a gap in it."""
    gaps = {
        text.source: find_placeholders(text.source + text.plural) - text.params.keys()
        for text in gallery.iterate_texts(EXAMPLES[name])
    }
    assert not {source: missing for source, missing in gaps.items() if missing}


@every_example
def test_has_only_sentences_of_the_catalogue(name: str) -> None:
    """Every sentence of a card stands in the catalogue, also those that the extraction cannot see."""
    said = {text.source for text in gallery.iterate_texts(EXAMPLES[name])}
    words = {source for source in said if any(letter.isalpha() for letter in PLACEHOLDER_PATTERN.sub("", source))}
    assert words - TRANSLATED == set()


@every_example
def test_travels_as_json(name: str) -> None:
    """A card that was stored is the card that is read, and its buttons carry plain ids under free names."""
    card = EXAMPLES[name]
    assert from_json(to_json(card)) == card
    inputs = {getattr(block, "name", "") for block in card.body}
    assert not inputs & {"v", "cmd", "args"}
    assert all(isinstance(action.args, dict) for action in actions(card) if isinstance(action, Run))


def test_is_drawn_to_look_at(tmp_path: Path) -> None:
    """The gallery is a page a language with every example on it."""
    gallery.main(tmp_path)
    pages = [path.read_text("utf-8") for path in sorted(tmp_path.iterdir())]
    assert len(pages) == len(Language)
    assert all(page.count("<article") == len(EXAMPLES) for page in pages)
