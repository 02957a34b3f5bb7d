"""A marketplace: where an operator offers the leads of givers to takers, and the firms that take part."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.lead.model import LeadView
from services.people import TeamId, UserId

NAME_MAX_CHARS = 80
LINE_MAX_CHARS = 120
QUESTIONS_MAX = 5
QUESTION_MAX_CHARS = 80
ANSWER_MAX_CHARS = 300
ANSWERS_KEPT = 10
"""Of one lead, whatever its marketplace came to ask in between."""
PARTNERS_MAX = 200
MARKETPLACES_MAX = 20
"""A team runs at most so many."""
MARKETPLACES_SHOWN = 50
"""Those in which it merely takes part come on top."""

OFFER_WINDOW_MINUTES = 120
RETURN_WINDOW_HOURS = 48
REMINDER_DAYS = 3
STALL_DAYS = 7


class PartnerState(StrEnum):
    """Where a firm stands on a marketplace (B22)."""

    PENDING = "pending"  # invited
    ACTIVE = "active"
    DECLINED = "declined"
    ENDED = "ended"


class Part(StrEnum):
    """As what a firm takes part."""

    TAKES = "takes"
    GIVES = "gives"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marketplace:
    """A marketplace, run by the team it belongs to."""

    team_id: TeamId
    """The operator."""
    marketplace_id: str
    name: str
    offer_window_minutes: int = OFFER_WINDOW_MINUTES
    return_window_hours: int = RETURN_WINDOW_HOURS
    reminder_days: int = REMINDER_DAYS
    stall_days: int = STALL_DAYS
    questions: tuple[str, ...] = ()
    """What its form asks whoever puts a lead on it (B20)."""
    created_by: UserId
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A marketplace's windows and questions as they were typed."""

    offer_window_minutes: int
    return_window_hours: int
    reminder_days: int
    stall_days: int
    questions: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered, in the order of the questions, and by what those are known again."""

    asked: str = ""
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A firm on a marketplace: it gives leads, takes them, or both."""

    team_id: TeamId
    """The operator."""
    marketplace_id: str
    partner_id: str
    partner_team_id: TeamId | None
    name: str
    email: str = ""
    gives: bool
    takes: bool
    state: PartnerState
    invitation_id: str | None = None
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """A marketplace that a team takes part in, and as what."""

    marketplace: Marketplace
    operator: str
    partner: Partner


# ---- what a card is given ----


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerView:
    """A partner as the operator sees it; an e-mail address is masked where others read along."""

    partner_id: str
    name: str
    email: str
    gives: bool
    takes: bool
    state: PartnerState
    is_operator: bool


@dataclass(frozen=True, slots=True)
class PartnerTold:
    """What became of an invitation."""

    name: str
    marketplace: str
    state: PartnerState


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketplaceView:
    """A marketplace as this reader may see it: partners are the operator's alone to see."""

    marketplace_id: str
    name: str
    operator: str
    """Empty where it is the reader's own team."""
    gives: bool
    takes: bool
    offer_window_minutes: int
    return_window_hours: int
    reminder_days: int
    stall_days: int
    questions: tuple[str, ...] = ()
    partners: tuple[PartnerView, ...] = ()
    may_run: bool = False


@dataclass(frozen=True, slots=True)
class MarketplaceList:
    """The marketplaces that a team runs or takes part in."""

    marketplaces: tuple[MarketplaceView, ...]
    may_create: bool


@dataclass(frozen=True, slots=True)
class OfferForm:
    """Where a lead can go: (id, name) of marketplaces and of the takers, where there is only one marketplace to run."""

    lead: LeadView
    marketplaces: tuple[tuple[str, str], ...]
    takers: tuple[tuple[str, str], ...]
    window_minutes: int
    questions: tuple[str, ...] = ()
    """Of the only marketplace."""
    asked: str = ""
    """By what the questions are known again when the answers come."""
    answers: tuple[str, ...] = ()
    """What is known already, in the order of the questions."""
    is_choice: bool = False
    """Whether the marketplace is chosen first, because what is asked depends on it."""
