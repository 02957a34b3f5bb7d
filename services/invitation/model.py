"""An invitation: somebody may join a team as a colleague, or a firm may join a marketplace as a partner."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.people import Language, TeamId
from services.permissions import Role
from services.reference import Reference
from services.team.model import Seats

VALID_DAYS = 7
VALID_FOR = timedelta(days=VALID_DAYS)
CODE_MINUTES = 30
CODE_VALID_FOR = timedelta(minutes=CODE_MINUTES)
EMAIL_MAX_CHARS = 254
TEXT_MAX_CHARS = 1_000
LISTED_MAX = 50
QUESTION_MAX_CHARS = 300
QUESTIONS_MAX = 5
"""So often those who decide can ask back about one invitation."""
OPEN_MAX = 200
"""Open invitations and requests of one team; beyond that somebody decides first."""

ID_MAX_CHARS = 64

REFERENCE: Final = Reference("I")


class InvitationKind(StrEnum):
    """Who is invited, and by what."""

    MEMBER = "member"  # a person, by an e-mail address
    JOIN = "join"  # a person in a channel who asked to join
    PARTNER = "partner"  # a firm, to a marketplace


class InvitationState(StrEnum):
    """Where it stands."""

    REQUESTED = "requested"  # waits for somebody who may decide
    PENDING = "pending"  # sent, waits for the invitee
    ACCEPTED = "accepted"  # accepted on the page; the code ties the chat identity to it
    JOINED = "joined"
    DECLINED = "declined"
    REVOKED = "revoked"
    EXPIRED = "expired"


OPEN_STATES = (InvitationState.REQUESTED, InvitationState.PENDING, InvitationState.ACCEPTED)
SENT_STATES = (InvitationState.PENDING, InvitationState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as its row says, with the names of the people in it."""

    team_id: TeamId
    invitation_id: str
    number: int
    kind: InvitationKind
    role: Role
    state: InvitationState
    requested_by: str
    created_at: datetime
    language: Language
    """In which the mail and the page speak."""
    email: str = ""
    """Trimmed and case-folded; empty for somebody who asked to join from the channel."""
    name: str = ""
    user_id: str | None = None
    """Who asked to join, then who joined."""
    from_outside: bool = False
    """Whether whoever asks to join is of another organisation."""
    decided_by: str | None = None
    decided_at: datetime | None = None
    expires_at: datetime | None = None
    generation: int = 1
    """A link that is sent again makes the old one void."""
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
        """Whom the invitation is about, as a card names him."""
        return self.email or self.user_name or self.name

    def is_open(self, now: datetime) -> bool:
        """Whether it still leads somewhere."""
        return self.state in OPEN_STATES and not self.is_over(now)

    def is_over(self, now: datetime) -> bool:
        """Whether its seven days have passed."""
        return self.expires_at is not None and self.expires_at <= now

    def as_of(self, now: datetime) -> "Invitation":
        """The invitation with the state that it really has, whether or not the clock's work was done."""
        over = self.state in SENT_STATES and self.is_over(now)
        return replace(self, state=InvitationState.EXPIRED) if over else self


@dataclass(frozen=True, slots=True)
class Addressee:
    """A firm to invite, by what is said of it."""

    name: str
    email: str
    text: str = ""
    language: Language | None = None
    """In which the mail and the page speak; the team's, unless it is said."""
    bulk_id: str = ""
    """The bulk invitation that it comes with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody who may decide wants to know first, and the answer; nothing is decided by it."""

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
        """Of the invitation."""
        return REFERENCE.write(self.number)


@dataclass(frozen=True, slots=True)
class ShownInvitation:
    """An invitation as a reader in the team sees it, with what this reader may do."""

    invitation: Invitation
    email: str
    """Masked where others read along or the reader is a viewer."""
    seats: Seats
    may_decide: bool = False
    may_revoke: bool = False
    may_resend: bool = False


@dataclass(frozen=True, slots=True)
class ListedInvitations:
    """The open invitations and requests of a team, then the latest others."""

    rows: tuple[ShownInvitation, ...]
    seats: Seats
    may_invite: bool
    may_request: bool


@dataclass(frozen=True, slots=True)
class JoinedTeam:
    """Somebody is a colleague now, or a firm a partner."""

    team_name: str
    role: Role
    kind: InvitationKind = InvitationKind.MEMBER
    marketplace: str = ""


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """What the page behind a link shows."""

    invitation: Invitation
    team_name: str
    zone: str
    """The team's, because nothing is known of the reader."""
    inviter_name: str
    marketplace: str = ""
    code: str = ""
    """Shown once, right after accepting."""
