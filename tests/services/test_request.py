import asyncio

import pytest

from services import request
from services.actor import Actor
from services.errors import Invalid, NotFound, NotPermitted
from services.permissions import Permission, Role
from services.request.model import OPEN_MAX, Request, RequestState
from services.request.refusals import NotAskable, OwnQuestion, RequestDecided, TooManyRequests
from storage.unit_of_work import SqlUnits
from tests.services.firms import Firm, found

RENAME = ("team.rename", {"name": "Solarhaus AG"}, Permission.TEAM_EDIT_SETTINGS)


@pytest.fixture
async def firm(units: SqlUnits) -> Firm:
    """A firm with a colleague in every role."""
    return await found(units, "Solarhaus")


async def asked(firm: Firm, actor: Actor | None = None) -> Request:
    """A request of the member to rename the team."""
    async with firm.units.write() as uow:
        return (await request.ask(uow, actor or firm.member, *RENAME)).request


async def test_asking_names_who_can(units: SqlUnits, firm: Firm) -> None:
    """X1: whoever may not do something asks those who may, and reads their names."""
    async with units.write() as uow:
        view = await request.ask(uow, firm.viewer, *RENAME)
    assert view.deciders == (firm.owner.name, firm.admin.name)


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
async def test_nothing_to_ask(units: SqlUnits, firm: Firm, role: Role) -> None:
    """X1: what one may do oneself is not asked of others."""
    async with units.write() as uow:
        with pytest.raises(NotAskable):
            await request.ask(uow, firm.actors[role], *RENAME)


@pytest.mark.postgres
async def test_asking_twice_is_asking_once(firm: Firm) -> None:
    """X2: the same wish again is the same request."""
    assert (await asked(firm)).request_id == (await asked(firm)).request_id


async def test_no_consequence_is_accepted_for_others(units: SqlUnits, firm: Firm) -> None:
    """Whoever asks can neither accept a consequence nor type the team's name for whoever decides."""
    async with units.write() as uow:
        removal = await request.ask(
            uow, firm.member, "member.remove", {"who": "x", "accept": ["member.remove"]}, Permission.MEMBER_REMOVE
        )
        deletion = await request.ask(uow, firm.member, "team.delete", {"name": "Solarhaus"}, Permission.TEAM_DELETE)
    assert dict(removal.request.args) == {"who": "x"}
    assert dict(deletion.request.args) == {}


async def test_requests_have_limits(units: SqlUnits, firm: Firm) -> None:
    """A request is no place for long texts, and one person has a limited number of open ones."""
    async with units.write() as uow:
        with pytest.raises(Invalid):
            await request.ask(uow, firm.member, "team.rename", {"name": "x" * 3000}, Permission.TEAM_EDIT_SETTINGS)
        for number in range(OPEN_MAX):
            await request.ask(uow, firm.member, "team.rename", {"name": str(number)}, Permission.TEAM_EDIT_SETTINGS)
        with pytest.raises(TooManyRequests):
            await request.ask(uow, firm.member, *RENAME)


async def test_only_the_right_decides(units: SqlUnits, firm: Firm) -> None:
    """X1: a request is decided only by somebody whose role allows what was asked for, and never by whoever asked."""
    one = await asked(firm)
    async with units.write() as uow:
        with pytest.raises(NotPermitted):
            await request.approve(uow, firm.viewer, one.request_id)
        with pytest.raises(OwnQuestion):
            await request.approve(uow, firm.member, one.request_id)
        with pytest.raises(NotFound):
            await request.show(uow, firm.viewer, one.request_id)
        assert (await request.show(uow, firm.member, one.request_id)).may_decide is False
        assert (await request.show(uow, firm.admin, one.request_id)).may_decide is True


async def test_requests_of_others_do_not_exist(units: SqlUnits, firm: Firm) -> None:
    """X1: another team's request is not found."""
    one = await asked(firm)
    other = await found(units, "Dachwerk")
    async with units.write() as uow:
        with pytest.raises(NotFound):
            await request.approve(uow, other.owner, one.request_id)
        with pytest.raises(NotFound):
            await request.show(uow, other.owner, one.request_id)


@pytest.mark.postgres
async def test_first_decision_wins(units: SqlUnits, firm: Firm) -> None:
    """X2: of many decisions at once one has an effect, and the others read who was faster."""
    one = await asked(firm)
    outcomes: list[str] = []

    async def decide(actor: Actor, *, says_yes: bool) -> None:
        try:
            async with units.write() as uow:
                await (request.approve if says_yes else request.decline)(uow, actor, one.request_id)
            outcomes.append("decided")
        except RequestDecided as late:
            outcomes.append(late.by)

    await asyncio.gather(
        *(decide(actor, says_yes=yes) for actor in (firm.owner, firm.admin) for yes in (True, False) for _ in range(3))
    )
    assert outcomes.count("decided") == 1
    assert set(outcomes) - {"decided"} <= {firm.owner.name, firm.admin.name}
    async with units.read() as uow:
        kept = await uow.requests.get(firm.team_id, one.request_id)
        log = [entry.action for entry in await uow.audit.page(firm.team_id, limit=50)]
    assert kept is not None
    assert kept.state in {RequestState.APPROVED, RequestState.DECLINED}
    assert log.count("request.approved") + log.count("request.declined") == 1
