"""A lead: an enquiry that is offered, picked, worked and closed, and what each team may see of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.people import TeamId, UserId
from services.reference import Reference

REFERENCE: Final = Reference("L", is_prefix_optional=True)

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
        return REFERENCE.write(self.number)


@dataclass(frozen=True, slots=True)
class Notes:
    """How often the team that has a lead has noted something about it; what, only its details tell."""

    count: int
    by: str
    at: datetime


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
    notes: Notes | None = None
    """Since the pick; looked up for a single lead, not for lists."""

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
    fields: tuple[tuple[str, str], ...]
    """What the marketplace's form asked, and the answers (B20); empty where others read along."""
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
    notes: Notes | None = None
    """Notes of the reader's own team, on the card of a single lead."""
    is_vacant: bool = False
    """Whether the team has it and nobody is responsible (B19)."""


@dataclass(frozen=True, slots=True)
class GoneLead:
    """A card that a team still has of a lead that is no longer there for it."""

    lead_id: str
    ref: str
    is_taken: bool = True
    """Whether another team has it; otherwise nobody has, and it is merely not for this team."""


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
    is_contact_hidden: bool = False
    """Whether the contact stays masked until the team has picked the lead (A42)."""


@dataclass(frozen=True, slots=True)
class LeadPage:
    """A page of a list; `after` names the next one."""

    kind: Filter
    leads: tuple[LeadView, ...]
    after: int | None
    may_create: bool
    before: int = 0
    """Where this page begins; 0 for the first one."""
    kept: str = ""
    """The lead that was picked from this page: it stays in its place, whatever the page is of."""
