"""How fast a conversation in Microsoft Teams may be written to or asked, kept on our side."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.platforms.base import RateLimited


@dataclass(frozen=True, slots=True)
class Window:
    """At most so many calls in so many seconds."""

    calls: int
    seconds: float


WRITES: Final = (Window(7, 1), Window(8, 2), Window(60, 30), Window(1800, 3600))
READS: Final = (Window(14, 1), Window(16, 2), Window(120, 30), Window(3600, 3600))

MAX_WAIT_S: Final = 30.0
MAX_WAITING: Final = 64
MAX_CONVERSATIONS: Final = 4096


@dataclass(slots=True)
class _Pace:
    """What one conversation has seen; its callers wait in a row."""

    calls: deque[float]
    blocked_until: float = 0.0
    waiting: int = 0
    row: asyncio.Lock = field(default_factory=asyncio.Lock)

    def delay_s(self, windows: Sequence[Window], now: float) -> float:
        """How long until a call is allowed."""
        free_at = [self.calls[-w.calls] + w.seconds for w in windows if len(self.calls) >= w.calls]
        return max([self.blocked_until, *free_at]) - now


class Paces:
    """Sliding windows by conversation. Whoever would wait too long, or behind too many, is sent away with a time."""

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
        self._paces: OrderedDict[str, _Pace] = OrderedDict()

    async def wait(self, conversation: str, max_wait_s: float = MAX_WAIT_S) -> None:
        """Return when the conversation may be called, having counted the call. Raises RateLimited."""
        pace = self._pace(conversation)
        if pace.waiting >= MAX_WAITING:
            raise RateLimited(max(1.0, pace.delay_s(self._windows, self._timer())))
        pace.waiting += 1
        give_up_at = self._timer() + max_wait_s
        try:
            async with pace.row:
                await self._wait_in_front(pace, give_up_at)
                pace.calls.append(self._timer())
        finally:
            pace.waiting -= 1

    def block(self, conversation: str, seconds: float) -> None:
        """Let nobody call this conversation before so many seconds are over."""
        pace = self._pace(conversation)
        pace.blocked_until = max(pace.blocked_until, self._timer() + seconds)

    async def _wait_in_front(self, pace: _Pace, give_up_at: float) -> None:
        while (delay_s := pace.delay_s(self._windows, now := self._timer())) > 0:
            if now + delay_s > give_up_at:
                raise RateLimited(delay_s)
            await self._sleep(delay_s)

    def _pace(self, conversation: str) -> _Pace:
        pace = self._paces.get(conversation)
        if pace is None:
            self._forget_one()
            longest = max(window.calls for window in self._windows)
            pace = self._paces[conversation] = _Pace(deque(maxlen=longest))
        self._paces.move_to_end(conversation)
        return pace

    def _forget_one(self) -> None:
        """Make room by the conversation that has been quiet the longest, where nobody waits or has to."""
        if len(self._paces) < MAX_CONVERSATIONS:
            return
        now = self._timer()
        quiet = next((n for n, pace in self._paces.items() if not pace.waiting and pace.blocked_until <= now), None)
        if quiet is None:
            raise RateLimited(1.0)
        del self._paces[quiet]
