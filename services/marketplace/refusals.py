"""Refusals about marketplaces: each is named by the state that refuses."""

from dataclasses import dataclass

from services.errors import Refusal
from services.marketplace.model import MARKETPLACES_MAX, PARTNERS_MAX


@dataclass(eq=False)
class MarketplaceRefusal(Refusal):
    """A rule about marketplaces forbids it."""

    name: str


@dataclass(eq=False)
class NameTaken(MarketplaceRefusal):
    """The team runs a marketplace of that name already."""


@dataclass(eq=False)
class AlreadyPartner(MarketplaceRefusal):
    """The team or the address takes part or is invited already."""

    marketplace: str = ""


@dataclass(eq=False)
class PartnerActive(MarketplaceRefusal):
    """An active partner cannot be deleted, only ended (B22)."""

    partner_id: str = ""


@dataclass(eq=False)
class PartnerNotActive(MarketplaceRefusal):
    """Only an active partnership can be ended."""


@dataclass(eq=False)
class IsOperator(MarketplaceRefusal):
    """The operator's own part cannot be ended."""


@dataclass(eq=False)
class MarketplaceFull(MarketplaceRefusal):
    """The marketplace has the maximum of partners."""

    limit: int = PARTNERS_MAX


@dataclass(eq=False)
class NotGiver(MarketplaceRefusal):
    """The team gives no leads to any marketplace, or not to this one."""


@dataclass(eq=False)
class TooManyMarketplaces(MarketplaceRefusal):
    """The team runs the maximum of marketplaces."""

    limit: int = MARKETPLACES_MAX


@dataclass(eq=False)
class InvitationClosed(MarketplaceRefusal):
    """The invitation was withdrawn, declined or used."""
