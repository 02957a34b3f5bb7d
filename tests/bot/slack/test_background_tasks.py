"""Work beyond Slack's timeout: bounded and finished at shutdown."""

import asyncio

import pytest

from bot.platforms.slack.background import BackgroundTasks, SlackReply, TooManyTasks

SOON_S = 0.05
LATE_RESPONSE = {"response_action": "update"}


async def test_response_in_time_is_returned() -> None:
    """A response within the timeout is returned with the request."""

    async def work(response: SlackReply) -> None:
        assert response.send({"text": "here"})
        assert not response.send({"text": "too late"})

    assert await BackgroundTasks(SOON_S).run(work, dict) == {"text": "here"}


async def test_work_without_response_is_acknowledged() -> None:
    """Work without a response returns an empty body."""

    async def work(response: SlackReply) -> None:
        assert response.is_open

    assert await BackgroundTasks(60).run(work, lambda: LATE_RESPONSE) == {}


async def test_late_work_is_acknowledged_and_continues() -> None:
    """After the timeout the request is acknowledged and the work continues."""
    done, tasks = list[bool](), BackgroundTasks(SOON_S)

    async def work(response: SlackReply) -> None:
        await asyncio.sleep(2 * SOON_S)
        done.append(response.send({"text": "late"}))

    assert await tasks.run(work, lambda: LATE_RESPONSE) == LATE_RESPONSE
    assert done == []
    await tasks.end()
    assert done == [False]


async def test_error_in_time_is_raised() -> None:
    """An error within the timeout is raised to the caller."""

    async def work(_: SlackReply) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await BackgroundTasks(SOON_S).run(work, dict)


async def test_task_limit_rejects_work() -> None:
    """At the limit new work is rejected, and running work finishes."""
    tasks, gate = BackgroundTasks(0.01, limit=2), asyncio.Event()

    async def work(_: SlackReply) -> None:
        await gate.wait()

    for _ in range(2):
        await tasks.run(work, dict)
    with pytest.raises(TooManyTasks):
        await tasks.run(work, dict)
    gate.set()
    await tasks.join()
    assert await tasks.run(work, dict) == {}


async def test_shutdown_cancels_slow_work() -> None:
    """Work that does not finish within a few seconds is cancelled at shutdown."""
    tasks, cut = BackgroundTasks(0.01, shutdown_s=SOON_S), list[bool]()

    async def work(_: SlackReply) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cut.append(True)
            raise

    await tasks.run(work, dict)
    await tasks.end()
    assert cut == [True]
