"""A message of which nobody knows whether it arrived: somebody looks, and sends it once more or leaves it."""

from services.delivery.model import Delivery, DeliveryResent, NotUnknown, State, UnknownDelivery
from services.errors import NotFound
from services.people import Actor
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def show(uow: UnitOfWork, actor: Actor, delivery_id: str) -> UnknownDelivery:
    """What is known of it."""
    team_id = actor.require(Permission.DELIVERY_RESEND)
    found = await uow.deliveries.get(team_id, delivery_id)
    if found is None:
        raise NotFound("delivery")
    delivery, at = found
    return UnknownDelivery(
        delivery_id=delivery.delivery_id,
        view=delivery.view,
        platform=delivery.platform,
        place=await _place(uow, delivery),
        at=at,
        is_open=delivery.state is State.UNKNOWN,
    )


async def resend(uow: UnitOfWork, actor: Actor, delivery_id: str) -> UnknownDelivery:
    """Send it once more, although it may have arrived."""
    team_id = actor.require(Permission.DELIVERY_RESEND)
    shown = await show(uow, actor, delivery_id)
    if not await uow.deliveries.resend(team_id, delivery_id, uow.now):
        raise NotUnknown
    uow.emit(DeliveryResent(delivery_id=delivery_id, view=shown.view), by=actor)
    return await show(uow, actor, delivery_id)


async def _place(uow: UnitOfWork, delivery: Delivery) -> str:
    """The name of the channel or the person."""
    if delivery.user_id:
        user = await uow.users.get(delivery.user_id)
        return user.name if user else ""
    found = await uow.conversations.find(delivery.platform, delivery.tenant, delivery.conversation_id)
    return found.name if found and found.team_id == delivery.team_id else ""
