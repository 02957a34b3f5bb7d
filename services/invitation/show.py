"""Invitations as their team sees them."""

from services.actor import Actor
from services.errors import NotFound
from services.invitation.model import (
    INVITATION_ID_MAX_CHARS,
    INVITATIONS_LISTED_MAX,
    REFERENCE,
    SENT_STATES,
    Invitation,
    InvitationKind,
    InvitationList,
    InvitationState,
    InvitationView,
)
from services.masking import mask_email
from services.people import TeamId
from services.permissions import Permission, Role
from services.team.model import Seats, Team
from services.team.seats import count_seats
from services.unit_of_work import UnitOfWork

_RESENDABLE = (*SENT_STATES, InvitationState.EXPIRED)


async def list_(uow: UnitOfWork, actor: Actor) -> InvitationList:
    """Return open invitations, then ended ones, latest first."""
    team_id = actor.require(Permission.TEAM_VIEW_SETTINGS)
    team = await _living(uow, actor)
    seats = await count_seats(uow, team)
    rows = await uow.invitations.list_members_invitations(team_id, INVITATIONS_LISTED_MAX)
    return InvitationList(
        tuple([await _seen(uow, actor, team, row, seats) for row in rows]),
        seats,
        actor.may(Permission.MEMBER_INVITE),
        actor.may(Permission.INVITATION_REQUEST),
    )


async def show(uow: UnitOfWork, actor: Actor, ref: str) -> InvitationView:
    """Return one invitation, by number or id. Raises NotFound."""
    team_id = actor.require(Permission.TEAM_VIEW_SETTINGS)
    return await build_invitation_view(uow, actor, await find_invitation(uow, team_id, ref))


async def find_invitation(uow: UnitOfWork, team_id: TeamId, ref: str) -> Invitation:
    """Return the team's invitation of that number or id, except partners' ones. Raises NotFound.

    Buttons carry the id: a card of a former team then never matches an invitation of the same number in the new one.
    """
    number = REFERENCE.parse(ref)
    if number is not None:
        wanted = await uow.invitations.find_by_number(team_id, number)
    else:
        wanted = await uow.invitations.get(team_id, ref.strip()[:INVITATION_ID_MAX_CHARS])
    if wanted is None or wanted.kind is InvitationKind.PARTNER:
        raise NotFound("invitation", "" if number is None else REFERENCE.write(number))
    return wanted


async def build_invitation_view(uow: UnitOfWork, actor: Actor, wanted: Invitation) -> InvitationView:
    """Build the invitation's view for the actor."""
    team = await _living(uow, actor)
    return await _seen(uow, actor, team, wanted, await count_seats(uow, team))


async def _living(uow: UnitOfWork, actor: Actor) -> Team:
    team = await uow.teams.get(actor.team_id)
    if team is None:
        raise NotFound("team")
    return team


async def _seen(uow: UnitOfWork, actor: Actor, team: Team, wanted: Invitation, seats: Seats) -> InvitationView:
    now = wanted.with_current_state(uow.now)
    invites = actor.may(Permission.MEMBER_INVITE)
    # The address is masked in public places and for viewers, except for its requester.
    hides = actor.place.is_public or (actor.role is Role.VIEWER and wanted.requested_by != actor.user_id)
    return InvitationView(
        now,
        mask_email(now.email) if hides else now.email,
        seats,
        may_decide=now.state is InvitationState.REQUESTED and await _may_decide(uow, actor, team, now),
        may_revoke=invites and now.state in SENT_STATES,
        may_resend=invites and now.state in _RESENDABLE and now.kind is InvitationKind.MEMBER,
    )


async def _may_decide(uow: UnitOfWork, actor: Actor, team: Team, wanted: Invitation) -> bool:
    if not actor.may(Permission.INVITATION_DECIDE) or actor.user_id in {wanted.requested_by, wanted.user_id}:
        return False
    if actor.role is Role.OWNER or not team.owner_approves_admins:
        return True
    asker = await uow.members.get(wanted.team_id, wanted.requested_by)
    return asker is None or asker.role is not Role.ADMIN
