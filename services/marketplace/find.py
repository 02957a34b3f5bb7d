"""Lookup of a marketplace or partner by id or name."""

from services.errors import Ambiguous, NotFound
from services.lead.draft import parse_line
from services.marketplace.model import MARKETPLACES_SHOWN, PARTNERS_MAX, Marketplace, MarketplaceMembership, Partner
from services.people import TeamId
from services.unit_of_work import UnitOfWork


async def find_operated(uow: UnitOfWork, team_id: TeamId, wanted: str) -> Marketplace:
    """Return a marketplace that the team runs, by id or name, or its only one. Raises NotFound, Ambiguous."""
    found = [
        membership
        for membership in await uow.marketplaces.list_memberships(team_id, MARKETPLACES_SHOWN)
        if membership.marketplace.team_id == team_id
    ]
    return _only(found, wanted).marketplace


async def find_giver_membership(uow: UnitOfWork, team_id: TeamId, wanted: str) -> MarketplaceMembership:
    """Return a marketplace to which the team gives leads, by id or name, or its only one.

    Raises NotFound, Ambiguous.
    """
    found = [
        membership
        for membership in await uow.marketplaces.list_memberships(team_id, MARKETPLACES_SHOWN)
        if membership.partner.gives
    ]
    return _only(found, wanted)


def _only(memberships: list[MarketplaceMembership], wanted: str) -> MarketplaceMembership:
    name = parse_line("marketplace", wanted)
    fitting = [membership for membership in memberships if not name or _is(membership.marketplace, name)]
    if not fitting:
        raise NotFound("marketplace", name)
    if len(fitting) > 1:
        candidates = tuple((item.marketplace.marketplace_id, item.marketplace.name) for item in fitting)
        raise Ambiguous("marketplace", name, candidates)
    return fitting[0]


def _is(marketplace: Marketplace, wanted: str) -> bool:
    return marketplace.marketplace_id == wanted or marketplace.name.casefold() == wanted.casefold()


async def find_taker(uow: UnitOfWork, team_id: TeamId, marketplace_id: str, wanted: str) -> Partner:
    """Return a taker of the marketplace by id or name. Raises NotFound, Ambiguous."""
    name = parse_line("to", wanted)
    takers = await uow.marketplaces.list_takers(team_id, marketplace_id)
    fitting = [taker for taker in takers if taker.partner_id == name or taker.name.casefold() == name.casefold()]
    if not fitting:
        raise NotFound("partner", name)
    if len(fitting) > 1:
        raise Ambiguous("partner", name, tuple((item.partner_id, item.name) for item in fitting[:PARTNERS_MAX]))
    return fitting[0]
