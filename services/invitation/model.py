"""Invitation: of a person to a team as a member, or of a partner to a marketplace."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.people import Language, TeamId
from services.permissions import Role
from services.reference import Reference
from services.team.model import Seats

INVITATION_TTL_DAYS = 7
INVITATION_TTL = timedelta(days=INVITATION_TTL_DAYS)
INVITATION_CODE_MINUTES = 30
INVITATION_CODE_TTL = timedelta(minutes=INVITATION_CODE_MINUTES)
EMAIL_MAX_CHARS = 254
INVITATION_TEXT_MAX_CHARS = 1_000
INVITATIONS_LISTED_MAX = 50
REQUEST_QUESTION_MAX_CHARS = 300
REQUEST_QUESTIONS_MAX = 5
"""Questions that deciders may ask about one invitation."""
OPEN_INVITATIONS_MAX = 200
"""Open invitations and requests per team; beyond that some must be decided first."""

INVITATION_ID_MAX_CHARS = 64

REFERENCE: Final = Reference("I")


class InvitationKind(StrEnum):
    """Kind of an invitation."""

    MEMBER = "member"  # a person, by e-mail address
    JOIN = "join"  # a person in a channel who asked to join
    PARTNER = "partner"  # a partner, to a marketplace


class InvitationState(StrEnum):
    """State of an invitation."""

    REQUESTED = "requested"  # waits for a decision
    PENDING = "pending"  # sent, waits for the invitee
    ACCEPTED = "accepted"  # accepted on the page; the code binds the chat identity to it
    JOINED = "joined"
    DECLINED = "declined"
    REVOKED = "revoked"
    EXPIRED = "expired"


OPEN_INVITATION_STATES = (InvitationState.REQUESTED, InvitationState.PENDING, InvitationState.ACCEPTED)
SENT_STATES = (InvitationState.PENDING, InvitationState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Invitation row with the names of its people."""

    team_id: TeamId
    invitation_id: str
    number: int
    kind: InvitationKind
    role: Role
    state: InvitationState
    requested_by: str
    created_at: datetime
    language: Language
    """Language of the mail and the page."""
    email: str = ""
    """Address, trimmed and case-folded; empty for a user who asked to join from the channel."""
    name: str = ""
    user_id: str | None = None
    """User who asked to join, later the user who joined."""
    from_outside: bool = False
    """Whether an external user asks to join."""
    decided_by: str | None = None
    decided_at: datetime | None = None
    expires_at: datetime | None = None
    generation: int = 1
    """Generation of the link: a resent link makes the old one void."""
    code_expires_at: datetime | None = None
    text: str = ""
    marketplace_id: str | None = None
    requested_by_name: str = ""
    decided_by_name: str = ""
    user_name: str = ""

    @property
    def ref(self) -> str:
        return REFERENCE.write(self.number)

    @property
    def invitee(self) -> str:
        """Return the invitee's name for a card."""
        return self.email or self.user_name or self.name

    def is_open(self, now: datetime) -> bool:
        """Return whether the invitation can still be used."""
        return self.state in OPEN_INVITATION_STATES and not self.is_expired(now)

    def is_expired(self, now: datetime) -> bool:
        """Return whether the invitation has expired."""
        return self.expires_at is not None and self.expires_at <= now

    def with_current_state(self, now: datetime) -> "Invitation":
        """Return the invitation with its true state, whether or not the scheduled job has run."""
        over = self.state in SENT_STATES and self.is_expired(now)
        return replace(self, state=InvitationState.EXPIRED) if over else self


@dataclass(frozen=True, slots=True)
class PartnerInvitee:
    """Partner to invite."""

    name: str
    email: str
    text: str = ""
    language: Language | None = None
    """Language of the mail and the page; default: the team's."""
    bulk_id: str = ""
    """Bulk invitation that it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Question that a decider asks about a request, with its answer; it decides nothing."""

    team_id: TeamId
    question_id: str
    invitation_id: str
    text: str
    asked_by: str
    asked_at: datetime
    answer: str = ""
    answered_at: datetime | None = None
    asked_by_name: str = ""
    number: int = 0
    email: str = ""
    requested_by: str = ""
    requested_by_name: str = ""

    @property
    def ref(self) -> str:
        """Return the invitation's reference."""
        return REFERENCE.write(self.number)


@dataclass(frozen=True, slots=True)
class InvitationView:
    """Invitation as a reader in the team sees it, with the reader's actions."""

    invitation: Invitation
    email: str
    """Address, masked in public places and for viewers."""
    seats: Seats
    may_decide: bool = False
    may_revoke: bool = False
    may_resend: bool = False


@dataclass(frozen=True, slots=True)
class InvitationList:
    """Open invitations and requests of a team, then the latest others."""

    rows: tuple[InvitationView, ...]
    seats: Seats
    may_invite: bool
    may_request: bool


@dataclass(frozen=True, slots=True)
class JoinedTeam:
    """Result of joining: a new member, or a partner on a marketplace."""

    team_name: str
    role: Role
    kind: InvitationKind = InvitationKind.MEMBER
    marketplace: str = ""


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """Content of the page behind a link."""

    invitation: Invitation
    team_name: str
    zone: str
    """Team's time zone, because the reader is unknown."""
    inviter_name: str
    marketplace: str = ""
    code: str = ""
    """Code, shown once after accepting."""
