"""What takes longer than Slack waits goes on, within bounds, and is not lost when the process ends."""

import asyncio

import pytest

from bot.platforms.slack.background import BackgroundTasks, SlackReply, TooManyTasks

SOON_S = 0.05
LATE_RESPONSE = {"response_action": "update"}


async def test_an_answer_in_time_is_the_reply() -> None:
    """Whatever is given in time goes back with the request."""

    async def work(response: SlackReply) -> None:
        assert response.send({"text": "here"})
        assert not response.send({"text": "too late"})

    assert await BackgroundTasks(SOON_S).run(work, dict) == {"text": "here"}


async def test_work_without_an_answer_is_acknowledged() -> None:
    """Nothing to say is an empty reply, at once."""

    async def work(response: SlackReply) -> None:
        assert response.is_open

    assert await BackgroundTasks(60).run(work, lambda: LATE_RESPONSE) == {}


async def test_a_late_answer_goes_another_way() -> None:
    """After its time a request is acknowledged; the work goes on, and knows that nobody waits any more."""
    done, tasks = list[bool](), BackgroundTasks(SOON_S)

    async def work(response: SlackReply) -> None:
        await asyncio.sleep(2 * SOON_S)
        done.append(response.send({"text": "late"}))

    assert await tasks.run(work, lambda: LATE_RESPONSE) == LATE_RESPONSE
    assert done == []
    await tasks.end()
    assert done == [False]


async def test_a_defect_in_time_is_heard() -> None:
    """What breaks while somebody waits is raised to whoever waits."""

    async def work(_: SlackReply) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await BackgroundTasks(SOON_S).run(work, dict)


async def test_too_much_at_once_is_refused() -> None:
    """Beyond its bound nothing more is begun, and whatever goes on comes to its end."""
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


async def test_the_end_does_not_wait_for_ever() -> None:
    """What does not come to its end within a few seconds is cut short."""
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
