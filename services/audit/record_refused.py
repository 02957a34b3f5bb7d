"""Refused interactions, recorded in the log of the user's own team without their target (X1, X5)."""

from services.actor import Actor
from services.audit.events import AccessRefused
from services.errors import ExternalUserDenied, NotFound, NotMember, NotPermitted, Refusal
from services.people import NO_TEAM, TeamId
from services.unit_of_work import UnitOfWork

RECORDED_REFUSALS: tuple[type[Refusal], ...] = (NotPermitted, NotMember, NotFound, ExternalUserDenied)
"""Refusals worth recording: the role forbids it, or the reader has no such thing.

Buttons name only what their reader has.
"""


async def record_refusal(uow: UnitOfWork, actor: Actor, command: str, refusal: Refusal) -> bool:
    """Record that an interaction was refused, each command of a user once an hour.

    Returns whether it was recorded now. The entry goes to the user's own team, in whatever conversation it happened:
    other teams learn nothing of it. No log records a user without a team. Attempts of external users in a team's
    channel go to that team's log.
    """
    team_id = await _whose_log(uow, actor)
    hour = uow.now.strftime("%Y-%m-%dT%H")
    if not team_id or not await uow.periods.claim(f"access.refused {actor.user_id} {command}", hour):
        return False
    uow.emit(AccessRefused(team_id=team_id, command=command, reason=type(refusal).__name__), by=actor)
    return True


async def _whose_log(uow: UnitOfWork, actor: Actor) -> TeamId:
    if actor.is_external and actor.place.team_id:
        return actor.place.team_id
    member = await uow.members.find_by_user(actor.user_id)
    return member.team_id if member else NO_TEAM
