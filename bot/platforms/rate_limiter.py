"""Rate limits of a platform, kept on our side: a call waits here instead of being refused there."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.platforms.base import RateLimited


@dataclass(frozen=True, slots=True)
class Window:
    """A maximum of calls within a number of seconds."""

    calls: int
    seconds: float


MAX_WAIT_S: Final = 30.0
MAX_WAITING: Final = 64
"""Callers that wait for one key; a longer queue would only reach its timeout."""
MAX_KEYS: Final = 4096
"""Bounds the memory of one limiter: a key with 1,800 calls in its longest window holds 60 kB."""


@dataclass(slots=True)
class _Usage:
    """The recent calls of one key, and the queue of its callers."""

    calls: deque[float]
    blocked_until: float = 0.0
    waiting: int = 0
    queue: asyncio.Lock = field(default_factory=asyncio.Lock)

    def delay_s(self, windows: Sequence[Window], now: float) -> float:
        """Return the seconds until a call is allowed; zero or less means now."""
        free_at = [self.calls[-w.calls] + w.seconds for w in windows if len(self.calls) >= w.calls]
        return max([self.blocked_until, *free_at]) - now


class RateLimiter:
    """Sliding windows by key: a conversation, or a method of a workspace.

    A caller that would wait longer than it permits, or behind too many others, gets RateLimited.
    """

    def __init__(
        self,
        windows: Sequence[Window],
        *,
        timer: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._windows = windows
        self._timer = timer
        self._sleep = sleep
        self._usages: OrderedDict[str, _Usage] = OrderedDict()

    async def wait(self, key: str, max_wait_s: float = MAX_WAIT_S) -> None:
        """Wait until the key may be called, and count the call. Raises RateLimited."""
        usage = self._get_usage(key)
        if usage.waiting >= MAX_WAITING:
            raise RateLimited(max(1.0, usage.delay_s(self._windows, self._timer())))
        usage.waiting += 1
        give_up_at = self._timer() + max_wait_s
        try:
            async with usage.queue:
                await self._wait_at_head(usage, give_up_at)
                usage.calls.append(self._timer())
        finally:
            usage.waiting -= 1

    def block(self, key: str, seconds: float) -> None:
        """Allow no call of this key for a number of seconds."""
        usage = self._get_usage(key)
        usage.blocked_until = max(usage.blocked_until, self._timer() + seconds)

    async def _wait_at_head(self, usage: _Usage, give_up_at: float) -> None:
        while (delay_s := usage.delay_s(self._windows, now := self._timer())) > 0:
            if now + delay_s > give_up_at:
                raise RateLimited(delay_s)
            await self._sleep(delay_s)

    def _get_usage(self, key: str) -> _Usage:
        usage = self._usages.get(key)
        if usage is None:
            self._evict_idle()
            longest = max(window.calls for window in self._windows)
            usage = self._usages[key] = _Usage(deque(maxlen=longest))
        self._usages.move_to_end(key)
        return usage

    def _evict_idle(self) -> None:
        """Evict the key that has been idle the longest, with no caller waiting and no block in force."""
        if len(self._usages) < MAX_KEYS:
            return
        now = self._timer()
        idle = next((key for key, item in self._usages.items() if not item.waiting and item.blocked_until <= now), None)
        if idle is None:
            raise RateLimited(1.0)
        del self._usages[idle]
