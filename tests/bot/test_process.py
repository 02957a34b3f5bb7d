import asyncio
import json
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.architecture.source import ROOT
from tests.postgres import Server

START_S = 40
END_S = 10.0
LOOKS, LOOK_S = 200, 0.2


async def start(folder: Path, *arguments: str, **settings: str) -> Process:
    """Start `python -m bot …` in its own folder with only these settings."""
    environment = {f"KOLLEGA_{name}": value for name, value in settings.items()}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "", **environment},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )


async def outcome(process: Process) -> tuple[int, str, str]:
    """Return status, output and errors of a process that ends by itself."""
    async with asyncio.timeout(START_S):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


@asynccontextmanager
async def serving(folder: Path, **settings: str) -> AsyncGenerator[tuple[Process, str]]:
    """Start a bot and yield its address; kill it at the end if needed."""
    process = await start(folder, "run", **{"PORT": "0", "DEMO": "1", **settings})
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_S):
            line = (await process.stdout.readline()).decode()
        found = re.search(r"https?://[^\s/]+", line)
        assert found is not None, line
        yield process, found.group()
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def read(address: str) -> tuple[int, str]:
    """Return the body at a URL."""
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        return response.status, await response.text()


async def messages(address: str) -> list[str]:
    """Return the ids of the messages in the demo channel."""
    _, body = await read(f"{address}/chat/rooms/vertrieb/messages?as=anna")
    return [message["id"] for message in json.loads(body)["messages"]]


async def delivered_messages(address: str) -> list[str]:
    """Return the ids once the relay is idle."""
    for _ in range(LOOKS):
        text = (await read(f"{address}/metrics"))[1]
        if all(f'kollega_outbox_depth{{state="{state}"}} 0.0' in text for state in ("unrouted", "pending", "sending")):
            break
        await asyncio.sleep(LOOK_S)
    return await messages(address)


@pytest.mark.timeout(120)
async def test_demo_keeps_its_data(tmp_path: Path) -> None:
    """The first start creates database, keys and demo; after a kill the same messages exist once."""
    async with serving(tmp_path) as (process, address):
        assert await read(f"{address}/healthz") == (200, "ok")
        assert await read(f"{address}/readyz") == (200, "ready")
        first = await delivered_messages(address)
        people = json.loads((await read(f"{address}/chat/people"))[1])["people"]
        process.kill()
    assert len(first) >= 10
    assert {person["role"] for person in people} == {"owner", "admin", "member", "viewer", ""}
    assert {person["firm"] for person in people} == {"Solarhaus GmbH", "Dachwerk Süd KG", ""}
    async with serving(tmp_path) as (_, address):
        assert await delivered_messages(address) == first


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_sigterm_ends_the_process(tmp_path: Path, number: signal.Signals) -> None:
    """A process with an open stream ends within seconds with status 0 and no error."""
    async with (
        serving(tmp_path) as (process, address),
        aiohttp.ClientSession() as session,
        session.get(f"{address}/chat/events?as=anna"),
    ):
        process.send_signal(number)
        async with asyncio.timeout(END_S):
            _, err = await process.communicate()
    assert (process.returncode, err.decode()) == (0, "")


async def test_a_bad_setting_stops_the_start_with_one_line(tmp_path: Path) -> None:
    """One line names the setting, the status is 2 and nothing is created."""
    status, out, err = await outcome(await start(tmp_path, "run", PORT="many"))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("Kollega cannot start. KOLLEGA_PORT: ")
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - a short listing at the end of the test


async def test_a_port_in_use_stops_the_start_with_one_line(tmp_path: Path) -> None:
    """A port in use is reported in one line."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        status, _, err = await outcome(await start(tmp_path, "run", PORT=port))
    assert (status, err.count("\n")) == (1, 1)
    assert f"127.0.0.1:{port}" in err


async def test_an_unreachable_database_stops_the_start_without_its_password(tmp_path: Path) -> None:
    """The line names the setting and not the password."""
    url = "postgresql+asyncpg://kollega:geheim@127.0.0.1:9/kollega"
    status, _, err = await outcome(await start(tmp_path, "run", DATABASE_URL=url, SECRET_KEYS="k" * 40))
    assert (status, err.count("\n")) == (1, 1)
    assert err.startswith("Kollega cannot start. KOLLEGA_DATABASE_URL: ")
    assert "geheim" not in err


@pytest.fixture
def empty_url(postgres: Server) -> object:
    """Return the URL of a PostgreSQL database without tables."""
    with postgres.database("template1") as url:
        yield url


@pytest.mark.timeout(120)
async def test_a_shared_database_is_migrated_on_demand_only(tmp_path: Path, empty_url: str) -> None:
    """On PostgreSQL only `migrate` changes the schema, and it may be repeated."""
    shared = {"DATABASE_URL": empty_url, "SECRET_KEYS": "k" * 40}
    status, _, err = await outcome(await start(tmp_path, "run", **shared))
    assert (status, "python -m bot migrate" in err) == (1, True)
    for _ in range(2):
        assert (await outcome(await start(tmp_path, "migrate", **shared)))[0] == 0
    for sentence in ("The example was added.", "The example is there already."):
        assert await outcome(await start(tmp_path, "seed-demo", **shared)) == (0, f"{sentence}\n", "")
