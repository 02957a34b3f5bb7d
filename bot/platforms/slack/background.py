"""Background tasks of Slack requests: a response within Slack's 3 seconds, while the work may go on."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from bot.platforms.ingress import Json

BUDGET_S: Final = 2.3
"""Slack waits 3 seconds by its own clock; 0.7 s are left for the network in both directions."""
TASKS_MAX: Final = 1_000
CONCURRENCY: Final = 50
"""Tasks that run at the same time; the rest wait here instead of in the queue for the database."""
SHUTDOWN_S: Final = 3.0
"""The time that running tasks get when the process ends."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.background")


class SlackReply:
    """The HTTP response of one request, which can be set once and only while Slack waits for it."""

    def __init__(self) -> None:
        self.body: asyncio.Future[Json] = asyncio.get_running_loop().create_future()

    @property
    def is_open(self) -> bool:
        return not self.body.done()

    def send(self, body: Json) -> bool:
        """Respond with this body; return whether Slack was still waiting."""
        if self.body.done():
            return False
        self.body.set_result(body)
        return True


class TooManyTasks(Exception):
    """The limit of background tasks is reached; no new one is started."""


class BackgroundTasks:
    """Owns the tasks that continue after their request was acknowledged, and ends them at shutdown."""

    def __init__(self, budget_s: float = BUDGET_S, limit: int = TASKS_MAX, shutdown_s: float = SHUTDOWN_S) -> None:
        self._budget_s = budget_s
        self._limit = limit
        self._shutdown_s = shutdown_s
        self._slots = asyncio.Semaphore(CONCURRENCY)
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()

    async def run(self, work: Callable[[SlackReply], Awaitable[None]], late: Callable[[], Json]) -> Json:
        """Return the body that `work` sends within the budget, else `late()`. Raises TooManyTasks."""
        if len(self._tasks) >= self._limit:
            raise TooManyTasks
        reply = SlackReply()
        task = asyncio.create_task(self._run_in_slot(work, reply))
        self._tasks.add(task)
        self._idle.clear()
        task.add_done_callback(self._discard)
        await asyncio.wait({task, reply.body}, timeout=self._budget_s, return_when=asyncio.FIRST_COMPLETED)
        if reply.body.done():
            task.add_done_callback(_log_failure)
            return reply.body.result()
        if task.done():
            reply.send({})
            task.result()
            return {}
        body = late()
        reply.send(body)
        task.add_done_callback(_log_failure)
        return body

    async def _run_in_slot(self, work: Callable[[SlackReply], Awaitable[None]], reply: SlackReply) -> None:
        async with self._slots:
            await work(reply)

    async def end(self) -> None:
        """Wait a few seconds for running tasks, then cancel them."""
        try:
            async with asyncio.timeout(self._shutdown_s):
                await self.join()
        except TimeoutError:
            left = set(self._tasks)
            _log.warning("background_tasks_cancelled", tasks=len(left))
            for task in left:
                task.cancel()
            await asyncio.wait(left)

    async def join(self) -> None:
        """Wait until no task is left."""
        # An event, not asyncio.wait: with 1,000 waiters each would wake up with every finished task.
        while self._tasks:
            await self._idle.wait()

    def _discard(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not self._tasks:
            self._idle.set()


def _log_failure(task: asyncio.Task[None]) -> None:
    """Log a defect of a task whose request was answered already."""
    if not task.cancelled() and (failure := task.exception()) is not None:
        _log.error("background_task_failed", exc_info=failure)
