import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from cards.examples import NOW, ZONE
from cards.model import (
    Badge,
    Block,
    Card,
    Choice,
    ChoiceInput,
    Fact,
    Facts,
    Item,
    Items,
    Open,
    Picture,
    Progress,
    Quote,
    Run,
    State,
    Table,
    Text,
    TextInput,
    t,
    verbatim,
)
from cards.render import adaptive
from services.people import Language
from tests.cards.samples import PICK, everything
from tests.cards.teams_schema import mistakes

LONG = "Dachsanierung mit Gaube und Photovoltaik, " * 40


def drawn(card: Card, language: Language = Language.ENGLISH, user_ids: Sequence[str] = ()) -> dict[str, Any]:
    """The card as a reader in Berlin gets it."""
    return adaptive.render(card, language, ZONE, NOW, user_ids=user_ids)


@pytest.mark.parametrize("language", Language)
def test_everything_is_valid(language: Language) -> None:
    """A card with one of everything is valid for Microsoft's models and for the published schema."""
    assert mistakes(drawn(everything(), language, user_ids=["29:anna"])) == []


def test_the_check_finds_mistakes() -> None:
    """A wrong field or value in a card does not pass the check that all cards go through."""
    card = drawn(everything())
    assert mistakes({**card, "colour": "red"})
    assert mistakes({**card, "body": [{"type": "TextBlock", "text": "Hello", "sizes": "Large"}]})
    assert mistakes({**card, "body": [{"type": "FactSet", "facts": [{"title": "A", "value": "B", "colour": "red"}]}]})


def test_a_button_carries_command_and_ids() -> None:
    """A click sends command and arguments, as Execute and, where that is unknown, as Submit."""
    action = drawn(Card(t("Lead"), actions=(PICK,)))["actions"][0]
    assert action["type"] == "Action.Execute"
    assert action["verb"] == "lead.pick"
    assert action["data"] == {"v": 1, "cmd": "lead.pick", "args": {"lead": "L-1"}}
    assert action["associatedInputs"] == "none"
    assert action["fallback"]["type"] == "Action.Submit"
    assert action["fallback"]["data"] == action["data"]


def test_a_form_button_takes_the_inputs_along() -> None:
    """Only a button that collects takes the inputs of the card along."""
    form = Card(t("Lead"), (TextInput("title", t("Title")),), (Run(t("Save"), "lead.create", collects=True), PICK))
    save, pick = drawn(form)["actions"]
    assert (save["associatedInputs"], pick["associatedInputs"]) == ("auto", "none")


def test_three_buttons_then_more() -> None:
    """The first three buttons are shown, the others stand behind the dots."""
    actions = drawn(Card(t("Lead"), actions=(PICK,) * 5))["actions"]
    assert [action.get("mode", "primary") for action in actions] == ["primary"] * 3 + ["secondary"] * 2


def test_each_reader_gets_an_own_view() -> None:
    """A card that differs by reader names the people for whom Teams asks again, sixty at most."""
    card = Card(t("Lead"), refresh=Run(t("Show"), "lead.show", {"lead": "L-1"}))
    refresh = drawn(card, user_ids=[f"29:{place}" for place in range(70)])["refresh"]
    assert refresh["action"]["verb"] == "lead.show"
    assert refresh["action"]["data"]["args"] == {"lead": "L-1"}
    assert refresh["userIds"] == [f"29:{place}" for place in range(60)]
    assert "userIds" not in drawn(card)["refresh"]


def test_the_badge_stands_beside_the_title_while_it_is_short() -> None:
    """A short state stands beside the title, a long one below it, so that the title keeps its room."""
    beside = drawn(Card(t("Lead"), badge=Badge(t("open"), State.OPEN)))["body"]
    assert [column["items"][0]["text"] for column in beside[0]["columns"]] == ["Lead", "● open"]
    below = drawn(Card(t("Lead"), badge=Badge(verbatim("picked by Friederike von Schneider"), State.DONE)))["body"]
    assert [block["text"] for block in below] == ["Lead", "✓ picked by Friederike von Schneider"]


@pytest.mark.parametrize(("done", "widths"), [(0, [100]), (3, [30, 70]), (10, [100]), (12, [100]), (-1, [100])])
def test_a_bar_is_two_columns(done: int, widths: list[int]) -> None:
    """Progress is drawn as columns whose widths are its parts, whatever the numbers are."""
    words, bar = drawn(Card(t("Credits"), (Progress(done, 10, t("{n} of 10", n=done)),)))["body"][1:]
    assert words["text"] == f"{done} of 10"
    assert [column["width"] for column in bar["columns"]] == widths


def test_addresses_are_of_the_web() -> None:
    """A link or a picture with a script for an address is not drawn."""
    card = Card(t("X"), (Picture("javascript:alert(1)", t("Chart")),), (Open(t("Go"), "javascript:alert(1)"),))
    assert "javascript" not in json.dumps(drawn(card))
    assert drawn(card)["body"][1]["text"] == "Chart"


def test_what_was_typed_stays_as_it_is() -> None:
    """What stands in an input is no Markdown and is not escaped."""
    block = drawn(Card(t("X"), (TextInput("title", t("Title"), value="**b** [x](y)"),)))["body"][1]
    assert block["value"] == "**b** [x](y)"


def test_what_is_read_aloud_is_no_markup() -> None:
    """The spoken text holds nothing that a client takes for speech markup."""
    card = drawn(Card(verbatim('<speak><audio src="x"/></speak>')))
    assert "<" not in card["speak"]


def test_many_choices_fold_up() -> None:
    """Few choices are all shown, more fold up, unless several may be chosen."""
    assert [adaptive.select_choice_style(count, many=False) for count in (5, 6)] == ["expanded", "compact"]
    assert adaptive.select_choice_style(6, many=True) == "expanded"


@pytest.mark.parametrize(
    "block",
    [
        Text(verbatim(LONG * 30)),
        Quote(verbatim(LONG * 30)),
        Items(tuple(Item(verbatim(LONG), verbatim(LONG), actions=(PICK,)) for _ in range(200))),
        Table((t("A"), t("B")), tuple((verbatim(LONG), verbatim(LONG)) for _ in range(300))),
        Facts(tuple(Fact(verbatim("A"), verbatim(LONG)) for _ in range(100))),
        ChoiceInput("who", t("Who"), tuple(Choice(f"{place}", verbatim(LONG[:60])) for place in range(1000))),
    ],
)
def test_a_long_card_is_shortened(block: Block) -> None:
    """A card that does not fit into a Teams message keeps title and buttons, loses its end, and says so."""
    card = drawn(Card(t("Leads"), (block,), (PICK,)), Language.GERMAN)
    assert len(json.dumps(card)) <= adaptive.LIMIT_BYTES
    assert mistakes(card) == []
    assert card["actions"]
    assert card["body"][-1]["text"] == "Diese Nachricht ist gekürzt, weil sie für diese Stelle zu lang ist."


def test_a_shortened_form_keeps_its_inputs() -> None:
    """What can be filled in is not left out when a long text is."""
    card = drawn(Card(t("Lead"), (Text(verbatim(LONG * 30)), TextInput("title", t("Title"))), (PICK,)))
    assert [block["id"] for block in card["body"] if block["type"] == "Input.Text"] == ["title"]


def test_left_out_rows_are_counted() -> None:
    """Rows that are left out are counted where they would stand."""
    rows = tuple(Item(verbatim(LONG[:200]), actions=(PICK,)) for _ in range(101))
    words = [block.get("text") for block in drawn(Card(t("Leads"), (Items(rows),)), Language.GERMAN)["body"]]
    shown = sum(block is None for block in words)
    assert f"{101 - shown} weitere Einträge sind hier nicht gezeigt." in words


def test_a_card_that_fits_in_no_way_keeps_its_title() -> None:
    """A card of thousands of pieces shrinks to its title and the note."""
    card = drawn(Card(verbatim(LONG), tuple(Text(verbatim(LONG)) for _ in range(2000)), (PICK,)))
    assert len(card["body"]) == 2
    assert card["body"][0]["text"].startswith("Dachsanierung")
    assert len(json.dumps(card)) <= adaptive.LIMIT_BYTES


def test_a_card_that_fits_is_left_alone() -> None:
    """A card within the limit is not shortened."""
    assert "shortened" not in json.dumps(drawn(everything()))


@settings(max_examples=30)
@given(st.text(min_size=1, max_size=20))
def test_whatever_people_write_is_valid(words: str) -> None:
    """Whatever is written, the card is valid and has the same pieces as with an innocent word."""
    written, harmless = drawn(everything(words)), drawn(everything("x"))
    assert mistakes(written) == []
    assert [block["type"] for block in written["body"]] == [block["type"] for block in harmless["body"]]
