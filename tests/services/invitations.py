"""Invitations on their way, for tests that begin with one."""

from services import invitation, membership
from services.actor import Actor
from services.codes import WrongCode
from services.invitation.model import (
    Invitation,
    InvitationState,
    JoinedTeam,
)
from services.invitation.tokens import token_of
from services.membership import page
from storage.unit_of_work import SqlUnits
from tests.services.firms import Firm


async def invite(
    firm: Firm, actor: Actor | None = None, email: str = "eva@acme.de", role: str = "member"
) -> Invitation:
    """An invitation of the owner."""
    async with firm.units.write() as uow:
        return (await invitation.create(uow, actor or firm.owner, email, role)).invitation


async def ask(firm: Firm, actor: Actor | None = None, email: str = "eva@acme.de") -> Invitation:
    """A request of the member."""
    async with firm.units.write() as uow:
        return (await invitation.request(uow, actor or firm.member, email)).invitation


async def token_for(firm: Firm, invited: Invitation) -> str:
    """What the mail of this moment says."""
    async with firm.units.read() as uow:
        now = await uow.invitations.get(firm.team_id, invited.invitation_id)
        assert now is not None
        return token_of(uow.keyring, now)


async def code_for(firm: Firm, invited: Invitation) -> str:
    """Accepted on the page."""
    token = await token_for(firm, invited)
    async with firm.units.write() as uow:
        shown = await page.accept(uow, token)
    assert shown is not None
    return shown.code


async def join(units: SqlUnits, actor: Actor, code: str) -> JoinedTeam | WrongCode:
    """Type a code."""
    async with units.write() as uow:
        return await membership.join(uow, actor, code)


async def state_of(firm: Firm, invited: Invitation) -> InvitationState:
    """Where it stands."""
    async with firm.units.read() as uow:
        kept = await uow.invitations.get(firm.team_id, invited.invitation_id)
    assert kept is not None
    return kept.state
