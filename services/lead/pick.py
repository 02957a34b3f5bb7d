"""Picking: one guarded update decides who gets the lead (docs/decisions/0001).

A pick can be undone for some minutes (B4, B8-B10, B25).
"""

from dataclasses import replace
from datetime import timedelta

from services.actor import Actor
from services.lead.events import LeadPicked, LeadTaken, LeadUndone
from services.lead.find import find_any, find_in_work
from services.lead.history import record_activity
from services.lead.model import (
    CLOSED_STATES,
    PICKABLE_STATUSES,
    UNDO_MINUTES,
    ActivityType,
    Lead,
    LeadAction,
    LeadRecord,
    LeadState,
    LeadStep,
    LeadView,
    OfferStatus,
)
from services.lead.refusals import AlreadyClosed, AlreadyPicked, LeadRefusal, NotOffered, OfferEnded, UndoExpired
from services.lead.view import build_lead_view, list_actions
from services.people import TeamId
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def pick(uow: UnitOfWork, actor: Actor, ref: str) -> LeadView:
    """Pick a lead on offer for the team, or one of the team's without a responsible member."""
    team_id = actor.require(Permission.LEAD_PICK)
    seen = await find_any(uow, team_id, ref)
    if await uow.leads.pick(team_id, seen.lead.lead_id, actor.user_id, uow.now):
        return await _picked(uow, actor, seen)
    if seen.is_picked_by_team and await uow.leads.assign_if_unassigned(
        team_id, seen.lead.lead_id, actor.user_id, uow.now
    ):
        return await _taken(uow, actor, seen)
    raise await _why_not(uow, actor, team_id, seen.lead.lead_id)


async def _picked(uow: UnitOfWork, actor: Actor, seen: LeadRecord) -> LeadView:
    await uow.leads.update_visibility_after_pick(actor.team_id, seen.lead.lead_id, uow.now)
    await record_activity(uow, actor, seen, ActivityType.PICKED)
    uow.emit(LeadPicked(subject=seen.sight.ref, lead_id=seen.lead.lead_id), by=actor)
    return build_lead_view(_as_picked(uow, actor, seen), actor, uow.now)


def _as_picked(uow: UnitOfWork, actor: Actor, seen: LeadRecord) -> LeadRecord:
    """Return the lead as the updates have left it, without a further query."""
    lead: Lead = replace(
        seen.lead,
        state=LeadState.PICKED,
        picked_team_id=actor.team_id,
        picked_by=actor.user_id,
        picked_at=uow.now,
        responsible_id=actor.user_id,
        step=LeadStep.FIRST_CONTACT,
        worked_at=uow.now,
        reminded_at=None,
    )
    held = replace(seen.sight, offer=OfferStatus.HELD)
    return replace(seen, lead=lead, sight=held, responsible=actor.name, picked_by=actor.name)


async def _taken(uow: UnitOfWork, actor: Actor, seen: LeadRecord) -> LeadView:
    await record_activity(uow, actor, seen, ActivityType.TAKEN)
    uow.emit(LeadTaken(subject=seen.sight.ref, lead_id=seen.lead.lead_id), by=actor)
    mine = replace(seen.lead, responsible_id=actor.user_id, worked_at=uow.now, reminded_at=None)
    return build_lead_view(replace(seen, lead=mine, responsible=actor.name), actor, uow.now)


async def _why_not(uow: UnitOfWork, actor: Actor, team_id: TeamId, lead_id: str) -> LeadRefusal:
    """Read the lead again: a concurrent pick may have come first."""
    seen = await find_any(uow, team_id, lead_id)
    lead, ref = seen.lead, seen.sight.ref
    if seen.is_picked_by_team and lead.state in CLOSED_STATES:
        return AlreadyClosed(ref)
    if seen.is_picked_by_team:
        is_self = lead.responsible_id == actor.user_id
        return AlreadyPicked(ref, seen.responsible or seen.picked_by, lead.picked_at, is_self, lead.lead_id)
    if lead.picked_team_id is not None:
        return AlreadyPicked(ref)
    if seen.sight.offer in PICKABLE_STATUSES or lead.state is LeadState.FAILED:
        return OfferEnded(ref)
    return NotOffered(ref)


async def undo(uow: UnitOfWork, actor: Actor, ref: str) -> LeadView:
    """Undo the team's pick within the minutes; the history keeps both (B25)."""
    team_id = actor.require(Permission.LEAD_WORK)
    seen = await find_in_work(uow, team_id, ref)
    lead = seen.lead
    state = await _before(uow, seen)
    if lead.picked_at is None or not await uow.leads.undo_pick(
        team_id,
        lead.lead_id,
        to=state,
        picked_after=uow.now - timedelta(minutes=UNDO_MINUTES),
        # Other takers get back the time during which the lead was held.
        offered_until=lead.offered_until and lead.offered_until + (uow.now - lead.picked_at),
    ):
        may_return = LeadAction.RETURN in list_actions(seen, actor, uow.now)
        raise UndoExpired(seen.sight.ref, UNDO_MINUTES, lead.lead_id, may_return)
    offer = OfferStatus.ASSIGNED if state is LeadState.ASSIGNED else OfferStatus.OPEN
    await uow.leads.update_visibility_after_undo(team_id, lead.lead_id, offer, uow.now)
    pick_entry = await uow.leads.find_last_activity(team_id, lead.lead_id, [ActivityType.PICKED])
    await record_activity(uow, actor, seen, ActivityType.UNDONE, reverses=pick_entry.entry_id if pick_entry else None)
    uow.emit(LeadUndone(subject=seen.sight.ref, lead_id=lead.lead_id), by=actor)
    return build_lead_view(await find_any(uow, team_id, lead.lead_id), actor, uow.now)


async def _before(uow: UnitOfWork, seen: LeadRecord) -> LeadState:
    """Return the state the lead had when it was picked."""
    if seen.lead.marketplace_id is None:
        return LeadState.OPEN
    ways = [ActivityType.OFFERED, ActivityType.ASSIGNED, ActivityType.RETURNED, ActivityType.STALLED]
    latest = await uow.leads.find_last_activity(seen.sight.team_id, seen.lead.lead_id, ways)
    return LeadState.ASSIGNED if latest and latest.what is ActivityType.ASSIGNED else LeadState.OFFERED
