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
from tests.cards.full_card import PICK, full_card
from tests.cards.teams_schema import validate_adaptive_card

LONG = "Dachsanierung mit Gaube und Photovoltaik, " * 40


def render_card(card: Card, language: Language = Language.ENGLISH, user_ids: Sequence[str] = ()) -> dict[str, Any]:
    """Render the card for a reader in Berlin."""
    return adaptive.render(card, language, ZONE, NOW, user_ids=user_ids)


@pytest.mark.parametrize("language", Language)
def test_full_card_is_valid(language: Language) -> None:
    """A card with every block is valid for Microsoft's models and for the published schema."""
    assert validate_adaptive_card(render_card(full_card(), language, user_ids=["29:anna"])) == []


def test_validation_finds_errors() -> None:
    """An undefined field fails the validation that all cards pass."""
    card = render_card(full_card())
    assert validate_adaptive_card({**card, "colour": "red"})
    assert validate_adaptive_card({**card, "body": [{"type": "TextBlock", "text": "Hello", "sizes": "Large"}]})
    assert validate_adaptive_card(
        {**card, "body": [{"type": "FactSet", "facts": [{"title": "A", "value": "B", "colour": "red"}]}]}
    )


def test_a_button_carries_command_and_ids() -> None:
    """A click sends command and arguments, as Execute and, where that is unknown, as Submit."""
    action = render_card(Card(t("Lead"), actions=(PICK,)))["actions"][0]
    assert action["type"] == "Action.Execute"
    assert action["verb"] == "lead.pick"
    assert action["data"] == {"v": 1, "cmd": "lead.pick", "args": {"lead": "L-1"}}
    assert action["associatedInputs"] == "none"
    assert action["fallback"]["type"] == "Action.Submit"
    assert action["fallback"]["data"] == action["data"]


def test_submit_button_sends_inputs() -> None:
    """Only a button with `collects` sends the inputs of the card."""
    form = Card(t("Lead"), (TextInput("title", t("Title")),), (Run(t("Save"), "lead.create", collects=True), PICK))
    save, pick = render_card(form)["actions"]
    assert (save["associatedInputs"], pick["associatedInputs"]) == ("auto", "none")


def test_three_buttons_then_more() -> None:
    """The first three buttons are shown, the others are in the overflow menu."""
    actions = render_card(Card(t("Lead"), actions=(PICK,) * 5))["actions"]
    assert [action.get("mode", "primary") for action in actions] == ["primary"] * 3 + ["secondary"] * 2


def test_refresh_names_the_readers() -> None:
    """A card that differs by reader lists at most 60 users for whom Teams refreshes it."""
    card = Card(t("Lead"), refresh=Run(t("Show"), "lead.show", {"lead": "L-1"}))
    refresh = render_card(card, user_ids=[f"29:{index}" for index in range(70)])["refresh"]
    assert refresh["action"]["verb"] == "lead.show"
    assert refresh["action"]["data"]["args"] == {"lead": "L-1"}
    assert refresh["userIds"] == [f"29:{index}" for index in range(60)]
    assert "userIds" not in render_card(card)["refresh"]


def test_the_badge_stands_beside_the_title_while_it_is_short() -> None:
    """A short state stands beside the title, a long one below it, so that the title keeps its room."""
    beside = render_card(Card(t("Lead"), badge=Badge(t("open"), State.OPEN)))["body"]
    assert [column["items"][0]["text"] for column in beside[0]["columns"]] == ["Lead", "● open"]
    below = render_card(Card(t("Lead"), badge=Badge(verbatim("picked by Friederike von Schneider"), State.DONE)))[
        "body"
    ]
    assert [block["text"] for block in below] == ["Lead", "✓ picked by Friederike von Schneider"]


@pytest.mark.parametrize(("done", "widths"), [(0, [100]), (3, [30, 70]), (10, [100]), (12, [100]), (-1, [100])])
def test_progress_bar_is_two_columns(done: int, widths: list[int]) -> None:
    """Progress is rendered as columns with proportional widths, also for values out of range."""
    label, bar = render_card(Card(t("Credits"), (Progress(done, 10, t("{n} of 10", n=done)),)))["body"][1:]
    assert label["text"] == f"{done} of 10"
    assert [column["width"] for column in bar["columns"]] == widths


def test_only_web_urls_are_rendered() -> None:
    """A link or picture with a script URL is not rendered."""
    card = Card(t("X"), (Picture("javascript:alert(1)", t("Chart")),), (Open(t("Go"), "javascript:alert(1)"),))
    assert "javascript" not in json.dumps(render_card(card))
    assert render_card(card)["body"][1]["text"] == "Chart"


def test_input_values_are_not_escaped() -> None:
    """The value of an input is not Markdown and is not escaped."""
    block = render_card(Card(t("X"), (TextInput("title", t("Title"), value="**b** [x](y)"),)))["body"][1]
    assert block["value"] == "**b** [x](y)"


def test_speech_has_no_markup() -> None:
    """The `speak` property has no speech markup from user text."""
    card = render_card(Card(verbatim('<speak><audio src="x"/></speak>')))
    assert "<" not in card["speak"]


def test_many_choices_are_compact() -> None:
    """Up to five choices are expanded, more are a menu, unless several may be chosen."""
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
        ChoiceInput("who", t("Who"), tuple(Choice(f"{index}", verbatim(LONG[:60])) for index in range(1000))),
    ],
)
def test_a_long_card_is_shortened(block: Block) -> None:
    """A card that does not fit into a Teams message keeps title and buttons, loses its end, and says so."""
    card = render_card(Card(t("Leads"), (block,), (PICK,)), Language.GERMAN)
    assert len(json.dumps(card)) <= adaptive.LIMIT_BYTES
    assert validate_adaptive_card(card) == []
    assert card["actions"]
    assert card["body"][-1]["text"] == "Diese Nachricht ist gekürzt, weil sie für diese Stelle zu lang ist."


def test_a_shortened_form_keeps_its_inputs() -> None:
    """Inputs stay when a long text is cut."""
    card = render_card(Card(t("Lead"), (Text(verbatim(LONG * 30)), TextInput("title", t("Title"))), (PICK,)))
    assert [block["id"] for block in card["body"] if block["type"] == "Input.Text"] == ["title"]


def test_omitted_rows_are_counted() -> None:
    """The number of omitted rows is shown in their place."""
    rows = tuple(Item(verbatim(LONG[:200]), actions=(PICK,)) for _ in range(101))
    texts = [block.get("text") for block in render_card(Card(t("Leads"), (Items(rows),)), Language.GERMAN)["body"]]
    shown = sum(block is None for block in texts)
    assert f"{101 - shown} weitere Einträge sind hier nicht gezeigt." in texts


def test_oversized_card_keeps_its_title() -> None:
    """A card of thousands of blocks is reduced to its title and the note."""
    card = render_card(Card(verbatim(LONG), tuple(Text(verbatim(LONG)) for _ in range(2000)), (PICK,)))
    assert len(card["body"]) == 2
    assert card["body"][0]["text"].startswith("Dachsanierung")
    assert len(json.dumps(card)) <= adaptive.LIMIT_BYTES


def test_card_within_the_limit_is_unchanged() -> None:
    """A card within the limit is not shortened."""
    assert "shortened" not in json.dumps(render_card(full_card()))


@settings(max_examples=30)
@given(st.text(min_size=1, max_size=20))
def test_any_user_text_is_valid(user_text: str) -> None:
    """A card is valid with any user text and has the same blocks as with a harmless one."""
    hostile, harmless = render_card(full_card(user_text)), render_card(full_card("x"))
    assert validate_adaptive_card(hostile) == []
    assert [block["type"] for block in hostile["body"]] == [block["type"] for block in harmless["body"]]
