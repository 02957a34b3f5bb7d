"""Returning a picked lead with a reason, within the window (B21)."""

from datetime import timedelta

from services.actor import Actor
from services.lead.draft import parse_paragraph, require_text
from services.lead.events import LeadReturned
from services.lead.find import explain_not_in_work, find_any, find_in_work, find_visible, is_in_work
from services.lead.history import record_activity
from services.lead.model import REASON_MAX_CHARS, ActivityType, HiddenLead, LeadRecord, LeadView, OfferStatus
from services.lead.offer import choose_next_state, list_next_takers, offer_to
from services.lead.refusals import LeadRefusal, ReturnExpired
from services.lead.view import build_hidden_lead, build_lead_view
from services.people import TeamId
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def return_(uow: UnitOfWork, actor: Actor, ref: str, reason: str) -> LeadView | HiddenLead:
    """Return the team's lead: to the other takers, without any to the operator, or back into the own team."""
    team_id = actor.require(Permission.LEAD_WORK)
    why = require_text("reason", parse_paragraph("reason", reason, REASON_MAX_CHARS))
    seen = await find_in_work(uow, team_id, ref)
    lead = seen.lead
    takers = await list_next_takers(uow, lead, but=team_id)
    state, until = await choose_next_state(uow, lead, takers)
    window = timedelta(hours=seen.return_window_hours) if lead.marketplace_id else uow.now - lead.created_at
    after = uow.now - window
    if not await uow.leads.release(team_id, lead.lead_id, state, picked_after=after, offered_until=until):
        raise await _why_not(uow, actor, seen)
    await _pass_on(uow, seen, takers)
    await record_activity(uow, actor, seen, ActivityType.RETURNED, text=why)
    uow.emit(LeadReturned(subject=seen.sight.ref, lead_id=lead.lead_id, takers=len(takers)), by=actor)
    return await _left(uow, actor, seen)


async def _pass_on(uow: UnitOfWork, seen: LeadRecord, takers: list[TeamId]) -> None:
    team_id, lead = seen.sight.team_id, seen.lead
    if lead.marketplace_id is None:
        await uow.leads.update_offer(lead.lead_id, [team_id], OfferStatus.OPEN, uow.now)
        return
    await uow.leads.update_offer(lead.lead_id, [team_id], OfferStatus.RETURNED, uow.now)
    await offer_to(uow, lead, takers, OfferStatus.OPEN)


async def _left(uow: UnitOfWork, actor: Actor, seen: LeadRecord) -> LeadView | HiddenLead:
    now_seen = await find_any(uow, seen.sight.team_id, seen.lead.lead_id)
    if now_seen.sight.is_visible:
        return build_lead_view(now_seen, actor, uow.now)
    return build_hidden_lead(now_seen)


async def _why_not(uow: UnitOfWork, actor: Actor, seen: LeadRecord) -> LeadRefusal:
    """Read the lead again: a concurrent transaction may have closed or returned it."""
    now_seen = await find_visible(uow, actor.team_id, seen.lead.lead_id)
    if is_in_work(now_seen):
        return ReturnExpired(seen.sight.ref, seen.return_window_hours, seen.lead.lead_id)
    return explain_not_in_work(now_seen)
