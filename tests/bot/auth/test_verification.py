"""Who is let in: only what Teams signed, for this bot, for now."""

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


@pytest.mark.parametrize("forgery", ["alg none", "HS256", "RS384", "no key id", "endless key id", "critical extension"])
async def test_wrong_headers_cost_no_fetch(verifier: TokenVerifier, teams: FakeTeams, forgery: str) -> None:
    """A token that could never be right does not make the bot ask for keys."""
    with pytest.raises(Unauthenticated):
        await verifier.verify(FORGERIES[forgery](teams), teams.activity())
    assert teams.key_fetches == 0


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
    position = chance.randrange(len("Bearer "), len(header) - 1)
    replacement = chance.choice([c for c in "aZ09-_.=\x00\udc80ü " if c != header[position]])
    return header[:position] + chance.choice([replacement, "", header[position] + replacement]) + header[position + 1 :]
