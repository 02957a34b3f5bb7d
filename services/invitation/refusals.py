"""Refusals about invitations: each is named by the state that refuses."""

from dataclasses import dataclass
from datetime import datetime

from services.errors import Refusal
from services.invitation.model import QUESTIONS_MAX, InvitationState


class InvitationRefusal(Refusal):
    """A rule about invitations forbids it."""


@dataclass(eq=False)
class AlreadyInvited(InvitationRefusal):
    """An open invitation to this address exists (A45)."""

    ref: str
    email: str


@dataclass(eq=False)
class AlreadyColleague(InvitationRefusal):
    """The address belongs to a member (A45)."""

    email: str


@dataclass(eq=False)
class AlreadyAsked(InvitationRefusal):
    """The user's request to join is still undecided."""


@dataclass(eq=False)
class AlreadyDecided(InvitationRefusal):
    """Another decision came first (A46)."""

    ref: str
    state: InvitationState
    by: str = ""
    at: datetime | None = None


@dataclass(eq=False)
class OwnRequest(InvitationRefusal):
    """A user may not decide their own request; `deciders` may."""

    deciders: tuple[tuple[str, str], ...] = ()


@dataclass(eq=False)
class OwnerDecides(InvitationRefusal):
    """The owner approves the admins' invitations in this team (A46)."""

    owner: str


@dataclass(eq=False)
class TooManyQuestions(InvitationRefusal):
    """The maximum of questions was asked; the request can be decided."""

    ref: str
    limit: int = QUESTIONS_MAX


@dataclass(eq=False)
class AlreadyAnswered(InvitationRefusal):
    """The question was answered already."""

    ref: str


@dataclass(eq=False)
class NotAsked(InvitationRefusal):
    """The question was put to another user."""

    ref: str
    who: str


@dataclass(eq=False)
class NobodyToAsk(InvitationRefusal):
    """The user asks to join in person: there is no requesting member to question."""

    ref: str


@dataclass(eq=False)
class NotOpen(InvitationRefusal):
    """The invitation cannot be used any more."""

    ref: str
    state: InvitationState


@dataclass(eq=False)
class TooManyOpen(InvitationRefusal):
    """The team has the maximum of open invitations."""

    limit: int


@dataclass(eq=False)
class NoTeamHere(InvitationRefusal):
    """The channel is not connected, so there is no team to join."""
