"""Refusals about invitations: each is named by the state that refuses."""

from dataclasses import dataclass
from datetime import datetime

from services.errors import Refusal
from services.invitation.model import REQUEST_QUESTIONS_MAX, InvitationState


class InvitationRefusal(Refusal):
    """A rule about invitations forbids it."""


@dataclass(eq=False)
class AlreadyInvited(InvitationRefusal):
    """An open invitation to this address exists (A45)."""

    ref: str
    email: str


@dataclass(eq=False)
class AlreadyMember(InvitationRefusal):
    """The address belongs to a member (A45)."""

    email: str


@dataclass(eq=False)
class AlreadyRequested(InvitationRefusal):
    """The user's request to join is still undecided."""


@dataclass(eq=False)
class AlreadyDecided(InvitationRefusal):
    """Another decision came first (A46)."""

    ref: str
    state: InvitationState
    decided_by: str = ""
    decided_at: datetime | None = None


@dataclass(eq=False)
class IsRequester(InvitationRefusal):
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
    limit: int = REQUEST_QUESTIONS_MAX


@dataclass(eq=False)
class AlreadyAnswered(InvitationRefusal):
    """The question was answered already."""

    ref: str


@dataclass(eq=False)
class NotQuestioned(InvitationRefusal):
    """The question was put to another user."""

    ref: str
    name: str


@dataclass(eq=False)
class NoRequester(InvitationRefusal):
    """The user asks to join in person: there is no requesting member to question."""

    ref: str


@dataclass(eq=False)
class InvitationNotOpen(InvitationRefusal):
    """The invitation cannot be used any more."""

    ref: str
    state: InvitationState


@dataclass(eq=False)
class TooManyInvitations(InvitationRefusal):
    """The team has the maximum of open invitations."""

    limit: int


@dataclass(eq=False)
class ChannelNotConnected(InvitationRefusal):
    """The channel is not connected, so there is no team to join."""
