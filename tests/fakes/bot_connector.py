"""Fake Microsoft Teams on loopback: Bot Connector, key server and login server, with planned failures."""

import asyncio
import base64
import json
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Self, TypeAlias

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

APP_ID = "7b0d2c1e-5f7a-4a57-9a53-0f1c6f3f2a10"
APP_PASSWORD = "only-for-this-test"
TENANT_ID = "c0ffee00-1111-4222-8333-444455556666"
ISSUER = "https://api.botframework.com"

Body: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CannedResponse:
    """A planned response instead of the usual one; `accepted` says whether the request takes effect."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b'{"error": {"code": "Fake", "message": "as planned"}}'
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """Drop the connection without a response."""

    accepted: bool


@dataclass(frozen=True, slots=True)
class Slow:
    """Delay the usual response."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """One received request."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Body
    authorization: str | None
    connection: tuple[str, int]
    received_at: datetime
    accepted: bool


@dataclass(slots=True)
class Post:
    """A message in a conversation."""

    conversation_id: str
    activity_id: str
    activity: dict[str, Any]
    reply_to: str | None = None


class FakeClock:
    """Clock and timer that advance by sleeps and by the test only."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.passed_s = 0.0
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.passed_s)

    def timer(self) -> float:
        return 1000.0 + self.passed_s

    def advance(self, seconds: float) -> None:
        self.passed_s += seconds

    async def sleep(self, seconds: float) -> None:
        """Return when the timer has advanced by this time."""
        assert seconds > 0
        self.sleeps.append(seconds)
        wake_at = self.passed_s + seconds
        await asyncio.sleep(0)
        self.passed_s = max(self.passed_s, wake_at)


@cache
def private_key(number: int, bits: int = 2048) -> RSAPrivateKey:
    """Return the same RSA key in every test of a process because generating one is slow."""
    assert number >= 0
    return generate_private_key(public_exponent=65537, key_size=bits)


class FakeTeams(AbstractAsyncContextManager["FakeTeams"]):
    """Start with `async with`; `plan` holds the results of the next calls of the connector.

    Without a plan, `behaviour` decides by the conversation.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.plan: deque[CannedResponse | Drop | Slow] = deque()
        self.behaviour: Callable[[str], CannedResponse | Drop | Slow | None] = _behave_normally
        self.deliveries: list[Delivery] = []
        self.posts: dict[str, Post] = {}
        self.members: dict[str, list[dict[str, Any]]] = {}
        self.teams: dict[str, dict[str, Any]] = {}
        """Names and channels of teams by id."""
        self.page_size = 500
        self.signing_keys: dict[str, int] = {"key-0": 0}
        self.key_bits = 2048
        self.endorsements: list[str] | None = ["msteams", "webchat"]
        self.issuer = ISSUER
        self.key_fetches = 0
        self.key_server: CannedResponse | Slow | None = None
        self.tokens: list[dict[str, str]] = []
        self.login_server: CannedResponse | Slow | None = None
        self.token_lifetime_s = 3600
        self.accepted_tokens: set[str] = set()
        self._count = 0
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.1)
        self._origin = ""

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self._origin = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def service_url(self) -> str:
        return f"{self._origin}/amer/"

    @property
    def openid_url(self) -> str:
        return f"{self._origin}/openid"

    @property
    def login_url(self) -> str:
        return f"{self._origin}/login"

    @property
    def accepted(self) -> list[Delivery]:
        return [delivery for delivery in self.deliveries if delivery.accepted]

    def activity(self, **fields: object) -> dict[str, Any]:
        """Return an activity as Teams sends it."""
        self._count += 1
        return {
            "type": "message",
            "id": f"in-{self._count}",
            "channelId": "msteams",
            "serviceUrl": self.service_url,
            "conversation": {"id": "19:general@thread.tacv2", "tenantId": TENANT_ID},
            "channelData": {"tenant": {"id": TENANT_ID}},
            "from": {"id": "29:anna", "name": "Anna"},
            "recipient": {"id": f"28:{APP_ID}"},
            "text": "leads",
        } | fields

    def claims(self, **changes: object) -> dict[str, Any]:
        """Return the claims of a genuine token; None omits a claim."""
        now = int(self.clock().timestamp())
        genuine = {"iss": ISSUER, "aud": APP_ID, "serviceurl": self.service_url, "nbf": now - 300, "exp": now + 3300}
        return {name: value for name, value in {**genuine, **changes}.items() if value is not None}

    def authorization(self, *, kid: str = "key-0", key: int | None = None, **changes: object) -> str:
        """Return the header of a request that Teams, or another key, has signed."""
        number = self.signing_keys.get(kid, 0) if key is None else key
        payload = json.dumps(self.claims(**changes)).encode()
        token = jwt.PyJWS().encode(payload, private_key(number, self.key_bits), algorithm="RS256", headers={"kid": kid})
        return f"Bearer {token}"

    def rotate(self, kid: str, number: int) -> None:
        """Sign with a new key from now on and withdraw the old ones."""
        self.signing_keys = {kid: number}

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=1024 * 1024)
        base = "/amer/v3/conversations"
        app.add_routes(
            [
                web.get("/openid", self._answer_metadata),
                web.get("/keys", self._answer_keys),
                web.post("/login/{tenant}/oauth2/v2.0/token", self._answer_login),
                web.post(base, self._receive),
                web.post(base + "/{conversation}/activities", self._receive),
                web.route("*", base + "/{conversation}/activities/{activity}", self._receive),
                web.get(base + "/{conversation}/pagedmembers", self._receive),
                web.get(base + "/{conversation}/members/{member}", self._receive),
                web.get("/amer/v3/teams/{team}", self._receive),
                web.get("/amer/v3/teams/{team}/conversations", self._receive),
            ]
        )
        return app

    async def _answer_metadata(self, _: web.Request) -> web.Response:
        self.key_fetches += 1
        if planned := await _respond_as_planned(self.key_server):
            return planned
        return web.json_response({"issuer": self.issuer, "jwks_uri": f"{self._origin}/keys"})

    async def _answer_keys(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": [self._jwk(kid, number) for kid, number in self.signing_keys.items()]})

    def _jwk(self, kid: str, number: int) -> dict[str, Any]:
        jwk = RSAAlgorithm.to_jwk(private_key(number, self.key_bits).public_key(), as_dict=True)
        extra = {} if self.endorsements is None else {"endorsements": self.endorsements}
        return {**jwk, "kid": kid, "use": "sig", **extra}

    async def _answer_login(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.tokens.append({**form, "tenant": request.match_info["tenant"]})
        if planned := await _respond_as_planned(self.login_server):
            return planned
        if (form.get("client_id"), form.get("client_secret")) != (APP_ID, APP_PASSWORD):
            return web.json_response({"error": "invalid_client"}, status=401)
        token = f"token-{len(self.tokens)}"
        self.accepted_tokens = {token}
        return web.json_response(
            {
                "token_type": "Bearer",
                "access_token": token,
                "expires_in": self.token_lifetime_s,
            }
        )

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        planned = self.plan.popleft() if self.plan else self.behaviour(request.match_info.get("conversation", ""))
        refused = self._refuse_token(request)
        accepted = refused is None and (planned is None or isinstance(planned, Slow) or planned.accepted)
        body: Body = json.loads(raw) if raw else {}
        self._record(request, body, accepted=accepted)
        if isinstance(planned, Slow):
            await asyncio.sleep(planned.seconds)
        if refused is not None:
            return refused
        response = self._perform(request, body) if accepted else None
        if isinstance(planned, Drop):
            return _drop_connection(request)
        if isinstance(planned, CannedResponse):
            return _respond(planned)
        assert response is not None
        return response

    def _refuse_token(self, request: web.Request) -> web.Response | None:
        """Return 401 for an unknown token once a token was issued."""
        authorization = request.headers.get("Authorization", "")
        if self.accepted_tokens and authorization.removeprefix("Bearer ") not in self.accepted_tokens:
            return web.json_response({"error": {"code": "Unauthorized"}}, status=401)
        return None

    def _record(self, request: web.Request, body: Body, *, accepted: bool) -> None:
        assert request.transport is not None
        self.deliveries.append(
            Delivery(
                request.method,
                request.raw_path.partition("?")[0],
                dict(request.query),
                body,
                request.headers.get("Authorization"),
                request.transport.get_extra_info("peername"),
                self.clock(),
                accepted,
            )
        )

    def _perform(self, request: web.Request, body: Body) -> web.Response:
        """Execute a valid request."""
        conversation = request.match_info.get("conversation")
        if "team" in request.match_info:
            return self._get_team(request.match_info["team"], listed=request.path.endswith("/conversations"))
        if conversation is None:
            return self._open(body)
        if request.path.endswith("/pagedmembers"):
            return self._page(conversation, request.query.get("continuationToken"))
        if "member" in request.match_info:
            found = [m for m in self.members.get(conversation, []) if m["id"] == request.match_info["member"]]
            return web.json_response(found[0]) if found else _not_found()
        return self._write(request.method, conversation, request.match_info.get("activity"), body)

    def _get_team(self, team_id: str, *, listed: bool) -> web.Response:
        team = self.teams.get(team_id)
        if team is None:
            return _not_found()
        return web.json_response(
            {"conversations": team["channels"]} if listed else {"id": team_id, "name": team["name"]}
        )

    def _write(self, method: str, conversation: str, activity_id: str | None, body: Body) -> web.Response:
        if method == "POST":
            post = self._post(conversation, body, reply_to=activity_id)
            return web.json_response({"id": post.activity_id}, status=201)
        if activity_id not in self.posts:
            return _not_found()
        if method == "DELETE":
            del self.posts[activity_id]
            return web.Response()
        self.posts[activity_id].activity = body
        return web.json_response({"id": activity_id})

    def _post(self, conversation: str, body: Body, *, reply_to: str | None = None) -> Post:
        self._count += 1
        post = Post(conversation, f"out-{self._count}", body, reply_to)
        self.posts[post.activity_id] = post
        return post

    def _open(self, body: Body) -> web.Response:
        """Return the same direct chat for a person, or a new thread of a channel."""
        channel_data: Body = body.get("channelData") or {}
        channel: str | None = channel_data.get("channel", {}).get("id")
        if channel is None:
            return web.json_response({"id": f"a:{body['members'][0]['id']}"}, status=201)
        post = self._post(channel, body["activity"])
        thread = f"{channel};messageid={post.activity_id}"
        return web.json_response({"id": thread, "activityId": post.activity_id}, status=201)

    def _page(self, conversation: str, token: str | None) -> web.Response:
        start = int(base64.b64decode(token)) if token else 0
        everybody = self.members.get(conversation, [])
        end = start + self.page_size
        page: dict[str, Any] = {"members": everybody[start:end]}
        if end < len(everybody):
            page["continuationToken"] = base64.b64encode(str(end).encode()).decode()
        return web.json_response(page)


def _behave_normally(_: str) -> None:
    return None


async def _respond_as_planned(planned: CannedResponse | Slow | None) -> web.Response | None:
    if isinstance(planned, Slow):
        await asyncio.sleep(planned.seconds)
    return _respond(planned) if isinstance(planned, CannedResponse) else None


def _respond(planned: CannedResponse) -> web.Response:
    return web.Response(
        status=planned.status, headers=planned.headers, body=planned.body, content_type="application/json"
    )


def _drop_connection(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def _not_found() -> web.Response:
    return web.json_response({"error": {"code": "ActivityNotFoundInConversation"}}, status=404)
