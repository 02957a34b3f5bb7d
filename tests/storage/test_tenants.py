"""Every method of every store, called in one team's name with what belongs to another: nothing is found or changed.

What the methods are given, and which of them name no team and why, stands in `tests/storage/tenancy.py`. Each call is
made before in the name of the team to which the things belong, so that it is known to find or to change something.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from sqlalchemy import Delete, Select, Update, delete, event, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.plans import DEFAULT_PLAN
from storage.engine import Database
from storage.tables import bulks, leads, members, metadata
from storage.unit_of_work import Common, Ids, SqlUnit, SqlUnits
from tests.builders import KEYRING, Clock
from tests.storage import tenants
from tests.storage.tenancy import BOUND, FIRST, UNBOUND, Sample, Statement, is_of_teams, methods, names_team
from tests.storage.tenants import EMAIL, Town


def test_every_method_names_its_team_or_says_why_not() -> None:
    """A method that does not take the team first stands in the list of those that need none, and no other does."""
    assert len(BOUND) > 80
    assert set(methods()) - set(BOUND) == set(UNBOUND)
    assert set(FIRST) <= set(BOUND)


@dataclass(frozen=True, slots=True)
class Trial:
    """One method, called in transactions of which nothing is kept."""

    database: Database
    town: Town
    marks: frozenset[str]
    """By what anything of the first firm is known."""
    kept: set[str] = field(default_factory=set[str])
    """Its rows, which stand there again after every call."""
    unnamed: set[str] = field(default_factory=set[str])
    """Methods that ran a statement about tables of the teams which names no team."""

    async def call(self, method: str, team_id: str) -> tuple[object, set[str]]:
        """What it answers, and which rows with something of the first firm are new, gone or changed by it."""
        async with self.database.writer.connect() as connection, connection.begin() as transaction:
            unit = SqlUnit(connection, self.town.now, Common(KEYRING, DEFAULT_PLAN, Ids()), writes=True)
            for name, thing in FIRST.get(method, ()):
                await self._run(unit, name, self.town.ours.team_id, thing)
            before = await self.rows(connection) if method in FIRST else self.kept
            with self._watched(connection, method):
                answer = await self._run(unit, method, team_id, FIRST.get(method, (("", ""),))[0][1])
            after = await self.rows(connection)
            await transaction.rollback()
        return answer, before ^ after

    @contextmanager
    def _watched(self, connection: AsyncConnection, method: str) -> Generator[None]:
        """Note the method if it runs a statement that names no team."""

        def note(_: object, statement: object, *__: object) -> None:
            if isinstance(statement, Select | Update | Delete):
                ours = cast("Statement", statement)
                if is_of_teams(ours) and not names_team(ours):
                    self.unnamed.add(method)

        event.listen(connection.sync_connection, "before_execute", note)
        yield
        event.remove(connection.sync_connection, "before_execute", note)

    async def _run(self, unit: SqlUnit, method: str, team_id: str, lead: str) -> object:
        store, _, name = method.partition(".")
        given = self.given(method) | ({"lead_id": self.town.things[lead]} if lead else {})
        return await getattr(getattr(unit, store), name)(team_id, **given)

    def given(self, method: str) -> dict[str, Any]:
        """The arguments besides the team."""
        return Sample(self.town).of(method, BOUND[method])

    async def rows(self, connection: AsyncConnection) -> set[str]:
        found: set[str] = set()
        for table in metadata.sorted_tables:
            rows = await connection.execute(select(table))
            found |= {f"{table.name} {tuple(row)}" for row in rows}
        return {row for row in found if self.tells(row)}

    def tells(self, value: object) -> bool:
        """Whether something of the first firm stands in it."""
        shown = repr(value)
        return any(mark in shown for mark in self.marks)


@pytest.fixture
async def trial(database: Database, units: SqlUnits, clock: Clock) -> Trial:
    """Both firms, and what must not get from one to the other."""
    town = await tenants.build(units, clock())
    people = [actor.user_id for firm in (town.ours, town.partner) for actor in firm.actors.values()]
    things = [one for name, one in town.things.items() if isinstance(one, str) and name != "nobody"]
    ids = [town.ours.team_id, town.partner.team_id, town.market, town.ours.channel.conversation_id, *people, *things]
    assert len(set(ids)) == len(ids)
    trial = Trial(database, town, frozenset({*ids, EMAIL}))
    async with database.reader.connect() as connection:
        trial.kept.update(await trial.rows(connection))
    return trial


async def test_each_method_finds_and_moves_the_own_things(trial: Trial) -> None:
    """In its own team's name each method answers with something or changes something: the samples are real."""
    idle: list[str] = []
    for method in BOUND:
        answer, changed = await trial.call(method, trial.town.ours.team_id)
        if not answer and not changed:
            idle.append(f"{method}: {answer!r}")
    assert not idle, "\n".join(idle)
    assert not trial.unnamed, f"a statement names no team: {sorted(trial.unnamed)}"


async def test_no_method_reaches_the_things_of_another_team(trial: Trial) -> None:
    """In another team's name nothing of the first firm is answered, and none of its rows is changed (I19, I20)."""
    leaks: list[str] = []
    for method in BOUND:
        try:
            answer, changed = await trial.call(method, trial.town.stranger.team_id)
        except IntegrityError:
            continue  # a foreign key that begins with the team has refused it
        if changed:
            leaks.append(f"{method} changed {sorted(changed)}")
        if trial.tells(answer) or (answer and trial.tells(trial.given(method))):
            leaks.append(f"{method} answered {answer!r}")
    assert not leaks, "\n".join(leaks)


@pytest.mark.parametrize(
    "statement",
    [
        select(leads).where(leads.c.lead_id == "L"),
        select(leads).where(leads.c.team_id == members.c.team_id),
        update(bulks).where(bulks.c.bulk_id == "B").values(team_id="T"),
        delete(members),
    ],
)
def test_a_forgotten_team_is_seen(statement: Statement) -> None:
    """Neither a join nor a new value of the column counts as naming the team."""
    assert is_of_teams(statement)
    assert not names_team(statement)
    assert names_team(statement.where(bulks.c.team_id == "T"))
