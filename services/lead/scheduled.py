"""Scheduled jobs about leads: offers expire; idle accepted leads cause a reminder, then a new offer (B21)."""

from typing import Final

from services.jobs import Job
from services.lead.events import LeadFailed, LeadReminded, LeadStalled
from services.lead.model import ActivityType, Lead, LeadVisibility, NewActivity, OfferStatus
from services.lead.offer import choose_next_state, list_next_takers, offer_to
from services.people import NO_TEAM, TeamId
from services.unit_of_work import UnitOfWork


async def expire(uow: UnitOfWork, limit: int) -> int:
    """Fail the leads whose offer has expired, which tells operator and giver; return how many."""
    failed = await uow.leads.expire_offers(uow.now, limit)
    for lead in failed:
        await uow.leads.clear_offers(lead.lead_id, uow.now)
        operator = lead.operator_team_id or lead.team_id
        ref = await _ref(uow, lead, operator)
        uow.emit(LeadFailed(team_id=operator, subject=ref, lead_id=lead.lead_id, giver_team_id=lead.team_id))
    await uow.leads.add_activities(
        [_build_activity(uow, lead, lead.operator_team_id, ActivityType.FAILED) for lead in failed]
    )
    return len(failed)


async def remind(uow: UnitOfWork, limit: int) -> int:
    """Remind, once, the responsible member of each accepted lead that has been idle for days; return how many."""
    idle = await uow.leads.list_to_remind(uow.now, limit)
    for lead in idle:
        team_id = lead.picked_team_id or NO_TEAM
        uow.emit(LeadReminded(team_id=team_id, subject=await _ref(uow, lead, team_id), lead_id=lead.lead_id))
    await uow.leads.add_activities(
        [_build_activity(uow, lead, lead.picked_team_id, ActivityType.REMINDED) for lead in idle]
    )
    return len(idle)


async def offer_again(uow: UnitOfWork, limit: int) -> int:
    """Offer accepted leads that stayed idle after the reminder to the other takers; return how many."""
    done = 0
    for lead in await uow.leads.list_stalled(uow.now, limit):
        done += await _take_away(uow, lead)
    return done


async def _take_away(uow: UnitOfWork, lead: Lead) -> bool:
    team_id = lead.picked_team_id
    if team_id is None or lead.worked_at is None:
        return False
    ref = await _ref(uow, lead, team_id)
    takers = await list_next_takers(uow, lead, but=team_id)
    state, until = await choose_next_state(uow, lead, takers)
    if not await uow.leads.release_if_stalled(
        team_id, lead.lead_id, state, worked_at=lead.worked_at, offered_until=until
    ):
        return False
    await uow.leads.update_offer(lead.lead_id, [team_id], OfferStatus.RETURNED, uow.now)
    await offer_to(uow, lead, takers, OfferStatus.OPEN)
    await uow.leads.add_activities([_build_activity(uow, lead, team_id, ActivityType.STALLED)])
    uow.emit(LeadStalled(team_id=team_id, subject=ref, lead_id=lead.lead_id, takers=len(takers)))
    return True


async def _ref(uow: UnitOfWork, lead: Lead, team_id: TeamId) -> str:
    sights: list[LeadVisibility] = await uow.leads.list_visibility(lead.lead_id)
    return next((sight.ref for sight in sights if sight.team_id == team_id), "")


def _build_activity(uow: UnitOfWork, lead: Lead, team_id: TeamId | None, what: ActivityType) -> NewActivity:
    return NewActivity(
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
