"""What Teams sends, and what somebody makes of it: real activities of every kind, changed at random."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

from bot.platforms.ingress import is_object
from tests.bot.teams.activity_strategies import UNEXPECTED_VALUES

Json: TypeAlias = dict[str, Any]

MUTATIONS_MAX: Final = 4
BURIED: Final = (20, 31, 33, 200, 5_000)
"""Some just within the depth that the door accepts, some far beyond."""
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
"""Well beyond what the door reads."""
FILE: Final = "application/vnd.microsoft.teams.file.download.info"


@dataclass(frozen=True, slots=True)
class Mutator:
    """Changes activities; its accidents are decided by one seed."""

    chance: random.Random
    words: Sequence[str]
    """Ids and references of real things, which end up where they do not belong."""

    def mutated(self, activity: Mapping[str, Any]) -> Json:
        """The activity with a few changes, each somewhere in it."""
        changed: Json = json.loads(json.dumps(activity))
        for _ in range(self.chance.randint(1, MUTATIONS_MAX)):
            holder, key = self._somewhere(changed)
            self.chance.choice(self._changes())(holder, key)
        return changed

    def body(self, activity: Mapping[str, Any]) -> bytes:
        """As it is sent; now and then torn, doubled, or with bytes that no JSON has."""
        whole = json.dumps(activity).encode()[:BODY_MAX_BYTES]
        match self.chance.randrange(12):
            case 0:
                return whole[: self.chance.randrange(len(whole))]
            case 1:
                at = self.chance.randrange(len(whole))
                return whole[:at] + self.chance.randbytes(self.chance.randint(1, 8)) + whole[at + 1 :]
            case 2:
                return whole[:-1] + b"," + whole[1:]  # every name twice
            case _:
                return whole

    def odd(self) -> object:
        """Something that nobody expects in this place."""
        pick = self.chance.randrange(6)
        if pick == 0:
            return self.buried()
        if pick == 1:
            return self.chance.choice(TEXTS) * self.chance.randint(1, 3)
        if pick == 2:
            return self.chance.choice(("x", "ü", "[", "\u202e")) * self.chance.choice(LENGTHS)
        if pick == 3:
            return self.chance.choice(self.words)
        if pick == 4:
            return self.chance.choice((2**53, -(2**63), 2**64, 10**400, 1e308, -0.0, 0.1, True, False, None))
        return self.chance.choice(UNEXPECTED_VALUES)

    def buried(self) -> object:
        """Something at the bottom of many boxes."""
        inner: object = self.chance.choice(TEXTS)
        for _ in range(self.chance.choice(BURIED[:-1])):
            inner = [inner] if self.chance.random() < 0.5 else {"x": inner}
        return inner

    def _changes(self) -> tuple[Callable[[Any, Any], None], ...]:
        return (self._replace, self._replace, self._remove, self._rename, self._repeat, self._wrap)

    def _replace(self, holder: Any, key: Any) -> None:  # noqa: ANN401 - a list or an object, as below
        holder[key] = self.odd()

    def _remove(self, holder: Any, key: Any) -> None:  # noqa: ANN401
        del holder[key]

    def _rename(self, holder: Any, key: Any) -> None:  # noqa: ANN401
        if is_object(holder):
            holder[self.chance.choice(("", "id", "__proto__", "X" * 300, "$type", "cmd"))] = holder.pop(key)

    def _repeat(self, holder: Any, key: Any) -> None:  # noqa: ANN401
        room = BODY_MAX_BYTES // (len(json.dumps(holder[key])) + 1)
        holder[key] = [holder[key]] * min(self.chance.choice((2, 60, 2_000)), max(room, 1))

    def _wrap(self, holder: Any, key: Any) -> None:  # noqa: ANN401
        holder[key] = {self.chance.choice(("id", "value", "x")): holder[key]}

    def _somewhere(self, activity: Json) -> tuple[Any, Any]:
        """A random place: where it is, and under which name or number."""
        places = _places(activity)
        return self.chance.choice(places) if places else (activity, activity.setdefault("type", "type"))


def _places(value: object) -> list[tuple[Any, Any]]:
    parts: list[tuple[Any, object]] = []
    if is_object(value):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(cast("list[object]", value)))
    own: list[tuple[Any, Any]] = [(value, key) for key, _ in parts]
    return own + [place for _, part in parts for place in _places(part)]


def kinds(commands: Mapping[str, Json], card: str) -> list[Json]:
    """The parts that make an activity of every kind: messages, clicks of every command, forms, files, extensions."""
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
