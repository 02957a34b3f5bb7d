import asyncio

import pytest

from services import request
from services.actor import Actor
from services.errors import Invalid, NotFound, NotPermitted
from services.permissions import Permission, Role
from services.request.model import OPEN_REQUESTS_MAX, Request, RequestState
from services.request.refusals import NotRequestable, RequestDecided, RequesterDecides, TooManyRequests
from storage.unit_of_work import SqlUnits
from tests.services.seeded_team import SeededTeam, seed_team

RENAME = ("team.rename", {"name": "Solarhaus AG"}, Permission.TEAM_EDIT_SETTINGS)


@pytest.fixture
async def seeded(units: SqlUnits) -> SeededTeam:
    """A team with a member in every role."""
    return await seed_team(units, "Solarhaus")


async def request_rename(seeded: SeededTeam, actor: Actor | None = None) -> Request:
    """Request to rename the team as the member."""
    async with seeded.units.write() as uow:
        return (await request.ask(uow, actor or seeded.member, *RENAME)).request


async def test_a_request_names_its_approvers(units: SqlUnits, seeded: SeededTeam) -> None:
    """X1: a member without a permission asks the approvers, and reads their names."""
    async with units.write() as uow:
        view = await request.ask(uow, seeded.viewer, *RENAME)
    assert view.deciders == (seeded.owner.name, seeded.admin.name)


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
async def test_permitted_actions_are_not_requested(units: SqlUnits, seeded: SeededTeam, role: Role) -> None:
    """X1: a member with the permission makes no request."""
    async with units.write() as uow:
        with pytest.raises(NotRequestable):
            await request.ask(uow, seeded.actors[role], *RENAME)


@pytest.mark.postgres
async def test_a_repeated_request_is_the_same_request(seeded: SeededTeam) -> None:
    """X2: a repeated request is the same request."""
    assert (await request_rename(seeded)).request_id == (await request_rename(seeded)).request_id


async def test_requesters_accept_no_confirmation_for_approvers(units: SqlUnits, seeded: SeededTeam) -> None:
    """A requester can neither confirm a warning nor type the team's name for the approver."""
    async with units.write() as uow:
        removal = await request.ask(
            uow, seeded.member, "member.remove", {"who": "x", "accept": ["member.remove"]}, Permission.MEMBER_REMOVE
        )
        deletion = await request.ask(uow, seeded.member, "team.delete", {"name": "Solarhaus"}, Permission.TEAM_DELETE)
    assert dict(removal.request.args) == {"who": "x"}
    assert dict(deletion.request.args) == {}


async def test_requests_have_limits(units: SqlUnits, seeded: SeededTeam) -> None:
    """A request has no long texts, and a member has a limited number of open ones."""
    async with units.write() as uow:
        with pytest.raises(Invalid):
            await request.ask(uow, seeded.member, "team.rename", {"name": "x" * 3000}, Permission.TEAM_EDIT_SETTINGS)
        for number in range(OPEN_REQUESTS_MAX):
            await request.ask(uow, seeded.member, "team.rename", {"name": str(number)}, Permission.TEAM_EDIT_SETTINGS)
        with pytest.raises(TooManyRequests):
            await request.ask(uow, seeded.member, *RENAME)


async def test_only_approvers_decide(units: SqlUnits, seeded: SeededTeam) -> None:
    """X1: a request is decided only by a member with the permission, never by the requester."""
    one = await request_rename(seeded)
    async with units.write() as uow:
        with pytest.raises(NotPermitted):
            await request.approve(uow, seeded.viewer, one.request_id)
        with pytest.raises(RequesterDecides):
            await request.approve(uow, seeded.member, one.request_id)
        with pytest.raises(NotFound):
            await request.show(uow, seeded.viewer, one.request_id)
        assert (await request.show(uow, seeded.member, one.request_id)).may_decide is False
        assert (await request.show(uow, seeded.admin, one.request_id)).may_decide is True


async def test_requests_of_other_teams_are_not_found(units: SqlUnits, seeded: SeededTeam) -> None:
    """X1: another team's request is not found."""
    one = await request_rename(seeded)
    other = await seed_team(units, "Dachwerk")
    async with units.write() as uow:
        with pytest.raises(NotFound):
            await request.approve(uow, other.owner, one.request_id)
        with pytest.raises(NotFound):
            await request.show(uow, other.owner, one.request_id)


@pytest.mark.postgres
async def test_the_first_decision_on_a_request_wins(units: SqlUnits, seeded: SeededTeam) -> None:
    """X2: of concurrent decisions one takes effect, and the other approvers read who decided."""
    one = await request_rename(seeded)
    outcomes: list[str] = []

    async def decide(actor: Actor, *, says_yes: bool) -> None:
        try:
            async with units.write() as uow:
                await (request.approve if says_yes else request.decline)(uow, actor, one.request_id)
            outcomes.append("decided")
        except RequestDecided as refused:
            outcomes.append(refused.decided_by)

    await asyncio.gather(
        *(
            decide(actor, says_yes=yes)
            for actor in (seeded.owner, seeded.admin)
            for yes in (True, False)
            for _ in range(3)
        )
    )
    assert outcomes.count("decided") == 1
    assert set(outcomes) - {"decided"} <= {seeded.owner.name, seeded.admin.name}
    async with units.read() as uow:
        stored = await uow.requests.get(seeded.team_id, one.request_id)
        log = [audit_entry.action for audit_entry in await uow.audit.list_entries(seeded.team_id, limit=50)]
    assert stored is not None
    assert stored.state in {RequestState.APPROVED, RequestState.DECLINED}
    assert log.count("request.approved") + log.count("request.declined") == 1
