"""A pool of processes that start quickly and can be killed: a parent that has loaded a module forks them on demand.

`python -m tests.faults.process_pool MODULE` loads the module and reads lines: `start ARGUMENT…` forks a process that
runs the module's `main(*arguments)`, `kill NUMBER` sends SIGKILL, end of input kills the rest. It writes `NUMBER` for a
started process and `NUMBER STATUS` for an ended one.
"""

import asyncio
import importlib
import os
import selectors
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import IO

from tests.architecture.source import ROOT

POLL_S = 0.02
START_S = 60


class ProcessPool:
    """Client of the forking parent."""

    def __init__(self, parent: Process) -> None:
        self._parent = parent
        self._exit_statuses: dict[int, asyncio.Future[int]] = {}
        self._started: asyncio.Queue[int] = asyncio.Queue()

    async def start(self, *arguments: str) -> int:
        """Start a process and return its number."""
        self._write_command("start", *arguments)
        async with asyncio.timeout(START_S):
            return await self._started.get()

    def kill(self, number: int) -> None:
        """Send SIGKILL to a process."""
        self._write_command("kill", str(number))

    async def wait_for_exit(self, number: int) -> int:
        """Wait for the end of a process and return its exit status, negative for a signal."""
        return await self._exit_statuses[number]

    async def read_reports(self) -> None:
        """Read the parent's lines about started and ended processes until the parent ends."""
        assert self._parent.stdout is not None
        while line := (await self._parent.stdout.readline()).split():
            number = int(line[0])
            if len(line) == 1:
                self._exit_statuses[number] = asyncio.get_running_loop().create_future()
                self._started.put_nowait(number)
            else:
                self._exit_statuses[number].set_result(int(line[1]))

    def _write_command(self, *words: str) -> None:
        assert self._parent.stdin is not None
        self._parent.stdin.write(("\t".join(words) + "\n").encode())


@asynccontextmanager
async def process_pool(module: str) -> AsyncGenerator[ProcessPool]:
    """Open a pool for a module; every process ends with the block."""
    command = (sys.executable, "-m", "tests.faults.process_pool", module)
    parent = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    pool = ProcessPool(parent)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(pool.read_reports())
            try:
                yield pool
            finally:
                assert parent.stdin is not None
                parent.stdin.close()
    finally:
        if parent.returncode is None:
            await parent.wait()


def main(module: str) -> None:
    """Fork and reap processes until standard input ends."""
    loaded = importlib.import_module(module)
    children: set[int] = set()
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        rest, is_open = b"", True
        while is_open:
            if selector.select(POLL_S):
                received = os.read(sys.stdin.fileno(), 65_536)
                *lines, rest = (rest + received).split(b"\n")
                is_open = bool(received)
                for line in lines:
                    _run_command(loaded.main, line.decode().split("\t"), children)
            _reap(children, sys.stdout)
    for child in children:
        os.kill(child, signal.SIGKILL)
    while children:
        children.discard(os.wait()[0])


def _run_command(work: object, words: list[str], children: set[int]) -> None:
    if words[0] == "kill" and int(words[1]) in children:
        os.kill(int(words[1]), signal.SIGKILL)
    elif words[0] == "start":
        child = os.fork()
        if child == 0:
            _run_child(work, words[1:])
        children.add(child)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def _run_child(work: object, arguments: list[str]) -> None:
    """Run the work in the child, and exit without returning into the parent's loop."""
    assert callable(work)
    status = 1
    try:
        work(*arguments)
        status = 0
    finally:
        os._exit(status)


def _reap(children: set[int], out: IO[str]) -> None:
    for child in list(children):
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            children.discard(child)
            out.write(f"{child} {os.waitstatus_to_exitcode(status)}\n")
            out.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
