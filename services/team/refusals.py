"""Refusals about teams: each is named by the state that refuses."""

from dataclasses import dataclass

from services.errors import Refusal
from services.team.model import Seats


class TeamRefusal(Refusal):
    """A rule about teams forbids it."""


@dataclass(eq=False)
class AlreadyInTeam(TeamRefusal):
    """The user is a member of a team already, and one is the maximum (B2)."""

    name: str = ""
    """Name of another user; empty for the reader."""


@dataclass(eq=False)
class AlreadyConnected(TeamRefusal):
    """The channel belongs to a team already, which is not named."""


@dataclass(eq=False)
class NotInChannel(TeamRefusal):
    """Only a channel can be connected, and this is a direct chat."""


@dataclass(eq=False)
class OwnerOnlySetting(TeamRefusal):
    """Only the owner sets whether the owner approves the admins' invitations (A46)."""

    owner: str


@dataclass(eq=False)
class NothingToRestore(TeamRefusal):
    """No team of this user was deleted in the last 30 days."""


@dataclass(eq=False)
class SeatsTaken(TeamRefusal):
    """Every seat of the plan is taken, by members or open invitations (A4)."""

    seats: Seats
