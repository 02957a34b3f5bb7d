"""Creation of a lead, after showing leads of the same contact (B20, B24)."""

from msgspec.structs import replace

from services.actor import Actor
from services.errors import ConfirmationWarning, NeedsConfirmation
from services.lead.draft import LeadDraft, parse_contact, parse_enquiry
from services.lead.events import LeadCreated
from services.lead.model import (
    ActivityType,
    ContactKeys,
    Lead,
    LeadRecord,
    LeadState,
    LeadView,
    LeadVisibility,
    NewActivity,
    OfferStatus,
)
from services.lead.view import build_lead_view
from services.permissions import Permission
from services.unit_of_work import UnitOfWork

DUPLICATE_PREFIX = "duplicate:"


async def create(uow: UnitOfWork, actor: Actor, draft: LeadDraft, *, accept: tuple[str, ...] = ()) -> LeadView:
    """Create a lead in the actor's team. Raises NeedsConfirmation with the leads of the same contact."""
    team_id = actor.require(Permission.LEAD_CREATE)
    contact, keys = parse_contact(draft)
    enquiry = parse_enquiry(draft)
    await confirm_duplicates(uow, actor, keys, accept=accept)
    lead = Lead(
        team_id=team_id,
        lead_id=uow.new_id(),
        contact=contact,
        enquiry=enquiry,
        keys=keys,
        state=LeadState.OPEN,
        created_by=actor.user_id,
        created_at=uow.now,
    )
    sight = build_giver_visibility(lead, await uow.teams.add_number(team_id, "lead"))
    await uow.leads.add(lead, sight)
    await uow.leads.add_activities([build_created_activity(uow, lead)])
    uow.emit(_event(actor, sight, accepted=sum(code.startswith(DUPLICATE_PREFIX) for code in accept)), by=actor)
    return build_lead_view(LeadRecord(lead=lead, sight=sight, giver=""), actor, uow.now)


async def confirm_duplicates(
    uow: UnitOfWork,
    actor: Actor,
    keys: ContactKeys,
    *,
    accept: tuple[str, ...],
    but: str = "",
    marketplace_id: str | None = None,
) -> None:
    """Raise NeedsConfirmation unless every recent lead with the same contact is accepted by its code."""
    warnings = await list_duplicate_warnings(uow, actor, keys, but=but, marketplace_id=marketplace_id)
    if not all(warning.code in accept for warning in warnings):
        raise NeedsConfirmation(warnings)


async def list_duplicate_warnings(
    uow: UnitOfWork, actor: Actor, keys: ContactKeys, *, but: str = "", marketplace_id: str | None = None
) -> tuple[ConfirmationWarning, ...]:
    """Return warnings for the newest leads with the same contact that the team may see."""
    found = await uow.leads.find_duplicates(actor.team_id, keys, but=but, marketplace_id=marketplace_id)
    return tuple(
        ConfirmationWarning(f"{DUPLICATE_PREFIX}{item.lead.lead_id}", {"lead": build_lead_view(item, actor, uow.now)})
        for item in found
    )


def _event(actor: Actor, sight: LeadVisibility, accepted: int) -> LeadCreated:
    """Build the event, with the thread of the team's channel in which the card is expected."""
    created = LeadCreated(subject=sight.ref, lead_id=sight.lead_id, accepted_duplicates=accepted)
    place = actor.place
    if not place.thread or place.team_id != actor.team_id:
        return created
    return replace(created, tenant=place.tenant, conversation_id=place.conversation_id, thread=place.thread)


def build_giver_visibility(lead: Lead, number: int) -> LeadVisibility:
    """Return the lead visibility of the team that creates a lead."""
    return LeadVisibility(
        team_id=lead.team_id,
        lead_id=lead.lead_id,
        number=number,
        giver_team_id=lead.team_id,
        gives=True,
        offer=OfferStatus.OPEN,
    )


def build_created_activity(uow: UnitOfWork, lead: Lead) -> NewActivity:
    """Return the first activity of a lead's history."""
    return NewActivity(
        giver_team_id=lead.team_id,
        lead_id=lead.lead_id,
        entry_id=uow.new_id(),
        team_id=lead.team_id,
        user_id=lead.created_by,
        at=uow.now,
        what=ActivityType.CREATED,
    )
