"""From what a platform says about a person and a place to what the services keep of them."""

from collections.abc import Mapping
from typing import Any

from bot.dispatch.interaction import Interaction
from services import user
from services.people import Place
from services.unit_of_work import UnitOfWork


def is_current(seen: user.Recognised, interaction: Interaction) -> bool:
    """Whether meeting the person in this place again would change nothing."""
    where, name = interaction.conversation, interaction.sender.name
    if not where.is_bot_there:
        return seen.is_called(name)
    return seen.is_current(name, where.kind, where.name, where.reference)


def met_of(interaction: Interaction) -> user.Met:
    """The person as the platform describes him."""
    sender = interaction.sender
    hints = sender.email_hint, sender.language_hint, sender.zone_hint
    return user.Met(sender.platform_user_id, sender.name, *hints, sender.reference)


def place_of(interaction: Interaction) -> Place:
    """The place as the platform describes it."""
    where = interaction.conversation
    return Place(interaction.platform, interaction.tenant, where.conversation_id, where.kind, where.name)


async def named(uow: UnitOfWork, interaction: Interaction, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments in which mentions are user ids; somebody the bot has never met keeps his name."""
    found = dict(raw)
    for argument, value in raw.items():
        for mention in interaction.mentions if isinstance(value, str) else ():
            if value == f"@{mention.platform_user_id}":
                known = await user.known(uow, interaction.platform, interaction.tenant, mention.platform_user_id)
                found[argument] = known or mention.name
    return found
