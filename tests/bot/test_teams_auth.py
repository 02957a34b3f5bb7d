import asyncio
import base64
import hashlib
import hmac
import json
import random
import socket
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import jwt
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwt.warnings import InsecureKeyLengthWarning

from bot.platforms.teams_auth import Forbidden, TokenVerifier, Unauthenticated
from bot.platforms.teams_hosts import MICROSOFT_SERVICE_HOSTS, ServiceHosts
from bot.platforms.teams_keys import MAX_DOCUMENT_BYTES
from tests.fakes.bot_connector import APP_ID, TENANT_ID, Answer, FakeClock, FakeTeams, Slow, private_key

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOW_S = int(START.timestamp())


@pytest.fixture
def clock() -> FakeClock:
    """The one clock of bot, Teams and test."""
    return FakeClock(START)


@pytest.fixture
async def teams(clock: FakeClock) -> AsyncIterator[FakeTeams]:
    """Teams with its key server."""
    async with FakeTeams(clock.now) as teams:
        yield teams


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """The bot's connections."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def verifier(teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock) -> AsyncIterator[TokenVerifier]:
    """The bot with authentication, which loses its patience with the key server after 0.3 seconds."""
    hosts = ServiceHosts(["127.0.0.1"])
    verifier = TokenVerifier(
        APP_ID, teams.openid_url, session, hosts, clock=clock.now, timer=clock.timer, key_timeout_s=0.3
    )
    yield verifier
    await verifier.close()


async def test_genuine_activity_passes(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """What Teams signed for this bot is let in, and the keys are fetched once for many activities."""
    for _ in range(5):
        await verifier.verify(teams.authorization(), teams.activity())
    assert teams.key_fetches == 1


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"iss": None}, id="no issuer"),
        pytest.param({"iss": "https://api.botframework.com/"}, id="issuer with a slash more"),
        pytest.param({"iss": "https://api.botframework.us"}, id="issuer of another cloud"),
        pytest.param({"iss": f"https://sts.windows.net/{TENANT_ID}/"}, id="emulator, version 1"),
        pytest.param({"iss": f"https://login.microsoftonline.com/{TENANT_ID}/v2.0", "ver": "2.0"}, id="emulator, 2"),
        pytest.param(
            {"iss": f"https://sts.windows.net/{TENANT_ID}/", "ver": "1.0", "appid": "another-bot"}, id="skill"
        ),
        pytest.param({"iss": ["https://api.botframework.com"]}, id="issuer as a list"),
        pytest.param({"aud": None}, id="no audience"),
        pytest.param({"aud": "11111111-2222-4333-8444-555555555555"}, id="another bot"),
        pytest.param({"aud": [APP_ID, "another"]}, id="several audiences"),
        pytest.param({"aud": ""}, id="empty audience"),
        pytest.param({"exp": None}, id="never expires"),
        pytest.param({"exp": NOW_S - 61}, id="expired"),
        pytest.param({"exp": "tomorrow"}, id="expires at a text"),
        pytest.param({"exp": True}, id="expires at a truth value"),
        pytest.param({"exp": float("inf")}, id="expires in infinity"),
        pytest.param({"exp": 10**400}, id="expires at a number of 400 digits"),
        pytest.param({"nbf": NOW_S + 61}, id="not yet valid"),
        pytest.param({"nbf": "now"}, id="valid from a text"),
        pytest.param({"serviceurl": None}, id="no service URL"),
        pytest.param({"serviceurl": ""}, id="empty service URL"),
        pytest.param({"serviceurl": 7}, id="service URL as a number"),
    ],
)
async def test_token_with_wrong_claim_is_unauthenticated(
    verifier: TokenVerifier, teams: FakeTeams, changes: dict[str, Any]
) -> None:
    """A rightly signed token that is not for us, not from Teams, or not for now proves nothing."""
    with pytest.raises(Unauthenticated):
        await verifier.verify(teams.authorization(**changes), teams.activity())


@pytest.mark.parametrize("changes", [{"exp": NOW_S - 59}, {"nbf": NOW_S + 59}, {"nbf": None}])
async def test_clocks_may_differ_by_a_minute(
    verifier: TokenVerifier, teams: FakeTeams, changes: dict[str, Any]
) -> None:
    """Two clocks that are less than a minute apart do not lock anybody out."""
    await verifier.verify(teams.authorization(**changes), teams.activity())


def encode(part: object) -> str:
    """A part of a token."""
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign(teams: FakeTeams, secret: Any, algorithm: str, **header: object) -> str:  # noqa: ANN401 - any kind of key
    """Genuine claims, signed in some other way."""
    return "Bearer " + jwt.encode(teams.claims(), secret, algorithm=algorithm, headers={"kid": "key-0"} | header)


def forge_header(teams: FakeTeams, header: object) -> str:
    """A token whose claims are right, and whose header says this."""
    return f"Bearer {encode(header)}.{encode(teams.claims())}.{encode(b'signature')}"


def sign_with_public_key(teams: FakeTeams) -> str:
    """The classical confusion: the public key, which everybody knows, as the secret of HS256."""
    public = private_key(0).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    message = f"{encode({'alg': 'HS256', 'kid': 'key-0'})}.{encode(teams.claims())}"
    return f"Bearer {message}.{encode(hmac.digest(public, message.encode(), hashlib.sha256))}"


def tamper(teams: FakeTeams) -> str:
    """A genuine token with other claims between its header and its signature."""
    header, _, signature = teams.authorization().split(".")
    return f"{header}.{encode(teams.claims(exp=NOW_S + 10**6))}.{signature}"


def pem(number: int) -> bytes:
    """A private key as a file has it."""
    return private_key(number).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


FORGERIES: dict[str, Callable[[FakeTeams], str | None]] = {
    "no header": lambda _: None,
    "empty header": lambda _: "",
    "no token": lambda _: "Bearer",
    "empty token": lambda _: "Bearer ",
    "garbage": lambda _: "Bearer garbage",
    "three parts of garbage": lambda _: "Bearer a.b.c",
    "bytes that are no text": lambda _: "Bearer \udcff.\udcff.\udcff",
    "too long": lambda _: "Bearer " + "a" * 9000,
    "another scheme": lambda t: t.authorization().replace("Bearer", "Basic"),
    "no scheme": lambda t: t.authorization().removeprefix("Bearer "),
    "cut signature": lambda t: t.authorization()[:-2],
    "another's signature under our key id": lambda t: t.authorization(key=1),
    "unknown key": lambda t: t.authorization(kid="key-9", key=1),
    "empty key id": lambda t: t.authorization(kid=""),
    "endless key id": lambda t: t.authorization(kid="k" * 300),
    "altered claims": tamper,
    "alg none": lambda t: sign(t, None, "none"),
    "HS256": lambda t: sign(t, "s" * 64, "HS256"),
    "HS256 with the public key": sign_with_public_key,
    "RS384": lambda t: sign(t, pem(0), "RS384"),
    "PS256": lambda t: sign(t, pem(0), "PS256"),
    "critical extension": lambda t: sign(t, pem(0), "RS256", crit=["exp"], exp=1),
    "no key id": lambda t: forge_header(t, {"alg": "RS256"}),
    "key id as a number": lambda t: forge_header(t, {"alg": "RS256", "kid": 7}),
    "key id as a list": lambda t: forge_header(t, {"alg": "RS256", "kid": ["key-0"]}),
    "header as a list": lambda t: forge_header(t, ["RS256"]),
    "header nested 5,000 deep": lambda t: forge_header(t, b"[" * 5000),
    "key server named by the token": lambda t: forge_header(
        t, {"alg": "RS256", "kid": "key-0", "jku": "http://127.0.0.1:9/keys"}
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_unproven_request_is_unauthenticated(verifier: TokenVerifier, teams: FakeTeams, forgery: str) -> None:
    """Whatever is not signed by a key of Teams with RS256 is refused as unproven, and never as our error."""
    with pytest.raises(Unauthenticated):
        await verifier.verify(FORGERIES[forgery](teams), teams.activity())


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"serviceUrl": "http://127.0.0.1:1/amer/"}, id="another service URL than the token"),
        pytest.param({"serviceUrl": None}, id="no service URL in the body"),
        pytest.param({"serviceUrl": ["x"]}, id="service URL as a list"),
        pytest.param({"channelId": "emulator"}, id="emulator's channel"),
        pytest.param({"channelId": "webchat"}, id="another channel"),
        pytest.param({"channelId": None}, id="no channel"),
        pytest.param({"channelId": {"a": 1}}, id="channel as an object"),
    ],
)
async def test_proven_request_for_another_purpose_is_forbidden(
    verifier: TokenVerifier, teams: FakeTeams, fields: dict[str, Any]
) -> None:
    """A genuine token does not open the door for another channel or another place to answer."""
    with pytest.raises(Forbidden):
        await verifier.verify(teams.authorization(), teams.activity(**fields))


@pytest.mark.parametrize("url", ["https://evil.example/", "https://evil.trafficmanager.net/", "file:///etc/passwd"])
async def test_service_host_off_the_list_is_forbidden_though_signed(
    verifier: TokenVerifier, teams: FakeTeams, url: str
) -> None:
    """Even where token and body agree, the bot answers only to hosts on its list."""
    with pytest.raises(Forbidden):
        await verifier.verify(teams.authorization(serviceurl=url), teams.activity(serviceUrl=url))


async def test_key_must_vouch_for_teams(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """A key that Microsoft endorses for other channels only signs nothing for Teams."""
    teams.endorsements = ["webchat", "directline"]
    with pytest.raises(Forbidden):
        await verifier.verify(teams.authorization(), teams.activity())


async def test_key_without_endorsements_is_accepted(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """Where the key server lists no endorsements, none are asked for."""
    teams.endorsements = None
    await verifier.verify(teams.authorization(), teams.activity())


async def test_rotation_costs_no_request(verifier: TokenVerifier, teams: FakeTeams, clock: FakeClock) -> None:
    """When Microsoft changes its key, the first activity with the new one fetches it and passes; the old one is out."""
    await verifier.verify(teams.authorization(), teams.activity())
    old = teams.authorization()
    clock.advance(3600)
    teams.rotate("key-1", 1)
    await verifier.verify(teams.authorization(kid="key-1"), teams.activity())
    assert teams.key_fetches == 2
    clock.advance(-3600)
    with pytest.raises(Unauthenticated):
        await verifier.verify(old, teams.activity())


async def test_unknown_keys_refresh_once_a_minute(verifier: TokenVerifier, teams: FakeTeams, clock: FakeClock) -> None:
    """A flood of invented key ids asks the key server once a minute and delays nobody with a known key."""
    await verifier.verify(teams.authorization(), teams.activity())
    for minute in range(3):
        for n in range(40):
            with pytest.raises(Unauthenticated):
                await verifier.verify(teams.authorization(kid=f"{minute}-{n}", key=1), teams.activity())
            clock.advance(1)
        clock.advance(20)
        await verifier.verify(teams.authorization(), teams.activity())
    assert teams.key_fetches == 1 + 2


async def test_simultaneous_requests_share_one_fetch(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """Fifty activities at the first moment wait for one fetch, and one that is cancelled takes nobody along."""
    teams.key_server = Slow(0.1)
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(verifier.verify(teams.authorization(), teams.activity())) for _ in range(50)]
        await asyncio.sleep(0.03)
        waiting[0].cancel()
        results = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1:] == [None] * 49
    assert teams.key_fetches == 1


@pytest.mark.parametrize("trouble", [Answer(503), Slow(5), Answer(200, body=b"<html>"), Answer(302)])
async def test_known_keys_survive_the_key_server(
    verifier: TokenVerifier, teams: FakeTeams, clock: FakeClock, trouble: Answer | Slow
) -> None:
    """While the key server is down, slow or confused, known keys work without delay, even after their day is over."""
    await verifier.verify(teams.authorization(), teams.activity())
    teams.key_server = trouble
    clock.advance(25 * 3600)
    started = time.monotonic()
    for _ in range(10):
        await verifier.verify(teams.authorization(), teams.activity())
    assert time.monotonic() - started < 0.25
    with pytest.raises(Unauthenticated):
        await verifier.verify(teams.authorization(kid="key-9", key=1), teams.activity())
    await verifier.verify(teams.authorization(), teams.activity())
    assert teams.key_fetches == 2


async def test_slow_key_server_refuses_the_unknown_in_time(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """Without any key, a request is refused when the time for the fetch is over, not when the server answers."""
    teams.key_server = Slow(30)
    started = time.monotonic()
    with pytest.raises(Unauthenticated):
        await verifier.verify(teams.authorization(), teams.activity())
    assert time.monotonic() - started < 2


async def test_first_keys_are_tried_again_soon(verifier: TokenVerifier, teams: FakeTeams, clock: FakeClock) -> None:
    """A bot that starts while the key server is down works some seconds after that is over."""
    teams.key_server = Answer(500)
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            await verifier.verify(teams.authorization(), teams.activity())
    assert teams.key_fetches == 1
    teams.key_server = None
    clock.advance(5)
    await verifier.verify(teams.authorization(), teams.activity())


async def test_stale_keys_are_replaced_in_the_background(
    verifier: TokenVerifier, teams: FakeTeams, clock: FakeClock
) -> None:
    """After a day the keys are fetched again, so that a withdrawn key does not live for ever."""
    await verifier.verify(teams.authorization(), teams.activity())
    teams.rotate("key-1", 1)
    clock.advance(24 * 3600 + 1)
    await verifier.verify(teams.authorization(kid="key-0", key=0), teams.activity())
    await asyncio.sleep(0.1)
    with pytest.raises(Unauthenticated):
        await verifier.verify(teams.authorization(kid="key-0", key=0), teams.activity())
    assert teams.key_fetches == 2


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[]", id="no object"),
        pytest.param(b'{"issuer": "https://api.botframework.com"}', id="no key address"),
        pytest.param(b'{"issuer": "https://evil.example", "jwks_uri": "http://127.0.0.1/"}', id="another issuer"),
        pytest.param(
            b'{"issuer": "https://api.botframework.com", "jwks_uri": "http://keys.example/"}', id="keys without TLS"
        ),
        pytest.param(b'{"issuer": "https://api.botframework.com", "jwks_uri": "file:///keys"}', id="keys from a file"),
        pytest.param(b" " * (MAX_DOCUMENT_BYTES + 1), id="too large"),
    ],
)
async def test_unusable_metadata_yields_no_key(verifier: TokenVerifier, teams: FakeTeams, body: bytes) -> None:
    """Metadata of another issuer, without TLS or of absurd size are as good as none."""
    teams.key_server = Answer(200, body=body)
    with pytest.raises(Unauthenticated):
        await verifier.verify(teams.authorization(), teams.activity())


async def test_key_server_vouches_for_known_issuers_only(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """Metadata and tokens that agree on an issuer of their own are refused: emulator, skills, anybody."""
    teams.issuer = "https://login.microsoftonline.com/botframework.com/v2.0"
    with pytest.raises(Unauthenticated):
        await verifier.verify(teams.authorization(iss=teams.issuer), teams.activity())


async def test_short_keys_are_ignored(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """A key that can be broken proves nothing, whoever published it."""
    teams.key_bits = 1024
    with pytest.warns(InsecureKeyLengthWarning):
        header = teams.authorization()
    with pytest.raises(Unauthenticated):
        await verifier.verify(header, teams.activity())


class LoopbackResolver(AbstractResolver):
    """A name server for which every name is this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("openid_host", ["127.0.0.1", "keys.example"])
async def test_keys_without_tls_come_from_this_machine_only(
    teams: FakeTeams, clock: FakeClock, openid_host: str
) -> None:
    """A key server elsewhere must speak TLS, even if the metadata came from a trusted place."""
    port = teams.openid_url.split(":")[2].split("/")[0]
    metadata = {"issuer": teams.issuer, "jwks_uri": f"http://keys.example:{port}/keys"}
    teams.key_server = Answer(200, body=json.dumps(metadata).encode())
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=LoopbackResolver())) as session:
        openid_url = f"http://{openid_host}:{port}/openid"
        verifier = TokenVerifier(APP_ID, openid_url, session, ServiceHosts(["127.0.0.1"]), clock=clock.now)
        with pytest.raises(Unauthenticated):
            await verifier.verify(teams.authorization(), teams.activity())
    assert teams.key_fetches == 1


@pytest.mark.parametrize("forgery", ["alg none", "HS256", "RS384", "no key id", "endless key id", "critical extension"])
async def test_wrong_headers_cost_no_fetch(verifier: TokenVerifier, teams: FakeTeams, forgery: str) -> None:
    """A token that could never be right does not make the bot ask for keys."""
    with pytest.raises(Unauthenticated):
        await verifier.verify(FORGERIES[forgery](teams), teams.activity())
    assert teams.key_fetches == 0


async def test_close_ends_a_refresh(teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock) -> None:
    """A bot that shuts down does not wait for the key server."""
    teams.key_server = Slow(30)
    hosts = ServiceHosts(["127.0.0.1"])
    verifier = TokenVerifier(APP_ID, teams.openid_url, session, hosts, clock=clock.now)
    async with asyncio.TaskGroup() as group:
        request = group.create_task(_outcome(verifier, teams))
        await asyncio.sleep(0.05)
        await asyncio.wait_for(verifier.close(), 1)
    assert isinstance(request.result(), Unauthenticated)


async def _outcome(verifier: TokenVerifier, teams: FakeTeams) -> Exception | None:
    try:
        await verifier.verify(teams.authorization(), teams.activity())
    except Unauthenticated as refusal:
        return refusal
    return None


async def test_without_app_id_only_the_place_to_answer_counts(session: aiohttp.ClientSession, teams: FakeTeams) -> None:
    """Without an app id nobody is asked for a token, but answers still go to this machine or to Teams only."""
    hosts = ServiceHosts(MICROSOFT_SERVICE_HOSTS, loopback=True)
    verifier = TokenVerifier("", teams.openid_url, session, hosts, clock=lambda: START)
    await verifier.verify(None, teams.activity())
    await verifier.verify("Bearer nonsense", teams.activity(serviceUrl="https://smba.trafficmanager.net/emea/"))
    for url in ("https://evil.example/", "http://smba.trafficmanager.net/", None):
        with pytest.raises(Forbidden):
            await verifier.verify(None, teams.activity(serviceUrl=url))
    assert teams.key_fetches == 0


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/emea/",
        "https://SMBA.trafficmanager.net/emea/c0ffee00-1111/",
        "https://smba.trafficmanager.net:443/teams",
        "https://smba.infra.gcc.teams.microsoft.com/gcc",
        "https://smba.infra.gov.teams.microsoft.us/gcch/",
        "https://msteams.botframework.azure.cn/",
    ],
)
def test_hosts_of_microsoft_are_listed(url: str) -> None:
    """The service URLs of all clouds of Teams are permitted as delivered."""
    assert ServiceHosts(MICROSOFT_SERVICE_HOSTS).permits(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net:8443/",
        "https://evil.trafficmanager.net/",
        "https://x.smba.trafficmanager.net/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://evilsmba.trafficmanager.net/",
        "https://botframework.azure.cn.evil.example/",
        "https://evilbotframework.azure.cn/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://evil.example\\@smba.trafficmanager.net/",
        "https://evil.example#@smba.trafficmanager.net/",
        "https://evil.example?smba.trafficmanager.net",
        "https://smba.trafficmanager.net/?next=x",
        "https://smba.trafficmanager.net/\r\nHost: evil.example",
        "https://smba.trafficmanager.net\n",
        " https://smba.trafficmanager.net/",
        "https://smba.trafficmanager.net./",
        "//smba.trafficmanager.net/",
        "https:smba.trafficmanager.net",
        "https://smba。trafficmanager。net/",
        "http://127.0.0.1:3978/",
        "http://localhost/",
        "https://[::1]/",
        "http://169.254.169.254/",
        "https://smba.trafficmanager.net/" + "a" * 2048,
        "",
        None,
        7,
    ],
)
def test_look_alikes_are_not_listed(url: object) -> None:
    """What merely resembles a host of Teams gets neither an answer nor the token."""
    assert not ServiceHosts(MICROSOFT_SERVICE_HOSTS).permits(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:3978/x", "http://localhost:1/", "http://[::1]:8/", "https://127.9.9.9"]
)
def test_loopback_is_opened_explicitly(url: str) -> None:
    """This machine is a place to answer only where that was said."""
    assert ServiceHosts([], loopback=True).permits(url)
    assert not ServiceHosts([""]).permits(url)


def test_operators_may_list_a_whole_domain() -> None:
    """A leading dot, with or without a star, opens what lies below a name, not the name and not its look-alikes."""
    hosts = ServiceHosts(["*.proxy.example", " API.example "])
    assert hosts.permits("https://a.proxy.example/")
    assert hosts.permits("https://api.example/")
    assert not hosts.permits("https://proxy.example/")
    assert not hosts.permits("https://evilproxy.example/")
    assert not ServiceHosts(["*"]).permits("https://anything.example/")


@given(st.text(max_size=300))
def test_no_text_is_permitted_by_accident(text: str) -> None:
    """No text opens an empty list, and none that has the look of our host but another authority."""
    assert not ServiceHosts([]).permits(text)
    assert not ServiceHosts(MICROSOFT_SERVICE_HOSTS).permits(f"https://{text}.example/smba.trafficmanager.net")


ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, float("nan"), float("-inf"), -(10**400), "", "\x00", "RS256", "ü" * 500, [], [[]], {},
    {"a": []},
)  # fmt: skip


async def test_odd_claims_and_bodies_are_refused_and_break_nothing(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """Whatever stands where a claim or a field of the body belongs, though rightly signed, is refused as such."""
    for odd in ODD:
        for claim in ("iss", "aud", "exp", "serviceurl"):
            with pytest.raises((Unauthenticated, Forbidden)):
                await verifier.verify(teams.authorization(**{claim: odd}), teams.activity())
        for name in ("serviceUrl", "channelId"):
            with pytest.raises(Forbidden):
                await verifier.verify(teams.authorization(), teams.activity(**{name: odd}))
    assert teams.key_fetches == 1


async def test_random_tokens_are_refused_and_break_nothing(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """A thousand genuine tokens, each with some bytes changed, cut or added, prove nothing."""
    chance = random.Random(20260302)
    genuine = teams.authorization()
    for _ in range(1000):
        with pytest.raises(Unauthenticated):
            await verifier.verify(_damage(genuine, chance), teams.activity())
    assert teams.key_fetches <= 1


def _damage(header: str, chance: random.Random) -> str:
    """The header without the character that matters least: the last, of which some bits are unused."""
    at = chance.randrange(len("Bearer "), len(header) - 1)
    replacement = chance.choice([c for c in "aZ09-_.=\x00\udc80ü " if c != header[at]])
    return header[:at] + chance.choice([replacement, "", header[at] + replacement]) + header[at + 1 :]
