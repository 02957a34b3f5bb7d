"""Subscribers about leads: channels of the teams concerned, every posted card, members who are asked to act."""

from typing import Final

from services.lead.events import (
    LeadAssigned,
    LeadCreated,
    LeadDelegated,
    LeadEvent,
    LeadFailed,
    LeadLost,
    LeadNoted,
    LeadOffered,
    LeadPicked,
    LeadReleased,
    LeadReminded,
    LeadReturned,
    LeadShared,
    LeadStalled,
    LeadSubmitted,
    LeadTaken,
    LeadUndone,
    LeadWon,
)
from services.lead.model import PICKABLE_STATUSES
from services.notices import THREAD_PARAM, DirectChat, Notice, SingleChannel, Subscribers, TeamChannels, UpdateCards
from services.people import TeamId
from services.unit_of_work import UnitOfWork

LEAD_CARD_VIEW: Final = "lead.card"
LEAD_DELEGATED_VIEW: Final = "lead.delegated"
LEAD_FAILED_VIEW: Final = "lead.failed"
LEAD_REMINDER_VIEW: Final = "lead.reminder"
UPDATE: Final = UpdateCards("lead_id")


def _channels(event: LeadEvent, team_id: str, view: str = LEAD_CARD_VIEW) -> Notice:
    return Notice(TeamChannels(), event.lead_id, view, TeamId(team_id))


async def notify_created(uow: UnitOfWork, event: LeadCreated) -> list[Notice]:
    """Post into the channels of the creating team; in the channel of the request, into its thread."""
    del uow
    everywhere = _channels(event, event.team_id)
    if not event.thread:
        return [everywhere]
    there = SingleChannel(event.platform, event.tenant, event.conversation_id)
    return [
        Notice(there, event.lead_id, LEAD_CARD_VIEW, TeamId(event.team_id), {THREAD_PARAM: event.thread}),
        everywhere,
    ]


async def notify_submitted(uow: UnitOfWork, event: LeadSubmitted) -> list[Notice]:
    """Post into the channels of the operator, who decides about the lead."""
    del uow
    return [_channels(event, event.operator_team_id)]


async def notify_offered(
    uow: UnitOfWork, event: LeadOffered | LeadAssigned | LeadReturned | LeadStalled
) -> list[Notice]:
    """Post into the channels of every team that may pick the lead; without one, into the operator's."""
    sights = await uow.leads.list_visibility(event.lead_id)
    takers = [sight.team_id for sight in sights if sight.offer in PICKABLE_STATUSES]
    team_ids = takers or [sight.team_id for sight in sights if sight.operates]
    return [_channels(event, team_id) for team_id in team_ids]


async def notify_delegated(uow: UnitOfWork, event: LeadDelegated) -> list[Notice]:
    """Tell the member who is responsible now, unless they delegated the lead to themselves."""
    del uow
    if event.to_user_id == event.actor_id:
        return []
    params = {"by": event.actor_id or ""}
    return [Notice(DirectChat(event.to_user_id), event.lead_id, LEAD_DELEGATED_VIEW, TeamId(event.team_id), params)]


async def notify_shared(uow: UnitOfWork, event: LeadShared) -> list[Notice]:
    """Post into the channel that the lead was shared into."""
    del uow
    to = SingleChannel(event.to_platform, event.to_tenant, event.to_conversation_id)
    return [Notice(to, event.lead_id, LEAD_CARD_VIEW, TeamId(event.team_id))]


async def notify_released(uow: UnitOfWork, event: LeadReleased) -> list[Notice]:
    """Post into the team's channels, where any member may pick the lead (B19)."""
    del uow
    return [_channels(event, event.team_id)]


async def notify_reminded(uow: UnitOfWork, event: LeadReminded) -> list[Notice]:
    """Remind the responsible member; without one, the team's channels."""
    seen = await uow.leads.get(TeamId(event.team_id), event.lead_id)
    if seen is None:
        return []
    to = seen.lead.responsible_id
    return [
        Notice(DirectChat(to), event.lead_id, LEAD_REMINDER_VIEW, TeamId(event.team_id))
        if to
        else _channels(event, event.team_id, LEAD_REMINDER_VIEW)
    ]


async def notify_failed(uow: UnitOfWork, event: LeadFailed) -> list[Notice]:
    """Tell operator and giver in their channels (B21)."""
    del uow
    teams = dict.fromkeys((event.team_id, event.giver_team_id))
    return [_channels(event, team_id, LEAD_FAILED_VIEW) for team_id in teams]


SUBSCRIBERS: Final[Subscribers] = {
    LeadAssigned: (UPDATE, notify_offered),
    LeadCreated: (notify_created,),
    LeadDelegated: (UPDATE, notify_delegated),
    LeadFailed: (UPDATE, notify_failed),
    LeadLost: (UPDATE,),
    LeadNoted: (UPDATE,),
    LeadOffered: (UPDATE, notify_offered),
    LeadPicked: (UPDATE,),
    LeadReminded: (notify_reminded,),
    LeadReturned: (UPDATE, notify_offered),
    LeadShared: (notify_shared,),
    LeadStalled: (UPDATE, notify_offered),
    LeadSubmitted: (UPDATE, notify_submitted),
    LeadTaken: (UPDATE,),
    LeadUndone: (UPDATE,),
    LeadReleased: (UPDATE, notify_released),
    LeadWon: (UPDATE,),
}
