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
    """Return the schema of a text with a maximum length."""
    return {"type": "string", "minLength": shortest, "maxLength": longest}


def fields(**named: Any) -> dict[str, Any]:  # noqa: ANN401 - a piece of JSON schema
    """Return the schema of an object with exactly these fields."""
    return {"type": "object", "properties": named, "required": list(named), "additionalProperties": False}


def some(least: int, most: int, item: Any) -> dict[str, Any]:  # noqa: ANN401 - dito
    """Return the schema of a list."""
    return {"type": "array", "minItems": least, "maxItems": most, "uniqueItems": True, "items": item}


ADDRESS: Final = {"type": "string", "pattern": r"^https://[a-z.]+/slack/"}
YES_OR_NO: Final = {"type": "boolean"}

# Limits of Slack's manifest reference; Slack rejects longer or unknown fields.
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
    """Return the manifest of a bot with a public URL."""
    return slack.manifest(slack.App(URL), REGISTRY, language)


def mistakes(document: dict[str, Any]) -> list[str]:
    """Return the schema violations."""
    errors: Any = jsonschema.Draft202012Validator(FIELDS).iter_errors(document)  # pyright: ignore[reportUnknownMemberType]
    return [f"{error.json_path}: {error.message[:200]}" for error in errors]


def test_manifest_file_is_current() -> None:
    """manifests/slack/manifest.yaml is the output of `python -m bot manifest slack`."""
    assert MANIFEST_FILE.read_text("utf-8") == slack.as_yaml(manifest())


@every_language
def test_manifest_matches_slacks_schema(language: Language) -> None:
    """Every field is known to Slack and within its limit, in both languages."""
    assert mistakes(manifest(language)) == []


def test_schema_finds_violations() -> None:
    """The schema finds an unknown field, a long name and a missing URL."""
    made = manifest()
    assert mistakes({**made, "colour": "blue"})
    made["features"]["shortcuts"][0]["name"] = "x" * 25
    del made["settings"]["interactivity"]["request_url"]
    assert len(mistakes(made)) == 2


@every_language
def test_yaml_has_the_same_values(language: Language) -> None:
    """Parsing the YAML returns the same values."""
    assert yaml.safe_load(slack.as_yaml(manifest(language))) == manifest(language)
    odd = {"a": ['"', "- x: y", "yes", "ä\\n", "#"], "b": {"c": [{"d": True, "e": ["1", "null"]}, {"d": 1}]}}
    assert yaml.safe_load(slack.as_yaml(odd)) == odd


def test_sentences_are_translated() -> None:
    """Only visible texts differ in the German manifest."""
    english, german = manifest(), manifest(Language.GERMAN)
    names = ("name", "description")
    for item, other in zip(english["features"]["shortcuts"], german["features"]["shortcuts"], strict=True):
        assert {name for name in item if item[name] != other[name]} == set(names)
    assert english["display_information"]["long_description"] != german["display_information"]["long_description"]
    assert (english["settings"], english["oauth_config"]) == (german["settings"], german["oauth_config"])


def test_every_action_is_a_shortcut() -> None:
    """Each message and composer action is a shortcut with the name of its command."""
    shortcuts = manifest()["features"]["shortcuts"]
    actions = [extension for extension in EXTENSIONS if extension.kind is Kind.ACTION]
    due = [slack.SHORTCUTS[context] for action in actions for context in action.contexts]
    assert [(shortcut["type"], shortcut["callback_id"]) for shortcut in shortcuts] == due
    assert {shortcut["callback_id"] for shortcut in shortcuts} <= REGISTRY.commands.keys()
    assert {action.id for action in actions} <= {command for _, command in due}


@every_language
def test_usage_hint_names_commands(language: Language) -> None:
    """Each word of the hint is a command, and every search is among them, in both languages."""
    [command] = manifest(language)["features"]["slash_commands"]
    typed = command["usage_hint"].split(" · ")
    found = [REGISTRY.parse(word) for word in typed]
    assert {parsed and parsed[0].name for parsed in found} == set(slack.HINTED)
    assert {extension.id for extension in EXTENSIONS if extension.kind is Kind.SEARCH} <= set(slack.HINTED)
    first = REGISTRY.commands["lead.create"].words_in(language)[0]
    assert typed.index(first) < len(typed) // 2
    assert all(REGISTRY.commands["help"].words_in(language)[0] in typed for language in Language)


def test_events_have_their_scopes() -> None:
    """Each event has its scopes, and each scope has a reason."""
    assert {scope for needed in EVENTS.values() for scope in needed} <= SCOPES.keys()
    assert [scope for scope, reason in SCOPES.items() if len(reason.split()) < 4] == []
    assert manifest()["oauth_config"]["scopes"] == {"bot": sorted(SCOPES)}
    assert manifest()["settings"]["event_subscriptions"]["bot_events"] == sorted(EVENTS)


def test_every_scope_is_used() -> None:
    """Each scope is needed by an event or a method, except commands and e-mail."""
    by_method = {scope for method in METHODS for scope in NEEDS.get(method, ())}
    by_kind = {f"{kind}:{part}" for method, part in READS.items() if method in METHODS for kind in KINDS.values()}
    by_event = {scope for needed in EVENTS.values() for scope in needed}
    assert SCOPES.keys() - by_method - by_kind - by_event == {"commands", "users:read.email"}


def test_app_has_no_further_scopes() -> None:
    """The app has no scope to write as a user, under another name or without membership."""
    asked = set(SCOPES)
    assert not asked & {"chat:write.public", "chat:write.customize", "channels:join", "channels:manage", "admin"}
    assert "user" not in manifest()["oauth_config"]["scopes"]


def test_socket_mode_manifest_has_no_urls() -> None:
    """In Socket Mode the manifest has no URL; with a URL it has link unfurls and OAuth."""
    alone = slack.manifest(slack.App("", is_socket=True), REGISTRY, Language.ENGLISH)
    assert "http" not in slack.as_yaml(alone)
    assert alone["settings"]["socket_mode_enabled"] is True
    reached = slack.manifest(slack.App(URL, is_socket=True), REGISTRY, Language.ENGLISH)
    assert EVENTS_PATH not in slack.as_yaml(reached)
    assert reached["features"]["unfurl_domains"] == ["kollega.example.com"]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Change to a folder without settings."""
    monkeypatch.delenv("KOLLEGA_PUBLIC_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_prints_the_manifest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m bot manifest slack` prints the manifest for the URL of the option or the settings."""
    assert main(["manifest", "slack", "--url", URL]) == 0
    assert capsys.readouterr().out == MANIFEST_FILE.read_text("utf-8")
    (folder / ".env").write_text(f"KOLLEGA_PUBLIC_URL={URL}\n", "utf-8")
    assert main(["manifest", "slack", "--language", "de"]) == 0
    assert yaml.safe_load(capsys.readouterr().out) == manifest(Language.GERMAN)


@pytest.mark.parametrize("url", ["", "http://kollega.example.com", "https://kollega.example.com/bot", "https:///"])
def test_unreachable_url_is_rejected(folder: Path, capsys: pytest.CaptureFixture[str], url: str) -> None:
    """One line names the option, the status is 2 and nothing is printed."""
    del folder
    assert main(["manifest", "slack", *(["--url", url] if url else [])]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("The manifest was not made. --url (KOLLEGA_PUBLIC_URL): must be")


def test_socket_mode_needs_no_url(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--socket-mode` needs no URL."""
    del folder
    assert main(["manifest", "slack", "--socket-mode"]) == 0
    assert yaml.safe_load(capsys.readouterr().out)["settings"]["socket_mode_enabled"] is True
