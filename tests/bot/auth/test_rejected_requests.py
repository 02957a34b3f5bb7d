"""Twenty-five requests with a wrong token, sent to the ingress: each is rejected and none causes a server error."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
import pytest

from bot.platforms.teams.auth import TokenVerifier
from tests.bot.auth.forged_tokens import forge_header, pem, sign, sign_with_public_key, tamper
from tests.bot.loopback import START
from tests.bot.teams.harness import Bot, open_bot
from tests.fakes.bot_connector import TENANT_ID, CannedResponse, FakeClock, FakeTeams, Slow

NOW_S: Final = int(START.timestamp())
KEY_TIMEOUT_S: Final = 0.3
"""Timeout of the key server in these tests; a slow key server takes 30 seconds."""
FOREIGN_URL: Final = "https://smba.trafficmanager.net.evil.example/emea/"


@pytest.fixture
async def bot(
    verifier: TokenVerifier, teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock
) -> AsyncIterator[Bot]:
    """Return a bot that has received no request and knows no key."""
    async with open_bot(verifier, teams, session, clock) as bot:
        yield bot


async def send_activity(bot: Bot, authorization: str | None = None, **fields: object) -> tuple[int, Any]:
    """Send an activity with the given header and fields; None omits a field."""
    activity = {name: value for name, value in bot.teams.activity(**fields).items() if value is not None}
    return await bot.send(authorization, activity)


async def send_genuine(bot: Bot, **token: Any) -> int:  # noqa: ANN401 - claims of every kind
    """Send what Teams sends and return the status."""
    return (await send_activity(bot, bot.teams.authorization(**token)))[0]


@dataclass(frozen=True, slots=True)
class Case:
    """An Authorization header, changed fields of the activity and the expected status."""

    header: Callable[[FakeTeams], str | None]
    status: int = 401
    fields: Mapping[str, object] = field(default_factory=dict[str, object])
    before: Callable[[Bot], Awaitable[object]] | None = None
    """Setup of the case."""


def with_claims(**claims: Any) -> Case:  # noqa: ANN401 - claims of every kind
    """Return a case with a genuinely signed token with other claims; None omits a claim."""
    return Case(lambda teams: teams.authorization(**claims))


async def rotate_keys(bot: Bot) -> None:
    """Rotate the key of the key server and let the bot fetch the new one."""
    assert await send_genuine(bot) == 200
    bot.clock.advance(61)
    bot.teams.rotate("key-1", 1)
    assert await send_genuine(bot, kid="key-1") == 200
    bot.chat.interactions.clear()


async def stop_key_server(bot: Bot) -> None:
    """Let the key server fail while no key is known."""
    bot.teams.key_server = CannedResponse(503)


async def delay_key_server(bot: Bot) -> None:
    """Let the key server take 30 seconds while no key is known."""
    bot.teams.key_server = Slow(30)


async def withdraw_endorsement(bot: Bot) -> None:
    """Let the key be endorsed only for other channels."""
    bot.teams.endorsements = ["webchat"]


EMULATOR: Final = f"https://login.microsoftonline.com/{TENANT_ID}/v2.0"
OLD_ISSUER: Final = f"https://sts.windows.net/{TENANT_ID}/"

MATRIX: Final[dict[str, Case]] = {
    # missing or invalid signature
    "01 no token": Case(lambda _: None),
    "02 garbage": Case(lambda _: "Bearer a.b.c"),
    "03 algorithm none": Case(lambda teams: sign(teams, None, "none")),
    "04 HS256 with a secret": Case(lambda teams: sign(teams, "s" * 64, "HS256")),
    "05 HS256 with the public key": Case(sign_with_public_key),
    "06 another algorithm": Case(lambda teams: sign(teams, pem(0), "RS384")),
    "07 tampered claims": Case(tamper),
    "08 cut signature": Case(lambda teams: teams.authorization()[:-2]),
    # signed by a key that is unknown or not valid for Teams
    "09 another's signature": Case(lambda teams: teams.authorization(key=1)),
    "10 unknown key id": Case(lambda teams: teams.authorization(kid="key-9", key=1)),
    "11 no key id": Case(lambda teams: forge_header(teams, {"alg": "RS256"})),
    "12 withdrawn key": Case(lambda teams: teams.authorization(kid="key-0", key=0), before=rotate_keys),
    "13 key of other channels": Case(lambda teams: teams.authorization(), 403, before=withdraw_endorsement),
    "14 key server down": Case(lambda teams: teams.authorization(), before=stop_key_server),
    "15 key server 30 s slow": Case(lambda teams: teams.authorization(), before=delay_key_server),
    # wrong issuer, audience or time
    "16 wrong issuer": with_claims(iss="https://api.botframework.com.evil.example"),
    "17 emulator": with_claims(iss=EMULATOR, ver="2.0"),
    "18 skill": with_claims(iss=OLD_ISSUER, ver="1.0", appid="another-bot"),
    "19 wrong audience": with_claims(aud="11111111-2222-4333-8444-555555555555"),
    "20 expired": with_claims(exp=NOW_S - 61),
    "21 never expires": with_claims(exp=None),
    "22 not yet valid": with_claims(nbf=NOW_S + 61),
    # wrong service URL or channel
    "23 no service URL in the token": with_claims(serviceurl=None),
    "24 no service URL in the body": Case(lambda teams: teams.authorization(), 403, {"serviceUrl": None}),
    "25 foreign service URL": Case(
        lambda teams: teams.authorization(serviceurl=FOREIGN_URL), 403, {"serviceUrl": FOREIGN_URL}
    ),
}
WORDS: Final = {401: {"error": "unauthenticated"}, 403: {"error": "forbidden"}}


def test_cases_are_numbered() -> None:
    """The twenty-five cases are numbered without gaps."""
    assert [name[:2] for name in MATRIX] == [f"{number:02}" for number in range(1, 26)]


@pytest.mark.parametrize("name", MATRIX)
async def test_request_without_valid_token_is_rejected(bot: Bot, name: str) -> None:
    """The response is 401 or 403 without details, nothing is dispatched, and a valid token is accepted afterwards."""
    case = MATRIX[name]
    if case.before:
        await case.before(bot)
    started = time.monotonic()
    response = await send_activity(bot, case.header(bot.teams), **case.fields)
    assert response == (case.status, WORDS[case.status])
    assert time.monotonic() - started < 5
    assert bot.chat.interactions == []
    assert bot.teams.deliveries == []
    bot.teams.key_server, bot.teams.endorsements = None, ["msteams"]
    bot.clock.advance(61 if case.before else 0)
    if case.before is not withdraw_endorsement:
        kid = next(iter(bot.teams.signing_keys))
        assert await send_genuine(bot, kid=kid) == 200
        assert len(bot.chat.interactions) == 1


async def test_rotation_rejects_no_request_and_refreshes_once(bot: Bot) -> None:
    """During a key rotation each genuine request is accepted and the keys are fetched once."""
    assert await send_genuine(bot) == 200
    bot.clock.advance(3600)
    bot.teams.rotate("key-1", 1)
    answers = await asyncio.gather(*(send_genuine(bot, kid="key-1") for _ in range(40)))
    assert set(answers) == {200}
    assert bot.teams.key_fetches == 2


async def test_unknown_key_ids_refresh_once_a_minute(bot: Bot) -> None:
    """Unknown key ids cause one fetch per minute and delay no other request."""
    assert await send_genuine(bot) == 200
    for minute in range(1, 4):
        bot.clock.advance(61)
        flood = [send_activity(bot, bot.teams.authorization(kid=f"{minute}-{number}", key=1)) for number in range(30)]
        assert {status for status, _ in await asyncio.gather(*flood)} == {401}
        assert bot.teams.key_fetches == 1 + minute
        assert await send_genuine(bot) == 200


@pytest.mark.parametrize("trouble", [stop_key_server, delay_key_server])
async def test_known_keys_survive_an_outage(bot: Bot, trouble: Callable[[Bot], Awaitable[None]]) -> None:
    """During an outage of two days, requests with a known key are accepted at once and all others are rejected."""
    assert await send_genuine(bot) == 200
    await trouble(bot)
    for _ in range(8):
        bot.clock.advance(6 * 3600)
        started = time.monotonic()
        assert await send_genuine(bot) == 200
        assert time.monotonic() - started < KEY_TIMEOUT_S
    assert (await send_activity(bot, bot.teams.authorization(kid="key-9", key=1)))[0] == 401
    assert len(bot.chat.interactions) == 1 + 8
