"""Refusals about marketplaces: each is named by the state that refuses."""

from dataclasses import dataclass

from services.errors import Refusal
from services.marketplace.model import MARKETPLACES_MAX, PARTNERS_MAX


@dataclass(eq=False)
class MarketplaceRefusal(Refusal):
    """The rules about marketplaces say no."""

    name: str


@dataclass(eq=False)
class NameTaken(MarketplaceRefusal):
    """The team runs a marketplace of that name already."""


@dataclass(eq=False)
class AlreadyPartner(MarketplaceRefusal):
    """The firm, or the address, is on the marketplace or invited already."""

    marketplace: str = ""


@dataclass(eq=False)
class PartnerActive(MarketplaceRefusal):
    """An active partner cannot be deleted, only ended (B22)."""

    partner_id: str = ""


@dataclass(eq=False)
class PartnerNotActive(MarketplaceRefusal):
    """Only an active partnership can be ended."""


@dataclass(eq=False)
class OperatorItself(MarketplaceRefusal):
    """The operator's own part cannot be ended."""


@dataclass(eq=False)
class MarketplaceFull(MarketplaceRefusal):
    """No further partner fits."""

    limit: int = PARTNERS_MAX


@dataclass(eq=False)
class NotGiver(MarketplaceRefusal):
    """The team gives no leads to any marketplace, or not to this one."""


@dataclass(eq=False)
class TooManyMarketplaces(MarketplaceRefusal):
    """A team runs a limited number of marketplaces."""

    limit: int = MARKETPLACES_MAX


@dataclass(eq=False)
class InvitationClosed(MarketplaceRefusal):
    """The invitation was withdrawn, declined or used."""
