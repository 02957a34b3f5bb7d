"""Waiting for something to become true, with an end."""

import asyncio
import time
from collections.abc import Awaitable, Callable

LOOK_S = 0.05


async def until(is_so: Callable[[], Awaitable[bool]], limit_s: float, look_s: float = LOOK_S) -> float:
    """Return when it is true, with how long that took. Raises TimeoutError."""
    began = time.monotonic()
    for _ in range(int(limit_s / look_s) + 1):
        if await is_so():
            return time.monotonic() - began
        if time.monotonic() - began > limit_s:
            break
        await asyncio.sleep(look_s)
    raise TimeoutError
