"""Clients that dribble their requests: each is shown out, and nobody else waits for them."""

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
from tests.faults.conftest import Note
from tests.features.conftest import settings_for

IDLE_S: Final = 2.0
DRIBBLE_S: Final = 0.25
PAUSE_S: Final = 0.1
COMING_MAX: Final = 50
"""Whoever comes when too many come at once is not let in by the operating system, and waits for nobody."""
ACCEPTED_S: Final = 0.02
OTHERS_S: Final = 1.0
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
    b"POST /join/nobody HTTP/1.1\r\nHost: kollega.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 1000\r\n\r\nanswer="
)
NOTHING: Final = b""


@dataclass(frozen=True, slots=True)
class Open:
    """The bot's door and the Teams that comes to it."""

    host: str
    port: int
    teams: FakeTeams
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(COMING_MAX))

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}/api/messages"

    async def dribble(self, beginning: bytes) -> float:
        """Send a byte now and then until the door is closed; how long that took."""
        async with self.gate:
            reader, writer = await asyncio.open_connection(self.host, self.port)
            await asyncio.sleep(ACCEPTED_S)
        began = time.monotonic()
        writer.write(beginning)
        while time.monotonic() - began < LIMIT_S:
            if beginning:
                writer.write(b"x")
            try:
                async with asyncio.timeout(DRIBBLE_S):
                    if not await reader.read(4096):
                        break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        writer.close()
        return time.monotonic() - began

    async def ask(self, session: ClientSession) -> float:
        """What Teams sends meanwhile; how long the answer takes."""
        began = time.monotonic()
        activity, headers = self.teams.activity(type="typing"), {"Authorization": self.teams.authorization()}
        async with session.post(self.address, json=activity, headers=headers) as response:
            assert response.status == 200
        return time.monotonic() - began


@asynccontextmanager
async def opened_door(url: str) -> AsyncGenerator[Open]:
    """The whole bot, impatient with connections on which nothing whole arrives."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        teams = await stack.enter_async_context(FakeTeams(clock))
        house = await stack.enter_async_context(open_application(settings_for(url, teams, ""), clock))
        runner = build_runner(house.web_app, idle_s=IDLE_S)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield Open(host, port, teams)


@pytest.mark.parametrize("clients", SIZES)
@pytest.mark.nightly
async def test_slow_clients_are_shown_out_and_hold_nobody_up(
    clients: int, sqlite_url: str, note: Note, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Headers, bodies and forms that dribble, and connections that say nothing, end in time; others are served."""
    monkeypatch.chdir(tmp_path)
    kinds = {"headers": HEADERS, "body": BODY, "form": FORM, "nothing": NOTHING}
    async with opened_door(sqlite_url) as door, ClientSession() as session:
        await door.ask(session)
        waits: list[float] = []
        async with asyncio.TaskGroup() as tasks:
            slow = {
                name: [tasks.create_task(door.dribble(beginning)) for _ in range(clients // len(kinds))]
                for name, beginning in kinds.items()
            }
            while not all(one.done() for group in slow.values() for one in group):
                waits.append(await door.ask(session))
                await asyncio.sleep(PAUSE_S)
        longest = {name: round(max(one.result() for one in group), 2) for name, group in slow.items()}
        note(clients=clients, longest_s=longest, others=len(waits), others_longest_s=round(max(waits), 3))
    assert max(longest.values()) < LIMIT_S
    assert max(longest["headers"], longest["nothing"]) < BODY_LIMIT_S
    assert max(waits) < OTHERS_S


async def test_what_is_too_large_or_too_deep_is_turned_away_at_once(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body over the limit is 413, JSON ten thousand deep 400, ten thousand headers 400; the next one is served."""
    monkeypatch.chdir(tmp_path)
    async with opened_door(sqlite_url) as door, ClientSession() as session:
        deep = b'{"serviceUrl":' + b"[" * 10_000 + b"]" * 10_000 + b"}"
        large = json.dumps(door.teams.activity(text="x" * BODY_LIMIT_BYTES)).encode()
        for body, status in ((large, 413), (deep, 400)):
            headers = {"Content-Type": "application/json", "Authorization": door.teams.authorization()}
            async with session.post(door.address, data=body, headers=headers) as response:
                assert response.status == status
        reader, writer = await asyncio.open_connection(door.host, door.port)
        writer.write(b"POST /api/messages HTTP/1.1\r\n" + b"X-Y: z\r\n" * 10_000 + b"\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.0 400")
        writer.close()
        assert await door.ask(session) < OTHERS_S
