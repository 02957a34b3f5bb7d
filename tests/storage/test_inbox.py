import asyncio
from dataclasses import replace

import pytest

from services.inbox.model import InteractionKey
from storage.unit_of_work import SqlUnits
from tests.builders import Clock

pytestmark = pytest.mark.postgres

INTERACTION = InteractionKey("teams", "tenant", "activity-1", "U")


async def test_fifty_copies_of_an_interaction_have_one_effect(units: SqlUnits) -> None:
    """An interaction delivered fifty times concurrently is handled once, and all copies get its response."""

    async def handle() -> str | None:
        async with units.write() as uow:
            if await uow.inbox.add(INTERACTION):
                await uow.inbox.update_response(INTERACTION, "picked")
                return None
            return await uow.inbox.get_response(INTERACTION)

    answers = await asyncio.gather(*[handle() for _ in range(50)])
    assert sorted(answers, key=str) == [None, *["picked"] * 49]


async def test_an_interaction_that_was_refused_may_come_again(units: SqlUnits) -> None:
    """A rolled back interaction is handled when it is repeated."""

    async def refuse() -> None:
        async with units.write() as uow:
            assert await uow.inbox.add(INTERACTION)
            raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            await refuse()


async def test_a_response_is_for_its_sender_only(units: SqlUnits) -> None:
    """Another user who repeats an interaction id gets no response."""
    async with units.write() as uow:
        await uow.inbox.add(INTERACTION)
        await uow.inbox.update_response(INTERACTION, "eva@acme.example")
        assert await uow.inbox.get_response(replace(INTERACTION, user_id="other")) is None
        assert not await uow.inbox.add(replace(INTERACTION, user_id="other"))


async def test_interaction_ids_are_scoped_by_platform_and_tenant(units: SqlUnits) -> None:
    """The same id on another platform or in another tenant is another interaction."""
    async with units.write() as uow:
        assert await uow.inbox.add(INTERACTION)
        assert await uow.inbox.add(replace(INTERACTION, platform="slack"))
        assert await uow.inbox.add(replace(INTERACTION, tenant="other"))


async def test_old_interactions_are_purged_in_batches(units: SqlUnits, clock: Clock) -> None:
    """Old interactions are deleted in batches."""
    async with units.write() as uow:
        for number in range(5):
            await uow.inbox.add(replace(INTERACTION, interaction_id=f"old-{number}"))
    clock.advance(days=36)
    async with units.write() as uow:
        await uow.inbox.add(INTERACTION)
        assert [await uow.inbox.purge(35, 3) for _ in range(3)] == [3, 2, 0]
        assert not await uow.inbox.add(INTERACTION)
