"""Answers to Slack, which waits three seconds for each: what takes longer goes on, and comes when it is there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from bot.platforms.ingress import Json

BUDGET_S: Final = 2.3
"""Slack waits for three seconds, on its own clock and with the way there and back."""
GOING_ON_MAX: Final = 1_000
AT_ONCE: Final = 50
"""So many are worked on; the others wait before they begin, and none of them for the database beside all others."""
END_S: Final = 3.0
"""How long what goes on may go on when the process ends."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.late")


class Reply:
    """The answer to one request, as long as Slack waits for it."""

    def __init__(self) -> None:
        self.given: asyncio.Future[Json] = asyncio.get_running_loop().create_future()

    @property
    def is_open(self) -> bool:
        return not self.given.done()

    def give(self, body: Json) -> bool:
        """Answer with this, if Slack still waits."""
        if self.given.done():
            return False
        self.given.set_result(body)
        return True


class Busy(Exception):
    """So much goes on that nothing more is begun."""


class Hands:
    """Holds what goes on after Slack has been told to wait no longer."""

    def __init__(self, budget_s: float = BUDGET_S, limit: int = GOING_ON_MAX, end_s: float = END_S) -> None:
        self._budget_s = budget_s
        self._limit = limit
        self._end_s = end_s
        self._free = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()

    async def run(self, work: Callable[[Reply], Awaitable[None]], late: Callable[[], Json]) -> Json:
        """What `work` answers within the time; after that `late`, while the work goes on. Raises Busy."""
        if len(self._tasks) >= self._limit:
            raise Busy
        reply = Reply()
        task = asyncio.create_task(self._carry(work, reply))
        self._tasks.add(task)
        self._idle.clear()
        task.add_done_callback(self._done)
        await asyncio.wait({task, reply.given}, timeout=self._budget_s, return_when=asyncio.FIRST_COMPLETED)
        if reply.given.done():
            task.add_done_callback(_noted)
            return reply.given.result()
        if task.done():
            reply.give({})
            task.result()
            return {}
        body = late()
        reply.give(body)
        task.add_done_callback(_noted)
        return body

    async def _carry(self, work: Callable[[Reply], Awaitable[None]], reply: Reply) -> None:
        async with self._free:
            await work(reply)

    async def end(self) -> None:
        """Let what goes on come to its end, for a few seconds."""
        try:
            async with asyncio.timeout(self._end_s):
                await self.settle()
        except TimeoutError:
            left = set(self._tasks)
            _log.warning("slack_answers_cut_short", answers=len(left))
            for task in left:
                task.cancel()
            await asyncio.wait(left)

    async def settle(self) -> None:
        """Wait until nothing goes on any more."""
        # Very many may wait for very many: each wakes up once, not with every task.
        while self._tasks:
            await self._idle.wait()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not self._tasks:
            self._idle.set()


def _noted(task: asyncio.Task[None]) -> None:
    """A defect of which nobody hears any more."""
    if not task.cancelled() and (failure := task.exception()) is not None:
        _log.error("slack_answer_broke", exc_info=failure)
