"""Choice of the next takers of a marketplace's lead, in the same transaction (B21)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.lead.model import Lead, LeadState, LeadVisibility, OfferStatus
from services.people import TeamId
from services.unit_of_work import UnitOfWork


async def list_next_takers(uow: UnitOfWork, lead: Lead, *, but: TeamId | None = None) -> list[TeamId]:
    """Return the active takers to offer the lead to, without those that returned it and without `but`."""
    if lead.operator_team_id is None or lead.marketplace_id is None:
        return []
    passed_on = {
        sight.team_id for sight in await uow.leads.list_visibility(lead.lead_id) if sight.offer is OfferStatus.RETURNED
    } | {but}
    partners = await uow.marketplaces.list_takers(lead.operator_team_id, lead.marketplace_id)
    found = {partner.partner_team_id for partner in partners if partner.partner_team_id is not None}
    return sorted(found - passed_on)


async def offer_to(uow: UnitOfWork, lead: Lead, takers: Sequence[TeamId], offer: OfferStatus) -> None:
    """Offer the lead to these teams and to no others."""
    known = {sight.team_id for sight in await uow.leads.list_visibility(lead.lead_id)}
    await uow.leads.clear_offers(lead.lead_id, uow.now)
    await uow.leads.update_offer(lead.lead_id, [team for team in takers if team in known], offer, uow.now)
    await uow.leads.add_visibility(
        [await _build_visibility(uow, lead, team, offer) for team in sorted(set(takers) - known)],
        uow.now,
    )


async def _build_visibility(uow: UnitOfWork, lead: Lead, team_id: TeamId, offer: OfferStatus) -> LeadVisibility:
    return LeadVisibility(
        team_id=team_id,
        lead_id=lead.lead_id,
        number=await uow.teams.add_number(team_id, "lead"),
        giver_team_id=lead.team_id,
        operates=team_id == lead.operator_team_id,
        offer=offer,
    )


async def get_offer_expiry(uow: UnitOfWork, lead: Lead) -> datetime | None:
    """Return when an offer that begins now expires."""
    if lead.operator_team_id is None or lead.marketplace_id is None:
        return None
    marketplace = await uow.marketplaces.get(lead.operator_team_id, lead.marketplace_id)
    return uow.now + timedelta(minutes=marketplace.offer_window_minutes) if marketplace else None


async def choose_next_state(uow: UnitOfWork, lead: Lead, takers: Sequence[TeamId]) -> tuple[LeadState, datetime | None]:
    """Return the next state of a lead withdrawn from its team: offered again, submitted to the operator, or open."""
    if lead.marketplace_id is None:
        return LeadState.OPEN, None
    if not takers:
        return LeadState.SUBMITTED, None
    return LeadState.OFFERED, await get_offer_expiry(uow, lead)
