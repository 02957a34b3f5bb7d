import asyncio
from dataclasses import replace

import pytest

from services.inbox.model import Arrival
from storage.unit_of_work import SqlUnits
from tests.builders import Clock

pytestmark = pytest.mark.postgres

ARRIVAL = Arrival("teams", "tenant", "activity-1", "U")


async def test_fifty_copies_of_an_interaction_have_one_effect(units: SqlUnits) -> None:
    """A click that the platform delivers fifty times at once is handled once; everybody else gets its answer."""

    async def handle() -> str | None:
        async with units.write() as uow:
            if await uow.inbox.register(ARRIVAL):
                await uow.inbox.keep(ARRIVAL, "picked")
                return None
            return await uow.inbox.answer(ARRIVAL)

    answers = await asyncio.gather(*[handle() for _ in range(50)])
    assert sorted(answers, key=str) == [None, *["picked"] * 49]


async def test_an_interaction_that_was_refused_may_come_again(units: SqlUnits) -> None:
    """Whatever was rolled back left no trace: the same interaction is handled when it is repeated."""

    async def refuse() -> None:
        async with units.write() as uow:
            assert await uow.inbox.register(ARRIVAL)
            raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            await refuse()


async def test_an_answer_is_for_the_one_who_asked(units: SqlUnits) -> None:
    """Whoever repeats somebody else's interaction id learns nothing with it."""
    async with units.write() as uow:
        await uow.inbox.register(ARRIVAL)
        await uow.inbox.keep(ARRIVAL, "eva@acme.example")
        assert await uow.inbox.answer(replace(ARRIVAL, user_id="other")) is None
        assert not await uow.inbox.register(replace(ARRIVAL, user_id="other"))


async def test_two_platforms_and_tenants_have_ids_of_their_own(units: SqlUnits) -> None:
    """The same id on another platform or in another tenant is another interaction."""
    async with units.write() as uow:
        assert await uow.inbox.register(ARRIVAL)
        assert await uow.inbox.register(replace(ARRIVAL, platform="slack"))
        assert await uow.inbox.register(replace(ARRIVAL, tenant="other"))


async def test_old_arrivals_are_forgotten_bit_by_bit(units: SqlUnits, clock: Clock) -> None:
    """What no platform repeats any more goes, a limited number at a time."""
    async with units.write() as uow:
        for number in range(5):
            await uow.inbox.register(replace(ARRIVAL, interaction_id=f"old-{number}"))
    clock.advance(days=36)
    async with units.write() as uow:
        await uow.inbox.register(ARRIVAL)
        assert [await uow.inbox.forget(35, 3) for _ in range(3)] == [3, 2, 0]
        assert not await uow.inbox.register(ARRIVAL)
