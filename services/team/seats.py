"""Seats: members and open invitations within the plan's limit (A4)."""

from services.errors import NotFound
from services.people import TeamId
from services.plans import PLANS
from services.team.model import Seats, Team
from services.team.refusals import SeatsTaken
from services.unit_of_work import UnitOfWork


async def count_seats(uow: UnitOfWork, team: Team, *, besides: str = "") -> Seats:
    """Count members and unexpired invitations; one invitation may be left out."""
    held = await uow.invitations.count_held_seats(team.team_id, uow.now, besides)
    return Seats(await uow.members.count(team.team_id) + held, PLANS[team.plan].included_members)


async def reserve_seat(uow: UnitOfWork, team_id: TeamId, *, besides: str = "") -> tuple[Team, Seats]:
    """Lock the team, so that no concurrent transaction takes the free seat. Raises SeatsTaken."""
    team = await uow.teams.get_for_update(team_id)
    if team is None:
        raise NotFound("team")
    seats = await count_seats(uow, team, besides=besides)
    if not seats.free:
        raise SeatsTaken(seats)
    return team, seats
