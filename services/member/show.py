"""Members of a team (A30)."""

from services.actor import Actor
from services.errors import NotFound
from services.member.model import MEMBERS_LISTED_MAX, Member, MemberList, MemberRow
from services.member.resolve import find_member
from services.permissions import Permission, Role
from services.team.seats import count_seats
from services.unit_of_work import UnitOfWork


async def list_(uow: UnitOfWork, actor: Actor) -> MemberList:
    """Return the members, owner first, with the actor's actions for each."""
    team_id = actor.require(Permission.TEAM_VIEW_SETTINGS)
    team = await uow.teams.get(team_id)
    if team is None:
        raise NotFound("team")
    colleagues = await uow.members.list_all(team_id, MEMBERS_LISTED_MAX)
    seats = await count_seats(uow, team)
    return MemberList(
        team_name=team.name,
        rows=tuple(_row(actor, colleague) for colleague in colleagues),
        total=await uow.members.count(team_id),
        seats_taken=seats.taken,
        seats_limit=seats.limit,
        may_invite=actor.may(Permission.MEMBER_INVITE),
        may_request=actor.may(Permission.INVITATION_REQUEST),
        may_transfer=actor.may(Permission.TEAM_TRANSFER) and len(colleagues) > 1,
    )


async def show_member(uow: UnitOfWork, actor: Actor, who: str) -> MemberRow:
    """Return one member, for the form."""
    team_id = actor.require(Permission.MEMBER_CHANGE_ROLE)
    return _row(actor, await find_member(uow, team_id, who))


def _row(actor: Actor, one: Member) -> MemberRow:
    is_self = one.user_id == actor.user_id
    touchable = one.role is not Role.OWNER
    return MemberRow(
        one.user_id,
        one.name,
        one.role,
        one.may_delegate,
        is_self=is_self,
        may_change=touchable and actor.may(Permission.MEMBER_CHANGE_ROLE),
        may_remove=touchable and (is_self or actor.may(Permission.MEMBER_REMOVE)),
    )
