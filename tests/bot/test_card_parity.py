"""A card offers the same buttons, links and inputs on every platform, and each platform reads them back."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from bot.platforms.teams.cards import read_button as read_teams_button
from cards import gallery
from cards.examples import NOW, ZONE
from cards.model import Card, File, Items, Open, Run
from cards.render import adaptive, blockkit, html
from cards.render.adaptive import FETCH_COMMAND
from cards.render.blockkit_inputs import PART_SEPARATOR
from services.people import Language
from tests.cards.full_card import full_card
from tests.cards.slack_client import walk_objects

Json: TypeAlias = dict[str, Any]
Button: TypeAlias = tuple[str, str, bool]
"""Command, arguments as JSON, and whether the button sends the inputs."""

EXAMPLES: Final = {**dict(gallery.iterate_examples()), "full card": full_card()}


@dataclass(slots=True)
class Controls:
    """What a reader can use on a card."""

    buttons: Counter[Button]
    urls: Counter[str]
    input_names: list[str]


def make_button(command: str, args: object, *, collects: bool) -> Button:
    """Return a button in comparable form."""
    return command, json.dumps(args, sort_keys=True), collects


def make_controls(buttons: Sequence[Button], urls: Sequence[str], input_names: Sequence[str]) -> Controls:
    """Return controls, an input that a platform splits counted once."""
    return Controls(Counter(buttons), Counter(urls), list(dict.fromkeys(input_names)))


def card_controls(card: Card) -> Controls:
    """Return the controls of the neutral card."""
    items = [item for block in card.body if isinstance(block, Items) for item in block.items]
    actions = [*card.actions, *(action for item in items for action in item.actions)]
    files = [block for block in card.body if isinstance(block, File)]
    buttons = [make_button(FETCH_COMMAND, {"file": file.file_id}, collects=False) for file in files]
    buttons += [
        make_button(action.command, dict(action.args), collects=action.collects)
        for action in actions
        if isinstance(action, Run)
    ]
    inputs = [block for block in card.body if not isinstance(block, File)]
    input_names = [name for block in inputs if isinstance(name := getattr(block, "name", None), str)]
    return make_controls(buttons, [action.url for action in actions if isinstance(action, Open)], input_names)


def teams_controls(card: Card, language: Language) -> Controls:
    """Return the controls of the Adaptive Card, its buttons read by the Teams adapter."""
    rendered = adaptive.render(card, language, ZONE, NOW)
    rendered.pop("refresh", None)
    elements = list(walk_objects(rendered))
    buttons: list[Button] = []
    for element in elements:
        if element.get("type") == "Action.Execute":
            pressed = read_teams_button(element["data"])
            assert pressed is not None, "a button cannot be read back"
            collects = element["associatedInputs"] == "auto"
            buttons.append(make_button(pressed.command, pressed.args, collects=collects))
    urls = [element["url"] for element in elements if element.get("type") == "Action.OpenUrl"]
    input_names = [element["id"] for element in elements if str(element.get("type")).startswith("Input.")]
    return make_controls(buttons, urls, input_names)


def slack_controls(rendered: Json) -> Controls:
    """Return the controls of a message or view: buttons, overflow menus and the submit button of a modal."""
    elements = list(walk_objects(rendered))
    options = [option for element in elements if element.get("type") == "overflow" for option in element["options"]]
    actions = [element for element in elements if element.get("type") == "button"]
    actions += [{"selected_option": option} for option in options]
    buttons: list[Button] = []
    if "submit" in rendered:
        metadata = rendered["private_metadata"]
        buttons += read_button(blockkit.parse_submission(metadata, {}), metadata)
    for action in actions:
        value = action.get("value") or action.get("selected_option", {}).get("value")
        buttons += read_button(blockkit.parse_action(action, {}), value)
    urls = [element["url"] for element in [*options, *actions] if "url" in element]
    input_names = [
        element["block_id"].partition(PART_SEPARATOR)[0] for element in elements if element.get("type") == "input"
    ]
    return make_controls(buttons, urls, input_names)


def read_button(pressed: blockkit.ParsedCommand | None, value: object) -> list[Button]:
    """Return the button that Slack's value stands for; None if it opens a URL."""
    if pressed is None:
        return []
    return [make_button(pressed.command, pressed.args, collects=bool(json.loads(str(value)).get("in")))]


def browser_controls(card: Card, language: Language) -> Controls:
    """Return the controls that the script of the browser chat finds in the HTML."""
    page = LexborHTMLParser(html.render(card, language, ZONE, NOW))
    buttons = [
        make_button(
            node.attributes["data-cmd"] or "",
            json.loads(node.attributes["data-args"] or "{}"),
            collects="data-collects" in node.attributes,
        )
        for node in page.css("[data-cmd]")
    ]
    files = [{"file": node.attributes["data-file"]} for node in page.css("[data-file]")]
    buttons += [make_button(FETCH_COMMAND, file, collects=False) for file in files]
    urls = [node.attributes["href"] or "" for node in page.css("a.button")]
    return make_controls(buttons, urls, [node.attributes["name"] or "" for node in page.css("[data-kind]")])


def modal_controls(card: Card, language: Language) -> Controls:
    """Return the controls of a modal; its close button stands for the buttons of the card that cancel."""
    controls = slack_controls(blockkit.render_view(card, language, ZONE, NOW))
    cancels = [action for action in card.actions if isinstance(action, Run) and blockkit.is_cancel(action)]
    controls.buttons += Counter(make_button(action.command, dict(action.args), collects=False) for action in cancels)
    return controls


def platform_controls(card: Card, language: Language) -> dict[str, Controls]:
    """Return the controls of a card by platform and surface."""
    return {
        "Teams": teams_controls(card, language),
        "browser": browser_controls(card, language),
        "Slack message": slack_controls(blockkit.render_message(card, language, ZONE, NOW)),
        "Slack App Home": slack_controls(blockkit.render_home([card], language, ZONE, NOW)),
        "Slack modal": modal_controls(card, language),
    }


def test_card_offers_the_same_on_every_platform() -> None:
    """Each example has the same buttons, arguments, links and inputs on every platform and surface (X4)."""
    differences = {
        (name, language, platform): (controls, expected)
        for name, card in EXAMPLES.items()
        for expected in [card_controls(card)]
        for language in Language
        for platform, controls in platform_controls(card, language).items()
        if controls != expected
    }
    assert differences == {}


def test_difference_is_noticed() -> None:
    """A missing button, link or input and a changed argument differ on each platform."""
    card = full_card()
    expected = card_controls(card)
    other_lead = Run(card.actions[0].label, "lead.pick", {"lead": "L-2"})
    for changed in (
        replace(card, actions=card.actions[1:]),
        replace(card, actions=(other_lead, *card.actions[1:])),
        replace(card, actions=tuple(action for action in card.actions if isinstance(action, Run))),
        replace(card, body=card.body[:-1]),
    ):
        controls = platform_controls(changed, Language.GERMAN)
        assert [platform for platform in controls if controls[platform] == expected] == []
