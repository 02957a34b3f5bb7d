"""Why something was not done: one tree, parameters instead of sentences, no language and no platform.

Refusal                     the rule says no; the transaction is rolled back; a card explains it
├── NotPermitted            the role does not allow it (X1)
├── NotColleague            the person is not in the team
├── FromOutside         somebody of another organisation, who is no colleague here: nothing of the team is said to him
├── NotFound                there is no such thing for this team; also said of what belongs to others (I19, X1)
├── Ambiguous               several things match what was typed
├── Invalid                 an argument is missing, malformed or beyond its limit
├── Outdated                the thing has moved on since the card was drawn
├── Contended               the database was too busy, also after repeating; nothing was written
│   ├── Unreachable         the database is away or can keep nothing; whether the last thing was kept is open
│   └── Unsettled           all was done, but the end was not heard of in time; whether it was kept is open
└── one family a noun       services/<noun>/model.py, e.g. LeadRefusal → AlreadyPicked
NeedsConfirmation           not a refusal: the person decides, and the same command comes again with `accept`

Anything else that is raised is a defect and becomes a card with a correlation id.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.people import Place
    from services.permissions import Permission


class Refusal(Exception):
    """The product's rules say no. Subclasses are dataclasses whose fields are the sentence's parameters."""


@dataclass(eq=False)
class NotPermitted(Refusal):
    """The person's role does not grant the permission."""

    permission: "Permission"


@dataclass(eq=False)
class NotColleague(Refusal):
    """The person is not a colleague of the team that is meant."""

    permission: "Permission"
    elsewhere: "Place | None" = None
    """The place of another team, where somebody acts who has a team of his own; empty for somebody without one."""


@dataclass(eq=False)
class FromOutside(Refusal):
    """Somebody of another organisation, who is no colleague here, is told neither what there is nor who decides."""


@dataclass(eq=False)
class NotFound(Refusal):
    """Nothing of that kind and name exists for this team."""

    kind: str  # "lead", "member", "invitation", "team", "channel", "marketplace", "partner", "request"
    wanted: str = ""


@dataclass(eq=False)
class Ambiguous(Refusal):
    """Several things match; `candidates` are (value to use instead, name to show)."""

    kind: str
    wanted: str
    candidates: tuple[tuple[str, str], ...] = ()


@dataclass(eq=False)
class Invalid(Refusal):
    """An argument cannot be used; `reason` is one of the catalogue's words, such as "too_long"."""

    argument: str
    reason: str
    limit: int = 0


@dataclass(eq=False)
class Outdated(Refusal):
    """What the card offered is no longer possible, because the thing has moved on."""

    kind: str
    ref: str = ""


@dataclass(eq=False)
class Contended(Refusal):
    """Others held what was needed for too long (a lock, a deadlock, a serialisation failure); repeating may help."""


@dataclass(eq=False)
class Unreachable(Contended):
    """The database is away or cannot keep anything (stopped, disk full); a commit that was under way may have held."""


@dataclass(eq=False)
class Unsettled(Contended):
    """Everything was done, but whether it was kept had not been heard of when the time was over."""


@dataclass(frozen=True, slots=True)
class Warn:
    """Something to know before going on: a code to accept and the parameters of its sentence."""

    code: str
    params: dict[str, object] = field(default_factory=dict[str, object])


@dataclass(eq=False)
class NeedsConfirmation(Exception):
    """The command has a consequence that the person must accept: run it again with these codes in `accept`."""

    warnings: tuple[Warn, ...]
