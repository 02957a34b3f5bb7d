"""Returning a picked lead with a reason, within the window (B21)."""

from datetime import timedelta

from services.actor import Actor
from services.lead.draft import needed, paragraph
from services.lead.events import LeadReturned
from services.lead.find import find, find_ours, is_ours, known, why_not_ours
from services.lead.history import note_down
from services.lead.model import REASON_MAX_CHARS, GoneLead, LeadView, Offer, Seen, What
from services.lead.offer import going_to, next_takers, open_to
from services.lead.refusals import LeadRefusal, ReturnExpired
from services.lead.view import gone, view_of
from services.people import TeamId
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def return_(uow: UnitOfWork, actor: Actor, ref: str, reason: str) -> LeadView | GoneLead:
    """Return the team's lead: to the other takers, without any to the operator, or back into the own team."""
    team_id = actor.require(Permission.LEAD_WORK)
    why = needed("reason", paragraph("reason", reason, REASON_MAX_CHARS))
    seen = await find_ours(uow, team_id, ref)
    lead = seen.lead
    takers = await next_takers(uow, lead, but=team_id)
    state, until = await going_to(uow, lead, takers)
    window = timedelta(hours=seen.return_window_hours) if lead.marketplace_id else uow.now - lead.created_at
    after = uow.now - window
    if not await uow.leads.give_back(team_id, lead.lead_id, state, picked_after=after, offered_until=until):
        raise await _why_not(uow, actor, seen)
    await _pass_on(uow, seen, takers)
    await note_down(uow, actor, seen, What.RETURNED, text=why)
    uow.emit(LeadReturned(subject=seen.sight.ref, lead_id=lead.lead_id, takers=len(takers)), by=actor)
    return await _left(uow, actor, seen)


async def _pass_on(uow: UnitOfWork, seen: Seen, takers: list[TeamId]) -> None:
    team_id, lead = seen.sight.team_id, seen.lead
    if lead.marketplace_id is None:
        await uow.leads.set_offer(lead.lead_id, [team_id], Offer.OPEN, uow.now)
        return
    await uow.leads.set_offer(lead.lead_id, [team_id], Offer.RETURNED, uow.now)
    await open_to(uow, lead, takers, Offer.OPEN)


async def _left(uow: UnitOfWork, actor: Actor, seen: Seen) -> LeadView | GoneLead:
    now_seen = await known(uow, seen.sight.team_id, seen.lead.lead_id)
    if now_seen.sight.sees:
        return view_of(now_seen, actor, uow.now)
    return gone(now_seen)


async def _why_not(uow: UnitOfWork, actor: Actor, seen: Seen) -> LeadRefusal:
    """Read the lead again: a concurrent transaction may have closed or returned it."""
    now_seen = await find(uow, actor.team_id, seen.lead.lead_id)
    if is_ours(now_seen):
        return ReturnExpired(seen.sight.ref, seen.return_window_hours, seen.lead.lead_id)
    return why_not_ours(now_seen)
