"""Every method of every store, called for one team with ids of another: nothing is returned and nothing changes.

The sample arguments, and the methods that need no team with the reason, are listed in `tests/storage/tenancy.py`. Each
call is also made for the team that owns the rows, to prove that the sample returns or changes something.
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
from storage.unit_of_work import Ids, SqlUnit, SqlUnits, UnitSettings
from tests.builders import KEYRING, Clock
from tests.storage import seeded_tenants
from tests.storage.seeded_tenants import EMAIL, SeededTenants
from tests.storage.tenancy import BOUND, CALLED_BEFORE, UNBOUND, Sample, Statement, is_of_teams, methods, names_team


def test_every_method_takes_the_team_or_is_exempt() -> None:
    """The methods that do not take the team first are exactly those listed with a reason."""
    assert len(BOUND) > 80
    assert set(methods()) - set(BOUND) == set(UNBOUND)
    assert set(CALLED_BEFORE) <= set(BOUND)


@dataclass(frozen=True, slots=True)
class IsolatedCall:
    """A call of one method in a transaction that is rolled back."""

    database: Database
    tenants: SeededTenants
    owned_values: frozenset[str]
    """Values by which a row of the first team is recognised."""
    original_rows: set[str] = field(default_factory=set[str])
    """Rows of the first team, restored after every call."""
    unnamed: set[str] = field(default_factory=set[str])
    """Methods that ran a statement on tables of the teams that names no team."""

    async def call(self, method: str, team_id: str) -> tuple[object, set[str]]:
        """Return the result of a method, and the first team's rows that it added, deleted or changed."""
        async with self.database.writer.connect() as connection, connection.begin() as transaction:
            unit = SqlUnit(connection, self.tenants.now, UnitSettings(KEYRING, DEFAULT_PLAN, Ids()), writes=True)
            for name, thing in CALLED_BEFORE.get(method, ()):
                await self._run(unit, name, self.tenants.owning_team.team_id, thing)
            before = await self.rows(connection) if method in CALLED_BEFORE else self.original_rows
            with self._watched(connection, method):
                result = await self._run(unit, method, team_id, CALLED_BEFORE.get(method, (("", ""),))[0][1])
            after = await self.rows(connection)
            await transaction.rollback()
        return result, before ^ after

    @contextmanager
    def _watched(self, connection: AsyncConnection, method: str) -> Generator[None]:
        """Record the method if it runs a statement that names no team."""

        def record(_: object, statement: object, *__: object) -> None:
            if isinstance(statement, Select | Update | Delete):
                known = cast("Statement", statement)
                if is_of_teams(known) and not names_team(known):
                    self.unnamed.add(method)

        event.listen(connection.sync_connection, "before_execute", record)
        yield
        event.remove(connection.sync_connection, "before_execute", record)

    async def _run(self, unit: SqlUnit, method: str, team_id: str, lead: str) -> object:
        store, _, name = method.partition(".")
        given = self.arguments(method) | ({"lead_id": self.tenants.ids[lead]} if lead else {})
        return await getattr(getattr(unit, store), name)(team_id, **given)

    def arguments(self, method: str) -> dict[str, Any]:
        """Return the arguments of the method without the team."""
        return Sample(self.tenants).of(method, BOUND[method])

    async def rows(self, connection: AsyncConnection) -> set[str]:
        found: set[str] = set()
        for table in metadata.sorted_tables:
            rows = await connection.execute(select(table))
            found |= {f"{table.name} {tuple(row)}" for row in rows}
        return {row for row in found if self.contains_owned_value(row)}

    def contains_owned_value(self, value: object) -> bool:
        """Return whether the value contains an id of the first team."""
        shown = repr(value)
        return any(owned_value in shown for owned_value in self.owned_values)


@pytest.fixture
async def isolated_call(database: Database, units: SqlUnits, clock: Clock) -> IsolatedCall:
    """The seeded teams, and the ids that must not cross between them."""
    tenants = await seeded_tenants.seed_tenants(units, clock())
    people = [actor.user_id for seeded in (tenants.owning_team, tenants.partner) for actor in seeded.actors.values()]
    ids = [item for name, item in tenants.ids.items() if isinstance(item, str) and name != "unaffiliated"]
    ids = [
        tenants.owning_team.team_id,
        tenants.partner.team_id,
        tenants.marketplace_id,
        tenants.owning_team.channel.conversation_id,
        *people,
        *ids,
    ]
    assert len(set(ids)) == len(ids)
    isolated_call = IsolatedCall(database, tenants, frozenset({*ids, EMAIL}))
    async with database.reader.connect() as connection:
        isolated_call.original_rows.update(await isolated_call.rows(connection))
    return isolated_call


async def test_each_method_works_for_the_owning_team(isolated_call: IsolatedCall) -> None:
    """Each method returns or changes something for the team that owns the rows, so the samples are valid."""
    idle: list[str] = []
    for method in BOUND:
        result, changed = await isolated_call.call(method, isolated_call.tenants.owning_team.team_id)
        if not result and not changed:
            idle.append(f"{method}: {result!r}")
    assert not idle, "\n".join(idle)
    assert not isolated_call.unnamed, f"a statement names no team: {sorted(isolated_call.unnamed)}"


async def test_no_method_reaches_rows_of_another_team(isolated_call: IsolatedCall) -> None:
    """For another team no method returns or changes a row of the first team (I19, I20)."""
    leaks: list[str] = []
    for method in BOUND:
        try:
            result, changed = await isolated_call.call(method, isolated_call.tenants.unrelated.team_id)
        except IntegrityError:
            continue  # the foreign key, which begins with the team, rejects it
        if changed:
            leaks.append(f"{method} changed {sorted(changed)}")
        if isolated_call.contains_owned_value(result) or (
            result and isolated_call.contains_owned_value(isolated_call.arguments(method))
        ):
            leaks.append(f"{method} returned {result!r}")
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
def test_a_statement_without_a_team_is_found(statement: Statement) -> None:
    """Neither a join nor a new value of the column counts as naming the team."""
    assert is_of_teams(statement)
    assert not names_team(statement)
    assert names_team(statement.where(bulks.c.team_id == "T"))
