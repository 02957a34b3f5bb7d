"""A team brings in an enquiry; who asked before is shown first (B20, B24)."""

from services.errors import NeedsConfirmation, Warn
from services.lead.events import LeadCreated
from services.lead.model import Keys, Lead, LeadState, LeadView, NewEntry, Offer, Seen, Sight, What
from services.lead.typed import Draft, contact_of, enquiry_of
from services.lead.viewing import view_of
from services.people import Actor, TeamId
from services.permissions import Permission
from services.unit_of_work import UnitOfWork

DUPLICATE = "duplicate:"


async def create(uow: UnitOfWork, actor: Actor, draft: Draft, *, accept: tuple[str, ...] = ()) -> LeadView:
    """Keep a new lead in the actor's team. Raises NeedsConfirmation with the leads of the same contact."""
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
    sight = await _own_sight(uow, team_id, lead.lead_id)
    await uow.leads.add(lead, sight)
    await uow.leads.record([_created(uow, actor, lead)])
    uow.emit(
        LeadCreated(
            subject=sight.ref,
            lead_id=lead.lead_id,
            accepted_duplicates=sum(code.startswith(DUPLICATE) for code in accept),
        ),
        by=actor,
    )
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
    """Raises NeedsConfirmation while one of the newest leads with the same contact is not accepted by name."""
    found = await uow.leads.duplicates(actor.team_id, keys, but=but, marketplace_id=marketplace_id)
    if all(f"{DUPLICATE}{one.lead.lead_id}" in accept for one in found):
        return
    raise NeedsConfirmation(
        tuple(Warn(f"{DUPLICATE}{one.lead.lead_id}", {"lead": view_of(one, actor, uow.now)}) for one in found)
    )


async def _own_sight(uow: UnitOfWork, team_id: TeamId, lead_id: str) -> Sight:
    return Sight(
        team_id=team_id,
        lead_id=lead_id,
        number=await uow.teams.next_number(team_id, "lead"),
        giver_team_id=team_id,
        gives=True,
        offer=Offer.OPEN,
    )


def _created(uow: UnitOfWork, actor: Actor, lead: Lead) -> NewEntry:
    return NewEntry(
        giver_team_id=lead.team_id,
        lead_id=lead.lead_id,
        entry_id=uow.new_id(),
        team_id=lead.team_id,
        user_id=actor.user_id,
        at=uow.now,
        what=What.CREATED,
    )
