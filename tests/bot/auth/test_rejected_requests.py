"""Twenty-five ways to come without the right token, all through the door itself: none is let in, none is our error."""

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
"""The bot's patience with the key server here, beside which 30 seconds are an eternity."""
FOREIGN_URL: Final = "https://smba.trafficmanager.net.evil.example/emea/"


@pytest.fixture
async def bot(
    verifier: TokenVerifier, teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock
) -> AsyncIterator[Bot]:
    """A bot that is asked for nothing yet, and knows no key."""
    async with open_bot(verifier, teams, session, clock) as bot:
        yield bot


async def send_activity(bot: Bot, authorization: str | None = None, **fields: object) -> tuple[int, Any]:
    """Send an activity under this header, with other fields; None leaves one out."""
    activity = {name: value for name, value in bot.teams.activity(**fields).items() if value is not None}
    return await bot.send(authorization, activity)


async def send_genuine(bot: Bot, **token: Any) -> int:  # noqa: ANN401 - claims of every kind
    """What Teams itself sends; the answer's status."""
    return (await send_activity(bot, bot.teams.authorization(**token)))[0]


@dataclass(frozen=True, slots=True)
class Case:
    """A header, what the activity says instead, and the answer that is due."""

    header: Callable[[FakeTeams], str | None]
    status: int = 401
    fields: Mapping[str, object] = field(default_factory=dict[str, object])
    before: Callable[[Bot], Awaitable[object]] | None = None
    """What happens first."""


def with_claims(**claims: Any) -> Case:  # noqa: ANN401 - claims of every kind
    """A token that is rightly signed, with other claims; None leaves one out."""
    return Case(lambda teams: teams.authorization(**claims))


async def rotate_keys(bot: Bot) -> None:
    """Microsoft withdraws its key, and the bot has learnt the new one from a genuine request."""
    assert await send_genuine(bot) == 200
    bot.clock.advance(61)
    bot.teams.rotate("key-1", 1)
    assert await send_genuine(bot, kid="key-1") == 200
    bot.chat.interactions.clear()


async def stop_key_server(bot: Bot) -> None:
    """The key server is down, and no key is known."""
    bot.teams.key_server = CannedResponse(503)


async def delay_key_server(bot: Bot) -> None:
    """The key server takes 30 seconds, and no key is known."""
    bot.teams.key_server = Slow(30)


async def withdraw_endorsement(bot: Bot) -> None:
    """Microsoft's key vouches for other channels only."""
    bot.teams.endorsements = ["webchat"]


EMULATOR: Final = f"https://login.microsoftonline.com/{TENANT_ID}/v2.0"
OLD_ISSUER: Final = f"https://sts.windows.net/{TENANT_ID}/"

MATRIX: Final[dict[str, Case]] = {
    # not signed, or not so
    "01 no token": Case(lambda _: None),
    "02 garbage": Case(lambda _: "Bearer a.b.c"),
    "03 algorithm none": Case(lambda teams: sign(teams, None, "none")),
    "04 HS256 with a secret": Case(lambda teams: sign(teams, "s" * 64, "HS256")),
    "05 HS256 with the public key": Case(sign_with_public_key),
    "06 another algorithm": Case(lambda teams: sign(teams, pem(0), "RS384")),
    "07 tampered claims": Case(tamper),
    "08 cut signature": Case(lambda teams: teams.authorization()[:-2]),
    # not by Microsoft's key
    "09 another's signature": Case(lambda teams: teams.authorization(key=1)),
    "10 unknown key id": Case(lambda teams: teams.authorization(kid="key-9", key=1)),
    "11 no key id": Case(lambda teams: forge_header(teams, {"alg": "RS256"})),
    "12 withdrawn key": Case(lambda teams: teams.authorization(kid="key-0", key=0), before=rotate_keys),
    "13 key of other channels": Case(lambda teams: teams.authorization(), 403, before=withdraw_endorsement),
    "14 key server down": Case(lambda teams: teams.authorization(), before=stop_key_server),
    "15 key server 30 s slow": Case(lambda teams: teams.authorization(), before=delay_key_server),
    # not by Teams, not for us, not now
    "16 wrong issuer": with_claims(iss="https://api.botframework.com.evil.example"),
    "17 emulator": with_claims(iss=EMULATOR, ver="2.0"),
    "18 skill": with_claims(iss=OLD_ISSUER, ver="1.0", appid="another-bot"),
    "19 wrong audience": with_claims(aud="11111111-2222-4333-8444-555555555555"),
    "20 expired": with_claims(exp=NOW_S - 61),
    "21 never expires": with_claims(exp=None),
    "22 not yet valid": with_claims(nbf=NOW_S + 61),
    # not from where it says
    "23 no service URL in the token": with_claims(serviceurl=None),
    "24 no service URL in the body": Case(lambda teams: teams.authorization(), 403, {"serviceUrl": None}),
    "25 foreign service URL": Case(
        lambda teams: teams.authorization(serviceurl=FOREIGN_URL), 403, {"serviceUrl": FOREIGN_URL}
    ),
}
WORDS: Final = {401: {"error": "unauthenticated"}, 403: {"error": "forbidden"}}


def test_the_matrix_has_all_its_cases() -> None:
    """Twenty-five, numbered one after the other."""
    assert [name[:2] for name in MATRIX] == [f"{number:02}" for number in range(1, 26)]


@pytest.mark.parametrize("name", MATRIX)
async def test_whoever_comes_without_the_right_token_is_refused(bot: Bot, name: str) -> None:
    """The answer is 401 or 403 and tells nothing; nobody inside hears of it; the right token is let in afterwards."""
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


async def test_a_rotation_costs_no_request_and_one_refresh(bot: Bot) -> None:
    """While requests come in, Microsoft changes its key: each genuine one is served, and the keys are fetched once."""
    assert await send_genuine(bot) == 200
    bot.clock.advance(3600)
    bot.teams.rotate("key-1", 1)
    answers = await asyncio.gather(*(send_genuine(bot, kid="key-1") for _ in range(40)))
    assert set(answers) == {200}
    assert bot.teams.key_fetches == 2


async def test_invented_key_ids_refresh_once_a_minute(bot: Bot) -> None:
    """A flood of unknown key ids asks the key server once a minute, however many come, and delays nobody else."""
    assert await send_genuine(bot) == 200
    for minute in range(1, 4):
        bot.clock.advance(61)
        flood = [send_activity(bot, bot.teams.authorization(kid=f"{minute}-{number}", key=1)) for number in range(30)]
        assert {status for status, _ in await asyncio.gather(*flood)} == {401}
        assert bot.teams.key_fetches == 1 + minute
        assert await send_genuine(bot) == 200


@pytest.mark.parametrize("trouble", [stop_key_server, delay_key_server])
async def test_known_keys_survive_an_outage(bot: Bot, trouble: Callable[[Bot], Awaitable[None]]) -> None:
    """Down or 30 seconds slow, for two days: whoever has a known key is served at once, and nobody else is."""
    assert await send_genuine(bot) == 200
    await trouble(bot)
    for _ in range(8):
        bot.clock.advance(6 * 3600)
        started = time.monotonic()
        assert await send_genuine(bot) == 200
        assert time.monotonic() - started < KEY_TIMEOUT_S
    assert (await send_activity(bot, bot.teams.authorization(kid="key-9", key=1)))[0] == 401
    assert len(bot.chat.interactions) == 1 + 8
