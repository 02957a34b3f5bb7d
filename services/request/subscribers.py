"""Subscribers about requests: the members who can approve, then the member who asked (X1)."""

from typing import Final

from services.notices import Notice, Person, Subscribers, TellUser, UpdateCards
from services.people import TeamId
from services.permissions import Permission, roles_with
from services.request.ask import DECIDERS_MAX
from services.request.events import RequestApproved, RequestAsked, RequestDeclined, RequestWithdrawn
from services.unit_of_work import UnitOfWork

UPDATE: Final = UpdateCards("request_id")
TELL_REQUESTER: Final = TellUser("asked_by", "request.decided", "request_id")


async def asked(uow: UnitOfWork, event: RequestAsked) -> list[Notice]:
    """Ask the members whose role has the permission, except the requester."""
    deciders = await uow.members.holders(event.team_id, roles_with(Permission(event.permission)), DECIDERS_MAX)
    return [
        Notice(Person(one.user_id), event.request_id, "request.approval", TeamId(event.team_id))
        for one in deciders
        if one.user_id != event.asked_by
    ]


SUBSCRIBERS: Final[Subscribers] = {
    RequestApproved: (UPDATE, TELL_REQUESTER),
    RequestAsked: (asked,),
    RequestDeclined: (UPDATE, TELL_REQUESTER),
    RequestWithdrawn: (UPDATE,),
}
