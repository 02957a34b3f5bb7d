"""Lists of leads, and single leads."""

from services.actor import Actor
from services.errors import Invalid
from services.lead.events import LeadRevealed
from services.lead.find import find, known
from services.lead.model import HISTORY_SHOWN, PAGE_ROWS, Filter, GoneLead, LeadDetails, LeadPage, LeadView, Seen
from services.lead.view import gone, has_contact, told, view_of
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def list_(uow: UnitOfWork, actor: Actor, kind: str = "", *, before: int = 0, kept: str = "") -> LeadPage:
    """Return a page of the team's leads, newest first; by default those offered and in work.

    The lead of the id `kept` was just picked from the page and keeps its row.
    """
    team_id = actor.require(Permission.LEAD_VIEW)
    wanted = _kind(kind)
    found = await uow.leads.page(team_id, actor.user_id, wanted, before or None)
    if kept and all(seen.lead.lead_id != kept for seen in found):
        found = sorted([*found, await find(uow, team_id, kept)], key=lambda seen: -seen.sight.number)
    page = found[:PAGE_ROWS]
    return LeadPage(
        kind=wanted,
        leads=tuple(view_of(seen, actor, uow.now) for seen in page),
        after=page[-1].sight.number if len(found) > PAGE_ROWS else None,
        may_create=actor.may(Permission.LEAD_CREATE),
        before=before,
        kept=kept,
    )


async def show(uow: UnitOfWork, actor: Actor, ref: str) -> LeadView:
    """Return a lead as the actor may see it. Raises NotFound, also for one no longer visible (B8, B9)."""
    team_id = actor.require(Permission.LEAD_VIEW)
    return view_of(await find(uow, team_id, ref), actor, uow.now)


async def glance(uow: UnitOfWork, actor: Actor, ref: str) -> LeadView | GoneLead:
    """Return the content of a posted card: one line, once the lead is no longer visible to the team (B8)."""
    team_id = actor.require(Permission.LEAD_VIEW)
    seen = await known(uow, team_id, ref)
    if not seen.sight.sees:
        return gone(seen)
    return view_of(seen, actor, uow.now)


async def reveal(uow: UnitOfWork, actor: Actor, ref: str) -> LeadDetails:
    """Return the whole enquiry with its history, for the actor alone; log the reading of the contact (A19, A42).

    A team that has not picked the lead reads the contact masked, and that is not logged.
    """
    team_id = actor.require(Permission.LEAD_REVEAL)
    seen = await find(uow, team_id, ref)
    entries = await uow.leads.history(team_id, seen.lead.lead_id, HISTORY_SHOWN + 1)
    if has_contact(seen):
        _log_look(uow, actor, seen)
    return LeadDetails(
        lead=view_of(seen, actor, uow.now, revealed=True),
        history=told(entries[:HISTORY_SHOWN], seen, team_id),
        has_older=len(entries) > HISTORY_SHOWN,
        is_contact_hidden=not has_contact(seen),
    )


def _log_look(uow: UnitOfWork, actor: Actor, seen: Seen) -> None:
    uow.emit(LeadRevealed(subject=seen.sight.ref, lead_id=seen.lead.lead_id), by=actor)


def _kind(typed: str) -> Filter:
    try:
        return Filter(typed or Filter.CURRENT)
    except ValueError as error:
        raise Invalid("kind", "choice") from error
