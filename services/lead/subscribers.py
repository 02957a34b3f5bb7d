"""Who hears of leads: the channels of the teams concerned, every posted card, and whoever is asked for something."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from services.events import Event
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
from services.notices import THREAD, Channel, Channels, Copies, Notice, Person
from services.people import TeamId
from services.unit_of_work import UnitOfWork

CARD: Final = "lead.card"
DELEGATED: Final = "lead.delegated"
FAILED: Final = "lead.failed"
REMINDER: Final = "lead.reminder"


def _copies(event: LeadEvent) -> Notice:
    return Notice(Copies(), event.lead_id, team_id=TeamId(event.team_id))


def _channels(event: LeadEvent, team_id: str, view: str = CARD) -> Notice:
    return Notice(Channels(), event.lead_id, view, TeamId(team_id))


async def created(uow: UnitOfWork, event: LeadCreated) -> list[Notice]:
    """The channels of the team that brought it in; in the one where it was asked for, the thread."""
    del uow
    everywhere = _channels(event, event.team_id)
    if not event.thread:
        return [everywhere]
    there = Channel(event.platform, event.tenant, event.conversation_id)
    return [Notice(there, event.lead_id, CARD, TeamId(event.team_id), {THREAD: event.thread}), everywhere]


async def submitted(uow: UnitOfWork, event: LeadSubmitted) -> list[Notice]:
    """The operator's channels: the lead waits for it."""
    del uow
    return [_copies(event), _channels(event, event.operator_team_id)]


async def offered(uow: UnitOfWork, event: LeadOffered | LeadAssigned | LeadReturned | LeadStalled) -> list[Notice]:
    """The channels of every team that may pick it now; without any, the operator's."""
    sights = await uow.leads.sights(event.lead_id)
    takers = [sight.team_id for sight in sights if sight.offer in PICKABLE]
    told = takers or [sight.team_id for sight in sights if sight.operates]
    return [_copies(event), *(_channels(event, team_id) for team_id in told)]


async def changed(uow: UnitOfWork, event: LeadEvent) -> list[Notice]:
    """Every card already posted."""
    del uow
    return [_copies(event)]


async def delegated(uow: UnitOfWork, event: LeadDelegated) -> list[Notice]:
    """Every card already posted, and the colleague who is responsible now, unless he has just done it himself."""
    del uow
    if event.to_user_id == event.actor_id:
        return [_copies(event)]
    told = Notice(
        Person(event.to_user_id),
        event.lead_id,
        DELEGATED,
        TeamId(event.team_id),
        {"by": event.actor_id or ""},
    )
    return [_copies(event), told]


async def shared(uow: UnitOfWork, event: LeadShared) -> list[Notice]:
    """The channel it was shared into."""
    del uow
    to = Channel(event.to_platform, event.to_tenant, event.to_conversation_id)
    return [Notice(to, event.lead_id, CARD, TeamId(event.team_id))]


async def vacated(uow: UnitOfWork, event: LeadVacated) -> list[Notice]:
    """The team's channels: any colleague may pick it (B19)."""
    del uow
    return [_copies(event), _channels(event, event.team_id)]


async def reminded(uow: UnitOfWork, event: LeadReminded) -> list[Notice]:
    """Whoever is responsible; the team's channels, where nobody is."""
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
    """Operator and giver, in their channels (B21)."""
    del uow
    teams = dict.fromkeys((event.team_id, event.giver_team_id))
    return [_copies(event), *(_channels(event, team_id, FAILED) for team_id in teams)]


HEARS: Final[dict[type[Event], Callable[[UnitOfWork, Any], Coroutine[Any, Any, list[Notice]]]]] = {
    LeadAssigned: offered,
    LeadCreated: created,
    LeadDelegated: delegated,
    LeadFailed: failed,
    LeadLost: changed,
    LeadNoted: changed,
    LeadOffered: offered,
    LeadPicked: changed,
    LeadReminded: reminded,
    LeadReturned: offered,
    LeadShared: shared,
    LeadStalled: offered,
    LeadSubmitted: submitted,
    LeadTaken: changed,
    LeadUndone: changed,
    LeadVacated: vacated,
    LeadWon: changed,
}
