"""Linking of two chat identities to one user.

Both sides confirm: a code can be stolen, and an address proves nothing (docs/decisions/0006).
"""

from typing import Final

from services import codes
from services.actor import Actor
from services.codes import WrongCode
from services.errors import NotFound
from services.file.model import GENERATED_FILES_MAX, RECEIVED_FILES_MAX, FileOrigin
from services.identity.events import IdentityAgreed, IdentityDeclined, IdentityLinked
from services.identity.model import (
    IDENTITIES_MAX,
    LINK_TTL,
    OPEN_LINK_STATES,
    LinkCode,
    LinkedIdentity,
    LinkRequest,
    LinkSide,
    LinkState,
)
from services.identity.refusals import (
    AlreadyLinked,
    InDifferentTeams,
    LinkClosed,
    OwnerOnOtherSide,
    TooManyIdentities,
    WrongSide,
)
from services.identity.unlink import load_identities
from services.invitation.events import InvitationRevoked
from services.invitation.model import InvitationState
from services.member.model import Member
from services.people import NO_TEAM, TeamId, UserId
from services.permissions import Permission, Role
from services.unit_of_work import UnitOfWork

IDENTITY_CODE_PURPOSE: Final = "identity code"
_ROOM: Final = {FileOrigin.RECEIVED: RECEIVED_FILES_MAX, FileOrigin.GENERATED: GENERATED_FILES_MAX}


async def issue_code(uow: UnitOfWork, actor: Actor) -> LinkCode:
    """Issue a code to type on the other side, shown to the actor alone.

    An older code of the actor ends.
    """
    actor.require(Permission.IDENTITY_LINK)
    mine = await load_identities(uow, actor)
    if len(mine) >= IDENTITIES_MAX:
        raise TooManyIdentities
    code = codes.derive_code(uow.keyring, IDENTITY_CODE_PURPOSE, uow.new_id(), uow.now)
    link = LinkRequest(uow.new_id(), LinkState.ISSUED, await _side(uow, actor), uow.now, uow.now + LINK_TTL)
    await uow.identities.add_link(link, codes.digest_code(uow.keyring, IDENTITY_CODE_PURPOSE, code)[0])
    return LinkCode(link.link_id, code, link.expires_at, mine)


async def claim_code(uow: UnitOfWork, actor: Actor, code: str) -> LinkRequest | WrongCode:
    """Claim a code on the other side and end it.

    The actor sees whose code it is before the link goes on.
    """
    actor.require(Permission.IDENTITY_LINK)
    await codes.check_wrong_codes(uow, actor.user_id)
    link = await uow.identities.find_link_by_code(codes.digest_code(uow.keyring, IDENTITY_CODE_PURPOSE, code))
    if link is None or not link.is_open(uow.now):
        return await codes.record_wrong_code(uow, actor.user_id)
    await uow.users.delete_wrong_codes(actor.user_id)
    if link.first.user_id == actor.user_id:
        raise AlreadyLinked
    if not await uow.identities.claim_link(link.link_id, await _side(uow, actor), uow.now + LINK_TTL):
        raise LinkClosed
    return await _found(uow, link.link_id)


async def agree(uow: UnitOfWork, actor: Actor, link_id: str) -> LinkRequest:
    """Agree on the other side to be linked.

    The first side is asked next.
    """
    actor.require(Permission.IDENTITY_LINK)
    link = await _open(uow, actor, link_id)
    if link.other is None or link.other.user_id != actor.user_id:
        raise WrongSide
    await _check(uow, link.first.user_id, actor.user_id)
    if not await uow.identities.change_link_state(link_id, (LinkState.CLAIMED,), LinkState.AGREED, uow.now + LINK_TTL):
        raise LinkClosed
    asked = IdentityAgreed(
        team_id=await _notified_team_id(uow, link),
        link_id=link_id,
        asked_of=link.first.user_id,
        first_platform=link.first.platform,
        other_platform=link.other.platform,
    )
    if asked.team_id:
        uow.emit(asked, by=actor)
    return await _found(uow, link_id)


async def review(uow: UnitOfWork, actor: Actor, link_id: str) -> LinkRequest:
    """Return a link request to its first side, with the other side's team. Raises NotFound."""
    actor.require(Permission.IDENTITY_LINK)
    link = await uow.identities.get_link(link_id)
    if link is None or link.first.user_id != actor.user_id:
        raise NotFound("link")
    return await add_team_name(uow, link)


async def add_team_name(uow: UnitOfWork, link: LinkRequest) -> LinkRequest:
    """Add the other side's team, once that side has agreed."""
    if link.other is None or link.state is not LinkState.AGREED:
        return link
    member = await uow.members.find_by_user(link.other.user_id)
    return link.with_team_name(await uow.teams.get_name(member.team_id) or "") if member else link


async def decline(uow: UnitOfWork, actor: Actor, link_id: str) -> LinkRequest:
    """Decline on either side."""
    actor.require(Permission.IDENTITY_LINK)
    link = await _open(uow, actor, link_id)
    if not await uow.identities.change_link_state(link_id, OPEN_LINK_STATES, LinkState.DECLINED, uow.now):
        raise LinkClosed
    team_id = await _notified_team_id(uow, link) if link.state is LinkState.AGREED else NO_TEAM
    if team_id:
        uow.emit(IdentityDeclined(team_id=team_id, link_id=link_id), by=actor)
    return await _found(uow, link_id)


async def confirm(uow: UnitOfWork, actor: Actor, link_id: str) -> LinkedIdentity:
    """Confirm on the first side and merge both users."""
    actor.require(Permission.IDENTITY_LINK)
    link = await _open(uow, actor, link_id)
    if link.first.user_id != actor.user_id:
        raise WrongSide
    if link.other is None:
        raise LinkClosed
    into, gone = actor.user_id, link.other.user_id
    await uow.identities.lock((into, gone))
    ours, theirs = await _check(uow, into, gone)
    if not await uow.identities.change_link_state(link_id, (LinkState.AGREED,), LinkState.LINKED, uow.now):
        raise LinkClosed
    for team in {item.team_id: item for item in (ours, theirs) if item}:
        await _make_room(uow, team, into, gone)
    await revoke_join_requests(uow, actor, gone)
    if theirs:
        await revoke_join_requests(uow, actor, into)
    await uow.identities.merge(into, gone, uow.now)
    kept = ours or theirs
    if kept:
        uow.emit(_linked(link, link.other, kept.team_id, theirs if ours else None), by=actor)
    return LinkedIdentity(link, kept.team_id if kept else NO_TEAM, ours is not None and theirs is not None)


def _linked(link: LinkRequest, other: LinkSide, team_id: TeamId, ended: Member | None) -> IdentityLinked:
    return IdentityLinked(
        team_id=team_id,
        link_id=link.link_id,
        member_id=link.first.user_id,
        merged_id=other.user_id,
        first_platform=link.first.platform,
        other_platform=other.platform,
        ended_role=ended.role if ended else "",
    )


async def _check(uow: UnitOfWork, into: str, gone: str) -> tuple[Member | None, Member | None]:
    """Return both memberships. Raises the refusal that forbids merging them (A44, B2)."""
    if into == gone:
        raise AlreadyLinked
    if [await uow.identities.find_current_user_id(item) for item in (into, gone)] != [into, gone]:
        raise LinkClosed
    ours, theirs = await uow.members.find_by_user(into), await uow.members.find_by_user(gone)
    if ours and theirs and ours.team_id != theirs.team_id:
        raise InDifferentTeams
    if ours and theirs and theirs.role is Role.OWNER:
        raise OwnerOnOtherSide
    if len(await uow.users.list_identities(into)) + len(await uow.users.list_identities(gone)) > IDENTITIES_MAX:
        raise TooManyIdentities
    return ours, theirs


async def _make_room(uow: UnitOfWork, team_id: TeamId, into: str, gone: str) -> None:
    """Delete the oldest files beyond the limit that both users' files exceed together."""
    for purpose, limit in _ROOM.items():
        held = [
            item for user_id in (into, gone) for item in await uow.files.list_of_user(team_id, UserId(user_id), purpose)
        ]
        for oldest in sorted(held, key=lambda item: item.created_at)[: max(0, len(held) - limit)]:
            await uow.files.delete(team_id, oldest.file_id)


async def revoke_join_requests(uow: UnitOfWork, actor: Actor, user_id: str) -> None:
    """Revoke a user's open requests to join teams, which a merged user or a member no longer needs."""
    for join_request in await uow.invitations.list_join_requests(user_id):
        if await uow.invitations.change_state(
            join_request.team_id, join_request.invitation_id, (join_request.state,), InvitationState.REVOKED
        ):
            revoked = InvitationRevoked(
                team_id=join_request.team_id,
                subject=join_request.ref,
                invitation_id=join_request.invitation_id,
                kind=join_request.kind,
            )
            uow.emit(revoked, by=actor)


async def _side(uow: UnitOfWork, actor: Actor) -> LinkSide:
    """Return the identity that acts in this chat."""
    here = await uow.users.list_identities(actor.user_id)
    place = actor.place
    [identity] = [
        item
        for item in here
        if (item.platform, item.tenant, item.platform_user_id) == (place.platform, place.tenant, actor.platform_user_id)
    ]
    return LinkSide(actor.user_id, identity.platform, identity.tenant, identity.platform_user_id, actor.name)


async def _open(uow: UnitOfWork, actor: Actor, link_id: str) -> LinkRequest:
    """Return an open request of which the actor is a side. Raises NotFound, LinkOver."""
    link = await _found(uow, link_id)
    if actor.user_id not in {link.first.user_id, link.other.user_id if link.other else ""}:
        raise NotFound("link")
    if not link.is_open(uow.now):
        raise LinkClosed
    return link


async def _found(uow: UnitOfWork, link_id: str) -> LinkRequest:
    link = await uow.identities.get_link(link_id)
    if link is None:
        raise NotFound("link")
    return link


async def _notified_team_id(uow: UnitOfWork, link: LinkRequest) -> TeamId:
    """Return the team in whose name both sides are notified: the first side's, else the other's, else NO_TEAM."""
    for side in (link.first, link.other):
        member = await uow.members.find_by_user(side.user_id) if side else None
        if member:
            return member.team_id
    return NO_TEAM
