"""Lead: an enquiry that is offered, picked, worked on and closed, and each team's lead visibility."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.people import TeamId, UserId
from services.reference import Reference

REFERENCE: Final = Reference("L", is_prefix_optional=True)

TITLE_MAX_CHARS = 120
ENQUIRY_MAX_CHARS = 4_000
NOTE_MAX_CHARS = 2_000
REASON_MAX_CHARS = 500
LEAD_LINE_MAX_CHARS = 200
POSTCODE_MAX_CHARS = 12
LEAD_PAGE_ROWS = 10
DUPLICATES_SHOWN = 5
HISTORY_SHOWN = 12
MEMBERS_SHOWN = 200
UNDO_MINUTES = 5
DEFAULT_COUNTRY = "DE"
DEFAULT_CURRENCY = "EUR"


class LeadState(StrEnum):
    """State of a lead, the same for every team."""

    OPEN = "open"  # in the giver's own team, any member may pick it
    SUBMITTED = "submitted"  # on a marketplace, waits for its operator
    OFFERED = "offered"  # to every taker, until the offer expires
    ASSIGNED = "assigned"  # to one taker, until the offer expires
    PICKED = "picked"  # a team works on it
    WON = "won"
    LOST = "lost"
    FAILED = "failed"  # the offer expired without a pick


CLOSED_STATES = frozenset({LeadState.WON, LeadState.LOST})


class OfferStatus(StrEnum):
    """State of a lead for one team."""

    NONE = "none"  # nothing beyond giving or operating
    OPEN = "open"  # may be picked
    ASSIGNED = "assigned"  # may be picked, by this team alone
    HELD = "held"  # this team works on it
    CLOSED = "closed"  # this team won or lost it
    HIDDEN = "gone"  # another team picked it: invisible from now on (B8)
    NOT_PICKED = "passed"  # the same for a giver or an operator, for whom it stays visible
    RETURNED = "returned"  # this team returned it and gets no further offer


PICKABLE_STATUSES = frozenset({OfferStatus.OPEN, OfferStatus.ASSIGNED})
TAKER_STATUSES = frozenset({OfferStatus.OPEN, OfferStatus.ASSIGNED, OfferStatus.HELD, OfferStatus.CLOSED})


class LeadStep(StrEnum):
    """Progress of the work on a picked lead."""

    FIRST_CONTACT = "first_contact"
    QUALIFIED = "qualified"
    OFFER = "offer"
    NEGOTIATION = "negotiation"


class LeadFilter(StrEnum):
    """Selection of leads in a list."""

    CURRENT = "current"  # offered and in work
    OFFERED = "offered"
    WORK = "work"
    MINE = "mine"
    GIVEN = "given"  # given or operated by the team, and not its own to work on
    CLOSED = "closed"


class ActivityType(StrEnum):
    """Type of an activity in a lead's history (B11)."""

    CREATED = "created"
    SUBMITTED = "submitted"
    OFFERED = "offered"
    ASSIGNED = "assigned"
    PICKED = "picked"
    UNDONE = "undone"  # reverses a pick (B25)
    TAKEN = "taken"  # responsibility that was vacant
    NOTED = "noted"
    DELEGATED = "delegated"
    SHARED = "shared"
    WON = "won"
    LOST = "lost"
    RETURNED = "returned"
    REMINDED = "reminded"
    STALLED = "stalled"  # withdrawn for lack of activity and offered again
    RELEASED = "vacated"  # the responsible member left the team (B19)
    FAILED = "failed"


class LeadAction(StrEnum):
    """Action that a reader may perform on a lead in its present state."""

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
    """Person who asked."""

    name: str
    email: str = ""
    phone: str = ""
    company: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """Content of the enquiry."""

    title: str
    text: str = ""
    value_cents: int | None = None
    currency: str = DEFAULT_CURRENCY
    source: str = ""
    campaign: str = ""
    fields: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class ContactKeys:
    """Contact key: normalised e-mail and phone for duplicate search (B24)."""

    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Enquiry with its state."""

    team_id: TeamId
    """Giver: the team that created it."""
    lead_id: str
    contact: Contact
    enquiry: Enquiry
    keys: ContactKeys
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
class LeadVisibility:
    """Lead visibility: what one team may see of a lead, under the team's own number (docs/decisions/0004)."""

    team_id: TeamId
    lead_id: str
    number: int
    giver_team_id: TeamId
    gives: bool = False
    operates: bool = False
    offer: OfferStatus = OfferStatus.NONE

    @property
    def is_visible(self) -> bool:
        """Return whether the lead is visible to the team (B8, B9)."""
        return self.gives or self.operates or self.offer in TAKER_STATUSES

    @property
    def ref(self) -> str:
        """Return the team's own reference of the lead."""
        return REFERENCE.write(self.number)


@dataclass(frozen=True, slots=True)
class NotesSummary:
    """Number of notes by the team that has the lead, with the last author; the texts are in its details."""

    count: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRecord:
    """Lead as loaded for one team: with its visibility and the names around it."""

    lead: Lead
    sight: LeadVisibility
    giver: str
    taker: str = ""
    marketplace: str = ""
    return_window_hours: int = 0
    responsible: str = ""
    picked_by: str = ""
    closed_by: str = ""
    notes: NotesSummary | None = None
    """Notes since the pick; loaded for a single lead, not for lists."""

    @property
    def is_picked_by_team(self) -> bool:
        """Return whether this team picked it."""
        return self.lead.picked_team_id == self.sight.team_id


@dataclass(frozen=True, slots=True, kw_only=True)
class NewActivity:
    """Activity to add to a lead's history."""

    giver_team_id: TeamId
    lead_id: str
    entry_id: str
    team_id: TeamId
    user_id: UserId | None
    at: datetime
    what: ActivityType
    text: str = ""
    subject_user_id: UserId | None = None
    reverses: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadActivity:
    """Activity of a lead, with names."""

    entry_id: str
    at: datetime
    what: ActivityType
    team_id: TeamId
    team: str
    user: str = ""
    text: str = ""
    subject: str = ""
    reverses: str | None = None


# ---- views ----


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadView:
    """Lead as this reader may see it: contact masked, actions decided."""

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
    """Questions of the marketplace's form with answers (B20); empty in public places."""
    state: LeadState
    offer_status: OfferStatus
    giver: str
    """Team that gave it; empty for the reader's own."""
    marketplace: str
    taker: str
    """Team that has it; empty for the reader's own."""
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
    actions: frozenset[LeadAction]
    is_stalling: bool = False
    """Whether a reminder was sent and no activity has followed (B21)."""
    notes: NotesSummary | None = None
    """Notes of the reader's own team, on the card of a single lead."""
    is_vacant: bool = False
    """Whether the team has it without a responsible member (B19)."""


@dataclass(frozen=True, slots=True)
class HiddenLead:
    """Card that a team still has of a lead that is no longer visible to it."""

    lead_id: str
    ref: str
    is_taken: bool = True
    """Whether another team has it; otherwise no team has it, and it is not offered to this one."""


@dataclass(frozen=True, slots=True)
class SharedLead:
    """Result of sharing: a card in another channel of the team, or a delegation."""

    lead: LeadView
    channel: str = ""
    member: str = ""


@dataclass(frozen=True, slots=True)
class HandoverChoices:
    """Members and channels to which a lead can be delegated or shared."""

    lead: LeadView
    members: tuple[tuple[str, str], ...]
    """User id and name of every member who can become responsible."""
    channels: tuple[tuple[str, str], ...]
    """Id and name of the team's other channels."""
    may_delegate: bool = False
    """Whether this reader may delegate now."""


@dataclass(frozen=True, slots=True)
class LeadDetails:
    """Lead with everything that this reader may see, and its history."""

    lead: LeadView
    history: tuple[LeadActivity, ...]
    has_older: bool = False
    is_contact_hidden: bool = False
    """Whether the contact stays masked until the team has picked the lead (A42)."""


@dataclass(frozen=True, slots=True)
class LeadPage:
    """Page of a list; `after` is the cursor of the next one."""

    filter: LeadFilter
    leads: tuple[LeadView, ...]
    next_cursor: int | None
    may_create: bool
    cursor: int = 0
    """Cursor of this page; 0 for the first one."""
    pinned_lead_id: str = ""
    """Id of the lead just picked from this page: it keeps its row, whatever the filter."""
