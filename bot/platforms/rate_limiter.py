"""How fast a place on a chat platform may be written to or asked, kept on our side."""

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


MAX_WAIT_S: Final = 30.0
MAX_WAITING: Final = 64
MAX_PLACES: Final = 4096


@dataclass(slots=True)
class _Pace:
    """What one place has seen; its callers wait in a row."""

    calls: deque[float]
    blocked_until: float = 0.0
    waiting: int = 0
    row: asyncio.Lock = field(default_factory=asyncio.Lock)

    def delay_s(self, windows: Sequence[Window], now: float) -> float:
        """How long until a call is allowed."""
        free_at = [self.calls[-w.calls] + w.seconds for w in windows if len(self.calls) >= w.calls]
        return max([self.blocked_until, *free_at]) - now


class Paces:
    """Sliding windows by place: a conversation, or a method of a workspace.

    Whoever would wait too long, or behind too many, is sent away with a time.
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
        self._paces: OrderedDict[str, _Pace] = OrderedDict()

    async def wait(self, place: str, max_wait_s: float = MAX_WAIT_S) -> None:
        """Return when the place may be called, having counted the call. Raises RateLimited."""
        pace = self._pace(place)
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

    def block(self, place: str, seconds: float) -> None:
        """Let nobody call this place before so many seconds are over."""
        pace = self._pace(place)
        pace.blocked_until = max(pace.blocked_until, self._timer() + seconds)

    async def _wait_in_front(self, pace: _Pace, give_up_at: float) -> None:
        while (delay_s := pace.delay_s(self._windows, now := self._timer())) > 0:
            if now + delay_s > give_up_at:
                raise RateLimited(delay_s)
            await self._sleep(delay_s)

    def _pace(self, place: str) -> _Pace:
        pace = self._paces.get(place)
        if pace is None:
            self._forget_one()
            longest = max(window.calls for window in self._windows)
            pace = self._paces[place] = _Pace(deque(maxlen=longest))
        self._paces.move_to_end(place)
        return pace

    def _forget_one(self) -> None:
        """Make room by the place that has been quiet the longest, where nobody waits or has to."""
        if len(self._paces) < MAX_PLACES:
            return
        now = self._timer()
        quiet = next((n for n, pace in self._paces.items() if not pace.waiting and pace.blocked_until <= now), None)
        if quiet is None:
            raise RateLimited(1.0)
        del self._paces[quiet]
