"""Who hears of what has happened: the tables of all nouns, read as one."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from services.bulk import subscribers as bulk
from services.channel import subscribers as channel
from services.delivery import subscribers as delivery
from services.events import Event
from services.home import subscribers as home
from services.identity import subscribers as identity
from services.invitation import subscribers as invitation
from services.lead import subscribers as lead
from services.lead_import import subscribers as lead_import
from services.marketplace import subscribers as marketplace
from services.member import subscribers as member
from services.notices import Notice
from services.request import subscribers as request
from services.unit_of_work import UnitOfWork

Hear: TypeAlias = Callable[[UnitOfWork, Any], Awaitable[list[Notice]]]

NOUNS = (bulk, channel, delivery, home, identity, invitation, lead, lead_import, marketplace, member, request)


def merge(*tables: Mapping[type[Event], Hear]) -> dict[type[Event], tuple[Hear, ...]]:
    """Each event with everybody who wants to word it, in the order of the tables."""
    merged: dict[type[Event], tuple[Hear, ...]] = {}
    for table in tables:
        for kind, hear in table.items():
            merged[kind] = (*merged.get(kind, ()), hear)
    return merged


HEARS = merge(*(noun.HEARS for noun in NOUNS))


async def route(uow: UnitOfWork, event: Event) -> list[Notice]:
    """What somebody should see because of this event; nothing, for events that nobody waits for."""
    return [notice for hear in HEARS.get(type(event), ()) for notice in await hear(uow, event)]
