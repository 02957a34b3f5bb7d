"""Cards in Slack: within its limits, without its markup, with every button, and read back as they were filled in."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from slack_sdk.models.blocks import Block as SlackBlock

from cards import gallery
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
from cards.render import adaptive, blockkit
from cards.render.blockkit_actions import is_usable
from cards.render.text import remove_invisible
from services.people import Language
from tests.cards import cards_at_random as at_random
from tests.cards.samples import PICK, everything
from tests.cards.slack_limits import problems
from tests.cards.slack_reading import addresses, commands, markup, pieces, state

Json = dict[str, Any]
EXAMPLES = dict(gallery.iterate_examples())
LONG = "Dachsanierung mit Gaube und Photovoltaik, " * 40

every_example = pytest.mark.parametrize("name", EXAMPLES)
every_language = pytest.mark.parametrize("language", Language)
patiently = settings(
    max_examples=60,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)


def message(card: Card, **carried: object) -> Json:
    """The card as a message to a reader in Berlin."""
    return blockkit.render_message(card, Language.ENGLISH, ZONE, NOW, extra=carried or None)


def view(card: Card, **carried: object) -> Json:
    """The card as a window of a reader in Berlin."""
    return blockkit.render_view(card, Language.ENGLISH, ZONE, NOW, extra=carried or None)


def runs(card: Card) -> list[tuple[str, Json]]:
    """The commands that a card offers, its rows too."""
    items = [item for block in card.body if isinstance(block, Items) for item in block.items]
    files = [("file.show", {"file": block.file_id}) for block in card.body if isinstance(block, File)]
    several: list[Action] = [*card.actions, *(action for item in items for action in item.actions)]
    return [*files, *((one.command, dict(one.args)) for one in several if isinstance(one, Run))]


def sorted_json(several: list[tuple[str, Json]]) -> list[str]:
    """Commands to compare, whatever their order."""
    return sorted(json.dumps(one, sort_keys=True) for one in several)


def teams(drawn: Json) -> Iterator[tuple[str, Json]]:
    """The commands of the buttons in an Adaptive Card."""
    for piece in pieces([drawn["body"], drawn["actions"]]):
        if piece.get("type") == "Action.Execute":
            yield piece["data"]["cmd"], piece["data"]["args"]


def sent(card: Card) -> dict[str, Any]:
    """What a form sends that nobody has touched."""
    drawn = view(card)
    read = blockkit.parse_submission(drawn["private_metadata"], state(drawn["blocks"]))
    assert read
    return dict(read.args)


@every_language
@every_example
def test_is_taken_by_slack(name: str, language: Language) -> None:
    """A card is within Slack's limits as a message, as a window and as an App Home."""
    card = EXAMPLES[name]
    assert problems(blockkit.render_message(card, language, ZONE, NOW)) == []
    assert problems(blockkit.render_view(card, language, ZONE, NOW)) == []
    assert problems(blockkit.render_home([Card(t("Lead"), actions=(PICK,)), card], language, ZONE, NOW)) == []


@every_language
def test_everything_is_taken(language: Language) -> None:
    """A card with one of everything is taken, too, and by Slack's own models."""
    drawn = blockkit.render_message(everything(), language, ZONE, NOW)
    assert problems(drawn) == []
    assert problems(blockkit.render_view(everything(), language, ZONE, NOW)) == []
    for block in drawn["blocks"]:
        read = SlackBlock.parse(block)  # pyright: ignore[reportUnknownMemberType] - Slack's own type
        assert read
        read.validate_json()


def test_the_check_finds_mistakes() -> None:
    """What Slack would refuse does not pass the check that all cards go through."""
    section = {"type": "section", "text": {"type": "plain_text", "text": "x"}}
    assert problems({"text": "x", "blocks": [section]}) == []
    assert problems({"text": "x", "blocks": [section] * 51})
    assert problems({"text": "x", "blocks": [{**section, "colour": "red"}]})
    assert problems({"text": "x", "blocks": [{"type": "section", "text": {"type": "plain_text", "text": ""}}]})
    assert problems({"text": "x", "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "x" * 3_001}}]})
    assert problems({"type": "modal", "title": {"type": "plain_text", "text": "x" * 25}, "blocks": [section]})


@every_example
def test_offers_what_teams_offers(name: str) -> None:
    """A card has the same buttons in Slack and in Teams; in a window, closing it is the one that cancels."""
    card = EXAMPLES[name]
    offered = sorted_json(list(teams(adaptive.render(card, Language.ENGLISH, ZONE, NOW))))
    assert sorted_json(commands(message(card))) == offered
    cancels = [
        (one.command, dict(one.args)) for one in card.actions if isinstance(one, Run) and blockkit.is_cancel(one)
    ]
    assert sorted_json([*commands(view(card)), *cancels]) == offered


def test_a_button_carries_command_and_ids() -> None:
    """A click sends command and arguments, and what the message carries."""
    button = message(Card(t("Lead"), actions=(PICK,)), back={"cmd": "lead.list"})["blocks"][-1]["elements"][0]
    assert json.loads(button["value"]) == {
        "v": 1, "cmd": "lead.pick", "args": {"lead": "L-1"}, "back": {"cmd": "lead.list"}
    }  # fmt: skip
    assert (button["style"], button["text"]["emoji"]) == ("primary", False)
    read = blockkit.parse_action(button, {})
    assert read == blockkit.ParsedCommand("lead.pick", {"lead": "L-1"}, {"back": {"cmd": "lead.list"}})


def test_three_buttons_then_a_menu() -> None:
    """Three buttons are shown, the others stand in a menu; what carries too much for a menu stays a button."""
    large = Run(t("Send"), "bulk.send", {"list": "0" * 140})
    *_, row = message(Card(t("Lead"), actions=(PICK,) * 5))["blocks"]
    assert [one["type"] for one in row["elements"]] == ["button"] * 3 + ["overflow"]
    assert len(row["elements"][-1]["options"]) == 2
    *_, row = message(Card(t("Lead"), actions=(*(PICK,) * 9, large)))["blocks"]
    assert [one["type"] for one in row["elements"]] == ["button"] * 4 + ["overflow"] * 2
    ids = [one["action_id"] for one in row["elements"]]
    assert len(set(ids)) == len(ids)


def test_a_menu_opens_addresses_too() -> None:
    """An address in a menu is opened by Slack; what it then tells us is no command."""
    card = Card(t("Lead"), actions=(*(PICK,) * 3, Open(t("Show"), "https://example.com/a"), PICK))
    menu = message(card)["blocks"][-1]["elements"][-1]
    assert menu["options"][0]["url"] == "https://example.com/a"
    assert blockkit.parse_action({"selected_option": menu["options"][0]}, {}) is None


def test_rows_have_their_buttons() -> None:
    """One button stands beside its row and says to whom it belongs; two stand below."""
    card = Card(
        t("Leads"), (Items((Item(verbatim("L-1"), actions=(PICK,)), Item(verbatim("L-2"), actions=(PICK, PICK)))),)
    )
    _, first, second, row = message(card)["blocks"]
    assert first["accessory"]["accessibility_label"] == "Pick: L-1"
    assert "accessory" not in second
    assert len(row["elements"]) == 2


def test_many_rows_grow_dense() -> None:
    """Rows that need too many blocks put their buttons into a menu before any of them is left out."""
    card = Card(t("Leads"), (Items(tuple(Item(verbatim(f"L-{place}"), actions=(PICK, PICK)) for place in range(40))),))
    drawn = message(card)
    assert problems(drawn) == []
    assert len(commands(drawn)) == 80
    assert "not shown" not in json.dumps(drawn)


def test_labels_are_bold_unless_something_could_be_markup() -> None:
    """A fact's label is bold; where its value could be taken for markup, both are plain."""
    card = Card(t("X"), (Facts((Fact(t("A"), verbatim("e***@x.de")), Fact(t("B"), verbatim("*loud* <!channel>")))),))
    first, second = message(card)["blocks"][1]["fields"]
    assert first == {"type": "mrkdwn", "text": "*A*\ne***@x.de", "verbatim": True}
    assert second == {"type": "plain_text", "text": "B\n*loud* <!channel>", "emoji": False}


def test_one_table_is_a_table() -> None:
    """Slack draws one table in a message; a second one and those of windows stand in lines."""
    table = Table((t("A"), t("B")), ((verbatim("1"), verbatim("2")),))
    card = Card(t("X"), (table, table))
    assert [block["type"] for block in message(card)["blocks"]] == ["header", "table", "rich_text", "section"]
    assert "table" not in json.dumps(view(card))
    assert "1 | 2" in message(card)["text"]


@pytest.mark.parametrize(("done", "bar"), [(0, "░" * 10), (3, "▓▓▓" + "░" * 7), (12, "▓" * 10), (-1, "░" * 10)])
def test_a_bar_is_drawn_in_letters(done: int, bar: str) -> None:
    """Progress is ten cells, whatever the numbers are."""
    assert message(Card(t("X"), (Progress(done, 10, t("Y")),)))["blocks"][1]["text"]["text"] == f"Y\n{bar}"


def test_a_quotation_is_cut_to_its_lines() -> None:
    """What somebody else wrote is quoted, as many lines as the card wants."""
    quoted = message(Card(t("X"), (Quote(verbatim("a\nb\nc"), lines=2),)))["blocks"][1]["elements"][0]
    assert (quoted["type"], quoted["elements"][0]["text"]) == ("rich_text_quote", "a\nb …")
    long = message(Card(t("X"), (Quote(verbatim(LONG), lines=2),)))["blocks"][1]["elements"][0]
    assert len(long["elements"][0]["text"]) <= 200


@pytest.mark.parametrize(
    "url", ["http://example.com/a.png", "https://10.0.0.1/a.png", "https://localhost/a.png", "data:x"]
)
def test_a_picture_that_slack_cannot_fetch_is_its_words(url: str) -> None:
    """Slack refuses a message with a picture that it cannot fetch, so the words stand there."""
    assert message(Card(t("X"), (Picture(url, t("Chart")),)))["blocks"][1]["elements"][0]["text"] == "Chart"
    good = message(Card(t("X"), (Picture("https://example.com/a.png", t("Chart")),)))["blocks"][1]
    assert (good["image_url"], good["alt_text"]) == ("https://example.com/a.png", "Chart")


def test_a_long_text_stands_in_several_blocks() -> None:
    """A text beyond a section goes on in the next one, and nothing of it is lost."""
    words = "\n".join(f"Line {place} of a long text" for place in range(300))
    drawn = message(Card(t("X"), (Text(verbatim(words)),)))["blocks"][1:]
    assert "\n".join(block["text"]["text"] for block in drawn) == words


def test_what_stands_for_the_blocks_is_no_markup() -> None:
    """The words for notifications call nobody and are cut at a line."""
    drawn = message(Card(verbatim("<!channel> *x*"), (Text(verbatim((LONG + "\n") * 9)),)))
    assert markup(drawn["text"]) == []
    assert "<" not in drawn["text"]
    assert len(drawn["text"]) <= blockkit.FALLBACK_MAX_CHARS
    assert drawn["text"].rstrip().endswith("Photovoltaik,")


def test_a_window_sends_with_its_own_button() -> None:
    """The main collecting button is the window's, with what it carries; cancelling is closing it."""
    card = Card(
        t("Lead"),
        (TextInput("title", t("Title")),),
        (
            Run(t("Save"), "lead.create", {"lead": "L-1"}, Style.PRIMARY, collects=True),
            PICK,
            Run(t("Cancel"), "cancel"),
        ),
    )
    drawn = view(card, channel="C1")
    assert (drawn["title"]["text"], drawn["submit"]["text"], drawn["close"]["text"]) == ("Lead", "Save", "Cancel")
    assert commands(drawn) == [("lead.pick", {"lead": "L-1"}), ("lead.create", {"lead": "L-1"})]
    read = blockkit.parse_submission(drawn["private_metadata"], state(drawn["blocks"]))
    assert read == blockkit.ParsedCommand("lead.create", {"lead": "L-1", "title": ""}, {"channel": "C1"})


def test_a_long_title_stands_in_the_window() -> None:
    """A window's title is short: a longer one stands as its first line."""
    drawn = view(Card(verbatim("Note on the enquiry about a roof")))
    assert drawn["title"]["text"] == "Kollega"
    assert drawn["blocks"][0]["text"]["text"] == "Note on the enquiry about a roof"
    assert drawn["close"]["text"] == "Close"
    assert "submit" not in drawn


def test_inputs_are_read_as_elsewhere() -> None:
    """Texts, numbers and days arrive as words, toggles as "true" or "false", several choices as a list."""
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
    assert sent(card) == expected
    button = next(one for block in message(card)["blocks"] for one in block.get("elements", []) if "value" in one)
    read = blockkit.parse_action(button, state(message(card)["blocks"]))
    assert read
    assert read.args == expected


def test_another_form_begins_anew() -> None:
    """Slack keeps what was typed while an input has the same ids: those of another form are others."""
    first, second = (
        view(Card(t("X"), (TextInput("note", t("Note")),), (Run(t("Save"), command, collects=True),)))["blocks"][0]
        for command in ("lead.note", "lead.lose")
    )
    assert first["element"]["action_id"] != second["element"]["action_id"]


@pytest.mark.parametrize("cut_at", ["\n", " ", ""])
def test_a_long_input_loses_nothing(cut_at: str) -> None:
    """A text beyond an input of Slack stands in several, and arrives as the one that it is."""
    words = cut_at.join(["Dachsanierung" * 20] * 40)
    card = Card(
        t("X"),
        (TextInput("text", t("Enquiry"), words, multiline=True, max_length=12_000),),
        (Run(t("Save"), "lead.create", collects=True),),
    )
    drawn = view(card)
    assert problems(drawn) == []
    assert [one["label"]["text"] for one in drawn["blocks"]][:2] == ["Enquiry", "Enquiry (continued)"]
    assert sent(card) == {"text": words}


def test_choices_lose_nothing() -> None:
    """Values that Slack cannot send come back whole; long labels stand above; hundreds of choices stand in groups."""
    values = ["", "~", "~#1", "~~x", "v" * 151, "plain"]
    for value in values:
        choices = tuple(Choice(one, verbatim(one or "all")) for one in values)
        for many in (False, True):
            card = Card(
                t("X"),
                (ChoiceInput("who", t("Who"), choices, value, many=many),),
                (Run(t("Save"), "x", collects=True),),
            )
            assert problems(view(card)) == []
            assert sent(card) == {"who": [value] if many else value}
    long = Card(t("X"), (ChoiceInput("who", t("Who"), (Choice("a", verbatim(LONG[:90])),)),))
    assert LONG[:90].strip() in json.dumps(message(long))
    several = tuple(Choice(str(place), verbatim(f"Name {place}")) for place in range(250))
    drawn = message(Card(t("X"), (ChoiceInput("who", t("Who"), several, "249"),)))["blocks"][1]["element"]
    assert [len(group["options"]) for group in drawn["option_groups"]] == [100, 100, 50]
    assert drawn["initial_option"]["value"] == "249"


@pytest.mark.parametrize(
    "value", [None, 5, "", "x", "[]", '{"v":2,"cmd":"a"}', '{"v":1}', '{"v":1,"cmd":""}', "{" * 2_000]
)
def test_what_is_not_ours_is_none(value: object) -> None:
    """A value that no button of ours carries is no command."""
    assert blockkit.parse_action({"value": value}, {}) is None
    assert blockkit.parse_action({"selected_option": {"value": value}}, {}) is None
    assert blockkit.parse_submission(value, {}) is None


@pytest.mark.parametrize("values", [None, [], {"a": 1}, {"a": {"b": 1}}, {"a": {"b": {"selected_option": 5}}}])
def test_what_is_filled_in_may_be_anything(values: object) -> None:
    """What claims to be filled in and has another shape is nothing or empty, and no defect."""
    assert blockkit.parse_inputs(values) in ({}, {"a": ""})


def test_a_button_never_carries_too_much() -> None:
    """Arguments are ids: what no button can carry is a defect that is seen, and not a button that is missing."""
    with pytest.raises(ValueError, match="longer than a button"):
        message(Card(t("X"), actions=(Run(t("Go"), "x", {"a": "b" * 2_000}),)))
    with pytest.raises(ValueError, match="longer than a window"):
        view(Card(t("X"), actions=(PICK,)), channel="C" * 3_000)


@patiently
@given(at_random.cards)
def test_whatever_a_card_holds(card: Card) -> None:
    """Whatever a card holds, Slack takes it, its own buttons are all there, and no word is markup."""
    for drawn in (message(card), view(card), blockkit.render_home([card], Language.GERMAN, ZONE, NOW)):
        assert problems(drawn) == []
        assert_no_markup(drawn)
        offered = commands(drawn)
        kept = [one for one in card.actions if isinstance(one, Run)]
        assert all((one.command, dict(one.args)) in offered for one in kept)
        wanted = {one.url for one in card.actions if isinstance(one, Open) and is_usable(one)}
        assert wanted <= set(addresses(drawn))
        known = runs(card)
        assert all(one in known for one in offered)
        if (
            "not shown here" not in json.dumps(drawn)
            and "shortened" not in json.dumps(drawn)
            and drawn.get("type") != "home"
        ):
            assert len(offered) == len(known)


def assert_no_markup(drawn: Mapping[str, Any]) -> None:
    """In what Slack reads for markup stands none but the bold beginning that is ours."""
    for piece in pieces(dict(drawn)):
        if piece.get("type") == "mrkdwn":
            bold, rest = piece["text"][1:].split("*", 1)
            assert markup(bold) == []
            assert markup(rest) == []
    assert markup(drawn.get("text", "")) == []


@patiently
@given(at_random.forms)
def test_whatever_a_form_holds(card: Card) -> None:
    """A form that nobody touches sends what it was drawn with."""
    drawn = view(card)
    read = blockkit.parse_submission(drawn["private_metadata"], state(drawn["blocks"]))
    assert read
    for block in card.body:
        if isinstance(block, ToggleInput):
            assert read.args[block.name] == ("true" if block.value else "false")
        elif isinstance(block, DateInput):
            assert read.args[block.name] == (block.value.isoformat() if block.value else "")
        elif isinstance(block, TextInput):
            assert read.args[block.name] == remove_invisible(block.value)
