"""A lead: an enquiry that is offered, picked, worked and closed, and what each team may see of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.errors import Refusal
from services.events import Event
from services.people import TeamId, UserId

TITLE_MAX_CHARS = 120
TEXT_MAX_CHARS = 4_000
NOTE_MAX_CHARS = 2_000
REASON_MAX_CHARS = 500
LINE_MAX_CHARS = 200
POSTCODE_MAX_CHARS = 12
PAGE_ROWS = 10
DUPLICATES_SHOWN = 5
HISTORY_SHOWN = 12
COLLEAGUES_SHOWN = 200
UNDO_MINUTES = 5
DEFAULT_COUNTRY = "DE"
DEFAULT_CURRENCY = "EUR"


class LeadState(StrEnum):
    """Where a lead stands, the same for everybody who sees it."""

    OPEN = "open"  # in the giver's own team, any colleague may pick it
    SUBMITTED = "submitted"  # on a marketplace, waits for its operator
    OFFERED = "offered"  # to every taker, until its time is over
    ASSIGNED = "assigned"  # to one taker, until its time is over
    PICKED = "picked"  # a team works on it
    WON = "won"
    LOST = "lost"
    FAILED = "failed"  # nobody took it in time


CLOSED = frozenset({LeadState.WON, LeadState.LOST})


class Offer(StrEnum):
    """What a lead is to one team."""

    NONE = "none"  # nothing beyond giving or operating
    OPEN = "open"  # may be picked
    ASSIGNED = "assigned"  # may be picked, by this team alone
    HELD = "held"  # this team works on it
    CLOSED = "closed"  # this team won or lost it
    GONE = "gone"  # another team picked it: as if it had never been here (B8)
    PASSED = "passed"  # the same for a giver or an operator, who goes on seeing where it stands
    RETURNED = "returned"  # this team gave it back and is not asked again


PICKABLE = frozenset({Offer.OPEN, Offer.ASSIGNED})
TAKING = frozenset({Offer.OPEN, Offer.ASSIGNED, Offer.HELD, Offer.CLOSED})


class Step(StrEnum):
    """How far the work on a picked lead has come."""

    FIRST_CONTACT = "first_contact"
    QUALIFIED = "qualified"
    OFFER = "offer"
    NEGOTIATION = "negotiation"


class Filter(StrEnum):
    """Which leads a list shows."""

    CURRENT = "current"  # offered and in work
    OFFERED = "offered"
    WORK = "work"
    MINE = "mine"
    GIVEN = "given"  # brought in or operated by the team, and not its own to work on
    CLOSED = "closed"


class What(StrEnum):
    """An entry of a lead's history (B11)."""

    CREATED = "created"
    SUBMITTED = "submitted"
    OFFERED = "offered"
    ASSIGNED = "assigned"
    PICKED = "picked"
    UNDONE = "undone"  # takes a pick back (B25)
    TAKEN = "taken"  # responsibility that had become empty
    NOTED = "noted"
    DELEGATED = "delegated"
    SHARED = "shared"
    WON = "won"
    LOST = "lost"
    RETURNED = "returned"
    REMINDED = "reminded"
    STALLED = "stalled"  # taken away because nothing happened, and offered again
    VACATED = "vacated"  # whoever was responsible left the team (B19)
    FAILED = "failed"


class Act(StrEnum):
    """Something that a reader may do with a lead in its present state."""

    PICK = "pick"
    REVEAL = "reveal"
    SHARE = "share"
    DELEGATE = "delegate"
    NOTE = "note"
    WIN = "win"
    LOSE = "lose"
    RETURN = "return"
    UNDO = "undo"
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class Contact:
    """Who asked."""

    name: str
    email: str = ""
    phone: str = ""
    company: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """What was asked."""

    title: str
    text: str = ""
    value_cents: int | None = None
    currency: str = DEFAULT_CURRENCY
    source: str = ""
    campaign: str = ""
    fields: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Keys:
    """By what the same person is found again (B24)."""

    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """An enquiry and where it stands."""

    team_id: TeamId
    """The giver: the team that brought it in."""
    lead_id: str
    contact: Contact
    enquiry: Enquiry
    keys: Keys
    state: LeadState
    operator_team_id: TeamId | None = None
    marketplace_id: str | None = None
    offered_until: datetime | None = None
    picked_team_id: TeamId | None = None
    picked_by: UserId | None = None
    picked_at: datetime | None = None
    responsible_id: UserId | None = None
    step: str = ""
    worked_at: datetime | None = None
    reminded_at: datetime | None = None
    closed_by: UserId | None = None
    closed_at: datetime | None = None
    won_cents: int | None = None
    lost_reason: str = ""
    created_by: UserId
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one team may see of a lead, under the team's own number."""

    team_id: TeamId
    lead_id: str
    number: int
    giver_team_id: TeamId
    gives: bool = False
    operates: bool = False
    offer: Offer = Offer.NONE

    @property
    def sees(self) -> bool:
        """Whether the lead exists for the team (B8, B9)."""
        return self.gives or self.operates or self.offer in TAKING

    @property
    def ref(self) -> str:
        """How the team calls the lead."""
        return f"L-{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A lead as one team finds it: with its sight and the names around it."""

    lead: Lead
    sight: Sight
    giver: str
    taker: str = ""
    marketplace: str = ""
    return_window_hours: int = 0
    responsible: str = ""
    picked_by: str = ""
    closed_by: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether this team picked it."""
        return self.lead.picked_team_id == self.sight.team_id


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """Something to keep in a lead's history."""

    giver_team_id: TeamId
    lead_id: str
    entry_id: str
    team_id: TeamId
    user_id: UserId | None
    at: datetime
    what: What
    text: str = ""
    subject_user_id: UserId | None = None
    reverses: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that happened to a lead, with its names."""

    entry_id: str
    at: datetime
    what: What
    team_id: TeamId
    team: str
    user: str = ""
    text: str = ""
    subject: str = ""
    reverses: str | None = None


# ---- what a card is given ----


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadView:
    """A lead as this reader may see it: contact already masked, acts already decided."""

    lead_id: str
    ref: str
    title: str
    contact: Contact
    text: str
    value_cents: int | None
    currency: str
    source: str
    campaign: str
    state: LeadState
    offer: Offer
    giver: str
    """The firm that gave it, empty where it is the reader's own."""
    marketplace: str
    taker: str
    """The firm that has it, empty where it is the reader's own."""
    offered_until: datetime | None
    picked_by: str
    picked_at: datetime | None
    responsible: str
    responsible_id: UserId | None
    step: str
    worked_at: datetime | None
    closed_by: str
    closed_at: datetime | None
    won_cents: int | None
    lost_reason: str
    created_at: datetime
    undo_until: datetime | None
    return_until: datetime | None
    acts: frozenset[Act]
    is_stalling: bool = False
    """Whether a reminder was sent and nothing has happened since (B21)."""
    is_vacant: bool = False
    """Whether the team has it and nobody is responsible (B19)."""


@dataclass(frozen=True, slots=True)
class GoneLead:
    """A card that a team still has of a lead that is no longer there for it."""

    lead_id: str
    ref: str


@dataclass(frozen=True, slots=True)
class SharedLead:
    """A lead that was posted into another channel of the team, or handed to a colleague."""

    lead: LeadView
    channel: str = ""
    colleague: str = ""


@dataclass(frozen=True, slots=True)
class Hands:
    """To whom and where a lead can be handed on."""

    lead: LeadView
    colleagues: tuple[tuple[str, str], ...]
    """User id and name of everybody who can be responsible for it now."""
    channels: tuple[tuple[str, str], ...]
    """Address and name of the team's other channels."""
    may_hand_over: bool = False
    """Whether this reader may make a colleague responsible now."""


@dataclass(frozen=True, slots=True)
class LeadDetails:
    """A lead with everything that this reader may see, and its history."""

    lead: LeadView
    history: tuple[Entry, ...]
    has_older: bool = False


@dataclass(frozen=True, slots=True)
class LeadPage:
    """A page of a list; `after` names the next one."""

    kind: Filter
    leads: tuple[LeadView, ...]
    after: int | None
    may_create: bool


# ---- what is audited and heard of ----


class LeadEvent(Event, frozen=True, kw_only=True):
    """Something that happened to a lead."""

    lead_id: str


class LeadCreated(LeadEvent, frozen=True, kw_only=True, tag="lead.created"):
    """A team brought in an enquiry."""

    accepted_duplicates: int = 0


class LeadRevealed(LeadEvent, frozen=True, kw_only=True, tag="lead.revealed"):
    """A colleague looked at the contact unmasked (A42)."""

    silent: bool = True


class LeadSubmitted(LeadEvent, frozen=True, kw_only=True, tag="lead.submitted"):
    """A giver put a lead on a marketplace, where it waits for the operator."""

    operator_team_id: str
    marketplace_id: str


class LeadOffered(LeadEvent, frozen=True, kw_only=True, tag="lead.offered"):
    """The operator offered a lead to every active taker."""

    marketplace_id: str
    takers: int


class LeadAssigned(LeadEvent, frozen=True, kw_only=True, tag="lead.assigned"):
    """The operator offered a lead to one taker alone."""

    marketplace_id: str
    taker_team_id: str


class LeadPicked(LeadEvent, frozen=True, kw_only=True, tag="lead.picked"):
    """A colleague picked a lead in the team's name."""


class LeadUndone(LeadEvent, frozen=True, kw_only=True, tag="lead.undone"):
    """A pick was taken back (B25)."""


class LeadTaken(LeadEvent, frozen=True, kw_only=True, tag="lead.taken"):
    """A colleague took over a lead of the team for which nobody was responsible (B19)."""


class LeadNoted(LeadEvent, frozen=True, kw_only=True, tag="lead.noted"):
    """A colleague noted something or set the step."""

    step: str = ""


class LeadDelegated(LeadEvent, frozen=True, kw_only=True, tag="lead.delegated"):
    """Responsibility went to a colleague (B17, B18)."""

    from_user_id: str | None
    to_user_id: str


class LeadShared(LeadEvent, frozen=True, kw_only=True, tag="lead.shared"):
    """The lead's card was posted into another channel of the team (B18)."""

    to_platform: str
    to_tenant: str
    to_conversation_id: str


class LeadWon(LeadEvent, frozen=True, kw_only=True, tag="lead.won"):
    """The team won the lead."""

    won_cents: int | None = None
    currency: str = DEFAULT_CURRENCY


class LeadLost(LeadEvent, frozen=True, kw_only=True, tag="lead.lost"):
    """The team lost the lead."""


class LeadReturned(LeadEvent, frozen=True, kw_only=True, tag="lead.returned"):
    """The team gave the lead back; without further takers it waits for the operator."""

    takers: int


class LeadVacated(LeadEvent, frozen=True, kw_only=True, tag="lead.vacated"):
    """Whoever was responsible left the team; the lead stays (B19)."""

    from_user_id: str


class LeadReminded(LeadEvent, frozen=True, kw_only=True, tag="lead.reminded"):
    """Nothing has happened with an accepted lead for days (B21)."""


class LeadStalled(LeadEvent, frozen=True, kw_only=True, tag="lead.stalled"):
    """Nothing happened even after the reminder: the lead is offered again (B21)."""

    takers: int


class LeadFailed(LeadEvent, frozen=True, kw_only=True, tag="lead.failed"):
    """Nobody took the lead in time: brokerage failed (B21)."""

    giver_team_id: str


# ---- why something was not done ----


@dataclass(eq=False)
class LeadRefusal(Refusal):
    """The rules about leads say no."""

    ref: str


@dataclass(eq=False)
class AlreadyPicked(LeadRefusal):
    """Somebody was faster; a colleague is named, another team is not (B10)."""

    by: str = ""
    at: datetime | None = None
    is_self: bool = False
    lead_id: str = ""
    """Only where the lead is still there for the person."""


@dataclass(eq=False)
class NotOffered(LeadRefusal):
    """The lead is there for the team, but not to be picked."""


@dataclass(eq=False)
class OfferEnded(LeadRefusal):
    """The time in which the lead could be picked is over."""


@dataclass(eq=False)
class NotPicked(LeadRefusal):
    """Only a lead that the team has picked can be worked on."""

    may_pick: bool = False
    lead_id: str = ""


@dataclass(eq=False)
class AlreadyClosed(LeadRefusal):
    """The lead is won or lost."""


@dataclass(eq=False)
class HeldElsewhere(LeadRefusal):
    """Another firm works on the lead; only its colleagues change it."""

    taker: str = ""


@dataclass(eq=False)
class UndoExpired(LeadRefusal):
    """A pick can be taken back for some minutes only (B25)."""

    minutes: int = 0
    lead_id: str = ""
    may_return: bool = False


@dataclass(eq=False)
class ReturnExpired(LeadRefusal):
    """An accepted lead can be returned for some hours only (B21)."""

    hours: int = 0
    lead_id: str = ""


@dataclass(eq=False)
class AlreadyResponsible(LeadRefusal):
    """The colleague is responsible already."""

    who: str = ""


@dataclass(eq=False)
class CannotWork(LeadRefusal):
    """A viewer cannot be given responsibility."""

    who: str = ""


@dataclass(eq=False)
class NoChannel(LeadRefusal):
    """The team has connected no other channel to share into."""


@dataclass(eq=False)
class AlreadyOffered(LeadRefusal):
    """The lead is on a marketplace already."""


@dataclass(eq=False)
class NoTakers(LeadRefusal):
    """Nobody is left to whom the lead could be offered."""

    marketplace: str = ""
