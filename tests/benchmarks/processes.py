"""Processes that are measured: started, asked for their usage, and ended."""

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
class Usage:
    """CPU time and memory that a process has used so far; NaN without /proc."""

    cpu_s: float
    rss_mb: float


@dataclass(frozen=True, slots=True)
class RunningProcess:
    """A process with an HTTP address."""

    process: Process
    address: str

    def usage(self) -> Usage:
        return usage(self.process.pid)

    async def ask(self, **order: object) -> dict[str, Any]:
        """Send an order as one line and return the response line."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        response: dict[str, Any] = json.loads(await self.process.stdout.readline())
        return response


def usage(pid: int) -> Usage:
    """Return the usage that the kernel reports."""
    folder = Path("/proc", str(pid))
    if not folder.is_dir():
        return Usage(float("nan"), float("nan"))
    ticks = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
    match = re.search(r"VmRSS:\s+(\d+) kB", (folder / "status").read_text(encoding="utf-8"))
    return Usage(sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"), int(match[1]) / 1024 if match else float("nan"))


@asynccontextmanager
async def running_process(
    *arguments: str, folder: Path, settings: Mapping[str, str] | None = None, line: str = ""
) -> AsyncGenerator[RunningProcess]:
    """Run `python -m …` until the block ends; `line` is written to its standard input first."""
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
            output = (await process.stdout.readline()).decode()
        match = ADDRESS.search(output)
        if match is None:
            raise RuntimeError(f"{arguments} did not start; see {folder}")
        yield RunningProcess(process, match.group())
    finally:
        if process.returncode is None:
            process.terminate()
        process.stdin.close()
        await process.wait()


async def http_get(address: str) -> tuple[int, bytes]:
    """Return status and body of a GET request."""
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        return response.status, await response.read()


async def request_counts(fake_server: RunningProcess) -> dict[str, int]:
    """Return the request counts of a fake server."""
    counts: dict[str, int] = json.loads((await http_get(f"{fake_server.address}/counts"))[1])
    return counts
