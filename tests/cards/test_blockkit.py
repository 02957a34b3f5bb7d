"""Cards in Slack: within its limits, without markup from users, with every button, and inputs read back unchanged."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from slack_sdk.models.blocks import Block as SlackBlock

from cards.examples import NOW, ZONE
from cards.model import (
    Action,
    Card,
    Choice,
    ChoiceInput,
    DateInput,
    Fact,
    Facts,
    File,
    Item,
    Items,
    NumberInput,
    Open,
    Picture,
    Progress,
    Quote,
    Run,
    Style,
    Table,
    Text,
    TextInput,
    ToggleInput,
    t,
    verbatim,
)
from cards.render import blockkit
from cards.render.blockkit_actions import is_usable
from cards.render.text import remove_invisible
from services.people import Language
from tests.cards import generated_cards
from tests.cards.full_card import PICK, full_card
from tests.cards.slack_client import assert_no_markup, button_commands, button_urls, find_markup, initial_state_values
from tests.cards.slack_limits import validate_slack_payload

Json = dict[str, Any]
LONG = "Dachsanierung mit Gaube und Photovoltaik, " * 40

many_cards = settings(
    max_examples=60,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)


def render_message(card: Card, **carried: object) -> Json:
    """Render the card as a message to a reader in Berlin."""
    return blockkit.render_message(card, Language.ENGLISH, ZONE, NOW, extra=carried or None)


def render_modal(card: Card, **carried: object) -> Json:
    """Render the card as a modal for a reader in Berlin."""
    return blockkit.render_view(card, Language.ENGLISH, ZONE, NOW, extra=carried or None)


def expected_commands(card: Card) -> list[tuple[str, Json]]:
    """Return the commands of a card, of its files and of its list items."""
    items = [item for block in card.body if isinstance(block, Items) for item in block.items]
    files = [("file.show", {"file": block.file_id}) for block in card.body if isinstance(block, File)]
    all_actions: list[Action] = [*card.actions, *(action for item in items for action in item.actions)]
    return [*files, *((action.command, dict(action.args)) for action in all_actions if isinstance(action, Run))]


def submit_unchanged(card: Card) -> dict[str, Any]:
    """Return the arguments that a form sends when its inputs are left unchanged."""
    rendered = render_modal(card)
    interaction = blockkit.parse_submission(rendered["private_metadata"], initial_state_values(rendered["blocks"]))
    assert interaction
    return dict(interaction.args)


@pytest.mark.parametrize("language", Language)
def test_full_card_is_valid(language: Language) -> None:
    """A card with every block is within Slack's limits and valid for Slack's own models."""
    rendered = blockkit.render_message(full_card(), language, ZONE, NOW)
    assert validate_slack_payload(rendered) == []
    assert validate_slack_payload(blockkit.render_view(full_card(), language, ZONE, NOW)) == []
    for block in rendered["blocks"]:
        slack_block = SlackBlock.parse(block)  # pyright: ignore[reportUnknownMemberType] - Slack's own type
        assert slack_block
        slack_block.validate_json()


def test_validation_finds_errors() -> None:
    """A payload that Slack rejects fails the validation that all cards pass."""
    section = {"type": "section", "text": {"type": "plain_text", "text": "x"}}
    assert validate_slack_payload({"text": "x", "blocks": [section]}) == []
    assert validate_slack_payload({"text": "x", "blocks": [section] * 51})
    assert validate_slack_payload({"text": "x", "blocks": [{**section, "colour": "red"}]})
    assert validate_slack_payload(
        {"text": "x", "blocks": [{"type": "section", "text": {"type": "plain_text", "text": ""}}]}
    )
    assert validate_slack_payload(
        {"text": "x", "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "x" * 3_001}}]}
    )
    assert validate_slack_payload(
        {"type": "modal", "title": {"type": "plain_text", "text": "x" * 25}, "blocks": [section]}
    )


def test_a_button_carries_command_and_ids() -> None:
    """A click sends command and arguments, and what the message carries."""
    button = render_message(Card(t("Lead"), actions=(PICK,)), back={"cmd": "lead.list"})["blocks"][-1]["elements"][0]
    assert json.loads(button["value"]) == {
        "v": 1, "cmd": "lead.pick", "args": {"lead": "L-1"}, "back": {"cmd": "lead.list"}
    }  # fmt: skip
    assert (button["style"], button["text"]["emoji"]) == ("primary", False)
    interaction = blockkit.parse_action(button, {})
    assert interaction == blockkit.ParsedCommand("lead.pick", {"lead": "L-1"}, {"back": {"cmd": "lead.list"}})


def test_three_buttons_then_a_menu() -> None:
    """Three buttons are shown, the others are in a menu; a value too long for a menu stays a button."""
    large = Run(t("Send"), "bulk.send", {"list": "0" * 140})
    *_, row = render_message(Card(t("Lead"), actions=(PICK,) * 5))["blocks"]
    assert [element["type"] for element in row["elements"]] == ["button"] * 3 + ["overflow"]
    assert len(row["elements"][-1]["options"]) == 2
    *_, row = render_message(Card(t("Lead"), actions=(*(PICK,) * 9, large)))["blocks"]
    assert [element["type"] for element in row["elements"]] == ["button"] * 4 + ["overflow"] * 2
    ids = [element["action_id"] for element in row["elements"]]
    assert len(set(ids)) == len(ids)


def test_menu_opens_urls() -> None:
    """Slack opens a URL in a menu; the interaction that it sends is not a command."""
    card = Card(t("Lead"), actions=(*(PICK,) * 3, Open(t("Show"), "https://example.com/a"), PICK))
    menu = render_message(card)["blocks"][-1]["elements"][-1]
    assert menu["options"][0]["url"] == "https://example.com/a"
    assert blockkit.parse_action({"selected_option": menu["options"][0]}, {}) is None


def test_rows_have_their_buttons() -> None:
    """One button is beside its row and names it for screen readers; two are below."""
    card = Card(
        t("Leads"), (Items((Item(verbatim("L-1"), actions=(PICK,)), Item(verbatim("L-2"), actions=(PICK, PICK)))),)
    )
    _, first, second, row = render_message(card)["blocks"]
    assert first["accessory"]["accessibility_label"] == "Pick: L-1"
    assert "accessory" not in second
    assert len(row["elements"]) == 2


def test_many_rows_are_condensed() -> None:
    """Rows that need too many blocks put their buttons into a menu before a row is omitted."""
    card = Card(t("Leads"), (Items(tuple(Item(verbatim(f"L-{index}"), actions=(PICK, PICK)) for index in range(40))),))
    rendered = render_message(card)
    assert validate_slack_payload(rendered) == []
    assert len(button_commands(rendered)) == 80
    assert "not shown" not in json.dumps(rendered)


def test_labels_are_bold_unless_something_could_be_markup() -> None:
    """A fact's label is bold; where its value could be taken for markup, both are plain."""
    card = Card(t("X"), (Facts((Fact(t("A"), verbatim("e***@x.de")), Fact(t("B"), verbatim("*loud* <!channel>")))),))
    first, second = render_message(card)["blocks"][1]["fields"]
    assert first == {"type": "mrkdwn", "text": "*A*\ne***@x.de", "verbatim": True}
    assert second == {"type": "plain_text", "text": "B\n*loud* <!channel>", "emoji": False}


def test_one_table_is_a_table() -> None:
    """Slack draws one table in a message; a second one and those of modals are text lines."""
    table = Table((t("A"), t("B")), ((verbatim("1"), verbatim("2")),))
    card = Card(t("X"), (table, table))
    assert [block["type"] for block in render_message(card)["blocks"]] == ["header", "table", "rich_text", "section"]
    assert "table" not in json.dumps(render_modal(card))
    assert "1 | 2" in render_message(card)["text"]


@pytest.mark.parametrize(("done", "bar"), [(0, "░" * 10), (3, "▓▓▓" + "░" * 7), (12, "▓" * 10), (-1, "░" * 10)])
def test_progress_bar_is_text(done: int, bar: str) -> None:
    """Progress is ten characters, also for values out of range."""
    assert render_message(Card(t("X"), (Progress(done, 10, t("Y")),)))["blocks"][1]["text"]["text"] == f"Y\n{bar}"


def test_a_quotation_is_cut_to_its_lines() -> None:
    """A quotation has at most the lines that the card allows."""
    quoted = render_message(Card(t("X"), (Quote(verbatim("a\nb\nc"), lines=2),)))["blocks"][1]["elements"][0]
    assert (quoted["type"], quoted["elements"][0]["text"]) == ("rich_text_quote", "a\nb …")
    long = render_message(Card(t("X"), (Quote(verbatim(LONG), lines=2),)))["blocks"][1]["elements"][0]
    assert len(long["elements"][0]["text"]) <= 200


@pytest.mark.parametrize(
    "url", ["http://example.com/a.png", "https://10.0.0.1/a.png", "https://localhost/a.png", "data:x"]
)
def test_picture_that_slack_cannot_fetch_is_its_text(url: str) -> None:
    """Slack rejects a message with a picture that it cannot fetch, so the alternative text is shown."""
    assert render_message(Card(t("X"), (Picture(url, t("Chart")),)))["blocks"][1]["elements"][0]["text"] == "Chart"
    good = render_message(Card(t("X"), (Picture("https://example.com/a.png", t("Chart")),)))["blocks"][1]
    assert (good["image_url"], good["alt_text"]) == ("https://example.com/a.png", "Chart")


def test_long_text_is_split_into_blocks() -> None:
    """A text longer than a section continues in the next one without loss."""
    text = "\n".join(f"Line {index} of a long text" for index in range(300))
    rendered = render_message(Card(t("X"), (Text(verbatim(text)),)))["blocks"][1:]
    assert "\n".join(block["text"]["text"] for block in rendered) == text


def test_notification_text_has_no_markup() -> None:
    """The notification text mentions no user and is cut at a line break."""
    rendered = render_message(Card(verbatim("<!channel> *x*"), (Text(verbatim((LONG + "\n") * 9)),)))
    assert find_markup(rendered["text"]) == []
    assert "<" not in rendered["text"]
    assert len(rendered["text"]) <= blockkit.FALLBACK_MAX_CHARS
    assert rendered["text"].rstrip().endswith("Photovoltaik,")


def test_modal_submits_with_its_own_button() -> None:
    """The primary collecting button is the modal's submit button; its close button cancels."""
    card = Card(
        t("Lead"),
        (TextInput("title", t("Title")),),
        (
            Run(t("Save"), "lead.create", {"lead": "L-1"}, Style.PRIMARY, collects=True),
            PICK,
            Run(t("Cancel"), "cancel"),
        ),
    )
    rendered = render_modal(card, channel="C1")
    assert (rendered["title"]["text"], rendered["submit"]["text"], rendered["close"]["text"]) == (
        "Lead",
        "Save",
        "Cancel",
    )
    assert button_commands(rendered) == [("lead.pick", {"lead": "L-1"}), ("lead.create", {"lead": "L-1"})]
    interaction = blockkit.parse_submission(rendered["private_metadata"], initial_state_values(rendered["blocks"]))
    assert interaction == blockkit.ParsedCommand("lead.create", {"lead": "L-1", "title": ""}, {"channel": "C1"})


def test_long_title_is_inside_the_modal() -> None:
    """A modal's title has at most 24 characters: a longer one is its first block."""
    rendered = render_modal(Card(verbatim("Note on the enquiry about a roof")))
    assert rendered["title"]["text"] == "Kollega"
    assert rendered["blocks"][0]["text"]["text"] == "Note on the enquiry about a roof"
    assert rendered["close"]["text"] == "Close"
    assert "submit" not in rendered


def test_inputs_are_read_back() -> None:
    """Texts, numbers and dates arrive as strings, toggles as "true" or "false", several choices as a list."""
    choices = (Choice("", t("everybody")), Choice("a", t("A")), Choice("b", t("B")))
    card = Card(
        t("Form"),
        (
            TextInput("title", t("Title"), "Roof"),
            NumberInput("value", t("Value"), 18.5, minimum=0),
            ChoiceInput("to", t("To"), choices, ""),
            ChoiceInput("who", t("Who"), choices, "b"),
            ChoiceInput("teams", t("Teams"), choices, "a,b", many=True),
            ChoiceInput("none", t("None"), choices[1:], many=True),
            ToggleInput("urgent", t("Urgent"), value=True),
            ToggleInput("quiet", t("Quiet")),
            DateInput("due", t("Due"), date(2026, 11, 24)),
            DateInput("later", t("Later")),
        ),
        (Run(t("Save"), "lead.create", collects=True),),
    )
    expected = {
        "title": "Roof", "value": "18.5", "to": "", "who": "b", "teams": ["a", "b"], "none": [],
        "urgent": "true", "quiet": "false", "due": "2026-11-24", "later": "",
    }  # fmt: skip
    assert submit_unchanged(card) == expected
    button = next(
        button for block in render_message(card)["blocks"] for button in block.get("elements", []) if "value" in button
    )
    interaction = blockkit.parse_action(button, initial_state_values(render_message(card)["blocks"]))
    assert interaction
    assert interaction.args == expected


def test_forms_have_different_input_ids() -> None:
    """Slack keeps typed text while an input has the same ids, so each form has its own."""
    first, second = (
        render_modal(Card(t("X"), (TextInput("note", t("Note")),), (Run(t("Save"), command, collects=True),)))[
            "blocks"
        ][0]
        for command in ("lead.note", "lead.lose")
    )
    assert first["element"]["action_id"] != second["element"]["action_id"]


@pytest.mark.parametrize("cut_at", ["\n", " ", ""])
def test_a_long_input_loses_nothing(cut_at: str) -> None:
    """A text longer than one Slack input is split over several and read back as one."""
    text = cut_at.join(["Dachsanierung" * 20] * 40)
    card = Card(
        t("X"),
        (TextInput("text", t("Enquiry"), text, multiline=True, max_length=12_000),),
        (Run(t("Save"), "lead.create", collects=True),),
    )
    rendered = render_modal(card)
    assert validate_slack_payload(rendered) == []
    assert [block["label"]["text"] for block in rendered["blocks"]][:2] == ["Enquiry", "Enquiry (continued)"]
    assert submit_unchanged(card) == {"text": text}


def test_choices_lose_nothing() -> None:
    """Values that Slack cannot send are read back; long labels are above; hundreds of choices are grouped."""
    values = ["", "~", "~#1", "~~x", "v" * 151, "plain"]
    for value in values:
        choices = tuple(Choice(choice, verbatim(choice or "all")) for choice in values)
        for many in (False, True):
            card = Card(
                t("X"),
                (ChoiceInput("who", t("Who"), choices, value, many=many),),
                (Run(t("Save"), "x", collects=True),),
            )
            assert validate_slack_payload(render_modal(card)) == []
            assert submit_unchanged(card) == {"who": [value] if many else value}
    long = Card(t("X"), (ChoiceInput("who", t("Who"), (Choice("a", verbatim(LONG[:90])),)),))
    assert LONG[:90].strip() in json.dumps(render_message(long))
    choices = tuple(Choice(str(index), verbatim(f"Name {index}")) for index in range(250))
    rendered = render_message(Card(t("X"), (ChoiceInput("who", t("Who"), choices, "249"),)))["blocks"][1]["element"]
    assert [len(group["options"]) for group in rendered["option_groups"]] == [100, 100, 50]
    assert rendered["initial_option"]["value"] == "249"


@pytest.mark.parametrize(
    "value", [None, 5, "", "x", "[]", '{"v":2,"cmd":"a"}', '{"v":1}', '{"v":1,"cmd":""}', "{" * 2_000]
)
def test_foreign_value_is_no_command(value: object) -> None:
    """A value that no button of Kollega carries is no command."""
    assert blockkit.parse_action({"value": value}, {}) is None
    assert blockkit.parse_action({"selected_option": {"value": value}}, {}) is None
    assert blockkit.parse_submission(value, {}) is None


@pytest.mark.parametrize("values", [None, [], {"a": 1}, {"a": {"b": 1}}, {"a": {"b": {"selected_option": 5}}}])
def test_malformed_state_is_empty(values: object) -> None:
    """State values of another shape are read as empty, without an exception."""
    assert blockkit.parse_inputs(values) in ({}, {"a": ""})


def test_oversized_button_value_is_an_error() -> None:
    """Arguments are ids: a value too long for a button raises, instead of the button being omitted."""
    with pytest.raises(ValueError, match="longer than a button"):
        render_message(Card(t("X"), actions=(Run(t("Go"), "x", {"a": "b" * 2_000}),)))
    with pytest.raises(ValueError, match="longer than a window"):
        render_modal(Card(t("X"), actions=(PICK,)), channel="C" * 3_000)


@many_cards
@given(generated_cards.cards)
def test_any_card_is_valid(card: Card) -> None:
    """Any card is within the limits, keeps its own buttons, and has no markup from users."""
    for rendered in (
        render_message(card),
        render_modal(card),
        blockkit.render_home([card], Language.GERMAN, ZONE, NOW),
    ):
        assert validate_slack_payload(rendered) == []
        assert_no_markup(rendered)
        rendered_commands = button_commands(rendered)
        card_commands = [(action.command, dict(action.args)) for action in card.actions if isinstance(action, Run)]
        assert all(command in rendered_commands for command in card_commands)
        usable_urls = {action.url for action in card.actions if isinstance(action, Open) and is_usable(action)}
        assert usable_urls <= set(button_urls(rendered))
        expected = expected_commands(card)
        assert all(command in expected for command in rendered_commands)
        if (
            "not shown here" not in json.dumps(rendered)
            and "shortened" not in json.dumps(rendered)
            and rendered.get("type") != "home"
        ):
            assert len(rendered_commands) == len(expected)


@many_cards
@given(generated_cards.forms)
def test_any_form_sends_its_values(card: Card) -> None:
    """An unchanged form sends the values it was rendered with."""
    rendered = render_modal(card)
    interaction = blockkit.parse_submission(rendered["private_metadata"], initial_state_values(rendered["blocks"]))
    assert interaction
    for block in card.body:
        if isinstance(block, ToggleInput):
            assert interaction.args[block.name] == ("true" if block.value else "false")
        elif isinstance(block, DateInput):
            assert interaction.args[block.name] == (block.value.isoformat() if block.value else "")
        elif isinstance(block, TextInput):
            assert interaction.args[block.name] == remove_invisible(block.value)
