"""Who hears that nobody knows what became of a message."""

from collections.abc import Awaitable, Callable
from typing import Any

from services.delivery.events import DeliveryResent, DeliveryUnknown
from services.events import Event
from services.notices import Copies, Notice, Person
from services.people import TeamId
from services.permissions import Permission, roles_with
from services.unit_of_work import UnitOfWork

VIEW = "delivery.unknown"
"""The card that asks to look; nobody is told when it is this card that may be lost."""
TOLD_MAX = 20


async def hear_unknown(uow: UnitOfWork, event: DeliveryUnknown) -> list[Notice]:
    """Whoever may send it again, once for all that were lost together: the card that is there already counts along."""
    if event.sweep_id != event.delivery_id:
        return [Notice(Copies(), event.sweep_id)]
    holders = await uow.members.holders(event.team_id, roles_with(Permission.DELIVERY_RESEND), TOLD_MAX)
    team_id = TeamId(event.team_id)
    return [Notice(Person(holder.user_id), event.sweep_id, VIEW, team_id) for holder in holders]


async def hear_resent(uow: UnitOfWork, event: DeliveryResent) -> list[Notice]:
    """The cards that asked: somebody has looked."""
    del uow
    return [Notice(Copies(), event.sweep_id)]


HEARS: dict[type[Event], Callable[[UnitOfWork, Any], Awaitable[list[Notice]]]] = {
    DeliveryUnknown: hear_unknown,
    DeliveryResent: hear_resent,
}
