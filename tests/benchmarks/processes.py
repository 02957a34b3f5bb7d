"""The processes that are measured: started, asked what they used, ended."""

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiohttp

ROOT: Final = Path(__file__).resolve().parents[2]
START_S: Final = 60.0
ADDRESS: Final = re.compile(r"http://127\.0\.0\.1:\d+")
LINE_MAX_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Used:
    """What a process has used so far; nothing is known of it without /proc."""

    cpu_s: float
    rss_mb: float


@dataclass(frozen=True, slots=True)
class Running:
    """A process that listens."""

    process: Process
    address: str

    def used(self) -> Used:
        return used(self.process.pid)

    async def ask(self, **order: object) -> dict[str, Any]:
        """Give an order in one line and wait for its answer in one line."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await self.process.stdout.readline())
        return answer


def used(pid: int) -> Used:
    """As the kernel tells."""
    folder = Path("/proc", str(pid))
    if not folder.is_dir():
        return Used(float("nan"), float("nan"))
    ticks = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
    found = re.search(r"VmRSS:\s+(\d+) kB", (folder / "status").read_text(encoding="utf-8"))
    return Used(sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"), int(found[1]) / 1024 if found else float("nan"))


@asynccontextmanager
async def listening(
    *arguments: str, folder: Path, settings: Mapping[str, str] | None = None, line: str = ""
) -> AsyncGenerator[Running]:
    """`python -m …` until the block ends; `line` is what it reads first."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *arguments),
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "", **(settings or {})},
        stdin=PIPE,
        stdout=PIPE,
        stderr=(folder / f"{arguments[0]}.log").open("ab"),
        limit=LINE_MAX_BYTES,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(line.encode() + b"\n" if line else b"")
        async with asyncio.timeout(START_S):
            said = (await process.stdout.readline()).decode()
        found = ADDRESS.search(said)
        if found is None:
            raise RuntimeError(f"{arguments} did not start; see {folder}")
        yield Running(process, found.group())
    finally:
        if process.returncode is None:
            process.terminate()
        process.stdin.close()
        await process.wait()


async def read(address: str) -> tuple[int, bytes]:
    """What stands at an address."""
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        return response.status, await response.read()


async def counts(far: Running) -> dict[str, int]:
    """What a far end was asked for so far."""
    counted: dict[str, int] = json.loads((await read(f"{far.address}/counts"))[1])
    return counted
