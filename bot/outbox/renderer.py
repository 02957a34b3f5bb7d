"""What a delivery looks like at this moment: its place, its reader, its card."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from msgspec.structs import replace

from bot.platforms.base import Reader, Target
from bot.views.base import Mail, MailView, View
from cards.chat import concealed
from cards.model import Card, Subject, to_json
from services.actor import Actor
from services.delivery import Delivery, Kind, Posted
from services.notices import THREAD
from services.notification.planner import MAIL
from services.people import NO_TEAM, OUTSIDERS, Language, Place, PlaceKind, TeamId, UserId
from services.permissions import Role
from services.unit_of_work import UnitOfWork
from services.user.model import DEFAULT_ZONE, Identity


@dataclass(frozen=True, slots=True)
class Drawn:
    """A card ready to be sent."""

    target: Target
    reader: Reader
    card: Card
    shown: str
    """Digest of the card and its reader."""
    message_id: str = ""
    """What an update replaces."""
    identity: Identity | None = None
    """The person, in a direct chat."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing to send, and why."""

    reason: str


Drawing: TypeAlias = Drawn | Mail | Nothing


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the card goes and who reads it there."""

    target: Target
    actor: Actor
    identity: Identity | None = None


@dataclass(frozen=True, slots=True)
class Drawer:
    """Draws deliveries with the views of all nouns."""

    views: Mapping[str, View]
    mail_views: Mapping[str, MailView]
    public_url: str
    """Where links lead; views find it among their parameters."""

    async def draw(self, uow: UnitOfWork, delivery: Delivery) -> Drawing:
        """The delivery as it is true now. Raises KeyError for a view that no longer exists."""
        if delivery.kind is Kind.MAIL:
            return await self._draw_mail(uow, delivery)
        posted = await _posted(uow, delivery)
        if delivery.kind is Kind.UPDATE and posted is None:
            return Nothing("the message is gone or never came")
        place = await _find_place(uow, delivery, posted)
        return place if isinstance(place, Nothing) else await self._draw_card(uow, delivery, posted, place)

    async def _draw_card(
        self, uow: UnitOfWork, delivery: Delivery, posted: Posted | None, place: _Place
    ) -> Drawn | Nothing:
        card = await self.views[delivery.view](uow, place.actor, delivery.key, self._params(delivery))
        if card is None:
            return Nothing("nothing to say")
        if place.actor.place.has_outsiders:
            card = concealed(replace(card, subject=Subject(delivery.view, delivery.key)))
        reader = Reader(
            place.actor.language, place.actor.zone, place.identity.platform_user_id if place.identity else ""
        )
        shown = _digest(card, reader)
        if posted is not None and posted.shown == shown:
            return Nothing("unchanged")
        message_id = posted.message_id if posted else ""
        return Drawn(place.target, reader, card, shown, message_id, place.identity)

    async def _draw_mail(self, uow: UnitOfWork, delivery: Delivery) -> Mail | Nothing:
        params = self._params(delivery)
        if not delivery.user_id:
            mail = await self.mail_views[delivery.view](uow, delivery.team_id, delivery.key, params)
            return mail or Nothing("nothing to say")
        member = await uow.members.get(delivery.team_id, delivery.user_id)
        if member is None or not member.email:
            return Nothing("neither chat identity nor address")
        actor = await _person(uow, delivery, Place(MAIL, "", "", PlaceKind.PERSONAL))
        card = await self.views[delivery.view](uow, actor, delivery.key, params)
        return Mail(member.email, card.title, card, actor.language, actor.zone) if card else Nothing("nothing to say")

    def _params(self, delivery: Delivery) -> Mapping[str, str]:
        return {**delivery.params, "team_id": delivery.team_id, "public_url": self.public_url}


async def _posted(uow: UnitOfWork, delivery: Delivery) -> Posted | None:
    if delivery.kind is not Kind.UPDATE or delivery.post_id is None:
        return None
    return await uow.deliveries.post(delivery.team_id, delivery.post_id)


async def _find_place(uow: UnitOfWork, delivery: Delivery, posted: Posted | None) -> _Place | Nothing:
    reference = dict(posted.reference) if posted else {}
    if delivery.user_id:
        return await _direct_chat(uow, delivery, reference)
    return await _channel(uow, delivery, reference)


async def _direct_chat(uow: UnitOfWork, delivery: Delivery, reference: dict[str, Any]) -> _Place | Nothing:
    identities = await uow.users.identities(delivery.user_id)
    same = [one for one in identities if (one.platform, one.tenant) == (delivery.platform, delivery.tenant)]
    # Whoever is linked may have two chats side by side on one platform.
    here = [one for one in same if one.direct_conversation_id == delivery.conversation_id]
    identity = next(iter(here or same), None)
    if identity is None:
        return Nothing("no chat identity")
    conversation_id = delivery.conversation_id or identity.direct_conversation_id
    target = Target(identity.tenant, conversation_id, identity.platform_user_id, {**identity.reference, **reference})
    here = Place(identity.platform, identity.tenant, conversation_id, PlaceKind.PERSONAL)
    return _Place(target, await _person(uow, delivery, here), identity)


async def _channel(uow: UnitOfWork, delivery: Delivery, reference: dict[str, Any]) -> _Place | Nothing:
    found = await uow.conversations.find(delivery.platform, delivery.tenant, delivery.conversation_id)
    if found is None or not found.installed:
        return Nothing("the bot is not there")
    if found.team_id != delivery.team_id:
        return Nothing("the channel is not the team's")
    here = Place(
        found.platform,
        found.tenant,
        found.conversation_id,
        found.kind,
        found.name,
        found.team_id,
        has_outsiders=bool(found.reference.get(OUTSIDERS)),
    )
    thread = {THREAD: delivery.params[THREAD]} if THREAD in delivery.params else {}
    target = Target(found.tenant, found.conversation_id, reference={**found.reference, **thread, **reference})
    return _Place(target, await _readers(uow, here))


async def _person(uow: UnitOfWork, delivery: Delivery, here: Place) -> Actor:
    """The person with today's role in the team that has something to say; a guest, outside it."""
    user = await uow.users.get(delivery.user_id)
    member = await uow.members.get(delivery.team_id, delivery.user_id)
    return Actor(
        user_id=UserId(delivery.user_id),
        name=user.name if user else "",
        team_id=TeamId(delivery.team_id) if member else NO_TEAM,
        role=member.role if member else Role.GUEST,
        language=user.language if user else Language.ENGLISH,
        zone=user.zone if user else DEFAULT_ZONE,
        place=here,
        may_delegate=member.may_delegate if member else False,
    )


async def _readers(uow: UnitOfWork, here: Place) -> Actor:
    """Everybody who reads along in a channel, in the language of the team that connected it."""
    team = await uow.teams.get(here.team_id) if here.team_id else None
    return Actor(
        user_id=UserId(""),
        name="",
        team_id=team.team_id if team else NO_TEAM,
        role=Role.MEMBER if team else Role.GUEST,
        language=team.language if team else Language.ENGLISH,
        zone=team.zone if team else DEFAULT_ZONE,
        place=here,
    )


def _digest(card: Card, reader: Reader) -> str:
    body = b"\x1f".join((to_json(card), reader.language.encode(), reader.zone.encode(), reader.user_id.encode()))
    return hashlib.sha256(body).hexdigest()
