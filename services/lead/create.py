"""Creation of a lead, after showing leads of the same contact (B20, B24)."""

from msgspec.structs import replace

from services.actor import Actor
from services.errors import NeedsConfirmation, Warn
from services.lead.draft import Draft, contact_of, enquiry_of
from services.lead.events import LeadCreated
from services.lead.model import Keys, Lead, LeadState, LeadView, NewEntry, Offer, Seen, Sight, What
from services.lead.view import view_of
from services.permissions import Permission
from services.unit_of_work import UnitOfWork

DUPLICATE = "duplicate:"


async def create(uow: UnitOfWork, actor: Actor, draft: Draft, *, accept: tuple[str, ...] = ()) -> LeadView:
    """Create a lead in the actor's team. Raises NeedsConfirmation with the leads of the same contact."""
    team_id = actor.require(Permission.LEAD_CREATE)
    contact, keys = contact_of(draft)
    enquiry = enquiry_of(draft)
    await ask_about_duplicates(uow, actor, keys, accept=accept)
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
    sight = own_sight(lead, await uow.teams.next_number(team_id, "lead"))
    await uow.leads.add(lead, sight)
    await uow.leads.record([first_entry(uow, lead)])
    uow.emit(_event(actor, sight, accepted=sum(code.startswith(DUPLICATE) for code in accept)), by=actor)
    return view_of(Seen(lead=lead, sight=sight, giver=""), actor, uow.now)


async def ask_about_duplicates(
    uow: UnitOfWork,
    actor: Actor,
    keys: Keys,
    *,
    accept: tuple[str, ...],
    but: str = "",
    marketplace_id: str | None = None,
) -> None:
    """Raise NeedsConfirmation unless every recent lead with the same contact is accepted by its code."""
    warnings = await warned_of(uow, actor, keys, but=but, marketplace_id=marketplace_id)
    if not all(one.code in accept for one in warnings):
        raise NeedsConfirmation(warnings)


async def warned_of(
    uow: UnitOfWork, actor: Actor, keys: Keys, *, but: str = "", marketplace_id: str | None = None
) -> tuple[Warn, ...]:
    """Return warnings for the newest leads with the same contact that the team may see."""
    found = await uow.leads.duplicates(actor.team_id, keys, but=but, marketplace_id=marketplace_id)
    return tuple(Warn(f"{DUPLICATE}{one.lead.lead_id}", {"lead": view_of(one, actor, uow.now)}) for one in found)


def _event(actor: Actor, sight: Sight, accepted: int) -> LeadCreated:
    """Build the event, with the thread of the team's channel in which the card is expected."""
    created = LeadCreated(subject=sight.ref, lead_id=sight.lead_id, accepted_duplicates=accepted)
    place = actor.place
    if not place.thread or place.team_id != actor.team_id:
        return created
    return replace(created, tenant=place.tenant, conversation_id=place.conversation_id, thread=place.thread)


def own_sight(lead: Lead, number: int) -> Sight:
    """Return the lead visibility of the team that creates a lead."""
    return Sight(
        team_id=lead.team_id,
        lead_id=lead.lead_id,
        number=number,
        giver_team_id=lead.team_id,
        gives=True,
        offer=Offer.OPEN,
    )


def first_entry(uow: UnitOfWork, lead: Lead) -> NewEntry:
    """Return the first activity of a lead's history."""
    return NewEntry(
        giver_team_id=lead.team_id,
        lead_id=lead.lead_id,
        entry_id=uow.new_id(),
        team_id=lead.team_id,
        user_id=lead.created_by,
        at=uow.now,
        what=What.CREATED,
    )
