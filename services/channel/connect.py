"""Connecting a channel of another platform: a code is typed there and confirmed where it was issued (A34)."""

from typing import Final

from services import codes
from services.actor import Actor
from services.channel.events import ChannelDeclined, ChannelOffered
from services.channel.model import CHANNEL_CODE_TTL, ChannelCode, ChannelOffer, ChannelOfferState
from services.channel.refusals import BotNotMember, OfferClosed
from services.codes import WrongCode
from services.errors import NotFound
from services.permissions import Permission
from services.team.connect import confirm_external_users
from services.team.events import ChannelConnected
from services.team.model import ConnectedChannel
from services.team.refusals import AlreadyConnected, NotInChannel
from services.unit_of_work import UnitOfWork

CHANNEL_CODE_PURPOSE: Final = "channel code"


async def issue_code(uow: UnitOfWork, actor: Actor) -> ChannelCode:
    """Issue a code to type in a channel of another platform, shown to the actor alone.

    An older code of the actor ends.
    """
    team_id = actor.require(Permission.TEAM_EDIT_SETTINGS)
    code = codes.derive_code(uow.keyring, CHANNEL_CODE_PURPOSE, uow.new_id(), uow.now)
    offer = ChannelOffer(
        team_id=team_id,
        offer_id=uow.new_id(),
        state=ChannelOfferState.ISSUED,
        asked_by=actor.user_id,
        created_at=uow.now,
        expires_at=uow.now + CHANNEL_CODE_TTL,
    )
    await uow.channel_offers.add(offer, codes.digest_code(uow.keyring, CHANNEL_CODE_PURPOSE, code)[0])
    return ChannelCode(offer.offer_id, code, offer.expires_at)


async def claim_code(uow: UnitOfWork, actor: Actor, code: str) -> ChannelOffer | WrongCode:
    """Claim a code in a channel. The issuer is asked to confirm; the channel learns nothing of the team before."""
    actor.require(Permission.CHANNEL_OFFER)
    place = actor.place
    if not place.is_public:
        raise NotInChannel
    await codes.check_wrong_codes(uow, actor.user_id)
    found = await uow.channel_offers.find_by_code(codes.digest_code(uow.keyring, CHANNEL_CODE_PURPOSE, code))
    if found is None or not found.is_open(uow.now):
        return await codes.record_wrong_code(uow, actor.user_id)
    await uow.users.delete_wrong_codes(actor.user_id)
    if place.team_id:
        raise AlreadyConnected
    here = await uow.conversations.get(place.platform, place.tenant, place.conversation_id)
    if here is None or not here.installed:
        raise BotNotMember
    until = uow.now + CHANNEL_CODE_TTL
    if not await uow.channel_offers.claim(found.team_id, found.offer_id, actor.user_id, place, until):
        raise OfferClosed
    offered = ChannelOffered(
        team_id=found.team_id,
        offer_id=found.offer_id,
        asked_of=found.asked_by,
        tenant=place.tenant,
        conversation_id=place.conversation_id,
        channel=place.name,
    )
    uow.emit(offered, by=actor)
    return found


async def review(uow: UnitOfWork, actor: Actor, offer_id: str) -> ChannelOffer:
    """Return an offered channel for a member who may connect it. Raises NotFound."""
    team_id = actor.require(Permission.TEAM_EDIT_SETTINGS)
    found = await uow.channel_offers.get(team_id, offer_id)
    if found is None:
        raise NotFound("channel")
    return found


async def confirm(uow: UnitOfWork, actor: Actor, offer_id: str, *, accept: tuple[str, ...] = ()) -> ConnectedChannel:
    """Connect the offered channel to the team."""
    team_id = actor.require(Permission.TEAM_EDIT_SETTINGS)
    found = await review(uow, actor, offer_id)
    if found.state is not ChannelOfferState.CLAIMED or not found.is_open(uow.now):
        raise OfferClosed
    confirm_external_users(accept, has_outsiders=found.has_outsiders)
    if not await uow.channel_offers.decide(team_id, offer_id, ChannelOfferState.CONNECTED, uow.now):
        raise OfferClosed
    place = (found.platform, found.tenant, found.conversation_id)
    channel = await uow.conversations.connect(team_id, *place, uow.now)
    if channel is None:
        raise AlreadyConnected
    connected = ChannelConnected(
        tenant=found.tenant,
        conversation_id=found.conversation_id,
        channel=channel.name,
        channel_platform=found.platform,
        offer_id=offer_id,
    )
    uow.emit(connected, by=actor)
    return ConnectedChannel(await uow.teams.get_name(team_id) or "", channel.name)


async def decline(uow: UnitOfWork, actor: Actor, offer_id: str) -> ChannelOffer:
    """Decline the offered channel and end its code."""
    team_id = actor.require(Permission.TEAM_EDIT_SETTINGS)
    await review(uow, actor, offer_id)
    if not await uow.channel_offers.decide(team_id, offer_id, ChannelOfferState.DECLINED, uow.now):
        raise OfferClosed
    uow.emit(ChannelDeclined(offer_id=offer_id), by=actor)
    return await review(uow, actor, offer_id)
