"""Scheduled jobs about leads: offers expire; idle accepted leads cause a reminder, then a new offer (B21)."""

from typing import Final

from services.jobs import Job
from services.lead.events import LeadFailed, LeadReminded, LeadStalled
from services.lead.model import Lead, NewEntry, Offer, Sight, What
from services.lead.offer import going_to, next_takers, open_to
from services.people import NO_TEAM, TeamId
from services.unit_of_work import UnitOfWork


async def expire(uow: UnitOfWork, limit: int) -> int:
    """Fail the leads whose offer has expired, which tells operator and giver; return how many."""
    failed = await uow.leads.expire(uow.now, limit)
    for lead in failed:
        await uow.leads.clear_offers(lead.lead_id, uow.now)
        operator = lead.operator_team_id or lead.team_id
        ref = await _ref(uow, lead, operator)
        uow.emit(LeadFailed(team_id=operator, subject=ref, lead_id=lead.lead_id, giver_team_id=lead.team_id))
    await uow.leads.record([_entry(uow, lead, lead.operator_team_id, What.FAILED) for lead in failed])
    return len(failed)


async def remind(uow: UnitOfWork, limit: int) -> int:
    """Remind, once, the responsible member of each accepted lead that has been idle for days; return how many."""
    idle = await uow.leads.remind(uow.now, limit)
    for lead in idle:
        team_id = lead.picked_team_id or NO_TEAM
        uow.emit(LeadReminded(team_id=team_id, subject=await _ref(uow, lead, team_id), lead_id=lead.lead_id))
    await uow.leads.record([_entry(uow, lead, lead.picked_team_id, What.REMINDED) for lead in idle])
    return len(idle)


async def offer_again(uow: UnitOfWork, limit: int) -> int:
    """Offer accepted leads that stayed idle after the reminder to the other takers; return how many."""
    done = 0
    for lead in await uow.leads.stalled(uow.now, limit):
        done += await _take_away(uow, lead)
    return done


async def _take_away(uow: UnitOfWork, lead: Lead) -> bool:
    team_id = lead.picked_team_id
    if team_id is None or lead.worked_at is None:
        return False
    ref = await _ref(uow, lead, team_id)
    takers = await next_takers(uow, lead, but=team_id)
    state, until = await going_to(uow, lead, takers)
    if not await uow.leads.take_away(team_id, lead.lead_id, state, worked_at=lead.worked_at, offered_until=until):
        return False
    await uow.leads.set_offer(lead.lead_id, [team_id], Offer.RETURNED, uow.now)
    await open_to(uow, lead, takers, Offer.OPEN)
    await uow.leads.record([_entry(uow, lead, team_id, What.STALLED)])
    uow.emit(LeadStalled(team_id=team_id, subject=ref, lead_id=lead.lead_id, takers=len(takers)))
    return True


async def _ref(uow: UnitOfWork, lead: Lead, team_id: TeamId) -> str:
    sights: list[Sight] = await uow.leads.sights(lead.lead_id)
    return next((sight.ref for sight in sights if sight.team_id == team_id), "")


def _entry(uow: UnitOfWork, lead: Lead, team_id: TeamId | None, what: What) -> NewEntry:
    return NewEntry(
        giver_team_id=lead.team_id,
        lead_id=lead.lead_id,
        entry_id=uow.new_id(),
        team_id=team_id or lead.team_id,
        user_id=None,
        at=uow.now,
        what=what,
    )


JOBS: Final = (
    Job("lead.expire", 30, expire),
    Job("lead.remind", 600, remind),
    Job("lead.offer_again", 600, offer_again),
)
