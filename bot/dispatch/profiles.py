"""Recognise the actor of an interaction, and upsert what the platform says of user and conversation."""

from collections.abc import Mapping
from typing import Any

from bot.dispatch.interaction import Interaction
from services import user
from services.actor import Actor
from services.people import Place
from services.unit_of_work import UnitOfWork, Units


class OutdatedProfile(Exception):
    """The stored profile of the user or of the conversation is missing or outdated."""


async def recognise_actor(uow: UnitOfWork, interaction: Interaction, *, is_upserted: bool = True) -> Actor:
    """Find the actor in the conversation. Raises OutdatedProfile.

    After an upsert only a missing profile is outdated: a concurrent interaction may have stored another name since.
    """
    conversation = interaction.conversation
    recognised = await user.recognise(
        uow,
        interaction.platform,
        interaction.tenant,
        interaction.sender.platform_user_id,
        conversation.conversation_id,
    )
    if recognised is None or not (is_upserted or _is_current(recognised, interaction)):
        raise OutdatedProfile
    return recognised.actor(thread=conversation.thread, is_outsider=interaction.sender.is_external)


async def upsert_profiles(units: Units, interaction: Interaction) -> None:
    """Store the profile of the user and of the conversation, in a transaction of its own."""
    sender, conversation = interaction.sender, interaction.conversation
    hints = sender.email_hint, sender.language_hint, sender.zone_hint
    profile = user.UserProfile(sender.platform_user_id, sender.name, *hints, sender.reference)
    place = Place(
        interaction.platform,
        interaction.tenant,
        conversation.conversation_id,
        conversation.kind,
        conversation.name,
    )
    async with units.write() as uow:
        await user.upsert_profile(
            uow, place, profile, dict(conversation.reference), is_bot_there=conversation.is_bot_there
        )


async def load_actor(units: Units, interaction: Interaction) -> Actor:
    """Find the actor for a response that no transaction of a command made."""
    try:
        async with units.read() as uow:
            return await recognise_actor(uow, interaction, is_upserted=False)
    except OutdatedProfile:
        await upsert_profiles(units, interaction)
    async with units.read() as uow:
        return await recognise_actor(uow, interaction)


async def resolve_mentions(uow: UnitOfWork, interaction: Interaction, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Replace mentions in raw arguments by user ids; a user without a profile keeps the mentioned name."""
    resolved = dict(raw)
    for argument, value in raw.items():
        for mention in interaction.mentions if isinstance(value, str) else ():
            if value == f"@{mention.platform_user_id}":
                user_id = await user.find_user_id(
                    uow, interaction.platform, interaction.tenant, mention.platform_user_id
                )
                resolved[argument] = user_id or mention.name
    return resolved


def _is_current(recognised: user.RecognisedUser, interaction: Interaction) -> bool:
    """Whether an upsert would change nothing."""
    conversation, name = interaction.conversation, interaction.sender.name
    if not conversation.is_bot_there:
        return recognised.has_name(name)
    return recognised.is_current(name, conversation.kind, conversation.name, conversation.reference)
