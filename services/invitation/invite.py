"""Inviting, and asking for an invitation (A31, A45, A46)."""

from dataclasses import replace

from email_validator import EmailNotValidError, validate_email

from services.actor import Actor
from services.errors import Invalid, NotFound
from services.invitation.events import InvitationCreated, InvitationExpired, InvitationRequested
from services.invitation.model import (
    EMAIL_MAX_CHARS,
    INVITATION_TEXT_MAX_CHARS,
    INVITATION_TTL,
    OPEN_INVITATIONS_MAX,
    Invitation,
    InvitationKind,
    InvitationState,
    InvitationView,
    PartnerInvitee,
)
from services.invitation.refusals import (
    AlreadyInvited,
    AlreadyMember,
    AlreadyRequested,
    ChannelNotConnected,
    TooManyInvitations,
)
from services.member.change_role import parse_role
from services.people import NO_TEAM, TeamId
from services.permissions import Permission, Role
from services.team import seats
from services.team.model import Team
from services.team.refusals import AlreadyInTeam
from services.unit_of_work import UnitOfWork


async def create(uow: UnitOfWork, actor: Actor, email: str, role: str = "member", *, text: str = "") -> InvitationView:
    """Invite an address into the team.

    An admin only asks, where the owner approves the admins' invitations (A46).
    """
    team_id = actor.require(Permission.MEMBER_INVITE)
    team, _ = await seats.reserve_seat(uow, team_id)
    wanted = await _drafted(uow, actor, team, InvitationKind.MEMBER, email, text)
    wanted = replace(wanted, role=parse_role(role))
    if team.owner_approves_admins and actor.role is Role.ADMIN:
        return await _ask(uow, actor, team, wanted)
    return await _send(uow, actor, team, wanted)


async def request(uow: UnitOfWork, actor: Actor, email: str, role: str = "member", *, text: str = "") -> InvitationView:
    """Ask the owner and the admins to invite an address (A46)."""
    team_id = actor.require(Permission.INVITATION_REQUEST)
    team = await _locked(uow, team_id)
    wanted = await _drafted(uow, actor, team, InvitationKind.MEMBER, email, text)
    return await _ask(uow, actor, team, replace(wanted, role=parse_role(role)))


async def request_to_join(uow: UnitOfWork, actor: Actor) -> InvitationView:
    """Ask to become a member of the team that the channel belongs to (A46)."""
    actor.require(Permission.INVITATION_JOIN)
    if actor.role is not Role.GUEST or await uow.members.find_by_user(actor.user_id):
        raise AlreadyInTeam
    if actor.place.team_id == NO_TEAM:
        raise ChannelNotConnected
    team = await _locked(uow, actor.place.team_id)
    wanted = await _new(uow, actor, team, InvitationKind.JOIN)
    wanted = replace(wanted, name=actor.name, user_id=actor.user_id, user_name=actor.name)
    return await _ask(uow, actor, team, replace(wanted, from_outside=actor.is_external))


async def invite_partner(uow: UnitOfWork, actor: Actor, marketplace_id: str, firm: PartnerInvitee) -> Invitation:
    """Invite a partner to a marketplace, with the same link, page and code as a member.

    The joining user joins for their own team (B22).
    """
    team_id = actor.require(Permission.MARKETPLACE_RUN)
    team = await _locked(uow, team_id)
    address = parse_address(firm.email)
    await _settle_expired(uow, team, address)
    wanted = await _new(uow, actor, team, InvitationKind.PARTNER)
    wanted = replace(
        wanted,
        state=InvitationState.PENDING,
        email=address,
        name=firm.name,
        text=parse_text(firm.text),
        marketplace_id=marketplace_id,
        expires_at=uow.now + INVITATION_TTL,
        language=firm.language or wanted.language,
    )
    await _add(uow, wanted)
    uow.emit(_created(wanted, firm.bulk_id), by=actor)
    return wanted


def parse_address(email: str) -> str:
    """Return the address trimmed and case-folded, as duplicates are compared (A45). Raises Invalid."""
    trimmed = email.strip()
    if not trimmed:
        raise Invalid("email", "missing")
    if len(trimmed) > EMAIL_MAX_CHARS:
        raise Invalid("email", "too_long", EMAIL_MAX_CHARS)
    try:
        return validate_email(trimmed, check_deliverability=False).normalized.casefold()
    except EmailNotValidError as error:
        raise Invalid("email", "email") from error


def parse_text(text: str) -> str:
    """Return the inviter's own text, trimmed. Raises Invalid when it is too long."""
    trimmed = text.strip()
    if len(trimmed) > INVITATION_TEXT_MAX_CHARS:
        raise Invalid("text", "too_long", INVITATION_TEXT_MAX_CHARS)
    return trimmed


async def _locked(uow: UnitOfWork, team_id: TeamId) -> Team:
    team = await uow.teams.get_for_update(team_id)
    if team is None:
        raise NotFound("team")
    return team


async def _drafted(
    uow: UnitOfWork, actor: Actor, team: Team, kind: InvitationKind, email: str, text: str
) -> Invitation:
    """Draft an invitation to an address that is no member's and not invited yet (A45)."""
    address = parse_address(email)
    if await uow.members.has_email(team.team_id, address):
        raise AlreadyMember(address)
    await _settle_expired(uow, team, address)
    drafted = await _new(uow, actor, team, kind)
    return replace(drafted, email=address, text=parse_text(text))


async def _settle_expired(uow: UnitOfWork, team: Team, address: str) -> None:
    """Expire overdue invitations to the address, which the scheduled job may not have reached yet."""
    for item in await uow.invitations.list_open_to(team.team_id, address):
        if item.is_expired(uow.now) and await uow.invitations.change_state(
            team.team_id, item.invitation_id, (item.state,), InvitationState.EXPIRED
        ):
            uow.emit(
                InvitationExpired(
                    team_id=team.team_id, subject=item.ref, invitation_id=item.invitation_id, kind=item.kind
                )
            )


async def _new(uow: UnitOfWork, actor: Actor, team: Team, kind: InvitationKind) -> Invitation:
    if await uow.invitations.count_open(team.team_id) >= OPEN_INVITATIONS_MAX:
        raise TooManyInvitations(OPEN_INVITATIONS_MAX)
    return Invitation(
        team_id=team.team_id,
        invitation_id=uow.new_id(),
        number=await uow.teams.add_number(team.team_id, "invitation"),
        kind=kind,
        role=Role.MEMBER,
        state=InvitationState.REQUESTED,
        requested_by=actor.user_id,
        requested_by_name=actor.name,
        created_at=uow.now,
        language=team.language,
    )


async def _add(uow: UnitOfWork, wanted: Invitation) -> None:
    if await uow.invitations.add(wanted):
        return
    if wanted.kind is InvitationKind.JOIN:
        raise AlreadyRequested
    same = [
        item for item in await uow.invitations.list_open_to(wanted.team_id, wanted.email) if item.kind is wanted.kind
    ]
    raise AlreadyInvited(same[0].ref if same else "", wanted.email)


async def _ask(uow: UnitOfWork, actor: Actor, team: Team, wanted: Invitation) -> InvitationView:
    await _add(uow, wanted)
    uow.emit(
        InvitationRequested(
            team_id=team.team_id,
            subject=wanted.ref,
            invitation_id=wanted.invitation_id,
            kind=wanted.kind,
            role=wanted.role,
            email=wanted.email,
        ),
        by=actor,
    )
    return InvitationView(wanted, wanted.email, await seats.count_seats(uow, team))


async def _send(uow: UnitOfWork, actor: Actor, team: Team, wanted: Invitation) -> InvitationView:
    sent = replace(wanted, state=InvitationState.PENDING, expires_at=uow.now + INVITATION_TTL)
    await _add(uow, sent)
    uow.emit(_created(sent), by=actor)
    return InvitationView(sent, sent.email, await seats.count_seats(uow, team), may_revoke=True, may_resend=True)


def _created(sent: Invitation, bulk_id: str = "") -> InvitationCreated:
    return InvitationCreated(
        subject=sent.ref,
        invitation_id=sent.invitation_id,
        kind=sent.kind,
        role=sent.role,
        email=sent.email,
        bulk_id=bulk_id,
    )
