"""A click that somebody had no right to: kept in his own team's log, and nothing of what it was aimed at (X1, X5)."""

from services.errors import NotColleague, NotFound, NotPermitted, Refusal
from services.events import Event
from services.people import Actor
from services.unit_of_work import UnitOfWork

TRESPASSES: tuple[type[Refusal], ...] = (NotPermitted, NotColleague, NotFound)
"""The role does not allow it, or for this person there is no such thing: buttons name only what their reader has."""


class AccessRefused(Event, frozen=True, kw_only=True, tag="access.refused"):
    """Somebody pressed what he had no right to, or what there is not for him."""

    command: str
    reason: str
    silent: bool = True


async def note_refused(uow: UnitOfWork, actor: Actor, command: str, refusal: Refusal) -> bool:
    """Keep that a click was refused, each command of a person once an hour; whether it was kept now.

    It stands in the log of the person's own team, wherever he pressed: others learn nothing of it, and of somebody in
    no team nobody has a log.
    """
    member = await uow.members.of_user(actor.user_id)
    hour = uow.now.strftime("%Y-%m-%dT%H")
    if member is None or not await uow.periods.begin(f"access.refused {actor.user_id} {command}", hour):
        return False
    uow.emit(AccessRefused(team_id=member.team_id, command=command, reason=type(refusal).__name__), by=actor)
    return True
