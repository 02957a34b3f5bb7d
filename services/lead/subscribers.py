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
    LeadReminded,
    LeadReturned,
    LeadShared,
    LeadStalled,
    LeadSubmitted,
    LeadTaken,
    LeadUndone,
    LeadVacated,
    LeadWon,
)
from services.lead.model import PICKABLE
from services.notices import THREAD, Channel, Channels, Notice, Person, Subscribers, UpdateCards
from services.people import TeamId
from services.unit_of_work import UnitOfWork

CARD: Final = "lead.card"
DELEGATED: Final = "lead.delegated"
FAILED: Final = "lead.failed"
REMINDER: Final = "lead.reminder"
UPDATE: Final = UpdateCards("lead_id")


def _channels(event: LeadEvent, team_id: str, view: str = CARD) -> Notice:
    return Notice(Channels(), event.lead_id, view, TeamId(team_id))


async def created(uow: UnitOfWork, event: LeadCreated) -> list[Notice]:
    """Post into the channels of the creating team; in the channel of the request, into its thread."""
    del uow
    everywhere = _channels(event, event.team_id)
    if not event.thread:
        return [everywhere]
    there = Channel(event.platform, event.tenant, event.conversation_id)
    return [Notice(there, event.lead_id, CARD, TeamId(event.team_id), {THREAD: event.thread}), everywhere]


async def submitted(uow: UnitOfWork, event: LeadSubmitted) -> list[Notice]:
    """Post into the channels of the operator, who decides about the lead."""
    del uow
    return [_channels(event, event.operator_team_id)]


async def offered(uow: UnitOfWork, event: LeadOffered | LeadAssigned | LeadReturned | LeadStalled) -> list[Notice]:
    """Post into the channels of every team that may pick the lead; without one, into the operator's."""
    sights = await uow.leads.sights(event.lead_id)
    takers = [sight.team_id for sight in sights if sight.offer in PICKABLE]
    team_ids = takers or [sight.team_id for sight in sights if sight.operates]
    return [_channels(event, team_id) for team_id in team_ids]


async def delegated(uow: UnitOfWork, event: LeadDelegated) -> list[Notice]:
    """Tell the member who is responsible now, unless they delegated the lead to themselves."""
    del uow
    if event.to_user_id == event.actor_id:
        return []
    params = {"by": event.actor_id or ""}
    return [Notice(Person(event.to_user_id), event.lead_id, DELEGATED, TeamId(event.team_id), params)]


async def shared(uow: UnitOfWork, event: LeadShared) -> list[Notice]:
    """Post into the channel that the lead was shared into."""
    del uow
    to = Channel(event.to_platform, event.to_tenant, event.to_conversation_id)
    return [Notice(to, event.lead_id, CARD, TeamId(event.team_id))]


async def vacated(uow: UnitOfWork, event: LeadVacated) -> list[Notice]:
    """Post into the team's channels, where any member may pick the lead (B19)."""
    del uow
    return [_channels(event, event.team_id)]


async def reminded(uow: UnitOfWork, event: LeadReminded) -> list[Notice]:
    """Remind the responsible member; without one, the team's channels."""
    seen = await uow.leads.see(TeamId(event.team_id), event.lead_id)
    if seen is None:
        return []
    to = seen.lead.responsible_id
    return [
        Notice(Person(to), event.lead_id, REMINDER, TeamId(event.team_id))
        if to
        else _channels(event, event.team_id, REMINDER)
    ]


async def failed(uow: UnitOfWork, event: LeadFailed) -> list[Notice]:
    """Tell operator and giver in their channels (B21)."""
    del uow
    teams = dict.fromkeys((event.team_id, event.giver_team_id))
    return [_channels(event, team_id, FAILED) for team_id in teams]


SUBSCRIBERS: Final[Subscribers] = {
    LeadAssigned: (UPDATE, offered),
    LeadCreated: (created,),
    LeadDelegated: (UPDATE, delegated),
    LeadFailed: (UPDATE, failed),
    LeadLost: (UPDATE,),
    LeadNoted: (UPDATE,),
    LeadOffered: (UPDATE, offered),
    LeadPicked: (UPDATE,),
    LeadReminded: (reminded,),
    LeadReturned: (UPDATE, offered),
    LeadShared: (shared,),
    LeadStalled: (UPDATE, offered),
    LeadSubmitted: (UPDATE, submitted),
    LeadTaken: (UPDATE,),
    LeadUndone: (UPDATE,),
    LeadVacated: (UPDATE, vacated),
    LeadWon: (UPDATE,),
}
