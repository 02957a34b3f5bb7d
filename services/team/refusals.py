"""Refusals about teams: each is named by the state that refuses."""

from dataclasses import dataclass

from services.errors import Refusal
from services.team.model import Seats


class TeamRefusal(Refusal):
    """A team's rules say no."""


@dataclass(eq=False)
class AlreadyInTeam(TeamRefusal):
    """A person is a colleague of one team at a time (B2)."""

    name: str = ""
    """Somebody else; empty for the reader."""


@dataclass(eq=False)
class AlreadyConnected(TeamRefusal):
    """The channel belongs to a team already; which one is not said."""


@dataclass(eq=False)
class NotInChannel(TeamRefusal):
    """Only a channel can be connected, and this is a direct chat."""


@dataclass(eq=False)
class OwnerSets(TeamRefusal):
    """Whether the owner approves the admins' invitations is set by the owner alone (A46)."""

    owner: str


@dataclass(eq=False)
class NothingToRestore(TeamRefusal):
    """No team of this person was deleted in the last 30 days."""


@dataclass(eq=False)
class SeatsTaken(TeamRefusal):
    """Every seat of the plan is taken, by colleagues or by open invitations (A4)."""

    seats: Seats
