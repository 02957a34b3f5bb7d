"""Rate limits for calls to Teams."""

import asyncio
from itertools import pairwise

import pytest

from bot.platforms.base import RateLimited
from bot.platforms.rate_limiter import MAX_KEYS, MAX_WAITING, RateLimiter, Window
from bot.platforms.teams.connector import READS, WRITES, Connector
from tests.bot.connector.credentials import CHANNEL
from tests.fakes.bot_connector import FakeClock, FakeTeams


def is_window_kept(moments: list[float], windows: tuple[Window, ...]) -> bool:
    """Return whether no window of this length has more calls than allowed."""
    return all(
        later - earlier >= window.seconds - 1e-6
        for window in windows
        for earlier, later in zip(moments, moments[window.calls :], strict=False)
    )


async def test_limits_of_a_conversation_are_kept(connector: Connector, teams: FakeTeams, clock: FakeClock) -> None:
    """A hundred messages to one channel are sent in order and within the limits of Teams."""
    for n in range(100):
        await connector.send(teams.service_url, CHANNEL, {"type": "message", "text": str(n)})
    moments = [delivery.received_at.timestamp() for delivery in teams.deliveries]
    assert is_window_kept(moments, WRITES)
    assert [delivery.body["text"] for delivery in teams.deliveries] == [str(n) for n in range(100)]
    assert 30 <= clock.passed_s <= 45


async def test_reading_has_limits_of_its_own(connector: Connector, teams: FakeTeams) -> None:
    """Reads and writes have separate windows."""
    teams.members[CHANNEL] = [{"id": "29:anna"}]
    for _ in range(40):
        await connector.member(teams.service_url, CHANNEL, "29:anna")
    moments = [delivery.received_at.timestamp() for delivery in teams.deliveries]
    assert is_window_kept(moments, READS)
    assert not is_window_kept(moments, WRITES)


async def test_waiting_callers_are_limited(clock: FakeClock) -> None:
    """The queue of waiting callers is bounded; a rejected caller gets a retry time."""
    limiter = RateLimiter((Window(100, 10),), timer=clock.timer, sleep=clock.sleep)
    callers = (limiter.wait(CHANNEL) for _ in range(100 + MAX_WAITING + 20))
    outcomes = await asyncio.gather(*callers, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, RateLimited)]
    assert outcomes.count(None) == 100 + MAX_WAITING
    assert [outcome.retry_after_s for outcome in refused] == [10] * 20


async def test_hour_limit_rejects_callers(clock: FakeClock) -> None:
    """After 1,800 messages in an hour callers are rejected with a retry time."""
    limiter = RateLimiter(WRITES, timer=clock.timer, sleep=clock.sleep)
    for _ in range(1800):
        await limiter.wait(CHANNEL)
        clock.advance(1)
    with pytest.raises(RateLimited) as outcome:
        await limiter.wait(CHANNEL)
    assert 1700 < outcome.value.retry_after_s <= 1800
    clock.advance(outcome.value.retry_after_s)
    await limiter.wait(CHANNEL)


async def test_waiting_callers_keep_every_window(clock: FakeClock) -> None:
    """No window is exceeded while many callers wait and Teams blocks the conversation."""
    limiter = RateLimiter(WRITES, timer=clock.timer, sleep=clock.sleep)
    moments: list[float] = []
    order: list[int] = []

    async def call(number: int) -> None:
        await limiter.wait(CHANNEL)
        moments.append(clock.passed_s)
        order.append(number)
        if number == 9:
            limiter.block(CHANNEL, 5)

    await asyncio.gather(*(call(number) for number in range(40)))
    assert order == list(range(40))
    assert is_window_kept(moments, WRITES)
    assert max(later - earlier for earlier, later in pairwise(moments)) >= 5


async def test_cancelled_caller_leaves_the_queue(clock: FakeClock) -> None:
    """A cancelled caller takes no slot and delays no other caller."""
    limiter = RateLimiter((Window(1, 1),), timer=clock.timer, sleep=asyncio.sleep)
    await limiter.wait(CHANNEL)
    async with asyncio.TaskGroup() as group:
        gone = group.create_task(limiter.wait(CHANNEL))
        await asyncio.sleep(0.01)
        gone.cancel()
    clock.advance(1)
    await asyncio.wait_for(limiter.wait(CHANNEL), 0.5)


async def test_memory_of_conversations_is_limited(clock: FakeClock) -> None:
    """The least recently used conversations are evicted, except those that Teams blocks."""
    limiter = RateLimiter((Window(1, 1000),), timer=clock.timer, sleep=clock.sleep)
    limiter.block("blocked", 10_000)
    for n in range(MAX_KEYS):
        await limiter.wait(str(n))
    await limiter.wait("0")
    for name in ("blocked", str(MAX_KEYS - 1)):
        with pytest.raises(RateLimited):
            await limiter.wait(name)
