"""The subscribers of all nouns, merged into one table by event."""

from collections.abc import Iterable
from functools import cache

from services.discovery import role_modules
from services.events import Event
from services.notices import Notice, Subscriber, Subscribers
from services.unit_of_work import UnitOfWork


@cache
def all_subscribers() -> Subscribers:
    """The subscribers of every noun, in the order of the nouns' names."""
    return merge_subscribers(module.SUBSCRIBERS for module in role_modules("subscribers"))


def merge_subscribers(tables: Iterable[Subscribers]) -> Subscribers:
    """Append the subscribers of each event in the order of the tables."""
    merged: dict[type[Event], tuple[Subscriber, ...]] = {}
    for table in tables:
        for event, subscribers in table.items():
            merged[event] = (*merged.get(event, ()), *subscribers)
    return merged


async def route(uow: UnitOfWork, event: Event) -> list[Notice]:
    """Return the notices that the event causes; none for an event without subscribers."""
    subscribers = all_subscribers().get(type(event), ())
    return [notice for subscriber in subscribers for notice in await subscriber(uow, event)]
