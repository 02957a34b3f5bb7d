"""Subscribers about requests: the members who can approve, then the member who asked (X1)."""

from typing import Final

from services.notices import DirectChat, Notice, Subscribers, TellUser, UpdateCards
from services.people import TeamId
from services.permissions import Permission, list_roles_with
from services.request.ask import REQUEST_DECIDERS_MAX
from services.request.events import RequestApproved, RequestAsked, RequestDeclined, RequestWithdrawn
from services.unit_of_work import UnitOfWork

UPDATE: Final = UpdateCards("request_id")
TELL_REQUESTER: Final = TellUser("asked_by", "request.decided", "request_id")


async def ask_approvers(uow: UnitOfWork, event: RequestAsked) -> list[Notice]:
    """Ask the members whose role has the permission, except the requester."""
    deciders = await uow.members.list_by_role(
        event.team_id, list_roles_with(Permission(event.permission)), REQUEST_DECIDERS_MAX
    )
    return [
        Notice(DirectChat(decider.user_id), event.request_id, "request.approval", TeamId(event.team_id))
        for decider in deciders
        if decider.user_id != event.asked_by
    ]


SUBSCRIBERS: Final[Subscribers] = {
    RequestApproved: (UPDATE, TELL_REQUESTER),
    RequestAsked: (ask_approvers,),
    RequestDeclined: (UPDATE, TELL_REQUESTER),
    RequestWithdrawn: (UPDATE,),
}
