"""Refusals about invitations: each is named by the state that refuses."""

from dataclasses import dataclass
from datetime import datetime

from services.errors import Refusal
from services.invitation.model import QUESTIONS_MAX, InvitationState


class InvitationRefusal(Refusal):
    """The rules of inviting say no."""


@dataclass(eq=False)
class AlreadyInvited(InvitationRefusal):
    """There is an open invitation to this address (A45)."""

    ref: str
    email: str


@dataclass(eq=False)
class AlreadyColleague(InvitationRefusal):
    """The address belongs to a colleague (A45)."""

    email: str


@dataclass(eq=False)
class AlreadyAsked(InvitationRefusal):
    """Somebody who asked to join asks again before anybody decided."""


@dataclass(eq=False)
class AlreadyDecided(InvitationRefusal):
    """The first decision has won (A46)."""

    ref: str
    state: InvitationState
    by: str = ""
    at: datetime | None = None


@dataclass(eq=False)
class OwnRequest(InvitationRefusal):
    """Nobody decides on his own request; `deciders` can."""

    deciders: tuple[tuple[str, str], ...] = ()


@dataclass(eq=False)
class OwnerDecides(InvitationRefusal):
    """In this team the owner approves the admins' invitations (A46)."""

    owner: str


@dataclass(eq=False)
class TooManyQuestions(InvitationRefusal):
    """Asked back often enough: now it can be decided."""

    ref: str
    limit: int = QUESTIONS_MAX


@dataclass(eq=False)
class AlreadyAnswered(InvitationRefusal):
    """A question is answered once."""

    ref: str


@dataclass(eq=False)
class NotAsked(InvitationRefusal):
    """The question was put to somebody else."""

    ref: str
    who: str


@dataclass(eq=False)
class NobodyToAsk(InvitationRefusal):
    """Somebody asks to join himself: there is no colleague to ask."""

    ref: str


@dataclass(eq=False)
class NotOpen(InvitationRefusal):
    """The invitation leads nowhere any more."""

    ref: str
    state: InvitationState


@dataclass(eq=False)
class TooManyOpen(InvitationRefusal):
    """More open invitations than anybody can look through."""

    limit: int


@dataclass(eq=False)
class NoTeamHere(InvitationRefusal):
    """Nobody has connected this channel, so there is no team to join."""
