"""What takes longer than Slack waits goes on, within bounds, and is not lost when the process ends."""

import asyncio

import pytest

from bot.platforms.slack.background import Busy, Hands, Reply

SOON_S = 0.05
LATE = {"response_action": "update"}


async def test_an_answer_in_time_is_the_reply() -> None:
    """Whatever is given in time goes back with the request."""

    async def work(reply: Reply) -> None:
        assert reply.give({"text": "here"})
        assert not reply.give({"text": "too late"})

    assert await Hands(SOON_S).run(work, dict) == {"text": "here"}


async def test_work_without_an_answer_is_acknowledged() -> None:
    """Nothing to say is an empty reply, at once."""

    async def work(reply: Reply) -> None:
        assert reply.is_open

    assert await Hands(60).run(work, lambda: LATE) == {}


async def test_a_late_answer_goes_another_way() -> None:
    """After its time a request is acknowledged; the work goes on, and knows that nobody waits any more."""
    done, hands = list[bool](), Hands(SOON_S)

    async def work(reply: Reply) -> None:
        await asyncio.sleep(2 * SOON_S)
        done.append(reply.give({"text": "late"}))

    assert await hands.run(work, lambda: LATE) == LATE
    assert done == []
    await hands.end()
    assert done == [False]


async def test_a_defect_in_time_is_heard() -> None:
    """What breaks while somebody waits is raised to whoever waits."""

    async def work(_: Reply) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Hands(SOON_S).run(work, dict)


async def test_too_much_at_once_is_refused() -> None:
    """Beyond its bound nothing more is begun, and whatever goes on comes to its end."""
    hands, gate = Hands(0.01, limit=2), asyncio.Event()

    async def work(_: Reply) -> None:
        await gate.wait()

    for _ in range(2):
        await hands.run(work, dict)
    with pytest.raises(Busy):
        await hands.run(work, dict)
    gate.set()
    await hands.settle()
    assert await hands.run(work, dict) == {}


async def test_the_end_does_not_wait_for_ever() -> None:
    """What does not come to its end within a few seconds is cut short."""
    hands, cut = Hands(0.01, end_s=SOON_S), list[bool]()

    async def work(_: Reply) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cut.append(True)
            raise

    await hands.run(work, dict)
    await hands.end()
    assert cut == [True]
