"""Verification of Teams tokens: signature, audience, issuer and time."""

import random
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from bot.platforms.teams.auth import Forbidden, TokenVerifier, Unauthenticated
from bot.platforms.teams.service_hosts import MICROSOFT_SERVICE_HOSTS, ServiceHosts
from tests.bot.auth.forged_tokens import NOW_S, forge_header, pem, sign, sign_with_public_key, tamper
from tests.bot.loopback import START
from tests.fakes.bot_connector import APP_ID, TENANT_ID, FakeTeams


async def test_genuine_activity_passes(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """A genuine token is accepted, and the keys are fetched once for many activities."""
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
    """A genuinely signed token with a wrong audience, issuer or time is rejected."""
    with pytest.raises(Unauthenticated):
        await verifier.verify(teams.authorization(**changes), teams.activity())


@pytest.mark.parametrize("changes", [{"exp": NOW_S - 59}, {"nbf": NOW_S + 59}, {"nbf": None}])
async def test_clocks_may_differ_by_a_minute(
    verifier: TokenVerifier, teams: FakeTeams, changes: dict[str, Any]
) -> None:
    """A clock difference below one minute is tolerated."""
    await verifier.verify(teams.authorization(**changes), teams.activity())


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
async def test_unsigned_request_is_unauthenticated(verifier: TokenVerifier, teams: FakeTeams, forgery: str) -> None:
    """A token without a valid RS256 signature of Teams is rejected and causes no server error."""
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
async def test_request_for_another_channel_is_forbidden(
    verifier: TokenVerifier, teams: FakeTeams, fields: dict[str, Any]
) -> None:
    """A genuine token for another channel or service URL is rejected with 403."""
    with pytest.raises(Forbidden):
        await verifier.verify(teams.authorization(), teams.activity(**fields))


@pytest.mark.parametrize("url", ["https://evil.example/", "https://evil.trafficmanager.net/", "file:///etc/passwd"])
async def test_unlisted_service_host_is_forbidden(verifier: TokenVerifier, teams: FakeTeams, url: str) -> None:
    """A service URL that is not listed is rejected, even if token and body agree."""
    with pytest.raises(Forbidden):
        await verifier.verify(teams.authorization(serviceurl=url), teams.activity(serviceUrl=url))


@pytest.mark.parametrize("forgery", ["alg none", "HS256", "RS384", "no key id", "endless key id", "critical extension"])
async def test_malformed_headers_fetch_no_keys(verifier: TokenVerifier, teams: FakeTeams, forgery: str) -> None:
    """A malformed token does not make the bot fetch keys."""
    with pytest.raises(Unauthenticated):
        await verifier.verify(FORGERIES[forgery](teams), teams.activity())
    assert teams.key_fetches == 0


async def test_without_app_id_only_the_service_url_is_checked(session: aiohttp.ClientSession, teams: FakeTeams) -> None:
    """Without an app id no token is required, but the service URL must be loopback or Teams."""
    hosts = ServiceHosts(MICROSOFT_SERVICE_HOSTS, loopback=True)
    verifier = TokenVerifier("", teams.openid_url, session, hosts, clock=lambda: START)
    await verifier.verify(None, teams.activity())
    await verifier.verify("Bearer nonsense", teams.activity(serviceUrl="https://smba.trafficmanager.net/emea/"))
    for url in ("https://evil.example/", "http://smba.trafficmanager.net/", None):
        with pytest.raises(Forbidden):
            await verifier.verify(None, teams.activity(serviceUrl=url))
    assert teams.key_fetches == 0


ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, float("nan"), float("-inf"), -(10**400), "", "\x00", "RS256", "ü" * 500, [], [[]], {},
    {"a": []},
)  # fmt: skip


async def test_unexpected_claims_and_bodies_are_rejected(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """A claim or body field of an unexpected type is rejected and causes no server error."""
    for odd in ODD:
        for claim in ("iss", "aud", "exp", "serviceurl"):
            with pytest.raises((Unauthenticated, Forbidden)):
                await verifier.verify(teams.authorization(**{claim: odd}), teams.activity())
        for name in ("serviceUrl", "channelId"):
            with pytest.raises(Forbidden):
                await verifier.verify(teams.authorization(), teams.activity(**{name: odd}))
    assert teams.key_fetches == 1


async def test_damaged_tokens_are_rejected(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """A thousand genuine tokens with changed, removed or added bytes are rejected."""
    chance = random.Random(20260302)
    genuine = teams.authorization()
    for _ in range(1000):
        with pytest.raises(Unauthenticated):
            await verifier.verify(_damage(genuine, chance), teams.activity())
    assert teams.key_fetches <= 1


def _damage(header: str, chance: random.Random) -> str:
    """Change one character, but not the last one, some of whose bits are unused."""
    position = chance.randrange(len("Bearer "), len(header) - 1)
    replacement = chance.choice([c for c in "aZ09-_.=\x00\udc80ü " if c != header[position]])
    return header[:position] + chance.choice([replacement, "", header[position] + replacement]) + header[position + 1 :]
