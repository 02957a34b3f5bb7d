"""Microsoft Teams: activities in, signed by a key of our own; a connector that answers at once around the bot."""

import json
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bot.app import utc_now
from services.people import PlaceKind
from tests.benchmarks.connector import ISSUER
from tests.benchmarks.processes import Running, counts, listening, read
from tests.benchmarks.sides import BARE, CHANNELS, COLLEAGUES, CROWD, Baseline, Person, Row, people, place, team_id
from tests.benchmarks.wire import Accepts, Message, is_well, post, press
from tests.fakes.bot_connector import APP_ID, APP_PASSWORD, TENANT_ID

VALID_S: Final = 12 * 3600
KEY_ID: Final = "bench"
ECHO: Final = "stock echo"


def is_picked(message: Message) -> bool:
    """Only a picked lead offers to undo it."""
    return message.status == 200 and b"lead.undo" in message.body


@dataclass(frozen=True, slots=True)
class TeamsSide:
    """Implements `tests.benchmarks.sides.Side`."""

    far: Running
    headers: Mapping[str, str]
    baselines: tuple[Baseline, ...]

    name: ClassVar[str] = "Teams"
    path: ClassVar[str] = "/api/messages"
    parts: ClassVar[tuple[str, ...]] = ("compare", "sizes", "fan_out", "memory", "starts")
    speakers: ClassVar[int] = COLLEAGUES
    change: ClassVar[str] = "PUT"
    accepts: ClassVar[Mapping[str, Accepts]] = {"leads": is_well, "pick": is_picked}

    @property
    def settings(self) -> Mapping[str, str]:
        return {
            "KOLLEGA_TEAMS_APP_ID": APP_ID,
            "KOLLEGA_TEAMS_APP_PASSWORD": APP_PASSWORD,
            "KOLLEGA_TEAMS_TENANT_ID": TENANT_ID,
            "KOLLEGA_TEAMS_OPENID_URL": f"{self.far.address}/openid",
            "KOLLEGA_TEAMS_LOGIN_URL": f"{self.far.address}/login",
            "KOLLEGA_TEAMS_SERVICE_HOSTS": "127.0.0.1",
        }

    def typed(self, person: Person, number: int, text: str, path: str) -> bytes:
        activity = {**self._activity(person, f"typed-{number}"), "type": "message", "text": text}
        return post(path, json.dumps(activity).encode(), self.headers)

    def pressed(self, person: Person, number: int, lead_id: str, path: str) -> bytes:
        del number
        data = {"v": 1, "cmd": "lead.pick", "args": {"lead": lead_id}}
        activity = {
            **self._activity(person, f"pressed-{lead_id}"),
            "type": "invoke",
            "name": "adaptiveCard/action",
            "replyToId": "card-1",
            "value": {"action": {"type": "Action.Execute", "verb": "lead.pick", "data": data}, "trigger": "manual"},
        }
        return post(path, json.dumps(activity).encode(), self.headers)

    async def rehearse(self, bot: Running, folder: Path, messages: Iterator[bytes], picks: Iterator[bytes]) -> None:
        before = await counts(self.far)
        await press(bot.address, messages, 2, 1)
        if (await counts(self.far))["POST"] != before["POST"] + 2:
            raise RuntimeError("the bot answers, but nothing reached the connector")
        (folder / "message.json").write_bytes((await read(f"{self.far.address}/last"))[1])
        cards: list[bytes] = []

        def keep(message: Message) -> bool:
            cards.append(message.body)
            return is_picked(message)

        await press(bot.address, picks, 2, 1, keep)
        (folder / "card.json").write_bytes(cards[0])

    def identity(self, person: Person) -> Row:
        return {
            "platform": "teams",
            "tenant": TENANT_ID,
            "platform_user_id": person.key,
            "user_id": person.key,
            "reference": self._personal(person),
            "direct_conversation_id": f"a:{person.key}",
        }

    def places(self, firms: Iterable[int]) -> list[Row]:
        return [
            *(
                place(self._where(f"a:{one.key}", self._personal(one)), PlaceKind.PERSONAL, "", None)
                for one in people(firms)
            ),
            *(
                place(self.channel(number), PlaceKind.CHANNEL, f"Vertrieb {number}", team_id(CROWD))
                for number in range(CHANNELS)
            ),
        ]

    def channel(self, number: int) -> Row:
        return self._where(f"19:sales-{number}@thread.tacv2", self._reference())

    def _where(self, conversation_id: str, reference: Row) -> Row:
        return {
            "platform": "teams",
            "tenant": TENANT_ID,
            "conversation_id": conversation_id,
            "reference": reference,
        }

    @property
    def _service_url(self) -> str:
        return f"{self.far.address}/amer/"

    def _reference(self) -> Row:
        return {"serviceUrl": self._service_url, "tenant": TENANT_ID, "bot": f"28:{APP_ID}"}

    def _personal(self, person: Person) -> Row:
        return {**self._reference(), "user": f"29:{person.key}"}

    def _activity(self, person: Person, activity_id: str) -> Row:
        key = person.key
        return {
            "id": activity_id,
            "channelId": "msteams",
            "serviceUrl": self._service_url,
            "timestamp": "2026-11-23T09:00:00.000Z",
            "locale": "de-DE",
            "from": {"id": f"29:{key}", "name": f"Person {key}", "aadObjectId": key},
            "recipient": {"id": f"28:{APP_ID}", "name": "Kollega"},
            "conversation": {"id": f"a:{key}", "tenantId": TENANT_ID, "conversationType": "personal"},
            "channelData": {"tenant": {"id": TENANT_ID}},
            "entities": [{"type": "clientInfo", "locale": "de-DE", "country": "DE", "timezone": "Europe/Berlin"}],
        }


@asynccontextmanager
async def teams_side(folder: Path) -> AsyncGenerator[TeamsSide]:
    """The surroundings of the bot, with its key at the key server."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    document: dict[str, Any] = {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": KEY_ID, "use": "sig"}
    async with listening("tests.benchmarks.connector", folder=folder, line=json.dumps(document)) as far:
        headers = {"Authorization": f"Bearer {_token(key, f'{far.address}/amer/')}"}
        bare = ("tests.benchmarks.bare", far.address, str(folder))
        baselines = (
            Baseline(BARE, bare, {"leads": "/leads", "pick": "/pick"}),
            Baseline(ECHO, ("tests.benchmarks.echo",), {"leads": TeamsSide.path}, TeamsSide(far, {}, ())),
        )
        yield TeamsSide(far, headers, baselines)


def _token(key: rsa.RSAPrivateKey, service_url: str) -> str:
    now = int(utc_now().timestamp())
    claims = {"iss": ISSUER, "aud": APP_ID, "serviceurl": service_url, "nbf": now - 300, "exp": now + VALID_S}
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": KEY_ID})
