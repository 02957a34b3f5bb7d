"""Processes that are there at once, to be killed: a parent that has everything loaded forks them on demand.

`python -m tests.faults.nursery MODULE` loads the module and then reads lines: `start ARGUMENT…` forks a process that
runs the module's `main(*arguments)`, `kill NUMBER` sends SIGKILL, an empty line ends everything that is left. It
answers `NUMBER` for a process that was started and `NUMBER STATUS` for one that has ended.
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

LOOK_S = 0.02
START_S = 60


class Nursery:
    """The other end of such a parent."""

    def __init__(self, parent: Process) -> None:
        self._parent = parent
        self._ended: dict[int, asyncio.Future[int]] = {}
        self._started: asyncio.Queue[int] = asyncio.Queue()

    async def start(self, *arguments: str) -> int:
        """The number of a new process."""
        self._say("start", *arguments)
        async with asyncio.timeout(START_S):
            return await self._started.get()

    def kill(self, number: int) -> None:
        """End a process without warning."""
        self._say("kill", str(number))

    async def ended(self, number: int) -> int:
        """Wait for its end: the exit status, negative for the signal that ended it."""
        return await self._ended[number]

    async def listen(self) -> None:
        """Hear who was born and who died, until the parent ends."""
        assert self._parent.stdout is not None
        while line := (await self._parent.stdout.readline()).split():
            number = int(line[0])
            if len(line) == 1:
                self._ended[number] = asyncio.get_running_loop().create_future()
                self._started.put_nowait(number)
            else:
                self._ended[number].set_result(int(line[1]))

    def _say(self, *words: str) -> None:
        assert self._parent.stdin is not None
        self._parent.stdin.write(("\t".join(words) + "\n").encode())


@asynccontextmanager
async def opened(module: str) -> AsyncGenerator[Nursery]:
    """A nursery for processes of this module; nothing of it outlives the block."""
    command = (sys.executable, "-m", "tests.faults.nursery", module)
    parent = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    nursery = Nursery(parent)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(nursery.listen())
            try:
                yield nursery
            finally:
                assert parent.stdin is not None
                parent.stdin.close()
    finally:
        if parent.returncode is None:
            await parent.wait()


def main(module: str) -> None:
    """Fork and bury until nobody speaks any more."""
    loaded = importlib.import_module(module)
    children: set[int] = set()
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        rest, is_heard = b"", True
        while is_heard:
            if selector.select(LOOK_S):
                heard = os.read(sys.stdin.fileno(), 65_536)
                *lines, rest = (rest + heard).split(b"\n")
                is_heard = bool(heard)
                for line in lines:
                    _obey(loaded.main, line.decode().split("\t"), children)
            _bury(children, sys.stdout)
    for child in children:
        os.kill(child, signal.SIGKILL)
    while children:
        children.discard(os.wait()[0])


def _obey(work: object, words: list[str], children: set[int]) -> None:
    if words[0] == "kill" and int(words[1]) in children:
        os.kill(int(words[1]), signal.SIGKILL)
    elif words[0] == "start":
        child = os.fork()
        if child == 0:
            _live(work, words[1:])
        children.add(child)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def _live(work: object, arguments: list[str]) -> None:
    """Be the child, and end without going back into the parent's loop."""
    assert callable(work)
    status = 1
    try:
        work(*arguments)
        status = 0
    finally:
        os._exit(status)


def _bury(children: set[int], out: IO[str]) -> None:
    for child in list(children):
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            children.discard(child)
            out.write(f"{child} {os.waitstatus_to_exitcode(status)}\n")
            out.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
