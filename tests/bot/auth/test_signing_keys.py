"""Signing keys of Teams: caching, rotation and outages of the key server."""

import asyncio
import json
import socket
import time

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from jwt.warnings import InsecureKeyLengthWarning

from bot.platforms.teams.auth import Forbidden, TokenVerifier, Unauthenticated
from bot.platforms.teams.keys import MAX_DOCUMENT_BYTES
from bot.platforms.teams.service_hosts import ServiceHosts
from tests.fakes.bot_connector import APP_ID, CannedResponse, FakeClock, FakeTeams, Slow


async def test_key_must_endorse_teams(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """A key that is endorsed only for other channels signs no Teams token."""
    teams.endorsements = ["webchat", "directline"]
    with pytest.raises(Forbidden):
        await verifier.verify(teams.authorization(), teams.activity())


async def test_key_without_endorsements_is_accepted(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """A key is accepted if the key server lists no endorsements."""
    teams.endorsements = None
    await verifier.verify(teams.authorization(), teams.activity())


async def test_rotation_rejects_no_request(verifier: TokenVerifier, teams: FakeTeams, clock: FakeClock) -> None:
    """After a rotation the first token with the new key is accepted and the old key is rejected."""
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
    """Unknown key ids cause one request to the key server per minute and delay no known key."""
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
    """Fifty simultaneous activities share one fetch, and cancelling one of them does not cancel it."""
    teams.key_server = Slow(0.1)
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(verifier.verify(teams.authorization(), teams.activity())) for _ in range(50)]
        await asyncio.sleep(0.03)
        waiting[0].cancel()
        results = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1:] == [None] * 49
    assert teams.key_fetches == 1


@pytest.mark.parametrize(
    "trouble", [CannedResponse(503), Slow(5), CannedResponse(200, body=b"<html>"), CannedResponse(302)]
)
async def test_known_keys_survive_an_outage(
    verifier: TokenVerifier, teams: FakeTeams, clock: FakeClock, trouble: CannedResponse | Slow
) -> None:
    """While the key server fails, known keys stay valid without delay, even after a day."""
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


async def test_slow_key_server_rejects_unknown_key_after_timeout(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """Without any key, a request is rejected when the fetch times out."""
    teams.key_server = Slow(30)
    started = time.monotonic()
    with pytest.raises(Unauthenticated):
        await verifier.verify(teams.authorization(), teams.activity())
    assert time.monotonic() - started < 2


async def test_first_fetch_is_retried_soon(verifier: TokenVerifier, teams: FakeTeams, clock: FakeClock) -> None:
    """A bot that starts during an outage fetches the keys some seconds after its end."""
    teams.key_server = CannedResponse(500)
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
    """Keys older than a day are fetched again, so that a withdrawn key expires."""
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
    """Metadata of another issuer, without TLS or above the size limit yields no key."""
    teams.key_server = CannedResponse(200, body=body)
    with pytest.raises(Unauthenticated):
        await verifier.verify(teams.authorization(), teams.activity())


async def test_only_known_issuers_are_accepted(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """Tokens of an unknown issuer are rejected even if the metadata names the same issuer."""
    teams.issuer = "https://login.microsoftonline.com/botframework.com/v2.0"
    with pytest.raises(Unauthenticated):
        await verifier.verify(teams.authorization(iss=teams.issuer), teams.activity())


async def test_short_keys_are_ignored(verifier: TokenVerifier, teams: FakeTeams) -> None:
    """Keys that are too short are ignored."""
    teams.key_bits = 1024
    with pytest.warns(InsecureKeyLengthWarning):
        header = teams.authorization()
    with pytest.raises(Unauthenticated):
        await verifier.verify(header, teams.activity())


class LoopbackResolver(AbstractResolver):
    """DNS resolver that returns loopback for every name."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("openid_host", ["127.0.0.1", "keys.example"])
async def test_keys_without_tls_come_from_loopback_only(teams: FakeTeams, clock: FakeClock, openid_host: str) -> None:
    """A key server on another host must use TLS, even if trusted metadata names it."""
    port = teams.openid_url.split(":")[2].split("/")[0]
    metadata = {"issuer": teams.issuer, "jwks_uri": f"http://keys.example:{port}/keys"}
    teams.key_server = CannedResponse(200, body=json.dumps(metadata).encode())
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=LoopbackResolver())) as session:
        openid_url = f"http://{openid_host}:{port}/openid"
        verifier = TokenVerifier(APP_ID, openid_url, session, ServiceHosts(["127.0.0.1"]), clock=clock.now)
        with pytest.raises(Unauthenticated):
            await verifier.verify(teams.authorization(), teams.activity())
    assert teams.key_fetches == 1


async def test_close_cancels_a_refresh(teams: FakeTeams, session: aiohttp.ClientSession, clock: FakeClock) -> None:
    """Closing the verifier does not wait for the key server."""
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
