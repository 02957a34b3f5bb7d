"""Subscribers that update homes: those of the users concerned, or all of a team's when the team itself changed."""

from collections.abc import Iterable
from typing import Final

from services.events import Event
from services.home.model import HOMES_MAX
from services.identity.events import IdentityLinked
from services.invitation.events import (
    InvitationApproved,
    InvitationDeclined,
    InvitationJoined,
    InvitationRequested,
    InvitationRevoked,
)
from services.lead.events import (
    LeadDelegated,
    LeadEvent,
    LeadLost,
    LeadNoted,
    LeadPicked,
    LeadReleased,
    LeadReturned,
    LeadStalled,
    LeadTaken,
    LeadUndone,
    LeadWon,
)
from services.marketplace.events import MarketplaceCreated, PartnerEnded, PartnerJoined
from services.member.events import (
    MemberEvent,
    MemberFlagged,
    MemberJoined,
    MemberLeft,
    MemberRemoved,
    MemberRoleChanged,
    TeamTransferred,
)
from services.notices import CardCopies, Notice, Subscribers
from services.people import TeamId
from services.request.events import RequestApproved, RequestAsked, RequestDeclined, RequestWithdrawn
from services.team.events import (
    ChannelConnected,
    ChannelDisconnected,
    TeamCreated,
    TeamDeleted,
    TeamRenamed,
    TeamRestored,
    TeamSettingsChanged,
)
from services.unit_of_work import UnitOfWork
from services.user.events import LanguageChosen


def _updates(team_id: str, keys: Iterable[str]) -> list[Notice]:
    return [Notice(CardCopies(), key, team_id=TeamId(team_id)) for key in dict.fromkeys(keys)]


async def _homes_of(uow: UnitOfWork, user_ids: Iterable[str | None]) -> list[str]:
    present = {user_id for user_id in user_ids if user_id}
    return await uow.deliveries.list_home_keys_of_users(present) if present else []


async def update_own(uow: UnitOfWork, event: Event) -> list[Notice]:
    """Update the home of the actor."""
    return _updates(event.team_id, await _homes_of(uow, [event.actor_id]))


async def update_concerned(uow: UnitOfWork, event: LeadEvent) -> list[Notice]:
    """Update the homes of the actor, of the responsible member and of the former one."""
    seen = await uow.leads.get(TeamId(event.team_id), event.lead_id)
    now = seen.lead.responsible_id if seen else None
    before = event.from_user_id if isinstance(event, LeadDelegated | LeadReleased) else None
    return _updates(event.team_id, await _homes_of(uow, [event.actor_id, now, before]))


async def update_team(uow: UnitOfWork, event: Event) -> list[Notice]:
    """Update all homes of the team, and those of actor and member concerned, who may have left it."""
    concerned = [event.actor_id, event.member_id if isinstance(event, MemberEvent) else None]
    homes = await uow.deliveries.list_home_keys(event.team_id, HOMES_MAX)
    return _updates(event.team_id, [*homes, *await _homes_of(uow, concerned)])


async def update_partner(uow: UnitOfWork, event: PartnerJoined | PartnerEnded) -> list[Notice]:
    """Update the homes of the team that joined or left the marketplace."""
    team_id = event.partner_team_id if isinstance(event, PartnerJoined) else await _partner_team_id(uow, event)
    return _updates(team_id, await uow.deliveries.list_home_keys(team_id, HOMES_MAX)) if team_id else []


async def _partner_team_id(uow: UnitOfWork, event: PartnerEnded) -> str:
    partner = await uow.marketplaces.get_partner(TeamId(event.team_id), event.partner_id)
    return partner.partner_team_id or "" if partner else ""


SUBSCRIBERS: Final[Subscribers] = {
    IdentityLinked: (update_own,),
    LanguageChosen: (update_own,),
    MarketplaceCreated: (update_team,),
    PartnerEnded: (update_partner,),
    PartnerJoined: (update_partner,),
    **dict.fromkeys(
        (
            LeadDelegated,
            LeadLost,
            LeadNoted,
            LeadPicked,
            LeadTaken,
            LeadReleased,
            LeadWon,
        ),
        (update_concerned,),
    ),
    **dict.fromkeys(
        (
            ChannelConnected,
            ChannelDisconnected,
            InvitationApproved,
            InvitationDeclined,
            InvitationJoined,
            InvitationRequested,
            InvitationRevoked,
            LeadReturned,
            LeadStalled,
            LeadUndone,
            MemberFlagged,
            MemberJoined,
            MemberLeft,
            MemberRemoved,
            MemberRoleChanged,
            RequestApproved,
            RequestAsked,
            RequestDeclined,
            RequestWithdrawn,
            TeamCreated,
            TeamDeleted,
            TeamRenamed,
            TeamRestored,
            TeamSettingsChanged,
            TeamTransferred,
        ),
        (update_team,),
    ),
}
