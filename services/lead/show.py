"""Lists of leads, and single leads."""

from services.actor import Actor
from services.errors import Invalid
from services.lead.events import LeadRevealed
from services.lead.find import find_any, find_visible
from services.lead.model import (
    HISTORY_SHOWN,
    LEAD_PAGE_ROWS,
    HiddenLead,
    LeadDetails,
    LeadFilter,
    LeadPage,
    LeadRecord,
    LeadView,
)
from services.lead.view import build_hidden_lead, build_lead_view, may_know_contact, visible_history
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def list_(uow: UnitOfWork, actor: Actor, kind: str = "", *, before: int = 0, kept: str = "") -> LeadPage:
    """Return a page of the team's leads, newest first; by default those offered and in work.

    The lead of the id `kept` was just picked from the page and keeps its row.
    """
    team_id = actor.require(Permission.LEAD_VIEW)
    wanted = _kind(kind)
    found = await uow.leads.list_page(team_id, actor.user_id, wanted, before or None)
    if kept and all(seen.lead.lead_id != kept for seen in found):
        found = sorted([*found, await find_visible(uow, team_id, kept)], key=lambda seen: -seen.sight.number)
    page = found[:LEAD_PAGE_ROWS]
    return LeadPage(
        filter=wanted,
        leads=tuple(build_lead_view(seen, actor, uow.now) for seen in page),
        next_cursor=page[-1].sight.number if len(found) > LEAD_PAGE_ROWS else None,
        may_create=actor.may(Permission.LEAD_CREATE),
        cursor=before,
        pinned_lead_id=kept,
    )


async def show(uow: UnitOfWork, actor: Actor, ref: str) -> LeadView:
    """Return a lead as the actor may see it. Raises NotFound, also for one no longer visible (B8, B9)."""
    team_id = actor.require(Permission.LEAD_VIEW)
    return build_lead_view(await find_visible(uow, team_id, ref), actor, uow.now)


async def show_posted(uow: UnitOfWork, actor: Actor, ref: str) -> LeadView | HiddenLead:
    """Return the content of a posted card: one line, once the lead is no longer visible to the team (B8)."""
    team_id = actor.require(Permission.LEAD_VIEW)
    seen = await find_any(uow, team_id, ref)
    if not seen.sight.is_visible:
        return build_hidden_lead(seen)
    return build_lead_view(seen, actor, uow.now)


async def reveal(uow: UnitOfWork, actor: Actor, ref: str) -> LeadDetails:
    """Return the whole enquiry with its history, for the actor alone; log the reading of the contact (A19, A42).

    A team that has not picked the lead reads the contact masked, and that is not logged.
    """
    team_id = actor.require(Permission.LEAD_REVEAL)
    seen = await find_visible(uow, team_id, ref)
    entries = await uow.leads.list_history(team_id, seen.lead.lead_id, HISTORY_SHOWN + 1)
    if may_know_contact(seen):
        _log_look(uow, actor, seen)
    return LeadDetails(
        lead=build_lead_view(seen, actor, uow.now, revealed=True),
        history=visible_history(entries[:HISTORY_SHOWN], seen, team_id),
        has_older=len(entries) > HISTORY_SHOWN,
        is_contact_hidden=not may_know_contact(seen),
    )


def _log_look(uow: UnitOfWork, actor: Actor, seen: LeadRecord) -> None:
    uow.emit(LeadRevealed(subject=seen.sight.ref, lead_id=seen.lead.lead_id), by=actor)


def _kind(typed: str) -> LeadFilter:
    try:
        return LeadFilter(typed or LeadFilter.CURRENT)
    except ValueError as error:
        raise Invalid("kind", "choice") from error
