"""Clients that send slowly: the server closes their connections, and other clients do not wait."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from aiohttp import ClientSession, web

from bot.app import build_runner, open_application
from bot.platforms.ingress import BODY_LIMIT_BYTES, BODY_LIMIT_S
from tests.builders import Clock
from tests.fakes.bot_connector import FakeTeams
from tests.faults.conftest import RecordFigures
from tests.features.conftest import settings_for

IDLE_S: Final = 2.0
BYTE_INTERVAL_S: Final = 0.25
PAUSE_S: Final = 0.1
CONNECTING_MAX: Final = 50
"""Upper limit of connections in the listen queue: the operating system refuses further ones."""
ACCEPTED_S: Final = 0.02
PING_MAX_S: Final = 1.0
LIMIT_S: Final = BODY_LIMIT_S + 5
SIZES: Final = [
    pytest.param(40, id="quick", marks=pytest.mark.timeout(90)),
    pytest.param(800, id="long", marks=[pytest.mark.long, pytest.mark.timeout(180)]),
]
HEADERS: Final = b"POST /api/messages HTTP/1.1\r\nHost: kollega.example\r\nX-Slow: "
BODY: Final = (
    b"POST /api/messages HTTP/1.1\r\nHost: kollega.example\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100000\r\n\r\n{"
)
FORM: Final = (
    b"POST /join/unknown HTTP/1.1\r\nHost: kollega.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 1000\r\n\r\nanswer="
)
NOTHING: Final = b""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Address of the running bot, and the fake Teams that calls it."""

    host: str
    port: int
    teams: FakeTeams
    semaphore: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTING_MAX))

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}/api/messages"

    async def send_slowly(self, beginning: bytes) -> float:
        """Send a byte at a time until the server closes the connection; return the seconds it took."""
        async with self.semaphore:
            reader, writer = await asyncio.open_connection(self.host, self.port)
            await asyncio.sleep(ACCEPTED_S)
        began = time.monotonic()
        writer.write(beginning)
        while time.monotonic() - began < LIMIT_S:
            if beginning:
                writer.write(b"x")
            try:
                async with asyncio.timeout(BYTE_INTERVAL_S):
                    if not await reader.read(4096):
                        break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        writer.close()
        return time.monotonic() - began

    async def ping(self, session: ClientSession) -> float:
        """Send an activity of Teams and return the seconds until the response."""
        began = time.monotonic()
        activity, headers = self.teams.activity(type="typing"), {"Authorization": self.teams.authorization()}
        async with session.post(self.address, json=activity, headers=headers) as response:
            assert response.status == 200
        return time.monotonic() - began


@asynccontextmanager
async def running_server(url: str) -> AsyncGenerator[RunningServer]:
    """Run the whole bot with a short idle timeout for incomplete requests."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        teams = await stack.enter_async_context(FakeTeams(clock))
        app = await stack.enter_async_context(open_application(settings_for(url, teams, ""), clock))
        runner = build_runner(app.web_app, idle_s=IDLE_S)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield RunningServer(host, port, teams)


@pytest.mark.parametrize("clients", SIZES)
@pytest.mark.nightly
async def test_slow_clients_are_disconnected(
    clients: int, sqlite_url: str, record: RecordFigures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow headers, bodies and forms, and idle connections, are closed in time while other requests are served."""
    monkeypatch.chdir(tmp_path)
    kinds = {"headers": HEADERS, "body": BODY, "form": FORM, "nothing": NOTHING}
    async with running_server(sqlite_url) as server, ClientSession() as session:
        await server.ping(session)
        ping_times_s: list[float] = []
        async with asyncio.TaskGroup() as tasks:
            slow = {
                name: [tasks.create_task(server.send_slowly(beginning)) for _ in range(clients // len(kinds))]
                for name, beginning in kinds.items()
            }
            while not all(item.done() for group in slow.values() for item in group):
                ping_times_s.append(await server.ping(session))
                await asyncio.sleep(PAUSE_S)
        longest = {name: round(max(item.result() for item in group), 2) for name, group in slow.items()}
        record(
            clients=clients, longest_s=longest, others=len(ping_times_s), others_longest_s=round(max(ping_times_s), 3)
        )
    assert max(longest.values()) < LIMIT_S
    assert max(longest["headers"], longest["nothing"]) < BODY_LIMIT_S
    assert max(ping_times_s) < PING_MAX_S


async def test_oversized_requests_are_rejected(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body over the limit gets 413, deep JSON and too many headers 400; the next request is served."""
    monkeypatch.chdir(tmp_path)
    async with running_server(sqlite_url) as server, ClientSession() as session:
        deep = b'{"serviceUrl":' + b"[" * 10_000 + b"]" * 10_000 + b"}"
        large = json.dumps(server.teams.activity(text="x" * BODY_LIMIT_BYTES)).encode()
        for body, status in ((large, 413), (deep, 400)):
            headers = {"Content-Type": "application/json", "Authorization": server.teams.authorization()}
            async with session.post(server.address, data=body, headers=headers) as response:
                assert response.status == status
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b"POST /api/messages HTTP/1.1\r\n" + b"X-Y: z\r\n" * 10_000 + b"\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.0 400")
        writer.close()
        assert await server.ping(session) < PING_MAX_S
