"""Who somebody is, from the first message on: made and renewed from what the platform has verified."""

from typing import Any

from services.actor import Actor
from services.conversation.model import Conversation
from services.errors import NotFound
from services.people import Language, Place, PlaceKind, UserId
from services.permissions import Permission
from services.team.events import ChannelShared
from services.unit_of_work import UnitOfWork
from services.user.events import LanguageChosen
from services.user.model import (
    DEFAULT_ZONE,
    ChosenLanguage,
    Identity,
    Met,
    Recognised,
    User,
    described,
    name_until_told,
    shortened,
    spoken,
)


async def recognise(
    uow: UnitOfWork, platform: str, tenant: str, platform_user_id: str, conversation_id: str
) -> Recognised | None:
    """Who writes and where; None for a person or a place not met yet. It makes the actor, so it asks no permission."""
    return await uow.users.recognise(platform, tenant, platform_user_id, conversation_id)


async def known(uow: UnitOfWork, platform: str, tenant: str, platform_user_id: str) -> str:
    """The user behind a mention; empty for somebody not met yet."""
    return await uow.users.user_id(platform, tenant, platform_user_id)


async def meet(
    uow: UnitOfWork, place: Place, sender: Met, reference: dict[str, Any], *, is_bot_there: bool = True
) -> None:
    """Keep the person and the place as the platform describes them now."""
    user_id = await known(uow, place.platform, place.tenant, sender.platform_user_id)
    if user_id:
        await _renew(uow, user_id, place, sender)
    else:
        user_id = await _introduce(uow, place, sender)
    if place.kind is PlaceKind.PERSONAL:
        identity = _identity(place, sender, user_id, reference)
        await uow.users.reach(identity)
        await uow.users.prefer(identity)
    here = Conversation(
        place.platform,
        place.tenant,
        place.conversation_id,
        place.kind,
        shortened(place.name),
        reference=reference,
        installed=is_bot_there,
    )
    if here.has_outsiders and here.installed:
        await _note_shared(uow, here, user_id)
    await uow.conversations.keep(here)


async def _note_shared(uow: UnitOfWork, here: Conversation, user_id: str) -> None:
    """What already stands in a team's channel is not for those who read along from now on."""
    known = await uow.conversations.find(here.platform, here.tenant, here.conversation_id)
    if known is None or known.has_outsiders or not known.team_id:
        return
    shared = ChannelShared(
        team_id=known.team_id,
        actor_id=user_id,
        platform=here.platform,
        tenant=here.tenant,
        conversation_id=here.conversation_id,
        channel=known.name,
    )
    uow.emit(shared)


async def _renew(uow: UnitOfWork, user_id: str, place: Place, sender: Met) -> None:
    """What the platform says now; of somebody who is linked, only where he was known first."""
    key = (place.platform, place.tenant, sender.platform_user_id)
    mine = await uow.users.identities(user_id)
    if any(not one.is_main for one in mine if (one.platform, one.tenant, one.platform_user_id) == key):
        return
    user = await uow.users.get(user_id)
    if user is None:
        raise NotFound("member", user_id)
    renewed = described(user, sender)
    if renewed != user:
        await uow.users.change(renewed)


async def _introduce(uow: UnitOfWork, place: Place, sender: Met) -> str:
    """Keep a new person; whoever was faster at it has made the same one."""
    user_id = UserId(uow.new_id())
    user = User(user_id, name_until_told(sender), spoken(sender.language_hint), sender.zone_hint or DEFAULT_ZONE)
    if await uow.users.add(described(user, sender), _identity(place, sender, user_id, dict(sender.reference)), uow.now):
        return user_id
    return await known(uow, place.platform, place.tenant, sender.platform_user_id)


def _identity(place: Place, sender: Met, user_id: str, reference: dict[str, Any]) -> Identity:
    direct = place.conversation_id if place.kind is PlaceKind.PERSONAL else ""
    return Identity(place.platform, place.tenant, sender.platform_user_id, UserId(user_id), direct, reference)


async def choose_language(uow: UnitOfWork, actor: Actor, language: Language) -> ChosenLanguage:
    """Speak this language with this person from now on (X3)."""
    team_id = actor.require(Permission.PREFERENCE_SET)
    await uow.users.choose_language(actor.user_id, language)
    if team_id:
        uow.emit(LanguageChosen(language=language), by=actor)
    return ChosenLanguage(language)
