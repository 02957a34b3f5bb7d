"""The app manifest of Slack as text: shortcuts, command, events and scopes.

Slack knows one language a manifest: names and sentences are in the one that was asked for, the hint at the command in
both, because people type either.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast
from urllib.parse import urlsplit

from bot.commands.extensions import CAPTURE, CREATE, EXTENSIONS, Context, Extension, Kind
from bot.commands.registry import Registry
from bot.manifests.menu import SHARED
from bot.manifests.product import ACCENT, FULL, NAME, SHORT, InvalidManifest
from bot.platforms.slack.scopes import EVENTS, EVENTS_PATH, REDIRECT_PATH, SCOPES
from cards.model import T, t
from cards.render.text import RenderContext
from services.people import Language

COMMAND: Final = "/kollega"
BOT_NAME: Final = "kollega"

SHORTCUTS: Final[Mapping[Context, tuple[str, str]]] = {
    Context.MESSAGE: ("message", CAPTURE),
    Context.COMPOSE: ("global", CREATE),
}
"""Kind of shortcut of an action and its command: a global shortcut has no message to read."""

TITLES: Final[Mapping[str, T]] = {CAPTURE: t("Lead from message"), CREATE: t("Create lead")}
"""At most 24 characters in every language: Slack cuts a longer name."""
ABOUTS: Final[Mapping[str, T]] = {CREATE: t("Opens the form for a new lead.")}
"""Titles that differ from those of the extension."""

SEARCHES: Final = tuple(item.id for item in EXTENSIONS if item.kind is Kind.SEARCH)
"""Extensions that Slack cannot offer: an app cannot insert into a user's draft, so a search is typed."""
HINTED: Final = (*SHARED[:3], *SEARCHES, "help")
"""Commands that the usage hint names; help lists all."""


@dataclass(frozen=True, slots=True)
class App:
    """Values of one deployment."""

    url: str
    """Public address of the bot; may be empty with Socket Mode."""
    is_socket: bool = False

    def __post_init__(self) -> None:
        address = urlsplit(self.url)
        is_public = address.scheme == "https" and address.hostname and not address.path.strip("/") and not address.query
        if not is_public and (self.url or not self.is_socket):
            raise InvalidManifest(
                "--url (KOLLEGA_PUBLIC_URL): must be the public address, such as https://bot.example.com"
            )

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    def page(self, path: str) -> str:
        return self.url.rstrip("/") + path

    @property
    def receiving(self) -> dict[str, str]:
        """Build the request URLs; none with Socket Mode."""
        return {} if self.is_socket else {"request_url": self.page(EVENTS_PATH)}


def manifest(app: App, registry: Registry, language: Language) -> dict[str, Any]:
    """Build the manifest in one language."""
    say = _Words(language)
    return {
        "display_information": {
            "name": NAME,
            "description": say(SHORT),
            "long_description": say(FULL),
            "background_color": ACCENT,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": BOT_NAME, "always_online": True},
            "shortcuts": [shortcut for extension in EXTENSIONS for shortcut in _shortcuts(extension, say)],
            "slash_commands": [_command(app, registry, say)],
            **({"unfurl_domains": [app.host]} if app.url else {}),
        },
        "oauth_config": {
            **({"redirect_urls": [app.page(REDIRECT_PATH)]} if app.url else {}),
            "scopes": {"bot": list(SCOPES)},
        },
        "settings": {
            "event_subscriptions": {**app.receiving, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **app.receiving},
            "org_deploy_enabled": True,
            "socket_mode_enabled": app.is_socket,
            "token_rotation_enabled": False,
        },
    }


def as_yaml(document: Mapping[str, Any]) -> str:
    """Render the manifest as YAML; each scalar is written as JSON, which YAML reads unambiguously."""
    return "".join(f"{line}\n" for line in _lines(document, ""))


@dataclass(frozen=True, slots=True)
class _Words:
    language: Language

    def __call__(self, text: T) -> str:
        return RenderContext(self.language, "UTC", datetime.fromtimestamp(0, UTC)).format_line(text)


def _shortcuts(extension: Extension, say: _Words) -> Iterator[dict[str, str]]:
    """Build the shortcuts of an action, one for each menu of Slack."""
    places = extension.contexts if extension.kind is Kind.ACTION else ()
    for kind, command in (SHORTCUTS[item] for item in places if item in SHORTCUTS):
        yield {
            "name": say(TITLES[command]),
            "type": kind,
            "callback_id": command,
            "description": say(ABOUTS.get(command, extension.about)),
        }


def _command(app: App, registry: Registry, say: _Words) -> dict[str, Any]:
    languages = sorted(Language, key=lambda item: item is not say.language)
    words = [registry.commands[name].words_in(language)[0] for language in languages for name in HINTED]
    return {
        "command": COMMAND,
        **({} if app.is_socket else {"url": app.page(EVENTS_PATH)}),
        "description": say(SHORT),
        "usage_hint": " · ".join(dict.fromkeys(words)),
        # People and channels come as ids, whatever they are called.
        "should_escape": True,
    }


def _lines(piece: object, indent: str) -> Iterator[str]:
    if isinstance(piece, Mapping):
        for name, part in cast("Mapping[str, object]", piece).items():
            if isinstance(part, (Mapping, list)):
                yield f"{indent}{name}:"
                yield from _lines(cast("object", part), indent + "  ")
            else:
                yield f"{indent}{name}: {_scalar(part)}"
    elif isinstance(piece, list):
        for part in cast("list[object]", piece):
            first, *rest = _lines(part, indent + "  ")
            yield f"{indent}- {first.lstrip()}"
            yield from rest
    else:
        yield _scalar(piece)


def _scalar(part: object) -> str:
    return json.dumps(part, ensure_ascii=False)
