from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import yaml

from bot.__main__ import main
from bot.commands import discovery
from bot.commands.extensions import EXTENSIONS, Kind
from bot.manifests import slack
from bot.platforms.slack.methods import METHODS
from bot.platforms.slack.scopes import EVENTS, EVENTS_PATH, SCOPES
from services.people import Language
from tests.architecture.source import ROOT
from tests.fakes.slack.registry import KINDS, NEEDS, READS

URL: Final = "https://kollega.example.com"
REGISTRY: Final = discovery.build_registry()
MANIFEST_FILE: Final = ROOT / "manifests" / "slack" / "manifest.yaml"
SHORTCUT_MAX_CHARS: Final = 24

every_language = pytest.mark.parametrize("language", Language)


def text(shortest: int, longest: int) -> dict[str, Any]:
    """A text of so many characters."""
    return {"type": "string", "minLength": shortest, "maxLength": longest}


def fields(**named: Any) -> dict[str, Any]:  # noqa: ANN401 - a piece of JSON schema
    """An object with these fields, all of them, and no other."""
    return {"type": "object", "properties": named, "required": list(named), "additionalProperties": False}


def some(least: int, most: int, item: Any) -> dict[str, Any]:  # noqa: ANN401 - dito
    """A list."""
    return {"type": "array", "minItems": least, "maxItems": most, "uniqueItems": True, "items": item}


ADDRESS: Final = {"type": "string", "pattern": r"^https://[a-z.]+/slack/"}
YES_OR_NO: Final = {"type": "boolean"}

# What Slack's reference says of the fields that the manifest has: whatever is longer or unknown, Slack refuses.
FIELDS: Final = fields(
    display_information=fields(
        name=text(1, 35),
        description=text(1, 140),
        long_description=text(174, 4000),
        background_color={"type": "string", "pattern": "^#[0-9a-f]{6}$"},
    ),
    features=fields(
        app_home=fields(
            home_tab_enabled=YES_OR_NO, messages_tab_enabled=YES_OR_NO, messages_tab_read_only_enabled=YES_OR_NO
        ),
        bot_user=fields(display_name={**text(1, 80), "pattern": "^[a-z0-9._-]+$"}, always_online=YES_OR_NO),
        shortcuts=some(
            1,
            10,
            fields(
                name=text(1, SHORTCUT_MAX_CHARS),
                type={"enum": ["message", "global"]},
                callback_id=text(1, 255),
                description=text(1, 150),
            ),
        ),
        slash_commands=some(
            1,
            50,
            fields(
                command={**text(2, 32), "pattern": "^/[a-z]+$"},
                url=ADDRESS,
                description=text(1, 2000),
                usage_hint=text(1, 1000),
                should_escape=YES_OR_NO,
            ),
        ),
        unfurl_domains=some(1, 5, {"type": "string", "pattern": "^[a-z.]+$"}),
    ),
    oauth_config=fields(redirect_urls=some(1, 1000, ADDRESS), scopes=fields(bot=some(1, 255, text(1, 80)))),
    settings=fields(
        event_subscriptions=fields(request_url=ADDRESS, bot_events=some(1, 100, text(1, 80))),
        interactivity=fields(is_enabled=YES_OR_NO, request_url=ADDRESS),
        org_deploy_enabled=YES_OR_NO,
        socket_mode_enabled=YES_OR_NO,
        token_rotation_enabled=YES_OR_NO,
    ),
)


def manifest(language: Language = Language.ENGLISH) -> dict[str, Any]:
    """The manifest of a bot that Slack reaches."""
    return slack.manifest(slack.App(URL), REGISTRY, language)


def mistakes(document: dict[str, Any]) -> list[str]:
    """What Slack would refuse."""
    errors: Any = jsonschema.Draft202012Validator(FIELDS).iter_errors(document)  # pyright: ignore[reportUnknownMemberType]
    return [f"{error.json_path}: {error.message[:200]}" for error in errors]


def test_the_kept_manifest_is_the_products() -> None:
    """manifests/slack/manifest.yaml is what `python -m bot manifest slack` prints for an address to be replaced."""
    assert MANIFEST_FILE.read_text("utf-8") == slack.as_yaml(manifest())


@every_language
def test_the_manifest_is_what_slack_takes(language: Language) -> None:
    """Every field is one that Slack knows, and as long as Slack allows, in both languages."""
    assert mistakes(manifest(language)) == []


def test_the_limits_bite() -> None:
    """An unknown field, a name that is too long and a missing address are noticed."""
    made = manifest()
    assert mistakes({**made, "colour": "blue"})
    made["features"]["shortcuts"][0]["name"] = "x" * 25
    del made["settings"]["interactivity"]["request_url"]
    assert len(mistakes(made)) == 2


@every_language
def test_the_text_reads_as_the_manifest(language: Language) -> None:
    """Whoever reads the YAML gets the very same values, quotes, umlauts and all."""
    assert yaml.safe_load(slack.as_yaml(manifest(language))) == manifest(language)
    odd = {"a": ['"', "- x: y", "yes", "ä\\n", "#"], "b": {"c": [{"d": True, "e": ["1", "null"]}, {"d": 1}]}}
    assert yaml.safe_load(slack.as_yaml(odd)) == odd


def test_sentences_are_translated() -> None:
    """What people read is German in the German manifest, and nothing else differs."""
    english, german = manifest(), manifest(Language.GERMAN)
    names = ("name", "description")
    for item, other in zip(english["features"]["shortcuts"], german["features"]["shortcuts"], strict=True):
        assert {name for name in item if item[name] != other[name]} == set(names)
    assert english["display_information"]["long_description"] != german["display_information"]["long_description"]
    assert (english["settings"], english["oauth_config"]) == (german["settings"], german["oauth_config"])


def test_every_action_is_a_shortcut() -> None:
    """What the chat offers on a message and beside the composer is a shortcut there, named after its command."""
    shortcuts = manifest()["features"]["shortcuts"]
    actions = [extension for extension in EXTENSIONS if extension.kind is Kind.ACTION]
    due = [slack.SHORTCUTS[context] for action in actions for context in action.contexts]
    assert [(shortcut["type"], shortcut["callback_id"]) for shortcut in shortcuts] == due
    assert {item["callback_id"] for item in shortcuts} <= REGISTRY.commands.keys()
    assert {item.id for item in actions} <= {command for _, command in due}


@every_language
def test_the_hint_names_what_can_be_typed(language: Language) -> None:
    """Each word of the hint runs a command, every search is among them, and both languages are."""
    [command] = manifest(language)["features"]["slash_commands"]
    typed = command["usage_hint"].split(" · ")
    found = [REGISTRY.parse(word) for word in typed]
    assert {item and item[0].name for item in found} == set(slack.HINTED)
    assert {extension.id for extension in EXTENSIONS if extension.kind is Kind.SEARCH} <= set(slack.HINTED)
    first = REGISTRY.commands["lead.create"].words_in(language)[0]
    assert typed.index(first) < len(typed) // 2
    assert all(REGISTRY.commands["help"].words_in(language)[0] in typed for language in Language)


def test_an_event_comes_with_its_permissions() -> None:
    """Slack sends an event only to an app with the permissions behind it; each permission says what it is for."""
    assert {scope for needed in EVENTS.values() for scope in needed} <= SCOPES.keys()
    assert [scope for scope, reason in SCOPES.items() if len(reason.split()) < 4] == []
    assert manifest()["oauth_config"]["scopes"] == {"bot": sorted(SCOPES)}
    assert manifest()["settings"]["event_subscriptions"]["bot_events"] == sorted(EVENTS)


def test_every_permission_is_used() -> None:
    """Each is behind an event or a method that the bot calls; besides these, only commands and mail addresses."""
    by_method = {scope for method in METHODS for scope in NEEDS.get(method, ())}
    by_kind = {f"{kind}:{part}" for method, part in READS.items() if method in METHODS for kind in KINDS.values()}
    by_event = {scope for needed in EVENTS.values() for scope in needed}
    assert SCOPES.keys() - by_method - by_kind - by_event == {"commands", "users:read.email"}


def test_the_app_asks_for_no_more_than_the_bot_uses() -> None:
    """It never writes where it is not a member, under another name, or in the name of a person."""
    asked = set(SCOPES)
    assert not asked & {"chat:write.public", "chat:write.customize", "channels:join", "channels:manage", "admin"}
    assert "user" not in manifest()["oauth_config"]["scopes"]


def test_a_bot_that_connects_by_itself_is_given_no_address() -> None:
    """In Socket Mode nothing is sent to an address; with one, links become cards and others can install it."""
    alone = slack.manifest(slack.App("", is_socket=True), REGISTRY, Language.ENGLISH)
    assert "http" not in slack.as_yaml(alone)
    assert alone["settings"]["socket_mode_enabled"] is True
    reached = slack.manifest(slack.App(URL, is_socket=True), REGISTRY, Language.ENGLISH)
    assert EVENTS_PATH not in slack.as_yaml(reached)
    assert reached["features"]["unfurl_domains"] == ["kollega.example.com"]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without settings."""
    monkeypatch.delenv("KOLLEGA_PUBLIC_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_prints_the_manifest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m bot manifest slack` prints what is pasted at Slack, for the address of the option or the settings."""
    assert main(["manifest", "slack", "--url", URL]) == 0
    assert capsys.readouterr().out == MANIFEST_FILE.read_text("utf-8")
    (folder / ".env").write_text(f"KOLLEGA_PUBLIC_URL={URL}\n", "utf-8")
    assert main(["manifest", "slack", "--language", "de"]) == 0
    assert yaml.safe_load(capsys.readouterr().out) == manifest(Language.GERMAN)


@pytest.mark.parametrize("url", ["", "http://kollega.example.com", "https://kollega.example.com/bot", "https:///"])
def test_what_slack_cannot_reach_makes_no_manifest(folder: Path, capsys: pytest.CaptureFixture[str], url: str) -> None:
    """One line names the option, status 2, and nothing is printed."""
    del folder
    assert main(["manifest", "slack", *(["--url", url] if url else [])]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("The manifest was not made. --url (KOLLEGA_PUBLIC_URL): must be")


def test_socket_mode_needs_no_address(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--socket-mode` alone is enough."""
    del folder
    assert main(["manifest", "slack", "--socket-mode"]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["settings"]["socket_mode_enabled"] is True
