"""Random changes to valid payloads, and templates of every kind of Teams activity."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

from bot.platforms.ingress import is_object
from tests.bot.teams.activity_strategies import UNEXPECTED_VALUES

Json: TypeAlias = dict[str, Any]

MUTATIONS_MAX: Final = 4
NESTING_DEPTHS: Final = (20, 31, 33, 200, 5_000)
"""Some within the depth that the ingress accepts, some far beyond."""
LENGTHS: Final = (1, 300, 4_001, 70_000, 300_000)
TEXTS: Final = (
    "", " ", "\t\r\n", "\u202e\u2066L-1\u2069", "e\u0301" * 50, "\ud83d\udc69\u200d\ud83d\udc67", "\ufeff\u200b",
    "L-1 ' OR 1=1 --", "%s%n{0}${jndi:ldap://x}", "<at>", "</at><at>", "[a](http://evil)", "=1+1", "\u0130\u0131ß",
    "-" * 300, "99999999999999999999", "L--1", "null", "\\u0000", "\x7f",
)  # fmt: skip
INVOKES: Final = (
    "adaptiveCard/action",
    "composeExtension/query",
    "composeExtension/queryLink",
    "composeExtension/fetchTask",
    "composeExtension/submitAction",
    "composeExtension/selectItem",
    "composeExtension/anonymousQueryLink",
    "fileConsent/invoke",
    "task/fetch",
    "task/submit",
    "application/search",
    "signin/verifyState",
    "signin/tokenExchange",
    "message/submitAction",
    "actionableMessage/executeAction",
    "handoff/action",
    "config/fetch",
    "tab/fetch",
)
BODY_MAX_BYTES: Final = 400_000
"""More than the ingress reads."""
FILE: Final = "application/vnd.microsoft.teams.file.download.info"


@dataclass(frozen=True, slots=True)
class Mutator:
    """Changes payloads at random; one seed decides every change."""

    rng: random.Random
    foreign_ids: Sequence[str]
    """Ids and references of real rows, put where they do not belong."""

    def mutate(self, activity: Mapping[str, Any]) -> Json:
        """Return a copy of the payload with a few changes at random places."""
        changed: Json = json.loads(json.dumps(activity))
        for _ in range(self.rng.randint(1, MUTATIONS_MAX)):
            container, key = self._random_location(changed)
            self.rng.choice(self._changes())(container, key)
        return changed

    def encode(self, activity: Mapping[str, Any]) -> bytes:
        """Encode the payload; sometimes truncated, with duplicate keys or with invalid bytes."""
        whole = json.dumps(activity).encode()[:BODY_MAX_BYTES]
        match self.rng.randrange(12):
            case 0:
                return whole[: self.rng.randrange(len(whole))]
            case 1:
                offset = self.rng.randrange(len(whole))
                return whole[:offset] + self.rng.randbytes(self.rng.randint(1, 8)) + whole[offset + 1 :]
            case 2:
                return whole[:-1] + b"," + whole[1:]  # every key twice
            case _:
                return whole

    def odd_value(self) -> object:
        """Return a value that no field expects."""
        pick = self.rng.randrange(6)
        if pick == 0:
            return self.nested_value()
        if pick == 1:
            return self.rng.choice(TEXTS) * self.rng.randint(1, 3)
        if pick == 2:
            return self.rng.choice(("x", "ü", "[", "\u202e")) * self.rng.choice(LENGTHS)
        if pick == 3:
            return self.rng.choice(self.foreign_ids)
        if pick == 4:
            return self.rng.choice((2**53, -(2**63), 2**64, 10**400, 1e308, -0.0, 0.1, True, False, None))
        return self.rng.choice(UNEXPECTED_VALUES)

    def nested_value(self) -> object:
        """Return a deeply nested value."""
        inner: object = self.rng.choice(TEXTS)
        for _ in range(self.rng.choice(NESTING_DEPTHS[:-1])):
            inner = [inner] if self.rng.random() < 0.5 else {"x": inner}
        return inner

    def _changes(self) -> tuple[Callable[[Any, Any], None], ...]:
        return (self._replace, self._replace, self._remove, self._rename, self._repeat, self._wrap)

    def _replace(self, container: Any, key: Any) -> None:  # noqa: ANN401 - a list or an object, as below
        container[key] = self.odd_value()

    def _remove(self, container: Any, key: Any) -> None:  # noqa: ANN401
        del container[key]

    def _rename(self, container: Any, key: Any) -> None:  # noqa: ANN401
        if is_object(container):
            container[self.rng.choice(("", "id", "__proto__", "X" * 300, "$type", "cmd"))] = container.pop(key)

    def _repeat(self, container: Any, key: Any) -> None:  # noqa: ANN401
        room = BODY_MAX_BYTES // (len(json.dumps(container[key])) + 1)
        container[key] = [container[key]] * min(self.rng.choice((2, 60, 2_000)), max(room, 1))

    def _wrap(self, container: Any, key: Any) -> None:  # noqa: ANN401
        container[key] = {self.rng.choice(("id", "value", "x")): container[key]}

    def _random_location(self, activity: Json) -> tuple[Any, Any]:
        """Return a random container of the payload and a key or index in it."""
        locations = _locations(activity)
        return self.rng.choice(locations) if locations else (activity, activity.setdefault("type", "type"))


def _locations(value: object) -> list[tuple[Any, Any]]:
    parts: list[tuple[Any, object]] = []
    if is_object(value):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(cast("list[object]", value)))
    locations: list[tuple[Any, Any]] = [(value, key) for key, _ in parts]
    return locations + [location for _, part in parts for location in _locations(part)]


def activity_templates(commands: Mapping[str, Json], card: str) -> list[Json]:
    """Return templates of every kind of activity: messages, clicks of every command, forms, files, extensions."""
    pressed = [{"v": 1, "cmd": command, "args": args} for command, args in commands.items()]
    clicks = [
        {
            "type": "invoke",
            "name": "adaptiveCard/action",
            "replyToId": card,
            "value": {"action": {"type": "Action.Execute", "verb": data["cmd"], "data": data}, "trigger": "manual"},
        }
        for data in pressed
    ]
    submits = [{"type": "message", "text": None, "replyToId": card, "value": data} for data in pressed]
    return [*clicks, *submits, *_invokes(pressed[0]), *_messages(), *_events()]


def _invokes(data: Json) -> list[Json]:
    context = {"theme": "default"}
    value = {
        "commandId": "lead.create",
        "commandContext": "message",
        "context": context,
        "data": data,
        "parameters": [{"name": "query", "value": "L-1"}],
        "queryOptions": {"skip": 0, "count": 25},
        "url": "https://kollega.example/leads/L-1",
        "action": "accept",
        "uploadInfo": {"contentUrl": "https://evil.example/x", "uploadUrl": "http://127.0.0.1:1/", "name": "l.csv"},
        "messagePayload": {"id": "1", "body": {"contentType": "html", "content": "<p>Eva, eva@posteo.example</p>"}},
    }
    return [{"type": "invoke", "name": name, "value": value} for name in INVOKES]


def _messages() -> list[Json]:
    content = {"downloadUrl": "http://127.0.0.1:1/leads.csv", "uniqueId": "x", "fileType": "csv"}
    mention = {"type": "mention", "text": "<at>Ben</at>", "mentioned": {"id": "29:aad-3", "name": "Ben"}}
    file = {"contentType": FILE, "contentUrl": "http://127.0.0.1:1/x", "name": "leads.csv", "content": content}
    return [
        {"type": "message", "text": "leads"},
        {"type": "message", "text": "pick L-1"},
        {"type": "message", "text": "<at>Kollega</at> share L-1 <at>Ben</at>", "entities": [mention]},
        {
            "type": "message",
            "text": "note L-1 ruft an",
            "entities": [{"type": "clientInfo", "timezone": "Europe/Berlin"}],
        },
        {"type": "message", "text": "", "attachments": [file]},
        {"type": "message", "text": "import", "attachments": [file, {"contentType": "text/html", "content": "<p>x"}]},
    ]


def _events() -> list[Json]:
    return [
        {"type": "conversationUpdate", "membersAdded": [{"id": "29:new", "name": "New"}]},
        {"type": "conversationUpdate", "membersRemoved": [{"id": "29:aad-1"}]},
        {"type": "installationUpdate", "action": "remove-upgrade"},
        {"type": "messageReaction", "reactionsAdded": [{"type": "like"}]},
        {"type": "messageUpdate", "text": "leads"},
        {"type": "event", "name": "application/vnd.microsoft.readReceipt", "value": {"lastReadMessageId": "1"}},
        {"type": "typing"},
        {"type": "endOfConversation"},
    ]
