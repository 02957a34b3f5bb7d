"""Whose home shows something else now: theirs who are concerned, and everybody's where it is about the team itself."""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final

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
    LeadReturned,
    LeadStalled,
    LeadTaken,
    LeadUndone,
    LeadVacated,
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
from services.notices import Copies, Notice
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


def _drawn(team_id: str, keys: Iterable[str]) -> list[Notice]:
    return [Notice(Copies(), key, team_id=TeamId(team_id)) for key in dict.fromkeys(keys)]


async def _of(uow: UnitOfWork, user_ids: Iterable[str | None]) -> list[str]:
    known = {one for one in user_ids if one}
    return await uow.deliveries.homes_of(known) if known else []


async def own(uow: UnitOfWork, event: Event) -> list[Notice]:
    """The home of whoever did it."""
    return _drawn(event.team_id, await _of(uow, [event.actor_id]))


async def lead(uow: UnitOfWork, event: LeadEvent) -> list[Notice]:
    """Whoever is in charge, whoever was until now, and whoever did it."""
    seen = await uow.leads.see(TeamId(event.team_id), event.lead_id)
    now = seen.lead.responsible_id if seen else None
    before = event.from_user_id if isinstance(event, LeadDelegated | LeadVacated) else None
    return _drawn(event.team_id, await _of(uow, [event.actor_id, now, before]))


async def everybody(uow: UnitOfWork, event: Event) -> list[Notice]:
    """All the team's homes, and those of whoever is concerned, a colleague or no longer one.

    Also where nobody says any more whose lead it was.
    """
    concerned = [event.actor_id, event.member_id if isinstance(event, MemberEvent) else None]
    homes = await uow.deliveries.homes(event.team_id, HOMES_MAX)
    return _drawn(event.team_id, [*homes, *await _of(uow, concerned)])


async def partners(uow: UnitOfWork, event: PartnerJoined | PartnerEnded) -> list[Notice]:
    """The homes of the firm that takes part, or no longer does."""
    team_id = event.partner_team_id if isinstance(event, PartnerJoined) else await _firm(uow, event)
    return _drawn(team_id, await uow.deliveries.homes(team_id, HOMES_MAX)) if team_id else []


async def _firm(uow: UnitOfWork, event: PartnerEnded) -> str:
    partner = await uow.marketplaces.partner(TeamId(event.team_id), event.partner_id)
    return partner.partner_team_id or "" if partner else ""


HEARS: Final[dict[type[Event], Callable[[UnitOfWork, Any], Coroutine[Any, Any, list[Notice]]]]] = {
    IdentityLinked: own,
    LanguageChosen: own,
    MarketplaceCreated: everybody,
    PartnerEnded: partners,
    PartnerJoined: partners,
    **dict.fromkeys(
        (
            LeadDelegated,
            LeadLost,
            LeadNoted,
            LeadPicked,
            LeadTaken,
            LeadVacated,
            LeadWon,
        ),
        lead,
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
        everybody,
    ),
}
