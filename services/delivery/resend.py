"""Messages with an unknown outcome: a member checks and sends them again or leaves them."""

from services.actor import Actor
from services.delivery.events import DeliveryResent, DeliveryUnknown
from services.delivery.model import (
    RESEND_BATCH_MAX,
    UNKNOWN_GROUP_WINDOW,
    UNKNOWN_SHOWN_MAX,
    Delivery,
    DeliveryState,
    UnknownDeliveryRecord,
    UnknownDeliveryView,
    UnknownGroupView,
)
from services.delivery.refusals import OutcomeKnown
from services.errors import NotFound
from services.people import TeamId
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def report_unknown(uow: UnitOfWork, delivery: Delivery) -> None:
    """Report a message with an unknown outcome, grouped with those right before it."""
    # A crash leaves many at once: the lock makes each transaction see the group of the one before.
    await uow.teams.get_for_update(delivery.team_id)
    before = await uow.deliveries.find_latest_sweep_id(
        delivery.team_id, uow.now - UNKNOWN_GROUP_WINDOW, delivery.delivery_id
    )
    sweep_id = before or delivery.delivery_id
    await uow.deliveries.update_sweep(delivery.team_id, delivery.delivery_id, sweep_id)
    lost = DeliveryUnknown(
        team_id=delivery.team_id, delivery_id=delivery.delivery_id, view=delivery.view, sweep_id=sweep_id
    )
    uow.emit(lost)


async def show(uow: UnitOfWork, actor: Actor, sweep_id: str) -> UnknownGroupView:
    """Return a group of messages with an unknown outcome. Raises NotFound."""
    team_id = actor.require(Permission.DELIVERY_RESEND)
    sweep = await uow.deliveries.get_sweep(team_id, sweep_id, UNKNOWN_SHOWN_MAX)
    if sweep is None:
        raise NotFound("delivery")
    first = [await _shown(uow, item) for item in sweep.lost]
    return UnknownGroupView(sweep_id, tuple(first), sweep.total, sweep.open)


async def resend(uow: UnitOfWork, actor: Actor, delivery_id: str) -> UnknownGroupView:
    """Send one message again, although it may have arrived."""
    team_id = actor.require(Permission.DELIVERY_RESEND)
    found = await uow.deliveries.get(team_id, delivery_id)
    if found is None:
        raise NotFound("delivery")
    if not await _again(uow, actor, team_id, found):
        raise OutcomeKnown
    return await show(uow, actor, found.sweep_id)


async def resend_all(uow: UnitOfWork, actor: Actor, sweep_id: str) -> UnknownGroupView:
    """Send the open messages of a group again, at most RESENT_MAX at once."""
    team_id = actor.require(Permission.DELIVERY_RESEND)
    sweep = await uow.deliveries.get_sweep(team_id, sweep_id, RESEND_BATCH_MAX)
    if sweep is None:
        raise NotFound("delivery")
    if not [item for item in sweep.lost if await _again(uow, actor, team_id, item.delivery)]:
        raise OutcomeKnown
    return await show(uow, actor, sweep_id)


async def _again(uow: UnitOfWork, actor: Actor, team_id: TeamId, delivery: Delivery) -> bool:
    """Queue the message again. False: its outcome is known by now."""
    if not await uow.deliveries.resend(team_id, delivery.delivery_id, uow.now):
        return False
    uow.emit(DeliveryResent(delivery_id=delivery.delivery_id, view=delivery.view, sweep_id=delivery.sweep_id), by=actor)
    return True


async def _shown(uow: UnitOfWork, lost: UnknownDeliveryRecord) -> UnknownDeliveryView:
    delivery = lost.delivery
    return UnknownDeliveryView(
        delivery_id=delivery.delivery_id,
        view=delivery.view,
        platform=delivery.platform,
        place_name=await _place_name(uow, delivery),
        at=lost.at,
        is_open=delivery.state is DeliveryState.UNKNOWN,
    )


async def _place_name(uow: UnitOfWork, delivery: Delivery) -> str:
    """Return the name of the channel or the person."""
    if delivery.user_id:
        user = await uow.users.get(delivery.user_id)
        return user.name if user else ""
    found = await uow.conversations.get(delivery.platform, delivery.tenant, delivery.conversation_id)
    return found.name if found and found.team_id == delivery.team_id else ""
