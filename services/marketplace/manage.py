"""Running a marketplace: create, change and show it (B3, B7)."""

from dataclasses import replace

from services.actor import Actor
from services.errors import Invalid
from services.lead.draft import parse_line, require_text
from services.marketplace.events import MarketplaceChanged, MarketplaceCreated
from services.marketplace.find import find_operated
from services.marketplace.form import parse_questions
from services.marketplace.model import (
    MARKETPLACE_NAME_MAX_CHARS,
    MARKETPLACES_MAX,
    MARKETPLACES_SHOWN,
    OFFER_WINDOW_MINUTES,
    PARTNERS_MAX,
    RETURN_WINDOW_HOURS,
    Marketplace,
    MarketplaceList,
    MarketplaceMembership,
    MarketplaceSettings,
    MarketplaceView,
    Partner,
    PartnerState,
    PartnerView,
)
from services.marketplace.refusals import NameTaken, TooManyMarketplaces
from services.masking import mask_email_for
from services.people import TeamId
from services.permissions import Permission
from services.unit_of_work import UnitOfWork

OFFER_WINDOW_LIMITS = (5, 60 * 24 * 14)
RETURN_WINDOW_LIMITS = (1, 24 * 30)
REMINDER_DAYS_LIMITS = (1, 89)
STALL_DAYS_MAX = 90


async def create(
    uow: UnitOfWork,
    actor: Actor,
    name: str,
    *,
    takes: bool = True,
    offer_window_minutes: int = OFFER_WINDOW_MINUTES,
    return_window_hours: int = RETURN_WINDOW_HOURS,
    questions: str = "",
) -> MarketplaceView:
    """Create a marketplace. Its operator gives leads to it and, if wanted, takes them (B7)."""
    team_id = actor.require(Permission.MARKETPLACE_RUN)
    wanted = require_text("name", parse_line("name", name, MARKETPLACE_NAME_MAX_CHARS))
    _within("offer_window_minutes", offer_window_minutes, OFFER_WINDOW_LIMITS)
    _within("return_window_hours", return_window_hours, RETURN_WINDOW_LIMITS)
    team = await uow.teams.get_for_update(team_id)
    await _check_room(uow, team_id, wanted)
    market = Marketplace(
        team_id=team_id,
        marketplace_id=uow.new_id(),
        name=wanted,
        offer_window_minutes=offer_window_minutes,
        return_window_hours=return_window_hours,
        questions=parse_questions(questions),
        created_by=actor.user_id,
        created_at=uow.now,
    )
    operator = Partner(
        team_id=team_id,
        marketplace_id=market.marketplace_id,
        partner_id=uow.new_id(),
        partner_team_id=team_id,
        name=team.name if team else "",
        gives=True,
        takes=takes,
        state=PartnerState.ACTIVE,
        created_at=uow.now,
        changed_at=uow.now,
    )
    await uow.marketplaces.add(market)
    await uow.marketplaces.add_partner(operator)
    uow.emit(MarketplaceCreated(subject=market.name, marketplace_id=market.marketplace_id, name=market.name), by=actor)
    return build_marketplace_view(MarketplaceMembership(market, operator.name, operator), actor, [operator])


async def change(uow: UnitOfWork, actor: Actor, wanted: str, settings: MarketplaceSettings) -> MarketplaceView:
    """Change the windows and questions of a marketplace of the team; current offers keep their expiry."""
    team_id = actor.require(Permission.MARKETPLACE_RUN)
    _within("offer_window_minutes", settings.offer_window_minutes, OFFER_WINDOW_LIMITS)
    _within("return_window_hours", settings.return_window_hours, RETURN_WINDOW_LIMITS)
    _within("reminder_days", settings.reminder_days, REMINDER_DAYS_LIMITS)
    # A lead is withdrawn only after its reminder.
    _within("stall_days", settings.stall_days, (settings.reminder_days + 1, STALL_DAYS_MAX))
    changed = replace(
        await find_operated(uow, team_id, wanted),
        offer_window_minutes=settings.offer_window_minutes,
        return_window_hours=settings.return_window_hours,
        reminder_days=settings.reminder_days,
        stall_days=settings.stall_days,
        questions=parse_questions(settings.questions),
    )
    await uow.marketplaces.update(changed)
    uow.emit(_changed(changed), by=actor)
    return await show_changed(uow, actor, changed.marketplace_id)


def _changed(market: Marketplace) -> MarketplaceChanged:
    return MarketplaceChanged(
        subject=market.name,
        marketplace_id=market.marketplace_id,
        offer_window_minutes=market.offer_window_minutes,
        return_window_hours=market.return_window_hours,
        reminder_days=market.reminder_days,
        stall_days=market.stall_days,
        questions=len(market.questions),
    )


def _within(argument: str, value: int, limits: tuple[int, int]) -> None:
    if not limits[0] <= value <= limits[1]:
        raise Invalid(argument, "choice")


async def _check_room(uow: UnitOfWork, team_id: TeamId, name: str) -> None:
    """Check limit and name under the team's lock, so that a name cannot be used twice concurrently."""
    known = [
        membership.marketplace
        for membership in await uow.marketplaces.list_memberships(team_id, MARKETPLACES_SHOWN)
        if membership.marketplace.team_id == team_id
    ]
    if len(known) >= MARKETPLACES_MAX:
        raise TooManyMarketplaces(name)
    if any(item.name.casefold() == name.casefold() for item in known):
        raise NameTaken(name)


async def show(uow: UnitOfWork, actor: Actor, wanted: str = "") -> MarketplaceView | MarketplaceList:
    """Return one marketplace, for its operator with partners; the list where several match."""
    team_id = actor.require(Permission.MARKETPLACE_VIEW)
    memberships = await uow.marketplaces.list_memberships(team_id, MARKETPLACES_SHOWN)
    name = parse_line("marketplace", wanted).casefold()
    fitting = [membership for membership in memberships if not name or name in _names(membership)]
    if len(fitting) == 1:
        return await show_membership(uow, actor, fitting[0])
    return MarketplaceList(
        tuple(build_marketplace_view(item, actor, []) for item in memberships),
        may_create=actor.may(Permission.MARKETPLACE_RUN),
    )


def _names(membership: MarketplaceMembership) -> set[str]:
    return {membership.marketplace.marketplace_id, membership.marketplace.name.casefold()}


async def show_membership(uow: UnitOfWork, actor: Actor, membership: MarketplaceMembership) -> MarketplaceView:
    """Build the view; only the operator sees the partners."""
    market = membership.marketplace
    if market.team_id != actor.team_id:
        return build_marketplace_view(membership, actor, [])
    partners = await uow.marketplaces.list_partners(actor.team_id, market.marketplace_id, PARTNERS_MAX)
    return build_marketplace_view(membership, actor, partners)


async def show_changed(uow: UnitOfWork, actor: Actor, marketplace_id: str) -> MarketplaceView:
    """Return the marketplace after a change, for its operator."""
    memberships = await uow.marketplaces.list_memberships(actor.team_id, MARKETPLACES_SHOWN)
    mine = next(membership for membership in memberships if membership.marketplace.marketplace_id == marketplace_id)
    return await show_membership(uow, actor, mine)


def build_marketplace_view(membership: MarketplaceMembership, actor: Actor, partners: list[Partner]) -> MarketplaceView:
    """Build a marketplace's view for this reader."""
    market, own = membership.marketplace, membership.partner
    is_ours = market.team_id == actor.team_id
    return MarketplaceView(
        marketplace_id=market.marketplace_id,
        name=market.name,
        operator="" if is_ours else membership.operator,
        is_giver=own.gives,
        is_taker=own.takes,
        offer_window_minutes=market.offer_window_minutes,
        return_window_hours=market.return_window_hours,
        reminder_days=market.reminder_days,
        stall_days=market.stall_days,
        questions=market.questions if is_ours else (),
        partners=tuple(_partner(partner, actor) for partner in partners) if is_ours else (),
        may_run=is_ours and actor.may(Permission.MARKETPLACE_RUN),
    )


def _partner(partner: Partner, actor: Actor) -> PartnerView:
    return PartnerView(
        partner_id=partner.partner_id,
        name=partner.name,
        email=mask_email_for(actor, partner.email),
        is_giver=partner.gives,
        is_taker=partner.takes,
        state=partner.state,
        is_operator=partner.partner_team_id == partner.team_id,
    )
