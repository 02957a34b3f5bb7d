"""Recognising users: created and updated from what the platform has verified."""

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
    RecognisedUser,
    User,
    UserProfile,
    apply_profile,
    derive_display_name,
    parse_language,
    shorten_name,
)


async def recognise(
    uow: UnitOfWork, platform: str, tenant: str, platform_user_id: str, conversation_id: str
) -> RecognisedUser | None:
    """Return the user and the conversation; None for unknown ones.

    It makes the actor, so it requires no permission.
    """
    return await uow.users.find_sender(platform, tenant, platform_user_id, conversation_id)


async def find_user_id(uow: UnitOfWork, platform: str, tenant: str, platform_user_id: str) -> str:
    """Return the user id of a mention; empty for an unknown user."""
    return await uow.users.find_user_id(platform, tenant, platform_user_id)


async def upsert_profile(
    uow: UnitOfWork, place: Place, sender: UserProfile, reference: dict[str, Any], *, is_bot_there: bool = True
) -> None:
    """Upsert the user's profile and the conversation."""
    user_id = await find_user_id(uow, place.platform, place.tenant, sender.platform_user_id)
    if user_id:
        await _renew(uow, user_id, place, sender)
    else:
        user_id = await _add_user(uow, place, sender)
    if place.kind is PlaceKind.PERSONAL:
        identity = _identity(place, sender, user_id, reference)
        await uow.users.update_reference(identity)
        await uow.users.update_latest_identity(identity)
    here = Conversation(
        place.platform,
        place.tenant,
        place.conversation_id,
        place.kind,
        shorten_name(place.name),
        reference=reference,
        installed=is_bot_there,
    )
    if here.has_external_users and here.installed:
        await _note_shared(uow, here, user_id)
    await uow.conversations.upsert(here)


async def _note_shared(uow: UnitOfWork, here: Conversation, user_id: str) -> None:
    """Emit ChannelShared once external users join: cards already posted there must be redacted."""
    known = await uow.conversations.get(here.platform, here.tenant, here.conversation_id)
    if known is None or known.has_external_users or not known.team_id:
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


async def _renew(uow: UnitOfWork, user_id: str, place: Place, sender: UserProfile) -> None:
    """Update the user from the profile; of a linked user only from the main identity."""
    key = (place.platform, place.tenant, sender.platform_user_id)
    mine = await uow.users.list_identities(user_id)
    if any(not item.is_main for item in mine if (item.platform, item.tenant, item.platform_user_id) == key):
        return
    user = await uow.users.get(user_id)
    if user is None:
        raise NotFound("member", user_id)
    renewed = apply_profile(user, sender)
    if renewed != user:
        await uow.users.update_profile(renewed)


async def _add_user(uow: UnitOfWork, place: Place, sender: UserProfile) -> str:
    """Add a new user. A concurrent transaction may have added the same one, whose id is returned then."""
    user_id = UserId(uow.new_id())
    user = User(
        user_id, derive_display_name(sender), parse_language(sender.language_hint), sender.zone_hint or DEFAULT_ZONE
    )
    if await uow.users.add(
        apply_profile(user, sender), _identity(place, sender, user_id, dict(sender.reference)), uow.now
    ):
        return user_id
    return await find_user_id(uow, place.platform, place.tenant, sender.platform_user_id)


def _identity(place: Place, sender: UserProfile, user_id: str, reference: dict[str, Any]) -> Identity:
    direct = place.conversation_id if place.kind is PlaceKind.PERSONAL else ""
    return Identity(place.platform, place.tenant, sender.platform_user_id, UserId(user_id), direct, reference)


async def choose_language(uow: UnitOfWork, actor: Actor, language: Language) -> ChosenLanguage:
    """Set the user's language (X3)."""
    team_id = actor.require(Permission.PREFERENCE_SET)
    await uow.users.update_language(actor.user_id, language)
    if team_id:
        uow.emit(LanguageChosen(language=language), by=actor)
    return ChosenLanguage(language)
