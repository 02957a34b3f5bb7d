"""Lookup of a marketplace or partner by id or name."""

from services.errors import Ambiguous, NotFound
from services.lead.draft import parse_line
from services.marketplace.model import MARKETPLACES_SHOWN, PARTNERS_MAX, Marketplace, MarketplaceMembership, Partner
from services.people import TeamId
from services.unit_of_work import UnitOfWork


async def find_operated(uow: UnitOfWork, team_id: TeamId, wanted: str) -> Marketplace:
    """Return a marketplace that the team runs, by id or name, or its only one. Raises NotFound, Ambiguous."""
    found = [
        one
        for one in await uow.marketplaces.list_memberships(team_id, MARKETPLACES_SHOWN)
        if one.marketplace.team_id == team_id
    ]
    return _only(found, wanted).marketplace


async def find_giver_membership(uow: UnitOfWork, team_id: TeamId, wanted: str) -> MarketplaceMembership:
    """Return a marketplace to which the team gives leads, by id or name, or its only one.

    Raises NotFound, Ambiguous.
    """
    found = [one for one in await uow.marketplaces.list_memberships(team_id, MARKETPLACES_SHOWN) if one.partner.gives]
    return _only(found, wanted)


def _only(memberships: list[MarketplaceMembership], wanted: str) -> MarketplaceMembership:
    name = parse_line("marketplace", wanted)
    fitting = [one for one in memberships if not name or _is(one.marketplace, name)]
    if not fitting:
        raise NotFound("marketplace", name)
    if len(fitting) > 1:
        candidates = tuple((one.marketplace.marketplace_id, one.marketplace.name) for one in fitting)
        raise Ambiguous("marketplace", name, candidates)
    return fitting[0]


def _is(marketplace: Marketplace, wanted: str) -> bool:
    return marketplace.marketplace_id == wanted or marketplace.name.casefold() == wanted.casefold()


async def find_taker(uow: UnitOfWork, team_id: TeamId, marketplace_id: str, wanted: str) -> Partner:
    """Return a taker of the marketplace by id or name. Raises NotFound, Ambiguous."""
    name = parse_line("to", wanted)
    takers = await uow.marketplaces.list_takers(team_id, marketplace_id)
    fitting = [one for one in takers if one.partner_id == name or one.name.casefold() == name.casefold()]
    if not fitting:
        raise NotFound("partner", name)
    if len(fitting) > 1:
        raise Ambiguous("partner", name, tuple((one.partner_id, one.name) for one in fitting[:PARTNERS_MAX]))
    return fitting[0]
