"""What a card offers on one platform, it offers on every other: buttons, links, inputs, and all of it read back."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

import pytest
from msgspec.structs import replace
from selectolax.lexbor import LexborHTMLParser

from bot.platforms.teams.cards import read_pressed
from cards import gallery
from cards.examples import NOW, ZONE
from cards.model import Card, File, Items, Open, Run
from cards.render import adaptive, blockkit, html
from cards.render.adaptive import FETCH_COMMAND
from cards.render.blockkit_inputs import PART_SEPARATOR
from services.people import Language
from tests.cards.samples import everything

Json: TypeAlias = dict[str, Any]

EXAMPLES: Final = {**dict(gallery.iterate_examples()), "everything": everything()}

every_example = pytest.mark.parametrize("name", EXAMPLES)


@dataclass(slots=True)
class Offered:
    """Each button as `(command, arguments, whether it sends the inputs)`, each address, each input."""

    buttons: Counter[tuple[str, str, bool]]
    addresses: Counter[str]
    inputs: list[str]


def button(command: str, args: object, *, collects: bool) -> tuple[str, str, bool]:
    """A button, to be compared."""
    return command, json.dumps(args, sort_keys=True), collects


def offered(buttons: Sequence[tuple[str, str, bool]], addresses: Sequence[str], inputs: Sequence[str] = ()) -> Offered:
    """What was found."""
    return Offered(Counter(buttons), Counter(addresses), list(dict.fromkeys(inputs)))


def meant(card: Card) -> Offered:
    """What the card says, without any platform."""
    rows = [item for block in card.body if isinstance(block, Items) for item in block.items]
    actions = [*card.actions, *(action for row in rows for action in row.actions)]
    files = [button(FETCH_COMMAND, {"file": one.file_id}, collects=False) for one in card.body if isinstance(one, File)]
    runs = [button(one.command, dict(one.args), collects=one.collects) for one in actions if isinstance(one, Run)]
    names = [name for block in card.body if isinstance(name := getattr(block, "name", None), str)]
    inputs = [name for name in names if not any(isinstance(one, File) and one.name == name for one in card.body)]
    return offered([*runs, *files], [one.url for one in actions if isinstance(one, Open)], inputs)


def pieces(piece: object) -> Iterator[Json]:
    """Every object in a drawn card."""
    if isinstance(piece, dict):
        yield cast("Json", piece)
        for part in cast("dict[str, object]", piece).values():
            yield from pieces(part)
    elif isinstance(piece, list):
        for part in cast("list[object]", piece):
            yield from pieces(part)


def in_teams(card: Card, language: Language) -> Offered:
    """What the reader of clicks makes of the buttons of an Adaptive Card."""
    drawn = adaptive.render(card, language, ZONE, NOW)
    drawn.pop("refresh", None)
    found = list(pieces(drawn))
    runs: list[tuple[str, str, bool]] = []
    for one in found:
        if one.get("type") == "Action.Execute":
            pressed = read_pressed(one["data"])
            assert pressed is not None
            runs.append(button(pressed.command, pressed.args, collects=one["associatedInputs"] == "auto"))
    addresses = [one["url"] for one in found if one.get("type") == "Action.OpenUrl"]
    return offered(runs, addresses, [one["id"] for one in found if str(one.get("type")).startswith("Input.")])


def in_slack(drawn: Json) -> Offered:
    """What the reader of clicks makes of the buttons, menus and the window itself."""
    found = list(pieces(drawn))
    pressable = [one for one in found if one.get("type") == "button"]
    pressable += [{"selected_option": option} for one in found for option in options_of(one)]
    runs: list[tuple[str, str, bool]] = []
    if "submit" in drawn:
        runs += read(blockkit.parse_submission(drawn["private_metadata"], {}), drawn["private_metadata"])
    for one in pressable:
        value = one.get("value") or one.get("selected_option", {}).get("value")
        runs += read(blockkit.parse_action(one, {}), value)
    links = [option for one in found for option in options_of(one) if "url" in option]
    addresses = [one["url"] for one in [*links, *pressable] if "url" in one]
    names = [one["block_id"].partition(PART_SEPARATOR)[0] for one in found if one.get("type") == "input"]
    return offered(runs, addresses, names)


def options_of(piece: Json) -> list[Json]:
    """The lines of a menu behind three dots."""
    return piece["options"] if piece.get("type") == "overflow" else []


def read(pressed: blockkit.ParsedCommand | None, value: object) -> list[tuple[str, str, bool]]:
    """A button as it was read back; none, where it opens an address."""
    if pressed is None:
        return []
    collects = bool(json.loads(str(value)).get("in"))
    return [button(pressed.command, pressed.args, collects=collects)]


def in_the_browser(card: Card, language: Language) -> Offered:
    """What the page's script finds."""
    page = LexborHTMLParser(html.render(card, language, ZONE, NOW))
    runs = [
        button(
            node.attributes["data-cmd"] or "",
            json.loads(node.attributes["data-args"] or "{}"),
            collects="data-collects" in node.attributes,
        )
        for node in page.css("[data-cmd]")
    ]
    files = [{"file": node.attributes["data-file"]} for node in page.css("[data-file]")]
    runs += [button(FETCH_COMMAND, file, collects=False) for file in files]
    links = [node.attributes["href"] or "" for node in page.css("a.button")]
    return offered(runs, links, [node.attributes["name"] or "" for node in page.css("[data-kind]")])


@every_example
def test_a_card_offers_the_same_everywhere(name: str) -> None:
    """In Teams, Slack (message, window, App Home) and browser: the same buttons, ids, links and inputs (X4).

    Closing a window is Slack's own button; it cancels as ours does.
    """
    card = EXAMPLES[name]
    due = meant(card)
    closing = [one for one in card.actions if blockkit.is_cancel(one) and isinstance(one, Run)]
    for language in Language:
        assert in_teams(card, language) == due
        assert in_the_browser(card, language) == due
        assert in_slack(blockkit.render_message(card, language, ZONE, NOW)) == due
        assert in_slack(blockkit.render_home([card], language, ZONE, NOW)) == due
        window = in_slack(blockkit.render_view(card, language, ZONE, NOW))
        window.buttons += Counter(button(one.command, dict(one.args), collects=False) for one in closing)
        assert window == due


def test_a_difference_is_noticed() -> None:
    """A button less, another id, a link or an input less: each is a difference on each platform."""
    card = everything()
    due = meant(card)
    pick = Run(card.actions[0].label, "lead.pick", {"lead": "L-2"})
    for other in (
        replace(card, actions=card.actions[1:]),
        replace(card, actions=(pick, *card.actions[1:])),
        replace(card, actions=tuple(one for one in card.actions if isinstance(one, Run))),
        replace(card, body=card.body[:-1]),
    ):
        assert in_teams(other, Language.GERMAN) != due
        assert in_the_browser(other, Language.GERMAN) != due
        assert in_slack(blockkit.render_message(other, Language.GERMAN, ZONE, NOW)) != due
        assert in_slack(blockkit.render_view(other, Language.GERMAN, ZONE, NOW)) != due
