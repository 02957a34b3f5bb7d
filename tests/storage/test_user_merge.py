"""Merging of two users: every column that refers to the merged user is updated."""

from typing import Any, Final, cast

import pytest
from sqlalchemy import Column, Update, select

from services.identity.model import LinkRequest, LinkSide, LinkState
from services.invariants import check_all
from services.invitation import InvitationState
from services.permissions import Role
from services.request.model import RequestState
from storage import merge_users
from storage.engine import Database
from storage.tables import metadata
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services.seeded_team import add_user
from tests.storage import seeded_tenants

pytestmark = pytest.mark.postgres

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
"""Columns with ids of the platform."""


def columns() -> dict[str, Column[Any]]:
    """Return every column of every table that contains a user id."""
    found = {
        f"{table.name}.{column.name}": column
        for table in metadata.sorted_tables
        for column in table.c
        if column.name.endswith(NAMES_USERS)
    }
    return {name: column for name, column in found.items() if name not in NO_USERS}


def test_every_user_column_is_moved_or_exempt() -> None:
    """Each column with a user id is updated by the merge or exempt with a reason."""
    moved = {f"{column.table.name}.{column.name}" for column in map(_changed, merge_users.USER_UPDATES)}
    assert moved | merge_users.KEPT_COLUMNS == set(columns())
    assert not moved & merge_users.KEPT_COLUMNS


def _changed(move: Update) -> Column[Any]:
    """Return the one column that a statement updates."""
    [column] = cast("dict[Column[Any], object]", vars(move)["_values"])
    return column


async def test_no_column_refers_to_the_merged_user(database: Database, units: SqlUnits, clock: Clock) -> None:
    """X5: after linking only the audit log, the inbox and the alias contain the old id, and all invariants hold."""
    tenants = await seeded_tenants.seed_tenants(units, clock())
    gone, into = tenants.owning_team.member.user_id, tenants.ids["unaffiliated"]
    breaches = await _breaches(units)
    before = await _rows_with(database, gone)
    async with units.write() as uow:
        await uow.identities.merge(into, gone, uow.now)
    assert await _rows_with(database, gone) <= merge_users.KEPT_COLUMNS
    assert {name for name in before if name not in merge_users.KEPT_COLUMNS} <= await _rows_with(database, into)
    assert len(before - merge_users.KEPT_COLUMNS) >= 8
    async with units.write() as uow:
        member = await uow.members.get(tenants.owning_team.team_id, into)
        assert member is not None
        assert member.role is Role.MEMBER
        assert await uow.identities.find_current_user_id(gone) == into
        await uow.identities.merge(into, gone, uow.now)
    assert await _breaches(units) == breaches


async def _breaches(units: SqlUnits) -> set[str]:
    """Return the invariants that the seeded rows violate, since they were inserted without rules."""
    async with units.read() as uow:
        return {item.invariant for item in await check_all(uow.invariants)}


async def test_merged_requester_and_approver_stay_two_users(units: SqlUnits, clock: Clock) -> None:
    """A46: a request that one of the users made and the other decided keeps both ids."""
    tenants = await seeded_tenants.seed_tenants(units, clock())
    into, gone, team_id = (
        tenants.owning_team.actors[Role.ADMIN].user_id,
        tenants.owning_team.member.user_id,
        tenants.owning_team.team_id,
    )
    breaches = await _breaches(units)
    async with units.write() as uow:
        decided = (RequestState.APPROVED, into, uow.now)
        assert await uow.requests.decide(team_id, tenants.ids["request"], *decided)
        asked = (InvitationState.REQUESTED,)
        key = (team_id, tenants.ids["requested"], asked, InvitationState.DECLINED)
        assert await uow.invitations.change_state(*key, by=into, at=uow.now)
        await uow.identities.merge(into, gone, uow.now)
    assert await _breaches(units) == breaches
    async with units.read() as uow:
        request = await uow.requests.get(team_id, tenants.ids["request"])
        invitation = await uow.invitations.get(team_id, tenants.ids["requested"])
        assert await uow.members.get(team_id, gone) is None
    assert request
    assert invitation
    assert (request.asked_by, request.decided_by) == (gone, into)
    assert (invitation.requested_by, invitation.decided_by) == (gone, into)


async def test_an_alias_resolves_to_the_last_user(units: SqlUnits, clock: Clock) -> None:
    """A user who is linked twice is found by all former ids."""
    first, second, third = [(await add_user(units, name)).user_id for name in ("Ada", "Ben", "Cleo")]
    async with units.write() as uow:
        await uow.identities.merge(second, first, clock())
        await uow.identities.merge(third, second, clock())
        assert {await uow.identities.find_current_user_id(item) for item in (first, second, third)} == {third}


async def test_each_step_of_a_link_has_one_winner(units: SqlUnits, clock: Clock) -> None:
    """A code is claimed once, and each change of state takes effect once."""
    first, other = await add_user(units, "Ada"), await add_user(units, "Ben")
    side = LinkSide(first.user_id, "web", "demo", "ada", "Ada")
    far = LinkSide(other.user_id, "web", "demo", "ben", "Ben")
    link = LinkRequest("l1", LinkState.ISSUED, side, clock(), clock())
    async with units.write() as uow:
        await uow.identities.add_link(link, "d" * 43)
        assert [await uow.identities.claim_link("l1", far, clock()) for _ in range(2)] == [True, False]
        states = (LinkState.CLAIMED,)
        assert [await uow.identities.change_link_state("l1", states, LinkState.AGREED, clock()) for _ in range(2)] == [
            True,
            False,
        ]
        assert await uow.identities.purge_links(clock(), 9) == 1


async def _rows_with(database: Database, user_id: str) -> set[str]:
    """Return the columns that contain the id."""
    found: set[str] = set()
    async with database.reader.connect() as connection:
        for name, column in columns().items():
            rows = await connection.execute(select(column).where(column == user_id).limit(1))
            found |= {name} if rows.first() else set()
    return found
