"""Refusals: one tree, with parameters instead of sentences, independent of language and platform.

Refusal                     a rule forbids it: the transaction is rolled back and a card explains why
├── NotPermitted            the actor's role lacks the permission (X1)
├── NotMember               the actor is not a member of the team
├── ExternalUserDenied      the actor is an external user: the card names nothing of the team
├── NotFound                no such thing exists for this team; also for what belongs to other teams (I19, X1)
├── Ambiguous               several things match the typed text
├── Invalid                 an argument is missing, malformed or beyond its limit
├── Outdated                the state has changed since the card was rendered
├── DatabaseBusy            the database was too busy, also after retries; nothing was written
│   ├── DatabaseUnreachable  the database does not answer or cannot write; whether a commit succeeded is open
│   └── CommitUnknown       the commit's result did not arrive in time; whether it succeeded is open
├── TooManyWrongCodes       too many wrong codes of any kind: services/codes.py
└── <Noun>Refusal           one family a noun: services/<noun>/refusals.py, such as LeadRefusal with AlreadyPicked
NeedsConfirmation           no refusal: the actor decides, and the same command comes again with `accept`

Every other exception is a defect and becomes a card with a correlation id.
"""

from dataclasses import dataclass, field

from services.people import Place
from services.permissions import Permission


class Refusal(Exception):
    """A rule of the product forbids it. Subclasses are dataclasses whose fields are the parameters of the text."""


@dataclass(eq=False)
class NotPermitted(Refusal):
    """The actor's role does not grant the permission."""

    permission: Permission


@dataclass(eq=False)
class NotMember(Refusal):
    """The actor is not a member of the team that is meant."""

    permission: Permission
    visited_place: Place | None = None
    """The place of another team, in which a member of some team acts; None for a user without a team."""


@dataclass(eq=False)
class ExternalUserDenied(Refusal):
    """The actor is an external user without membership: the card tells neither what exists nor who decides."""


@dataclass(eq=False)
class NotFound(Refusal):
    """Nothing of that kind and name exists for this team."""

    kind: str  # "lead", "member", "invitation", "team", "channel", "marketplace", "partner", "request"
    wanted: str = ""


@dataclass(eq=False)
class Ambiguous(Refusal):
    """Several things match; `candidates` are pairs of the value to use instead and the name to show."""

    kind: str
    wanted: str
    candidates: tuple[tuple[str, str], ...] = ()


@dataclass(eq=False)
class Invalid(Refusal):
    """An argument cannot be used; `reason` is a key of the texts, such as "too_long"."""

    argument: str
    reason: str
    limit: int = 0


@dataclass(eq=False)
class Outdated(Refusal):
    """The action that the card offered is no longer possible, because the state has changed."""

    kind: str
    ref: str = ""


@dataclass(eq=False)
class DatabaseBusy(Refusal):
    """The database was busy for too long (lock, deadlock, serialisation failure); a retry may help."""


@dataclass(eq=False)
class DatabaseUnreachable(DatabaseBusy):
    """The database does not answer or cannot write (stopped, disk full); whether a running commit succeeded is open."""


@dataclass(eq=False)
class CommitUnknown(DatabaseBusy):
    """The result of the commit did not arrive before the timeout; whether it succeeded is open."""


@dataclass(frozen=True, slots=True)
class ConfirmationWarning:
    """A consequence to accept: its code and the parameters of its text."""

    code: str
    params: dict[str, object] = field(default_factory=dict[str, object])


@dataclass(eq=False)
class NeedsConfirmation(Exception):
    """The command has consequences that the actor must accept: it is run again with these codes in `accept`."""

    warnings: tuple[ConfirmationWarning, ...]
