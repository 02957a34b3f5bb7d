"""Subscribers about deliveries with an unknown outcome."""

from typing import Final

from services.delivery.events import DeliveryResent, DeliveryUnknown
from services.notices import CardCopies, DirectChat, Notice, Subscribers, UpdateCards
from services.people import TeamId
from services.permissions import Permission, list_roles_with
from services.unit_of_work import UnitOfWork

DELIVERY_UNKNOWN_VIEW: Final = "delivery.unknown"
"""The card that asks for a check. When this card itself is lost, no notice follows."""
HOLDERS_MAX: Final = 20

UPDATE: Final = UpdateCards("sweep_id")


async def lost(uow: UnitOfWork, event: DeliveryUnknown) -> list[Notice]:
    """Tell the members who may resend, once for all deliveries that were lost together; later ones update that card."""
    if event.sweep_id != event.delivery_id:
        return [Notice(CardCopies(), event.sweep_id)]
    holders = await uow.members.list_by_role(event.team_id, list_roles_with(Permission.DELIVERY_RESEND), HOLDERS_MAX)
    team_id = TeamId(event.team_id)
    return [Notice(DirectChat(holder.user_id), event.sweep_id, DELIVERY_UNKNOWN_VIEW, team_id) for holder in holders]


SUBSCRIBERS: Final[Subscribers] = {
    DeliveryResent: (UPDATE,),
    DeliveryUnknown: (lost,),
}
