"""Poll for a condition with a time limit."""

import asyncio
import time
from collections.abc import Awaitable, Callable

POLL_S = 0.05


async def wait_until(condition: Callable[[], Awaitable[bool]], limit_s: float, poll_s: float = POLL_S) -> float:
    """Wait until the condition holds and return the seconds it took. Raises TimeoutError."""
    began = time.monotonic()
    for _ in range(int(limit_s / poll_s) + 1):
        if await condition():
            return time.monotonic() - began
        if time.monotonic() - began > limit_s:
            break
        await asyncio.sleep(poll_s)
    raise TimeoutError
