"""Who may see and start imports, and when previews are purged."""

import pytest

from services import file, lead_import
from services.errors import NotFound, NotPermitted
from services.lead_import import ImportState, NameUnmapped, RowCounts, scheduled
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services import import_steps
from tests.services.seeded_team import SeededTeam, seed_team


@pytest.fixture
async def team(units: SqlUnits) -> SeededTeam:
    """Return a team that imports leads."""
    return await seed_team(units, "Solarhaus")


async def test_viewers_do_not_import(units: SqlUnits, team: SeededTeam) -> None:
    """X1: a viewer is refused."""
    async with units.write() as uow:
        with pytest.raises(NotPermitted):
            await lead_import.prepare(uow, team.viewer, "any")


async def test_an_import_belongs_to_one_person(units: SqlUnits, team: SeededTeam) -> None:
    """X1: imports of other members and teams are not found by any command."""
    view = await import_steps.prepare(units, team.member, import_steps.numbered_table(1))
    other = await seed_team(units, "Dachwerk")
    for actor in (team.owner, other.owner):
        for use in (lead_import.show, lead_import.start, lead_import.stop, lead_import.show_progress):
            async with units.write() as uow:
                with pytest.raises(NotFound):
                    await use(uow, actor, view.lead_import.import_id)
        async with units.write() as uow:
            with pytest.raises(file.FileExpired):
                await lead_import.prepare(uow, actor, view.lead_import.file_id)


async def test_import_needs_a_name_column(units: SqlUnits, team: SeededTeam) -> None:
    """A file without a mapped name column is not imported."""
    view = await import_steps.prepare(units, team.member, import_steps.table("eva@acme.example;A", headings="Mail;Xyz"))
    with pytest.raises(NameUnmapped):
        await import_steps.start(units, team.member, view)
    async with units.write() as uow:
        changed = await lead_import.assign(uow, team.member, view.lead_import.import_id, {"name": "1", "email": "0"})
    assert changed.expected == RowCounts(imported=1)
    assert (await import_steps.start(units, team.member, view)).lead_import.state is ImportState.RUNNING


async def test_old_previews_are_purged(units: SqlUnits, team: SeededTeam, clock: Clock) -> None:
    """A preview is purged after a day, a started import never."""
    forgotten = await import_steps.prepare(units, team.member, import_steps.numbered_table(1))
    started = await import_steps.begin(units, team.member, import_steps.numbered_table(2))
    clock.advance(hours=25)
    async with units.write() as uow:
        assert await scheduled.purge(uow, 10) == 1
    async with units.read() as uow:
        with pytest.raises(NotFound):
            await lead_import.show(uow, team.member, forgotten.lead_import.import_id)
    assert (await import_steps.stored_import(units, started)).state is ImportState.RUNNING
