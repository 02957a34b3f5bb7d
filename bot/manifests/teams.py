"""The app package of Microsoft Teams: a reproducible archive of manifest, German texts and icons."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

from bot.commands.command import Command
from bot.commands.extensions import EXTENSIONS, Extension, Kind
from bot.commands.registry import Registry
from bot.manifests.menu import MENUS, MenuScope
from bot.manifests.product import ACCENT, FULL, FULL_NAME, NAME, SHORT, InvalidManifest
from bot.pages.about import PRIVACY_PATH, SUPPORT_PATH, TERMS_PATH
from bot.settings import GUID
from cards.model import T
from cards.render.text import RenderContext
from services.people import Language

SCHEMA_VERSION: Final = "1.30"
SCHEMAS: Final = f"https://developer.microsoft.com/json-schemas/teams/v{SCHEMA_VERSION}"
ICONS: Final = {name: Path(__file__).parent / "teams_icons" / name for name in ("color.png", "outline.png")}
GERMAN: Final = "de.json"
SCOPES: Final = {MenuScope.PERSONAL: "personal", MenuScope.CHANNEL: "team", MenuScope.GROUP: "groupChat"}
KINDS: Final = {Kind.ACTION: "action", Kind.SEARCH: "query"}

DEVELOPER_MAX_CHARS: Final = 32
"""Teams rejects a longer name."""

_VERSION: Final = re.compile(r"(?:0|[1-9]\d{0,4})(?:\.(?:0|[1-9]\d{0,4})){2}")
# An archive can tell no earlier time; whatever the clock says, the bytes are the same.
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o644 << 16
_UNIX: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Values of one deployment."""

    app_id: str
    """Application id of the registration in Entra ID, for bot and app."""
    url: str
    """Public address of the bot."""
    version: str
    developer: str
    """Name of the operator."""

    def __post_init__(self) -> None:
        address = urlsplit(self.url)
        if not GUID.fullmatch(self.app_id):
            raise InvalidManifest(
                "--app-id (KOLLEGA_TEAMS_APP_ID): must be the application id of the registration in Entra ID"
            )
        if address.scheme != "https" or not address.hostname or address.path.strip("/") or address.query:
            raise InvalidManifest(
                "--url (KOLLEGA_PUBLIC_URL): must be the public address, such as https://bot.example.com"
            )
        if not _VERSION.fullmatch(self.version):
            raise InvalidManifest("--version: must be three numbers, such as 1.0.0")
        if not 0 < len(self.developer) <= DEVELOPER_MAX_CHARS:
            raise InvalidManifest(f"--developer (KOLLEGA_OPERATOR_NAME): at most {DEVELOPER_MAX_CHARS} characters fit")

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    def page(self, path: str) -> str:
        return self.url.rstrip("/") + path


class TranslatedText(str):
    """Text of one language, in contrast to ids and addresses."""

    __slots__ = ()


def package(app: App, registry: Registry) -> bytes:
    """Build the archive that an administrator uploads."""
    files = {
        "manifest.json": _as_json(manifest(app, registry, Language.ENGLISH)),
        GERMAN: _as_json(german(app, registry)),
        **{name: path.read_bytes() for name, path in ICONS.items()},
    }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, _READABLE, _UNIX
            packed.writestr(entry, content)
    return archive.getvalue()


def manifest(app: App, registry: Registry, language: Language) -> dict[str, Any]:
    """Build the manifest in one language; the archive has the English one and the German texts."""
    words = _Words(language)
    return {
        "$schema": f"{SCHEMAS}/MicrosoftTeams.schema.json",
        "manifestVersion": SCHEMA_VERSION,
        "version": app.version,
        "id": app.app_id,
        "developer": {
            "name": app.developer,
            "websiteUrl": app.page(SUPPORT_PATH),
            "privacyUrl": app.page(PRIVACY_PATH),
            "termsOfUseUrl": app.page(TERMS_PATH),
        },
        "name": {"short": TranslatedText(NAME), "full": words.say(FULL_NAME)},
        "description": {"short": words.say(SHORT), "full": words.say(FULL)},
        "localizationInfo": {
            "defaultLanguageTag": "en",
            "additionalLanguages": [{"languageTag": "de", "file": GERMAN}],
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": ACCENT,
        "bots": [_bot(app, registry, words)],
        "composeExtensions": [_extensions(app, words)],
        # What people agree to: it knows who they are, and it writes to them directly.
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [app.host],
        "showLoadingIndicator": False,
        "defaultInstallScope": "team",
        "defaultGroupCapability": {"team": "bot", "groupchat": "bot"},
    }


def german(app: App, registry: Registry) -> dict[str, str]:
    """Build the German texts, by their path in the manifest."""
    words = _translated_text(manifest(app, registry, Language.GERMAN))
    return {"$schema": f"{SCHEMAS}/MicrosoftTeams.Localization.schema.json", **dict(words)}


@dataclass(frozen=True, slots=True)
class _Words:
    language: Language

    def say(self, text: T) -> TranslatedText:
        return TranslatedText(RenderContext(self.language, "UTC", datetime.fromtimestamp(0, UTC)).format_line(text))

    def typed(self, command: Command) -> TranslatedText:
        """Return the text that a client inserts when the entry is chosen."""
        return TranslatedText(command.words_in(self.language)[0])


def _bot(app: App, registry: Registry, words: _Words) -> dict[str, Any]:
    return {
        "botId": app.app_id,
        "scopes": [SCOPES[item] for item in MenuScope],
        "isNotificationOnly": False,
        "supportsFiles": True,
        "supportsCalling": False,
        "supportsVideo": False,
        "commandLists": [
            {
                "scopes": [SCOPES[item]],
                "commands": [_command_entry(registry.commands[name], words) for name in MENUS[item]],
            }
            for item in MenuScope
        ],
    }


def _command_entry(command: Command, words: _Words) -> dict[str, str]:
    return {"title": words.typed(command), "description": words.say(command.about)}


def _extensions(app: App, words: _Words) -> dict[str, Any]:
    domains = {"domains": [app.host], "supportsAnonymizedPayloads": True}
    return {
        "botId": app.app_id,
        "commands": [_extension(extension, words) for extension in EXTENSIONS],
        "messageHandlers": [{"type": "link", "value": domains}],
    }


def _extension(one: Extension, words: _Words) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": one.id,
        "type": KINDS[one.kind],
        "context": [str(context) for context in one.contexts],
        "title": words.say(one.title),
        "description": words.say(one.about),
    }
    match one.kind:
        case Kind.ACTION:
            # The form is drawn by the bot, filled from the message.
            entry["fetchTask"] = True
        case Kind.SEARCH:
            entry["initialRun"] = True
            entry["parameters"] = [
                {
                    "name": parameter.name,
                    "title": words.say(parameter.title),
                    "description": words.say(parameter.about),
                    "inputType": "text",
                }
                for parameter in one.parameters
            ]
    return entry


def _translated_text(piece: object, path: str = "") -> Iterator[tuple[str, str]]:
    """List all texts below a part of the manifest with their paths as Teams names them."""
    if isinstance(piece, TranslatedText):
        yield path, piece
    elif isinstance(piece, dict):
        for name, part in cast("dict[str, object]", piece).items():
            yield from _translated_text(part, f"{path}.{name}" if path else name)
    elif isinstance(piece, list):
        for index, part in enumerate(cast("list[object]", piece)):
            yield from _translated_text(part, f"{path}[{index}]")


def _as_json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
