"""Refusals about leads: each is named by the state that refuses."""

from dataclasses import dataclass
from datetime import datetime

from services.errors import Refusal


@dataclass(eq=False)
class LeadRefusal(Refusal):
    """A rule about leads forbids it."""

    ref: str


@dataclass(eq=False)
class AlreadyPicked(LeadRefusal):
    """Another pick came first; a member is named, another team is not (B10)."""

    picked_by: str = ""
    picked_at: datetime | None = None
    is_self: bool = False
    lead_id: str = ""
    """Lead id, only where the lead is still visible to the user."""


@dataclass(eq=False)
class NotOffered(LeadRefusal):
    """The lead is visible to the team, but not offered to it."""


@dataclass(eq=False)
class OfferEnded(LeadRefusal):
    """The offer has expired."""


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
    """Another team works on the lead; only its members may change it."""

    taker: str = ""


@dataclass(eq=False)
class UndoExpired(LeadRefusal):
    """A pick can be undone for some minutes only (B25)."""

    minutes: int = 0
    lead_id: str = ""
    may_return: bool = False


@dataclass(eq=False)
class ReturnExpired(LeadRefusal):
    """A picked lead can be returned for some hours only (B21)."""

    hours: int = 0
    lead_id: str = ""


@dataclass(eq=False)
class AlreadyResponsible(LeadRefusal):
    """The member is responsible already."""

    name: str = ""


@dataclass(eq=False)
class CannotWork(LeadRefusal):
    """A viewer cannot be responsible."""

    name: str = ""


@dataclass(eq=False)
class NoChannel(LeadRefusal):
    """The team has no other connected channel."""


@dataclass(eq=False)
class AlreadyOffered(LeadRefusal):
    """The lead is on a marketplace already."""


@dataclass(eq=False)
class NoTakers(LeadRefusal):
    """No taker is left to whom the lead could be offered."""

    marketplace: str = ""
