"""Steps of invitations for tests."""

from services import invitation, membership
from services.actor import Actor
from services.codes import WrongCode
from services.invitation.model import (
    Invitation,
    InvitationState,
    JoinedTeam,
)
from services.invitation.tokens import build_token
from services.membership import page
from storage.unit_of_work import SqlUnits
from tests.services.seeded_team import SeededTeam


async def invite(
    seeded: SeededTeam, actor: Actor | None = None, email: str = "eva@acme.de", role: str = "member"
) -> Invitation:
    """Invite an address as the owner."""
    async with seeded.units.write() as uow:
        return (await invitation.create(uow, actor or seeded.owner, email, role)).invitation


async def request_invitation(seeded: SeededTeam, actor: Actor | None = None, email: str = "eva@acme.de") -> Invitation:
    """Request an invitation as the member."""
    async with seeded.units.write() as uow:
        return (await invitation.request(uow, actor or seeded.member, email)).invitation


async def token_for(seeded: SeededTeam, invited: Invitation) -> str:
    """Return the token of the current invitation link."""
    async with seeded.units.read() as uow:
        now = await uow.invitations.get(seeded.team_id, invited.invitation_id)
        assert now is not None
        return build_token(uow.keyring, now)


async def code_for(seeded: SeededTeam, invited: Invitation) -> str:
    """Accept the invitation on the page and return the code."""
    token = await token_for(seeded, invited)
    async with seeded.units.write() as uow:
        page_view = await page.accept(uow, token)
    assert page_view is not None
    return page_view.code


async def join_by_code(units: SqlUnits, actor: Actor, code: str) -> JoinedTeam | WrongCode:
    """Join with a code."""
    async with units.write() as uow:
        return await membership.join(uow, actor, code)


async def state_of(seeded: SeededTeam, invited: Invitation) -> InvitationState:
    """Return the state of the invitation."""
    async with seeded.units.read() as uow:
        stored = await uow.invitations.get(seeded.team_id, invited.invitation_id)
    assert stored is not None
    return stored.state
