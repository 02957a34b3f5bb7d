"""Work on a picked lead: note, win, lose; any member of the team may (B5)."""

from services.actor import Actor
from services.errors import Invalid
from services.lead.draft import needed, paragraph
from services.lead.events import LeadLost, LeadNoted, LeadWon
from services.lead.find import find, find_ours, why_not_ours
from services.lead.history import note_down
from services.lead.model import NOTE_MAX_CHARS, REASON_MAX_CHARS, LeadState, LeadView, Offer, Step, What
from services.lead.view import view_of
from services.money import read_cents
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def to_work_on(uow: UnitOfWork, actor: Actor, ref: str) -> LeadView:
    """Return a lead that the actor may work on now, for the forms. Raises the refusal that forbids it."""
    team_id = actor.require(Permission.LEAD_WORK)
    return view_of(await find_ours(uow, team_id, ref), actor, uow.now)


async def note(uow: UnitOfWork, actor: Actor, ref: str, text: str, *, step: str = "") -> LeadView:
    """Add a note to the team's lead and, when given, set its step."""
    team_id = actor.require(Permission.LEAD_WORK)
    written = needed("note", paragraph("note", text, NOTE_MAX_CHARS))
    seen = await find_ours(uow, team_id, ref)
    reached = _step(step or seen.lead.step)
    if not await uow.leads.work(team_id, seen.lead.lead_id, reached, uow.now):
        raise why_not_ours(await find(uow, team_id, seen.lead.lead_id))
    await note_down(uow, actor, seen, What.NOTED, text=written)
    uow.emit(LeadNoted(subject=seen.sight.ref, lead_id=seen.lead.lead_id, step=reached), by=actor)
    return view_of(await find(uow, team_id, seen.lead.lead_id), actor, uow.now)


def _step(typed: str) -> Step:
    try:
        return Step(typed or Step.FIRST_CONTACT)
    except ValueError as error:
        raise Invalid("step", "choice") from error


async def win(uow: UnitOfWork, actor: Actor, ref: str, amount: str = "") -> LeadView:
    """Close the team's lead as won, with the amount if known."""
    team_id = actor.require(Permission.LEAD_WORK)
    cents = read_cents("amount", amount) if amount.strip() else None
    seen = await find_ours(uow, team_id, ref)
    lead_id = seen.lead.lead_id
    if not await uow.leads.close(team_id, lead_id, LeadState.WON, actor.user_id, uow.now, won_cents=cents):
        raise why_not_ours(await find(uow, team_id, lead_id))
    await uow.leads.set_offer(lead_id, [team_id], Offer.CLOSED, uow.now)
    await note_down(uow, actor, seen, What.WON)
    uow.emit(
        LeadWon(subject=seen.sight.ref, lead_id=lead_id, won_cents=cents, currency=seen.lead.enquiry.currency), by=actor
    )
    return view_of(await find(uow, team_id, lead_id), actor, uow.now)


async def lose(uow: UnitOfWork, actor: Actor, ref: str, reason: str) -> LeadView:
    """Close the team's lead as lost, with a reason."""
    team_id = actor.require(Permission.LEAD_WORK)
    why = needed("reason", paragraph("reason", reason, REASON_MAX_CHARS))
    seen = await find_ours(uow, team_id, ref)
    lead_id = seen.lead.lead_id
    if not await uow.leads.close(team_id, lead_id, LeadState.LOST, actor.user_id, uow.now, reason=why):
        raise why_not_ours(await find(uow, team_id, lead_id))
    await uow.leads.set_offer(lead_id, [team_id], Offer.CLOSED, uow.now)
    await note_down(uow, actor, seen, What.LOST, text=why)
    uow.emit(LeadLost(subject=seen.sight.ref, lead_id=lead_id), by=actor)
    return view_of(await find(uow, team_id, lead_id), actor, uow.now)
