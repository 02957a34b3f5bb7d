"""Lookup of a lead by reference, and the refusal when it cannot be worked on."""

from dataclasses import replace

from services.errors import NotFound
from services.lead.model import CLOSED_STATES, PICKABLE_STATUSES, REFERENCE, LeadRecord, LeadState
from services.lead.refusals import AlreadyClosed, HeldElsewhere, LeadRefusal, NotPicked
from services.people import TeamId
from services.unit_of_work import UnitOfWork

_ID_MAX_CHARS = 64


async def find_any(uow: UnitOfWork, team_id: TeamId, ref: str) -> LeadRecord:
    """Return the lead of this reference, even if no longer visible to the team. Raises NotFound.

    Buttons carry the opaque lead id: an old card of another team's lead then never matches one of this team's.
    """
    wanted = ref.strip()
    number = REFERENCE.parse(wanted)
    if number is not None:
        seen = await uow.leads.find_by_number(team_id, number)
    else:
        seen = await uow.leads.get(team_id, wanted) if 0 < len(wanted) <= _ID_MAX_CHARS else None
    if seen is None:
        raise NotFound("lead", "" if number is None else REFERENCE.write(number))
    return await _with_notes(uow, team_id, seen)


async def _with_notes(uow: UnitOfWork, team_id: TeamId, seen: LeadRecord) -> LeadRecord:
    """Add the notes of the team. A note counts as work: without work since the pick the query is skipped."""
    lead = seen.lead
    if not is_in_work(seen) or lead.picked_at is None or lead.worked_at == lead.picked_at:
        return seen
    return replace(seen, notes=await uow.leads.find_notes(team_id, lead.lead_id, lead.picked_at))


async def find_visible(uow: UnitOfWork, team_id: TeamId, ref: str) -> LeadRecord:
    """Return the lead if it is visible to the team (B8, B9). Raises NotFound."""
    seen = await find_any(uow, team_id, ref)
    if not seen.sight.is_visible:
        raise NotFound("lead", seen.sight.ref)
    return seen


async def find_in_work(uow: UnitOfWork, team_id: TeamId, ref: str) -> LeadRecord:
    """Return a lead that the team works on. Raises NotFound, or the refusal that says why it does not."""
    seen = await find_visible(uow, team_id, ref)
    if not is_in_work(seen):
        raise explain_not_in_work(seen)
    return seen


def is_in_work(seen: LeadRecord) -> bool:
    """Return whether the team works on the lead."""
    return seen.is_picked_by_team and seen.lead.state is LeadState.PICKED


def explain_not_in_work(seen: LeadRecord) -> LeadRefusal:
    """Return the refusal that says why the team cannot work on the lead."""
    ref = seen.sight.ref
    if seen.is_picked_by_team and seen.lead.state in CLOSED_STATES:
        return AlreadyClosed(ref)
    if seen.lead.picked_team_id is not None and not seen.is_picked_by_team:
        return HeldElsewhere(ref, seen.taker)
    return NotPicked(ref, may_pick=seen.sight.offer in PICKABLE_STATUSES, lead_id=seen.lead.lead_id)
