"""Commands, menus and events that every platform offers alike."""

from typing import Final

import pytest

from bot.commands import discovery
from bot.commands.command import Command
from bot.commands.extensions import EXTENSIONS, Context, Extension, Kind
from bot.manifests import slack, teams
from bot.platforms.slack import text as slack_text
from bot.platforms.slack.scopes import EVENTS
from bot.platforms.teams import text as teams_text
from bot.platforms.teams.activity import Account
from services.people import Language
from tests.architecture.source import ROOT
from tests.fakes.slack import BOT_USER_ID

REGISTRY: Final = discovery.build_registry()
LISTED: Final = [command for command in REGISTRY.commands.values() if command.listed]
BOT: Final = "28:kollega"
ESCAPED: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
APP: Final = teams.App(
    app_id="7b3c1a52-9d0e-4f6a-8b21-5c7d9e0f1a2b", url="https://kollega.example", version="1.0.0", developer="Solarhaus"
)


def from_teams(typed: str) -> list[str]:
    """Return the text that Teams passes on in a direct chat and after a mention."""
    named = [teams_text.MentionEntity("<at>Kollega</at>", Account(id=BOT, name="Kollega"))]
    called = teams_text.read_text(f"<at>Kollega</at>&nbsp;{typed.translate(ESCAPED)}", BOT, named, {})[0]
    return [teams_text.read_text(f"<p>{typed.translate(ESCAPED)}</p>", BOT, [], {})[0], called]


def from_slack(typed: str) -> list[str]:
    """Return the text that Slack passes on after a command, in a direct chat and after a mention."""
    escaped = typed.translate(ESCAPED)
    called = slack_text.read_text(f"<@{BOT_USER_ID}>\xa0{escaped}", BOT_USER_ID, {})[0]
    return [slack_text.read_text(escaped, BOT_USER_ID, {})[0], called]


@pytest.mark.parametrize("command", LISTED, ids=lambda item: item.name)
def test_every_command_can_be_typed_everywhere(command: Command) -> None:
    """X4: each word of a command runs it on every platform."""
    assert command.words
    for word in command.words:
        for read in (word, *from_teams(word), *from_slack(word)):
            found = REGISTRY.parse(read)
            assert found is not None, read
            assert found[0] is command, read


@pytest.mark.parametrize("extension", EXTENSIONS, ids=lambda item: item.id)
def test_every_menu_is_on_both_platforms(extension: Extension) -> None:
    """An action is in the Teams package and a Slack shortcut; a search can be typed in Slack."""
    offered = teams.manifest(APP, REGISTRY, Language.ENGLISH)["composeExtensions"][0]["commands"]
    assert extension.id in {each["id"] for each in offered}
    made = slack.manifest(slack.App("https://kollega.example"), REGISTRY, Language.ENGLISH)["features"]
    if extension.kind is Kind.ACTION:
        assert {"message": Context.MESSAGE in extension.contexts, "global": Context.COMPOSE in extension.contexts} == {
            kind: any(each["type"] == kind for each in made["shortcuts"]) for kind in ("message", "global")
        }
    else:
        assert REGISTRY.commands[extension.id].english[0] in made["slash_commands"][0]["usage_hint"].split(" · ")


def test_every_subscribed_event_has_a_handler() -> None:
    """Each event subscription has a handler."""
    sources = [path for path in (ROOT / "bot" / "platforms" / "slack").glob("*.py") if path.name != "scopes.py"]
    code = "\n".join(path.read_text("utf-8") for path in sources)
    assert [event for event in EVENTS if f'"{event.partition(".")[0]}"' not in code] == []
