"""Adding an activity to a lead's history, in a member's or a job's name (B11)."""

from services.actor import Actor
from services.lead.model import ActivityType, LeadRecord, NewActivity
from services.people import UserId
from services.unit_of_work import UnitOfWork


async def record_activity(
    uow: UnitOfWork,
    actor: Actor,
    seen: LeadRecord,
    what: ActivityType,
    *,
    text: str = "",
    to: UserId | None = None,
    reverses: str | None = None,
) -> None:
    """Record the actor's activity on the lead."""
    entry = NewActivity(
        giver_team_id=seen.lead.team_id,
        lead_id=seen.lead.lead_id,
        entry_id=uow.new_id(),
        team_id=actor.team_id,
        user_id=actor.user_id,
        at=uow.now,
        what=what,
        text=text,
        subject_user_id=to,
        reverses=reverses,
    )
    await uow.leads.add_activities([entry])
