"""Render a delivery as it is true now: target, reader and card."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from msgspec.structs import replace

from bot.platforms.base import Reader, Target
from bot.views.base import Mail, MailView, View
from cards.chat import redacted_card
from cards.model import Card, Subject, to_json
from services.actor import Actor
from services.delivery import Delivery, DeliveryKind, PostedCard
from services.notices import THREAD_PARAM
from services.notification.planner import MAIL_PLATFORM
from services.people import EXTERNAL_USERS_KEY, NO_TEAM, Language, Place, PlaceKind, TeamId, UserId
from services.permissions import Role
from services.unit_of_work import UnitOfWork
from services.user.model import DEFAULT_ZONE, Identity


@dataclass(frozen=True, slots=True)
class RenderedCard:
    """A card ready to be sent."""

    target: Target
    reader: Reader
    card: Card
    digest: str
    """Digest of the card and its reader."""
    message_id: str = ""
    """The message that an update replaces."""
    identity: Identity | None = None
    """Identity of the reader of a direct chat."""


@dataclass(frozen=True, slots=True)
class NothingToSend:
    """Why a delivery needs no message."""

    reason: str


RenderedDelivery: TypeAlias = RenderedCard | Mail | NothingToSend


@dataclass(frozen=True, slots=True)
class _Destination:
    """The target of a card and the actor who reads it there."""

    target: Target
    actor: Actor
    identity: Identity | None = None


@dataclass(frozen=True, slots=True)
class DeliveryRenderer:
    """Renders deliveries with the views of all nouns."""

    views: Mapping[str, View]
    mail_views: Mapping[str, MailView]
    public_url: str
    """Base of links; views get it among their parameters."""

    async def render(self, uow: UnitOfWork, delivery: Delivery) -> RenderedDelivery:
        """Render a delivery. Raises KeyError for a view that no longer exists."""
        if delivery.kind is DeliveryKind.MAIL:
            return await self._render_mail(uow, delivery)
        posted = await _find_post(uow, delivery)
        if delivery.kind is DeliveryKind.UPDATE and posted is None:
            return NothingToSend("message_missing")
        destination = await _find_destination(uow, delivery, posted)
        if isinstance(destination, NothingToSend):
            return destination
        return await self._render_card(uow, delivery, posted, destination)

    async def _render_card(
        self, uow: UnitOfWork, delivery: Delivery, posted: PostedCard | None, destination: _Destination
    ) -> RenderedCard | NothingToSend:
        card = await self.views[delivery.view](uow, destination.actor, delivery.key, self._params(delivery))
        if card is None:
            return NothingToSend("nothing_to_show")
        if destination.actor.place.has_external_users:
            card = redacted_card(replace(card, subject=Subject(delivery.view, delivery.key)))
        reader = Reader(
            destination.actor.language,
            destination.actor.zone,
            destination.identity.platform_user_id if destination.identity else "",
        )
        digest = _digest(card, reader)
        if posted is not None and posted.shown == digest:
            return NothingToSend("unchanged")
        message_id = posted.message_id if posted else ""
        return RenderedCard(destination.target, reader, card, digest, message_id, destination.identity)

    async def _render_mail(self, uow: UnitOfWork, delivery: Delivery) -> Mail | NothingToSend:
        params = self._params(delivery)
        if not delivery.user_id:
            mail = await self.mail_views[delivery.view](uow, delivery.team_id, delivery.key, params)
            return mail or NothingToSend("nothing_to_show")
        member = await uow.members.get(delivery.team_id, delivery.user_id)
        if member is None or not member.email:
            return NothingToSend("recipient_unreachable")
        actor = await _load_recipient(uow, delivery, Place(MAIL_PLATFORM, "", "", PlaceKind.PERSONAL))
        card = await self.views[delivery.view](uow, actor, delivery.key, params)
        return (
            Mail(member.email, card.title, card, actor.language, actor.zone)
            if card
            else NothingToSend("nothing_to_show")
        )

    def _params(self, delivery: Delivery) -> Mapping[str, str]:
        return {**delivery.params, "team_id": delivery.team_id, "public_url": self.public_url}


async def _find_post(uow: UnitOfWork, delivery: Delivery) -> PostedCard | None:
    if delivery.kind is not DeliveryKind.UPDATE or delivery.post_id is None:
        return None
    return await uow.deliveries.get_post(delivery.team_id, delivery.post_id)


async def _find_destination(
    uow: UnitOfWork, delivery: Delivery, posted: PostedCard | None
) -> _Destination | NothingToSend:
    reference = dict(posted.reference) if posted else {}
    if delivery.user_id:
        return await _find_direct_chat(uow, delivery, reference)
    return await _find_channel(uow, delivery, reference)


async def _find_direct_chat(
    uow: UnitOfWork, delivery: Delivery, reference: dict[str, Any]
) -> _Destination | NothingToSend:
    identities = await uow.users.list_identities(delivery.user_id)
    same = [
        identity
        for identity in identities
        if (identity.platform, identity.tenant) == (delivery.platform, delivery.tenant)
    ]
    # A user with linked identities may have two direct chats on one platform.
    matching = [identity for identity in same if identity.direct_conversation_id == delivery.conversation_id]
    identity = next(iter(matching or same), None)
    if identity is None:
        return NothingToSend("recipient_unreachable")
    conversation_id = delivery.conversation_id or identity.direct_conversation_id
    target = Target(identity.tenant, conversation_id, identity.platform_user_id, {**identity.reference, **reference})
    place = Place(identity.platform, identity.tenant, conversation_id, PlaceKind.PERSONAL)
    return _Destination(target, await _load_recipient(uow, delivery, place), identity)


async def _find_channel(uow: UnitOfWork, delivery: Delivery, reference: dict[str, Any]) -> _Destination | NothingToSend:
    found = await uow.conversations.get(delivery.platform, delivery.tenant, delivery.conversation_id)
    if found is None or not found.installed:
        return NothingToSend("bot_not_installed")
    if found.team_id != delivery.team_id:
        return NothingToSend("channel_of_other_team")
    place = Place(
        found.platform,
        found.tenant,
        found.conversation_id,
        found.kind,
        found.name,
        found.team_id,
        has_external_users=bool(found.reference.get(EXTERNAL_USERS_KEY)),
    )
    thread = {THREAD_PARAM: delivery.params[THREAD_PARAM]} if THREAD_PARAM in delivery.params else {}
    target = Target(found.tenant, found.conversation_id, reference={**found.reference, **thread, **reference})
    return _Destination(target, await _channel_reader(uow, place))


async def _load_recipient(uow: UnitOfWork, delivery: Delivery, place: Place) -> Actor:
    """Load the recipient with the current role in the team of the delivery; GUEST for a user outside it."""
    user = await uow.users.get(delivery.user_id)
    member = await uow.members.get(delivery.team_id, delivery.user_id)
    return Actor(
        user_id=UserId(delivery.user_id),
        name=user.name if user else "",
        team_id=TeamId(delivery.team_id) if member else NO_TEAM,
        role=member.role if member else Role.GUEST,
        language=user.language if user else Language.ENGLISH,
        zone=user.zone if user else DEFAULT_ZONE,
        place=place,
        may_delegate=member.may_delegate if member else False,
    )


async def _channel_reader(uow: UnitOfWork, place: Place) -> Actor:
    """Build the common reader of a channel, in the language of the team that connected it."""
    team = await uow.teams.get(place.team_id) if place.team_id else None
    return Actor(
        user_id=UserId(""),
        name="",
        team_id=team.team_id if team else NO_TEAM,
        role=Role.MEMBER if team else Role.GUEST,
        language=team.language if team else Language.ENGLISH,
        zone=team.zone if team else DEFAULT_ZONE,
        place=place,
    )


def _digest(card: Card, reader: Reader) -> str:
    body = b"\x1f".join((to_json(card), reader.language.encode(), reader.zone.encode(), reader.user_id.encode()))
    return hashlib.sha256(body).hexdigest()
