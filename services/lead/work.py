"""Work on a picked lead: note, win, lose; any member of the team may (B5)."""

from services.actor import Actor
from services.errors import Invalid
from services.lead.draft import parse_paragraph, require_text
from services.lead.events import LeadLost, LeadNoted, LeadWon
from services.lead.find import explain_not_in_work, find_in_work, find_visible
from services.lead.history import record_activity
from services.lead.model import (
    NOTE_MAX_CHARS,
    REASON_MAX_CHARS,
    ActivityType,
    LeadState,
    LeadStep,
    LeadView,
    OfferStatus,
)
from services.lead.view import build_lead_view
from services.money import parse_cents
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def get_workable(uow: UnitOfWork, actor: Actor, ref: str) -> LeadView:
    """Return a lead that the actor may work on now, for the forms. Raises the refusal that forbids it."""
    team_id = actor.require(Permission.LEAD_WORK)
    return build_lead_view(await find_in_work(uow, team_id, ref), actor, uow.now)


async def note(uow: UnitOfWork, actor: Actor, ref: str, text: str, *, step: str = "") -> LeadView:
    """Add a note to the team's lead and, when given, set its step."""
    team_id = actor.require(Permission.LEAD_WORK)
    written = require_text("note", parse_paragraph("note", text, NOTE_MAX_CHARS))
    seen = await find_in_work(uow, team_id, ref)
    reached = _step(step or seen.lead.step)
    if not await uow.leads.update_step(team_id, seen.lead.lead_id, reached, uow.now):
        raise explain_not_in_work(await find_visible(uow, team_id, seen.lead.lead_id))
    await record_activity(uow, actor, seen, ActivityType.NOTED, text=written)
    uow.emit(LeadNoted(subject=seen.sight.ref, lead_id=seen.lead.lead_id, step=reached), by=actor)
    return build_lead_view(await find_visible(uow, team_id, seen.lead.lead_id), actor, uow.now)


def _step(typed: str) -> LeadStep:
    try:
        return LeadStep(typed or LeadStep.FIRST_CONTACT)
    except ValueError as error:
        raise Invalid("step", "choice") from error


async def win(uow: UnitOfWork, actor: Actor, ref: str, amount: str = "") -> LeadView:
    """Close the team's lead as won, with the amount if known."""
    team_id = actor.require(Permission.LEAD_WORK)
    cents = parse_cents("amount", amount) if amount.strip() else None
    seen = await find_in_work(uow, team_id, ref)
    lead_id = seen.lead.lead_id
    if not await uow.leads.close(team_id, lead_id, LeadState.WON, actor.user_id, uow.now, won_cents=cents):
        raise explain_not_in_work(await find_visible(uow, team_id, lead_id))
    await uow.leads.update_offer(lead_id, [team_id], OfferStatus.CLOSED, uow.now)
    await record_activity(uow, actor, seen, ActivityType.WON)
    uow.emit(
        LeadWon(subject=seen.sight.ref, lead_id=lead_id, won_cents=cents, currency=seen.lead.enquiry.currency), by=actor
    )
    return build_lead_view(await find_visible(uow, team_id, lead_id), actor, uow.now)


async def lose(uow: UnitOfWork, actor: Actor, ref: str, reason: str) -> LeadView:
    """Close the team's lead as lost, with a reason."""
    team_id = actor.require(Permission.LEAD_WORK)
    why = require_text("reason", parse_paragraph("reason", reason, REASON_MAX_CHARS))
    seen = await find_in_work(uow, team_id, ref)
    lead_id = seen.lead.lead_id
    if not await uow.leads.close(team_id, lead_id, LeadState.LOST, actor.user_id, uow.now, reason=why):
        raise explain_not_in_work(await find_visible(uow, team_id, lead_id))
    await uow.leads.update_offer(lead_id, [team_id], OfferStatus.CLOSED, uow.now)
    await record_activity(uow, actor, seen, ActivityType.LOST, text=why)
    uow.emit(LeadLost(subject=seen.sight.ref, lead_id=lead_id), by=actor)
    return build_lead_view(await find_visible(uow, team_id, lead_id), actor, uow.now)
