"""Refusals about leads: each is named by the state that refuses."""

from dataclasses import dataclass
from datetime import datetime

from services.errors import Refusal


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
