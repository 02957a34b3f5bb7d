"""Two people who become one: no column goes on naming the second one, whatever he had and did."""

from typing import Any, Final, cast

from sqlalchemy import Column, Update, select

from services.identity.model import Link, LinkState, Side
from services.invariants import check_all
from services.invitation import InvitationState
from services.permissions import Role
from services.request.model import RequestState
from storage import merge_users
from storage.engine import Database
from storage.tables import metadata
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services.firms import meet
from tests.storage import tenants

NAMES_USERS: Final = ("user_id", "_by", "responsible_id", "merged_into")
NO_USERS: Final = frozenset(
    {
        "identities.platform_user_id",
        "identity_links.other_platform_user_id",
        "identity_links.platform_user_id",
        "slack_installations.bot_user_id",
        "slack_installations.installed_by",
    }
)
"""Ids that a platform has given."""


def columns() -> dict[str, Column[Any]]:
    """Every column of every table that holds the id of one of our users."""
    found = {
        f"{table.name}.{column.name}": column
        for table in metadata.sorted_tables
        for column in table.c
        if column.name.endswith(NAMES_USERS)
    }
    return {name: column for name, column in found.items() if name not in NO_USERS}


def test_every_column_that_names_a_user_is_moved_or_stays_for_a_reason() -> None:
    """Whoever adds a column with a user's id says what linking two chats does to it."""
    moved = {f"{column.table.name}.{column.name}" for column in map(_changed, merge_users.MOVES)}
    assert moved | merge_users.STAYS == set(columns())
    assert not moved & merge_users.STAYS


def _changed(move: Update) -> Column[Any]:
    """The one column that a statement changes."""
    [column] = cast("dict[Column[Any], object]", vars(move)["_values"])
    return column


async def test_nothing_goes_on_naming_the_second_one(database: Database, units: SqlUnits, clock: Clock) -> None:
    """X5: after linking, only the log, the inbox and the alias itself hold the old id, and all invariants hold."""
    town = await tenants.build(units, clock())
    gone, into = town.ours.member.user_id, town.things["nobody"]
    breaches = await _breaches(units)
    before = await _rows_with(database, gone)
    async with units.write() as uow:
        await uow.identities.merge(into, gone, uow.now)
    assert await _rows_with(database, gone) <= merge_users.STAYS
    assert {name for name in before if name not in merge_users.STAYS} <= await _rows_with(database, into)
    assert len(before - merge_users.STAYS) >= 8
    async with units.write() as uow:
        member = await uow.members.get(town.ours.team_id, into)
        assert member is not None
        assert member.role is Role.MEMBER
        assert await uow.identities.current(gone) == into
        await uow.identities.merge(into, gone, uow.now)
    assert await _breaches(units) == breaches


async def _breaches(units: SqlUnits) -> set[str]:
    """What the town breaks anyhow, because its things are thrown together."""
    async with units.read() as uow:
        return {one.invariant for one in await check_all(uow.invariants)}


async def test_a_colleague_who_decided_for_the_other_one_stays_two_people(units: SqlUnits, clock: Clock) -> None:
    """A46: what one of them asked for and the other one decided goes on saying that these were two."""
    town = await tenants.build(units, clock())
    into, gone, team_id = town.ours.actors[Role.ADMIN].user_id, town.ours.member.user_id, town.ours.team_id
    breaches = await _breaches(units)
    async with units.write() as uow:
        decided = (RequestState.APPROVED, into, uow.now)
        assert await uow.requests.decide(team_id, town.things["request"], *decided)
        asked = (InvitationState.REQUESTED,)
        key = (team_id, town.things["requested"], asked, InvitationState.DECLINED)
        assert await uow.invitations.move(*key, by=into, at=uow.now)
        await uow.identities.merge(into, gone, uow.now)
    assert await _breaches(units) == breaches
    async with units.read() as uow:
        request = await uow.requests.get(team_id, town.things["request"])
        invitation = await uow.invitations.get(team_id, town.things["requested"])
        assert await uow.members.get(team_id, gone) is None
    assert request
    assert invitation
    assert (request.asked_by, request.decided_by) == (gone, into)
    assert (invitation.requested_by, invitation.decided_by) == (gone, into)


async def test_an_id_leads_to_the_last_of_several(units: SqlUnits, clock: Clock) -> None:
    """Whoever is linked twice is one person under all former ids."""
    first, second, third = [(await meet(units, name)).user_id for name in ("Ada", "Ben", "Cleo")]
    async with units.write() as uow:
        await uow.identities.merge(second, first, clock())
        await uow.identities.merge(third, second, clock())
        assert {await uow.identities.current(one) for one in (first, second, third)} == {third}


async def test_each_step_of_a_request_has_one_winner(units: SqlUnits, clock: Clock) -> None:
    """A code is claimed once and a request moved on once, by whoever is first."""
    first, other = await meet(units, "Ada"), await meet(units, "Ben")
    side = Side(first.user_id, "web", "demo", "ada", "Ada")
    far = Side(other.user_id, "web", "demo", "ben", "Ben")
    link = Link("l1", LinkState.ASKED, side, clock(), clock())
    async with units.write() as uow:
        await uow.identities.ask(link, "digest")
        assert [await uow.identities.claim("l1", far, clock()) for _ in range(2)] == [True, False]
        states = (LinkState.TYPED,)
        assert [await uow.identities.move("l1", states, LinkState.AGREED, clock()) for _ in range(2)] == [True, False]
        assert await uow.identities.forget(clock(), 9) == 1


async def _rows_with(database: Database, user_id: str) -> set[str]:
    """The columns in which the id stands."""
    found: set[str] = set()
    async with database.reader.connect() as connection:
        for name, column in columns().items():
            rows = await connection.execute(select(column).where(column == user_id).limit(1))
            found |= {name} if rows.first() else set()
    return found
