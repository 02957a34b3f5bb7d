"""HTTP calls to a platform's API: timeouts, retries within a rate limit, and backoff."""

import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import aiohttp

from bot.platforms.base import SendFailed
from bot.platforms.rate_limiter import RateLimiter
from bot.platforms.response_body import BodyTooLarge, read_body

# `connect` includes the wait for a free connection of the pool: when it expires, nothing was written.
TIMEOUT: Final = aiohttp.ClientTimeout(total=30, connect=5)
MAX_TRIES: Final = 4
MAX_TOTAL_WAIT_S: Final = 30.0
MAX_RETRY_AFTER_S: Final = 24 * 3600.0
BACKOFF_S: Final = 1.0
MAX_BACKOFF_S: Final = 8.0
RELAY_PATIENCE_S: Final = 1.0
"""A delivery that must wait longer for its conversation goes back to the outbox: the relay's workers are few."""
MAX_RESPONSE_BYTES: Final = 2 * 1024 * 1024

NOT_WRITTEN: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""Errors of aiohttp after which the platform has certainly seen nothing of the request."""

Result = TypeVar("Result")

_random: Final = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class HttpReply:
    """Status, Retry-After header and body of a response; the body is empty where it exceeds its limit."""

    status: int
    retry_after: str
    body: bytes


class Retryable(Exception):
    """A try failed in a way that permits another try after `delay_s`."""

    def __init__(self, failure: SendFailed, delay_s: float) -> None:
        super().__init__()
        self.failure = failure
        self.delay_s = delay_s


@dataclass(frozen=True, slots=True)
class Retries:
    """Which rate limit a call counts against, and how long it may take with all its tries."""

    limiter: RateLimiter
    key: str
    patience_s: float
    timer: Callable[[], float] = time.monotonic

    async def run(self, attempt: Callable[[int], Awaitable[Result]]) -> Result:
        """Call `attempt` with 0, 1 … until it succeeds, or tries or patience are used up. Raises SendFailed."""
        give_up_at = self.timer() + self.patience_s
        number = 0
        while True:
            await self.limiter.wait(self.key, give_up_at - self.timer())
            try:
                return await attempt(number)
            except Retryable as retryable:
                self.limiter.block(self.key, retryable.delay_s)
                number += 1
                if number == MAX_TRIES or self.timer() + retryable.delay_s > give_up_at:
                    raise retryable.failure from retryable


async def exchange(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    body: bytes | None,
    headers: Mapping[str, str],
    limits: aiohttp.ClientTimeout,
) -> HttpReply:
    """Send one request, without following redirects, and read its whole response. Raises errors of aiohttp."""
    async with session.request(
        method, url, data=body, headers=headers, timeout=limits, allow_redirects=False
    ) as response:
        try:
            content = await read_body(response, MAX_RESPONSE_BYTES)
        except BodyTooLarge:
            content = b""
        return HttpReply(response.status, response.headers.get("Retry-After", ""), content)


def backoff_s(attempt: int) -> float:
    """Return an exponential pause with jitter before try `attempt` + 1."""
    return min(BACKOFF_S * 2.0**attempt, MAX_BACKOFF_S) * _random.uniform(0.5, 1.0)
