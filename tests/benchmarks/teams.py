"""Microsoft Teams in the benchmarks: activities signed with a key of the benchmark, and a fake connector."""

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
from tests.benchmarks.fake_connector import ISSUER
from tests.benchmarks.load_generator import Accepts, HttpMessage, http_request, is_success, send_requests
from tests.benchmarks.platforms import (
    BARE,
    BROADCAST_TEAM,
    CHANNELS,
    MEMBERS_PER_TEAM,
    Baseline,
    Person,
    Row,
    conversation_row,
    persons,
    team_id,
)
from tests.benchmarks.processes import RunningProcess, http_get, request_counts, running_process
from tests.fakes.bot_connector import APP_ID, APP_PASSWORD, TENANT_ID

VALID_S: Final = 12 * 3600
KEY_ID: Final = "bench"
ECHO: Final = "stock echo"


def is_picked(message: HttpMessage) -> bool:
    """Return whether the card shows a picked lead; only a picked lead offers to undo."""
    return message.status == 200 and b"lead.undo" in message.body


@dataclass(frozen=True, slots=True)
class TeamsBenchmark:
    """Implements `tests.benchmarks.platforms.Side`."""

    fake_server: RunningProcess
    headers: Mapping[str, str]
    baselines: tuple[Baseline, ...]

    name: ClassVar[str] = "Teams"
    path: ClassVar[str] = "/api/messages"
    parts: ClassVar[tuple[str, ...]] = ("compare", "sizes", "fan_out", "memory", "starts")
    active_members: ClassVar[int] = MEMBERS_PER_TEAM
    update_operation: ClassVar[str] = "PUT"
    accepts: ClassVar[Mapping[str, Accepts]] = {"leads": is_success, "pick": is_picked}

    @property
    def settings(self) -> Mapping[str, str]:
        return {
            "KOLLEGA_TEAMS_APP_ID": APP_ID,
            "KOLLEGA_TEAMS_APP_PASSWORD": APP_PASSWORD,
            "KOLLEGA_TEAMS_TENANT_ID": TENANT_ID,
            "KOLLEGA_TEAMS_OPENID_URL": f"{self.fake_server.address}/openid",
            "KOLLEGA_TEAMS_LOGIN_URL": f"{self.fake_server.address}/login",
            "KOLLEGA_TEAMS_SERVICE_HOSTS": "127.0.0.1",
        }

    def command_request(self, person: Person, number: int, text: str, path: str) -> bytes:
        activity = {**self._activity(person, f"typed-{number}"), "type": "message", "text": text}
        return http_request(path, json.dumps(activity).encode(), self.headers)

    def pick_request(self, person: Person, number: int, lead_id: str, path: str) -> bytes:
        del number
        data = {"v": 1, "cmd": "lead.pick", "args": {"lead": lead_id}}
        activity = {
            **self._activity(person, f"pressed-{lead_id}"),
            "type": "invoke",
            "name": "adaptiveCard/action",
            "replyToId": "card-1",
            "value": {"action": {"type": "Action.Execute", "verb": "lead.pick", "data": data}, "trigger": "manual"},
        }
        return http_request(path, json.dumps(activity).encode(), self.headers)

    async def record_samples(
        self, bot: RunningProcess, folder: Path, messages: Iterator[bytes], picks: Iterator[bytes]
    ) -> None:
        before = await request_counts(self.fake_server)
        await send_requests(bot.address, messages, 2, 1)
        if (await request_counts(self.fake_server))["POST"] != before["POST"] + 2:
            raise RuntimeError("the bot answers, but nothing reached the connector")
        (folder / "message.json").write_bytes((await http_get(f"{self.fake_server.address}/last"))[1])
        cards: list[bytes] = []

        def keep(message: HttpMessage) -> bool:
            cards.append(message.body)
            return is_picked(message)

        await send_requests(bot.address, picks, 2, 1, keep)
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

    def conversations(self, teams: Iterable[int]) -> list[Row]:
        return [
            *(
                conversation_row(
                    self._conversation(f"a:{person.key}", self._personal(person)), PlaceKind.PERSONAL, "", None
                )
                for person in persons(teams)
            ),
            *(
                conversation_row(self.channel(number), PlaceKind.CHANNEL, f"Vertrieb {number}", team_id(BROADCAST_TEAM))
                for number in range(CHANNELS)
            ),
        ]

    def channel(self, number: int) -> Row:
        return self._conversation(f"19:sales-{number}@thread.tacv2", self._reference())

    def _conversation(self, conversation_id: str, reference: Row) -> Row:
        return {
            "platform": "teams",
            "tenant": TENANT_ID,
            "conversation_id": conversation_id,
            "reference": reference,
        }

    @property
    def _service_url(self) -> str:
        return f"{self.fake_server.address}/amer/"

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
async def teams_benchmark(folder: Path) -> AsyncGenerator[TeamsBenchmark]:
    """Run the fake connector with the public key, and the baselines of Teams."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    document: dict[str, Any] = {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": KEY_ID, "use": "sig"}
    async with running_process(
        "tests.benchmarks.fake_connector", folder=folder, line=json.dumps(document)
    ) as fake_server:
        headers = {"Authorization": f"Bearer {_token(key, f'{fake_server.address}/amer/')}"}
        bare = ("tests.benchmarks.baseline_aiohttp", fake_server.address, str(folder))
        baselines = (
            Baseline(BARE, bare, {"leads": "/leads", "pick": "/pick"}),
            Baseline(
                ECHO,
                ("tests.benchmarks.baseline_echo",),
                {"leads": TeamsBenchmark.path},
                TeamsBenchmark(fake_server, {}, ()),
            ),
        )
        yield TeamsBenchmark(fake_server, headers, baselines)


def _token(key: rsa.RSAPrivateKey, service_url: str) -> str:
    now = int(utc_now().timestamp())
    claims = {"iss": ISSUER, "aud": APP_ID, "serviceurl": service_url, "nbf": now - 300, "exp": now + VALID_S}
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": KEY_ID})
