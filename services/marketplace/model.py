"""Marketplace: an operator offers the givers' leads to the takers. Its partners are teams."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.lead.model import LeadView
from services.people import TeamId, UserId

MARKETPLACE_NAME_MAX_CHARS = 80
PARTNER_NAME_MAX_CHARS = 120
FORM_QUESTIONS_MAX = 5
FORM_QUESTION_MAX_CHARS = 80
ANSWER_MAX_CHARS = 300
STORED_ANSWERS_MAX = 10
"""Answers stored per lead, whatever the marketplace has asked since."""
PARTNERS_MAX = 200
MARKETPLACES_MAX = 20
"""Marketplaces that one team may run."""
MARKETPLACES_SHOWN = 50
"""Marketplaces listed, including those in which the team only takes part."""

OFFER_WINDOW_MINUTES = 120
RETURN_WINDOW_HOURS = 48
REMINDER_DAYS = 3
STALL_DAYS = 7


class PartnerState(StrEnum):
    """State of a partner on a marketplace (B22)."""

    PENDING = "pending"  # invited
    ACTIVE = "active"
    DECLINED = "declined"
    ENDED = "ended"


class Part(StrEnum):
    """Part that a partner plays."""

    TAKES = "takes"
    GIVES = "gives"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marketplace:
    """Marketplace, run by the team it belongs to."""

    team_id: TeamId
    """Operator."""
    marketplace_id: str
    name: str
    offer_window_minutes: int = OFFER_WINDOW_MINUTES
    return_window_hours: int = RETURN_WINDOW_HOURS
    reminder_days: int = REMINDER_DAYS
    stall_days: int = STALL_DAYS
    questions: tuple[str, ...] = ()
    """Questions of its form, asked when a lead is submitted (B20)."""
    created_by: UserId
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketplaceSettings:
    """A marketplace's windows and questions as they were typed."""

    offer_window_minutes: int
    return_window_hours: int
    reminder_days: int
    stall_days: int
    questions: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers in the order of the questions, with the digest of these questions."""

    questions_digest: str = ""
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Partner on a marketplace: it gives leads, takes them, or both."""

    team_id: TeamId
    """Operator."""
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
class MarketplaceMembership:
    """Marketplace that a team takes part in, with its part."""

    marketplace: Marketplace
    operator: str
    partner: Partner


# ---- views ----


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerView:
    """Partner as the operator sees it; the address is masked in public places."""

    partner_id: str
    name: str
    email: str
    is_giver: bool
    is_taker: bool
    state: PartnerState
    is_operator: bool


@dataclass(frozen=True, slots=True)
class PartnerOutcome:
    """Outcome of a partner's invitation."""

    name: str
    marketplace: str
    state: PartnerState


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketplaceView:
    """Marketplace as this reader may see it; only the operator sees partners."""

    marketplace_id: str
    name: str
    operator: str
    """Operator's name; empty for the reader's own team."""
    is_giver: bool
    is_taker: bool
    offer_window_minutes: int
    return_window_hours: int
    reminder_days: int
    stall_days: int
    questions: tuple[str, ...] = ()
    partners: tuple[PartnerView, ...] = ()
    may_run: bool = False


@dataclass(frozen=True, slots=True)
class MarketplaceList:
    """Marketplaces that a team runs or takes part in."""

    marketplaces: tuple[MarketplaceView, ...]
    may_create: bool


@dataclass(frozen=True, slots=True)
class OfferForm:
    """Choice of (id, name) of marketplaces; and of takers, where the team runs the only one."""

    lead: LeadView
    marketplaces: tuple[tuple[str, str], ...]
    takers: tuple[tuple[str, str], ...]
    window_minutes: int
    questions: tuple[str, ...] = ()
    """Questions of the only marketplace."""
    questions_digest: str = ""
    """Digest of the questions, to match the answers."""
    answers: tuple[str, ...] = ()
    """Present answers, in the order of the questions."""
    has_choice: bool = False
    """Whether the marketplace is chosen first, because the questions depend on it."""
