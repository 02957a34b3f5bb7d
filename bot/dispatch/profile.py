"""From what a platform says about a person and a place to what the services keep of them."""

from collections.abc import Mapping
from typing import Any

from bot.dispatch.incoming import Incoming
from services import user
from services.people import Place
from services.unit_of_work import UnitOfWork


def is_current(seen: user.Recognised, incoming: Incoming) -> bool:
    """Whether meeting the person in this place again would change nothing."""
    where, name = incoming.where, incoming.sender.name
    if not where.is_bot_there:
        return seen.is_called(name)
    return seen.is_current(name, where.kind, where.name, where.reference)


def met_of(incoming: Incoming) -> user.Met:
    """The person as the platform describes him."""
    sender = incoming.sender
    hints = sender.email_hint, sender.language_hint, sender.zone_hint
    return user.Met(sender.platform_user_id, sender.name, *hints, sender.reference)


def place_of(incoming: Incoming) -> Place:
    """The place as the platform describes it."""
    where = incoming.where
    return Place(incoming.platform, incoming.tenant, where.conversation_id, where.kind, where.name)


async def named(uow: UnitOfWork, incoming: Incoming, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments in which mentions are user ids; somebody the bot has never met keeps his name."""
    found = dict(raw)
    for argument, value in raw.items():
        for mention in incoming.mentions if isinstance(value, str) else ():
            if value == f"@{mention.platform_user_id}":
                known = await user.known(uow, incoming.platform, incoming.tenant, mention.platform_user_id)
                found[argument] = known or mention.name
    return found
