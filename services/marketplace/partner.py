"""Partners of a marketplace: invited, active, declined, ended (B22)."""

from datetime import timedelta

from services.actor import Actor
from services.errors import ConfirmationWarning, Invalid, NeedsConfirmation, NotFound, Outdated
from services.invitation.invite import invite_partner, parse_address
from services.invitation.model import OPEN_INVITATION_STATES, Invitation, InvitationState, PartnerInvitee
from services.invitation.refusals import AlreadyInvited
from services.lead.draft import parse_line, require_text
from services.lead.model import UNDO_MINUTES
from services.marketplace.events import (
    MarketplaceJoined,
    PartnerDeclined,
    PartnerEnded,
    PartnerInvited,
    PartnerJoined,
    PartnerWithdrawn,
)
from services.marketplace.find import find_operated
from services.marketplace.manage import build_marketplace_view, show_changed
from services.marketplace.model import (
    PARTNER_NAME_MAX_CHARS,
    PARTNERS_MAX,
    Marketplace,
    MarketplaceMembership,
    MarketplaceView,
    Part,
    Partner,
    PartnerOutcome,
    PartnerState,
)
from services.marketplace.refusals import (
    AlreadyPartner,
    InvitationClosed,
    IsOperator,
    MarketplaceFull,
    PartnerActive,
    PartnerNotActive,
)
from services.people import TeamId
from services.permissions import Permission
from services.unit_of_work import UnitOfWork

END_PARTNER_WARNING = "partner.end"


async def invite(
    uow: UnitOfWork,
    actor: Actor,
    *,
    email: str,
    name: str,
    marketplace: str = "",
    part: str = Part.TAKES,
    text: str = "",
) -> MarketplaceView:
    """Invite a partner by mail, with the actor's own text.

    It takes part once one of its owners or admins has joined.
    """
    team_id = actor.require(Permission.MARKETPLACE_RUN)
    firm = PartnerInvitee(require_text("name", parse_line("name", name, PARTNER_NAME_MAX_CHARS)), email, text)
    wanted = parse_part(part)
    market = await find_operated(uow, team_id, marketplace)
    await uow.teams.get_for_update(team_id)
    known = await uow.marketplaces.list_partners(team_id, market.marketplace_id, PARTNERS_MAX)
    if len(known) >= PARTNERS_MAX:
        raise MarketplaceFull(market.name)
    address = parse_address(email)
    if any(item.email == address and item.state is PartnerState.ACTIVE for item in known):
        raise AlreadyPartner(address, market.name)
    try:
        await create_partner(uow, actor, market, firm, wanted)
    except AlreadyInvited as already:
        raise AlreadyPartner(already.email, market.name) from already
    return await show_changed(uow, actor, market.marketplace_id)


async def create_partner(
    uow: UnitOfWork, actor: Actor, market: Marketplace, firm: PartnerInvitee, part: Part
) -> Partner:
    """Invite the partner without checking limits. Raises AlreadyInvited, TooManyOpen."""
    sent = await invite_partner(uow, actor, market.marketplace_id, firm)
    partner = Partner(
        team_id=market.team_id,
        marketplace_id=market.marketplace_id,
        partner_id=uow.new_id(),
        partner_team_id=None,
        name=firm.name,
        email=sent.email,
        gives=part is not Part.TAKES,
        takes=part is not Part.GIVES,
        state=PartnerState.PENDING,
        invitation_id=sent.invitation_id,
        created_at=uow.now,
        changed_at=uow.now,
    )
    await uow.marketplaces.add_partner(partner)
    uow.emit(
        PartnerInvited(
            subject=sent.ref,
            marketplace_id=market.marketplace_id,
            partner_id=partner.partner_id,
            invitation_id=sent.invitation_id,
        ),
        by=actor,
    )
    return partner


def parse_part(typed: str) -> Part:
    """Parse the part that a partner plays; default: takes. Raises Invalid."""
    try:
        return Part(typed or Part.TAKES)
    except ValueError as error:
        raise Invalid("part", "choice") from error


async def join_partner(uow: UnitOfWork, actor: Actor, invited: Invitation) -> MarketplaceView:
    """Join the marketplace for the actor's team, by the invitation of the code just entered."""
    team_id = actor.require(Permission.TEAM_EDIT_SETTINGS)
    partner = await uow.marketplaces.find_partner_by_invitation(TeamId(invited.team_id), invited.invitation_id)
    market = partner and await uow.marketplaces.get(partner.team_id, partner.marketplace_id)
    if partner is None or market is None:
        raise InvitationClosed("")
    firm = await uow.teams.get_name(team_id) or partner.name
    if partner.team_id == team_id or not await uow.marketplaces.activate_partner(
        partner.team_id, partner.partner_id, team_id, firm, uow.now
    ):
        raise AlreadyPartner(firm, market.name)
    platform = actor.place.platform
    uow.emit(
        PartnerJoined(
            team_id=partner.team_id,
            platform=platform,
            subject=firm,
            marketplace_id=market.marketplace_id,
            partner_id=partner.partner_id,
            partner_team_id=team_id,
        )
    )
    uow.emit(MarketplaceJoined(subject=market.name, marketplace_id=market.marketplace_id), by=actor)
    operator = await uow.teams.get_name(partner.team_id) or ""
    return build_marketplace_view(MarketplaceMembership(market, operator, partner), actor, [])


async def decline_partner(uow: UnitOfWork, invited: Invitation) -> bool:
    """Decline for the partner on the invitation's page, where the link proves the right.

    False: it is not invited any more.
    """
    partner = await uow.marketplaces.find_partner_by_invitation(TeamId(invited.team_id), invited.invitation_id)
    if partner is None or not await uow.marketplaces.change_partner_state(
        partner.team_id, partner.partner_id, PartnerState.PENDING, PartnerState.DECLINED, uow.now
    ):
        return False
    uow.emit(
        PartnerDeclined(
            team_id=partner.team_id,
            subject=partner.name,
            marketplace_id=partner.marketplace_id,
            partner_id=partner.partner_id,
        )
    )
    return True


async def show_partner(uow: UnitOfWork, actor: Actor, partner_id: str) -> PartnerOutcome:
    """Return the outcome of a partner's invitation. Raises NotFound."""
    team_id = actor.require(Permission.MARKETPLACE_VIEW)
    partner = await _found(uow, team_id, partner_id)
    market = await uow.marketplaces.get(team_id, partner.marketplace_id)
    return PartnerOutcome(partner.name, market.name if market else "", partner.state)


async def end(uow: UnitOfWork, actor: Actor, partner_id: str, *, accept: tuple[str, ...] = ()) -> MarketplaceView:
    """End an active partnership: its offers end, its picked leads stay."""
    team_id = actor.require(Permission.MARKETPLACE_RUN)
    partner = await _found(uow, team_id, partner_id)
    if partner.partner_team_id == team_id:
        raise IsOperator(partner.name)
    if partner.state is not PartnerState.ACTIVE or partner.partner_team_id is None:
        raise PartnerNotActive(partner.name)
    if END_PARTNER_WARNING not in accept:
        raise NeedsConfirmation((ConfirmationWarning(END_PARTNER_WARNING, {"name": partner.name}),))
    if not await uow.marketplaces.change_partner_state(
        team_id, partner_id, PartnerState.ACTIVE, PartnerState.ENDED, uow.now
    ):
        raise Outdated("partner", partner.name)
    lead_ids = await uow.leads.end_offers(
        partner.partner_team_id, partner.marketplace_id, uow.now - timedelta(minutes=UNDO_MINUTES), uow.now
    )
    uow.emit(
        PartnerEnded(
            subject=partner.name, marketplace_id=partner.marketplace_id, partner_id=partner_id, lead_ids=tuple(lead_ids)
        ),
        by=actor,
    )
    return await show_changed(uow, actor, partner.marketplace_id)


async def withdraw(uow: UnitOfWork, actor: Actor, partner_id: str) -> MarketplaceView:
    """Delete a partner that is only invited or has declined; an active one cannot be deleted (B22)."""
    team_id = actor.require(Permission.MARKETPLACE_RUN)
    partner = await _found(uow, team_id, partner_id)
    if partner.state is PartnerState.ACTIVE:
        raise PartnerActive(partner.name, partner_id)
    if partner.state is PartnerState.ENDED:
        raise PartnerNotActive(partner.name)
    if not await uow.marketplaces.delete_partner(team_id, partner_id):
        raise Outdated("partner", partner.name)
    if partner.invitation_id:
        await uow.invitations.change_state(
            team_id,
            partner.invitation_id,
            OPEN_INVITATION_STATES,
            InvitationState.REVOKED,
            by=actor.user_id,
            at=uow.now,
        )
    uow.emit(
        PartnerWithdrawn(
            subject=partner.name,
            marketplace_id=partner.marketplace_id,
            partner_id=partner_id,
            invitation_id=partner.invitation_id or "",
        ),
        by=actor,
    )
    return await show_changed(uow, actor, partner.marketplace_id)


async def _found(uow: UnitOfWork, team_id: TeamId, partner_id: str) -> Partner:
    partner = await uow.marketplaces.get_partner(team_id, partner_id)
    if partner is None:
        raise NotFound("partner", "")
    return partner
