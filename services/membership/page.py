"""Page behind an invitation's link. Its holder may see, accept and decline, and learns nothing else."""

from services.invitation.events import InvitationAccepted, InvitationRefused
from services.invitation.model import (
    INVITATION_CODE_TTL,
    SENT_STATES,
    Invitation,
    InvitationKind,
    InvitationPage,
    InvitationState,
)
from services.invitation.tokens import (
    derive_invitation_code,
    digest_invitation_code,
    is_valid_token,
    parse_invitation_id,
)
from services.marketplace.partner import decline_partner
from services.unit_of_work import UnitOfWork

PAGE_PLATFORM = "web page"


async def show_invitation_page(uow: UnitOfWork, token: str) -> InvitationPage | None:
    """Return the page; None for a link that is invalid, replaced by a newer one or of a deleted team."""
    wanted = await _linked(uow, token)
    return None if wanted is None else await _page(uow, wanted)


async def accept(uow: UnitOfWork, token: str) -> InvitationPage | None:
    """Accept and show a code once.

    Accepting again before joining makes a new code and ends the old one.
    """
    wanted = await _linked(uow, token)
    if wanted is None or wanted.state not in SENT_STATES:
        return None if wanted is None else await _page(uow, wanted)
    code = derive_invitation_code(uow.keyring, uow.new_id(), uow.now)
    digest = digest_invitation_code(uow.keyring, code)[0]
    if not await uow.invitations.accept(
        wanted.team_id, wanted.invitation_id, wanted.generation, digest, uow.now + INVITATION_CODE_TTL
    ):
        return await show_invitation_page(uow, token)
    uow.emit(
        InvitationAccepted(
            team_id=wanted.team_id,
            platform=PAGE_PLATFORM,
            subject=wanted.ref,
            invitation_id=wanted.invitation_id,
            kind=wanted.kind,
        )
    )
    return await _page(uow, wanted, code)


async def refuse(uow: UnitOfWork, token: str) -> InvitationPage | None:
    """Decline: the link becomes void, and the inviter is notified."""
    wanted = await _linked(uow, token)
    if wanted is None:
        return None
    if await uow.invitations.change_state(
        wanted.team_id, wanted.invitation_id, _sent(wanted), InvitationState.DECLINED
    ):
        if wanted.kind is InvitationKind.PARTNER:
            await decline_partner(uow, wanted)
        uow.emit(
            InvitationRefused(
                team_id=wanted.team_id,
                platform=PAGE_PLATFORM,
                subject=wanted.ref,
                invitation_id=wanted.invitation_id,
                kind=wanted.kind,
            )
        )
    return await show_invitation_page(uow, token)


def _sent(wanted: Invitation) -> tuple[InvitationState, ...]:
    return SENT_STATES if wanted.state in SENT_STATES else ()


async def _linked(uow: UnitOfWork, token: str) -> Invitation | None:
    invitation_id = parse_invitation_id(token)
    wanted = await uow.invitations.find_by_link(invitation_id) if invitation_id else None
    if wanted is None or not is_valid_token(uow.keyring, token, wanted):
        return None
    return wanted.with_current_state(uow.now)


async def _page(uow: UnitOfWork, wanted: Invitation, code: str = "") -> InvitationPage | None:
    team = await uow.teams.get(wanted.team_id)
    if team is None:
        return None
    market = (
        await uow.marketplaces.get(wanted.team_id, wanted.marketplace_id) if wanted.marketplace_id is not None else None
    )
    return InvitationPage(wanted, team.name, team.zone, wanted.requested_by_name, market.name if market else "", code)
