"""App Home, read anew each time."""

from services import invitation, lead, marketplace, team
from services.actor import Actor
from services.home.model import DECISIONS_SHOWN, LEADS_SHOWN, MARKETPLACES_NAMED, Home, NoTeamHome, VisitorHome
from services.lead.model import LeadFilter
from services.marketplace.model import MarketplaceList
from services.permissions import Permission
from services.request.model import Request
from services.team.model import RESTORE_WINDOW
from services.unit_of_work import UnitOfWork


async def show(uow: UnitOfWork, actor: Actor) -> Home | NoTeamHome | VisitorHome:
    """Return the actor's home; without a team, the ways into one."""
    actor.require(Permission.HELP)
    if actor.is_visiting:
        return VisitorHome(actor.place)
    return await _at_home(uow, actor) if actor.team_id else await _no_team_home(uow, actor)


async def _no_team_home(uow: UnitOfWork, actor: Actor) -> NoTeamHome:
    deleted = await uow.teams.list_deleted(actor.user_id, uow.now - RESTORE_WINDOW)
    return NoTeamHome(actor.language, tuple((item.team_id, item.name) for item in deleted[:1]))


async def _at_home(uow: UnitOfWork, actor: Actor) -> Home:
    page = await lead.list_(uow, actor, LeadFilter.MINE)
    listed = await invitation.list_(uow, actor)
    invitations = tuple(row for row in listed.rows if row.may_decide)
    requests = await _requests(uow, actor)
    return Home(
        team=await team.show(uow, actor),
        language=actor.language,
        leads=page.leads[:LEADS_SHOWN],
        has_more_leads=len(page.leads) > LEADS_SHOWN or page.next_cursor is not None,
        invitations=invitations[:DECISIONS_SHOWN],
        requests=tuple(requests[:DECISIONS_SHOWN]),
        has_more_decisions=max(len(invitations), len(requests)) > DECISIONS_SHOWN,
        marketplaces=await _marketplaces(uow, actor),
        may_pick=actor.may(Permission.LEAD_PICK),
    )


async def _requests(uow: UnitOfWork, actor: Actor) -> list[Request]:
    """Return requests that the actor may decide, one more than is shown."""
    allowed = [permission for permission in Permission if actor.may(permission)]
    return await uow.requests.list_open_for(actor.team_id, allowed, actor.user_id, DECISIONS_SHOWN + 1)


async def _marketplaces(uow: UnitOfWork, actor: Actor) -> tuple[str, ...]:
    found = await marketplace.show(uow, actor)
    several = found.marketplaces if isinstance(found, MarketplaceList) else (found,)
    return tuple(item.name for item in several[: MARKETPLACES_NAMED + 1])
