"""A click that somebody had no right to: kept in his own team's log, and nothing of what it was aimed at (X1, X5)."""

from services.actor import Actor
from services.errors import FromOutside, NotColleague, NotFound, NotPermitted, Refusal
from services.events import Event
from services.people import NO_TEAM, TeamId
from services.unit_of_work import UnitOfWork

TRESPASSES: tuple[type[Refusal], ...] = (NotPermitted, NotColleague, NotFound, FromOutside)
"""The role does not allow it, or for this person there is no such thing: buttons name only what their reader has."""


class AccessRefused(Event, frozen=True, kw_only=True, tag="access.refused"):
    """Somebody pressed what he had no right to, or what there is not for him."""

    command: str
    reason: str
    silent: bool = True


async def note_refused(uow: UnitOfWork, actor: Actor, command: str, refusal: Refusal) -> bool:
    """Keep that a click was refused, each command of a person once an hour; whether it was kept now.

    It stands in the log of the person's own team, wherever he pressed: others learn nothing of it, and of somebody in
    no team nobody has a log. What people of other organisations try in a team's channel, that team's log keeps.
    """
    team_id = await _whose_log(uow, actor)
    hour = uow.now.strftime("%Y-%m-%dT%H")
    if not team_id or not await uow.periods.begin(f"access.refused {actor.user_id} {command}", hour):
        return False
    uow.emit(AccessRefused(team_id=team_id, command=command, reason=type(refusal).__name__), by=actor)
    return True


async def _whose_log(uow: UnitOfWork, actor: Actor) -> TeamId:
    if actor.is_outsider and actor.place.team_id:
        return actor.place.team_id
    member = await uow.members.of_user(actor.user_id)
    return member.team_id if member else NO_TEAM
