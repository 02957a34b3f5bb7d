"""Who hears of requests: those who can do it, then whoever asked (X1)."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from services.events import Event
from services.notices import Copies, Notice, Person
from services.people import TeamId
from services.permissions import Permission, roles_with
from services.request.ask import DECIDERS_MAX
from services.request.events import RequestApproved, RequestAsked, RequestDeclined, RequestEvent, RequestWithdrawn
from services.unit_of_work import UnitOfWork


def _copies(event: RequestEvent) -> Notice:
    return Notice(Copies(), event.request_id, team_id=TeamId(event.team_id))


async def asked(uow: UnitOfWork, event: RequestAsked) -> list[Notice]:
    """Everybody whose role allows it."""
    deciders = await uow.members.holders(event.team_id, roles_with(Permission(event.permission)), DECIDERS_MAX)
    return [
        Notice(Person(one.user_id), event.request_id, "request.approval", TeamId(event.team_id))
        for one in deciders
        if one.user_id != event.asked_by
    ]


async def decided(uow: UnitOfWork, event: RequestApproved | RequestDeclined) -> list[Notice]:
    """Every copy of the card, and whoever asked."""
    del uow
    return [
        _copies(event),
        Notice(Person(event.asked_by), event.request_id, "request.decided", TeamId(event.team_id)),
    ]


async def withdrawn(uow: UnitOfWork, event: RequestWithdrawn) -> list[Notice]:
    """Every copy of the card."""
    del uow
    return [_copies(event)]


HEARS: Final[dict[type[Event], Callable[[UnitOfWork, Any], Coroutine[Any, Any, list[Notice]]]]] = {
    RequestApproved: decided,
    RequestAsked: asked,
    RequestDeclined: decided,
    RequestWithdrawn: withdrawn,
}
