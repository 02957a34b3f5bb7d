"""Invitations by mail: sent, accepted, used once, expired or revoked."""

import asyncio

import pytest

from services import invitation, membership, team
from services.actor import Actor
from services.codes import CODE_ALPHABET, TooManyWrongCodes, WrongCode
from services.errors import Invalid, NotFound
from services.invitation.model import InvitationState, JoinedTeam
from services.invitation.refusals import AlreadyInvited, AlreadyMember, InvitationNotOpen
from services.invitation.scheduled import expire
from services.invitation.tokens import derive_invitation_code
from services.keyring import Keyring
from services.member.refusals import OwnershipNotAssignable
from services.membership import page
from services.permissions import Role
from services.team.refusals import AlreadyInTeam, SeatsTaken
from storage.unit_of_work import SqlUnits
from tests.builders import START, Clock
from tests.services.invitation_steps import code_for, invite, join_by_code, request_invitation, state_of, token_for
from tests.services.seeded_team import SeededTeam, add_user, seed_team


@pytest.fixture
async def seeded(units: SqlUnits) -> SeededTeam:
    """A team with a member in every role and one free seat."""
    return await seed_team(units, "Solarhaus")


@pytest.fixture
async def eva(units: SqlUnits) -> Actor:
    """A user who is in no team."""
    return await add_user(units, "Eva")


async def test_a_mailed_code_joins_the_team(units: SqlUnits, seeded: SeededTeam, eva: Actor) -> None:
    """A45, B2: a code from the mailed page ties the chat identity to the invitation and its role."""
    code = await code_for(seeded, await invite(seeded, role="viewer"))
    joined = await join_by_code(units, eva, code.lower().replace("-", " "))
    assert joined == JoinedTeam("Solarhaus", Role.VIEWER)
    async with units.read() as uow:
        membership = await uow.members.find_by_user(eva.user_id)
    assert membership is not None
    assert (membership.team_id, membership.role, membership.email) == (seeded.team_id, Role.VIEWER, "eva@acme.de")


async def test_opening_changes_nothing(units: SqlUnits, seeded: SeededTeam) -> None:
    """A45: opening the page changes nothing, since it is read in a read-only transaction."""
    invited = await invite(seeded)
    token = await token_for(seeded, invited)
    async with units.read() as uow:
        page_view = await page.show_invitation_page(uow, token)
    assert page_view is not None
    assert (page_view.team_name, page_view.inviter_name, page_view.code) == ("Solarhaus", seeded.owner.name, "")
    assert await state_of(seeded, invited) is InvitationState.PENDING


@pytest.mark.parametrize("role", ["owner", "Inhaber"])
async def test_owners_are_not_invited(seeded: SeededTeam, role: str) -> None:
    """A45: an invitation as owner is refused."""
    with pytest.raises(OwnershipNotAssignable):
        await invite(seeded, role=role)


@pytest.mark.parametrize("email", ["", "eva", "eva@", "@acme.de", "eva@acme", "a b@acme.de", "x" * 250 + "@acme.de"])
async def test_invalid_addresses_are_refused(seeded: SeededTeam, email: str) -> None:
    """A45: a text that is not an e-mail address is refused."""
    with pytest.raises(Invalid):
        await invite(seeded, email=email)


@pytest.mark.parametrize("email", ["eva@acme.de", "  EVA@Acme.de "])
async def test_second_invitation_is_refused(seeded: SeededTeam, email: str) -> None:
    """A45: a second invitation to the same address, in any spelling, is refused and names the first one."""
    first = await invite(seeded)
    with pytest.raises(AlreadyInvited) as refused:
        await request_invitation(seeded, email=email)
    assert refused.value.ref == first.ref


async def test_members_are_not_invited(units: SqlUnits, seeded: SeededTeam, eva: Actor) -> None:
    """A45: an invitation to a member's address is refused."""
    await join_by_code(units, eva, await code_for(seeded, await invite(seeded)))
    with pytest.raises(AlreadyMember):
        await request_invitation(seeded, email="Eva@acme.de")


async def test_invitations_count_as_seats(seeded: SeededTeam) -> None:
    """A4: members, the owner and unexpired invitations count as seats; requested invitations do not."""
    await request_invitation(seeded, email="zwei@acme.de")
    await invite(seeded)
    with pytest.raises(SeatsTaken) as refused:
        await invite(seeded, email="drei@acme.de")
    assert (refused.value.seats.taken, refused.value.seats.limit) == (5, 5)


async def test_seats_count_again_at_joining(units: SqlUnits, seeded: SeededTeam, eva: Actor, clock: Clock) -> None:
    """A4: joining is refused while all seats are taken, and possible once one is free."""
    code = await code_for(seeded, await invite(seeded))
    other = await add_user(units, "Fritz")
    async with units.write() as uow:
        await uow.members.add(seeded.team_id, other.user_id, Role.MEMBER, "", clock())
    with pytest.raises(SeatsTaken):
        await join_by_code(units, eva, code)
    async with units.write() as uow:
        await membership.remove(uow, seeded.owner, other.user_id, accept=("member.remove",))
    assert isinstance(await join_by_code(units, eva, code), JoinedTeam)


@pytest.mark.postgres
async def test_concurrent_invitations_respect_the_seats(units: SqlUnits, seeded: SeededTeam) -> None:
    """A4: concurrent invitations are sent only for free seats."""

    async def one(number: int) -> bool:
        try:
            await invite(seeded, email=f"eva{number}@acme.de")
        except SeatsTaken:
            return False
        return True

    assert sum(await asyncio.gather(*(one(number) for number in range(8)))) == 1
    async with units.read() as uow:
        assert await uow.invitations.count_held_seats(seeded.team_id, uow.now) == 1


async def test_invitations_expire_after_seven_days(
    units: SqlUnits, seeded: SeededTeam, eva: Actor, clock: Clock
) -> None:
    """A45: after seven days link and code are void, the seat is free, and the address can be invited again."""
    invited = await invite(seeded)
    clock.advance(days=6, hours=23, minutes=50)
    code = await code_for(seeded, invited)
    clock.advance(minutes=10)
    assert await join_by_code(units, eva, code) == WrongCode(4)
    async with units.read() as uow:
        page_view = await page.show_invitation_page(uow, await token_for(seeded, invited))
        assert await uow.invitations.count_held_seats(seeded.team_id, uow.now) == 0
    assert page_view is not None
    assert page_view.invitation.state is InvitationState.EXPIRED
    again = await invite(seeded)
    assert again.number == invited.number + 1
    assert await state_of(seeded, invited) is InvitationState.EXPIRED


async def test_the_scheduled_job_expires_invitations(units: SqlUnits, seeded: SeededTeam, clock: Clock) -> None:
    """A45: the scheduled job closes expired invitations once and leaves the others."""
    await invite(seeded)
    clock.advance(days=7)
    async with units.write() as uow:
        assert await expire(uow, 10) == 1
        assert await expire(uow, 10) == 0


async def test_codes_expire_after_thirty_minutes(units: SqlUnits, seeded: SeededTeam, eva: Actor, clock: Clock) -> None:
    """A45: a code is valid for 30 minutes; the page issues a new one, which ends the old one."""
    invited = await invite(seeded)
    old = await code_for(seeded, invited)
    clock.advance(minutes=30)
    assert isinstance(await join_by_code(units, eva, old), WrongCode)
    first, second = await code_for(seeded, invited), await code_for(seeded, invited)
    assert isinstance(await join_by_code(units, eva, first), WrongCode)
    assert isinstance(await join_by_code(units, eva, second), JoinedTeam)


async def test_a_code_is_used_once(units: SqlUnits, seeded: SeededTeam, eva: Actor) -> None:
    """A45: a used code and its link are void."""
    invited = await invite(seeded)
    code = await code_for(seeded, invited)
    await join_by_code(units, eva, code)
    assert isinstance(await join_by_code(units, await add_user(units, "Fritz"), code), WrongCode)
    async with units.write() as uow:
        page_view = await page.accept(uow, await token_for(seeded, invited))
        refused = await page.refuse(uow, await token_for(seeded, invited))
    assert page_view is not None
    assert refused is not None
    assert (page_view.code, page_view.invitation.state) == ("", InvitationState.JOINED)
    assert refused.invitation.state is InvitationState.JOINED


@pytest.mark.postgres
async def test_a_code_is_used_once_under_concurrency(units: SqlUnits, seeded: SeededTeam) -> None:
    """A45, A4: of concurrent users of the same code one joins."""
    code = await code_for(seeded, await invite(seeded))
    people = [await add_user(units, f"Gast {number}") for number in range(6)]
    outcomes = await asyncio.gather(*(join_by_code(units, person, code) for person in people), return_exceptions=True)
    assert sum(isinstance(item, JoinedTeam) for item in outcomes) == 1
    assert all(isinstance(outcome, JoinedTeam | WrongCode | SeatsTaken) for outcome in outcomes)
    async with units.read() as uow:
        assert await uow.members.count(seeded.team_id) == 5


async def test_members_of_other_teams_do_not_join(units: SqlUnits, seeded: SeededTeam) -> None:
    """B2: a member of another team cannot join, and the code stays valid."""
    other = await seed_team(units, "Dachwerk")
    invited = await invite(seeded)
    code = await code_for(seeded, invited)
    with pytest.raises(AlreadyInTeam):
        await join_by_code(units, other.member, code)
    assert await state_of(seeded, invited) is InvitationState.ACCEPTED


async def test_wrong_codes_lock_joining(units: SqlUnits, seeded: SeededTeam, eva: Actor, clock: Clock) -> None:
    """A45: after five wrong codes every code is refused for 15 minutes, also a valid one."""
    code = await code_for(seeded, await invite(seeded))
    left = [await join_by_code(units, eva, "WRONG-234") for _ in range(5)]
    assert left == [WrongCode(4), WrongCode(3), WrongCode(2), WrongCode(1), WrongCode(0)]
    with pytest.raises(TooManyWrongCodes) as refused:
        await join_by_code(units, eva, code)
    assert refused.value.minutes == 15
    clock.advance(minutes=15)
    assert isinstance(await join_by_code(units, eva, code), JoinedTeam)


@pytest.mark.postgres
async def test_concurrent_guesses_are_counted(units: SqlUnits, eva: Actor) -> None:
    """A45: concurrent guesses count like consecutive ones."""
    outcomes = await asyncio.gather(
        *(join_by_code(units, eva, f"GUESS{item}") for item in range(12)), return_exceptions=True
    )
    assert sum(isinstance(outcome, WrongCode) for outcome in outcomes) == 5
    assert sum(isinstance(item, TooManyWrongCodes) for item in outcomes) == 7


async def test_a_revoked_invitation_is_void(units: SqlUnits, seeded: SeededTeam, eva: Actor) -> None:
    """A45: a revoked invitation's link and code are void at once, and its seat is free."""
    invited = await invite(seeded)
    code = await code_for(seeded, invited)
    async with units.write() as uow:
        await invitation.revoke(uow, seeded.admin, invited.ref)
    assert isinstance(await join_by_code(units, eva, code), WrongCode)
    async with units.write() as uow:
        page_view = await page.accept(uow, await token_for(seeded, invited))
        with pytest.raises(InvitationNotOpen):
            await invitation.revoke(uow, seeded.admin, invited.ref)
    assert page_view is not None
    assert (page_view.code, page_view.invitation.state) == ("", InvitationState.REVOKED)
    await invite(seeded)


async def test_resending_replaces_the_link(units: SqlUnits, seeded: SeededTeam, eva: Actor, clock: Clock) -> None:
    """A45: resending issues a link valid for seven days; the old link and code are void."""
    invited = await invite(seeded)
    old_token, old_code = await token_for(seeded, invited), await code_for(seeded, invited)
    clock.advance(days=6)
    async with units.write() as uow:
        await invitation.resend(uow, seeded.admin, invited.ref)
    clock.advance(days=6)
    async with units.write() as uow:
        assert await page.accept(uow, old_token) is None
    assert isinstance(await join_by_code(units, eva, old_code), WrongCode)
    assert isinstance(await join_by_code(units, eva, await code_for(seeded, invited)), JoinedTeam)


async def test_the_invitee_declines(units: SqlUnits, seeded: SeededTeam) -> None:
    """A45: the invitee can decline on the page; then the link is void and the seat is free."""
    invited = await invite(seeded)
    token = await token_for(seeded, invited)
    async with units.write() as uow:
        await page.refuse(uow, token)
        page_view = await page.accept(uow, token)
        assert await uow.invitations.count_held_seats(seeded.team_id, uow.now) == 0
    assert page_view is not None
    assert (page_view.code, page_view.invitation.state) == ("", InvitationState.DECLINED)


@pytest.mark.parametrize(
    "bend", ["", ".", "x", "{id}", "{id}.", "{id}.AAAA", "x{token}", "{token}x", "ü.{token}", "{token}" * 9]
)
async def test_altered_links_are_rejected(units: SqlUnits, seeded: SeededTeam, bend: str) -> None:
    """X1: a link that differs from the mailed one shows nothing and changes nothing."""
    invited = await invite(seeded)
    token = bend.format(id=invited.invitation_id, token=await token_for(seeded, invited))
    async with units.write() as uow:
        assert await page.show_invitation_page(uow, token) is None
        assert await page.accept(uow, token) is None
        assert await page.refuse(uow, token) is None
    assert await state_of(seeded, invited) is InvitationState.PENDING


async def test_links_of_a_deleted_team_are_void(units: SqlUnits, seeded: SeededTeam, eva: Actor) -> None:
    """A77: links and codes of a deleted team are void."""
    invited = await invite(seeded)
    code = await code_for(seeded, invited)
    async with units.write() as uow:
        await team.delete(uow, seeded.owner, "Solarhaus")
    async with units.read() as uow:
        assert await page.show_invitation_page(uow, await token_for(seeded, invited)) is None
    assert isinstance(await join_by_code(units, eva, code), WrongCode)


def test_codes_are_readable_and_unique() -> None:
    """A code has eight unambiguous characters in two groups, and no two codes are equal."""
    keyring = Keyring((b"key",))
    codes = {derive_invitation_code(keyring, str(number), START) for number in range(500)}
    assert len(codes) == 500
    assert all(len(code) == 9 and code[4] == "-" and set(code) <= {*CODE_ALPHABET, "-"} for code in codes)
    assert not set("01OIL") & set(CODE_ALPHABET)


async def test_secrets_are_not_stored(units: SqlUnits, seeded: SeededTeam) -> None:
    """Neither link nor code is stored in the database, the audit log or the events."""
    invited = await invite(seeded)
    token, code = await token_for(seeded, invited), await code_for(seeded, invited)
    async with units.read() as uow:
        stored = await uow.invitations.get(seeded.team_id, invited.invitation_id)
        log = await uow.audit.list_entries(seeded.team_id, limit=50)
    stored_text = repr((stored, log))
    assert token.partition(".")[2] not in stored_text
    assert code not in stored_text
    assert code.replace("-", "") not in stored_text


async def test_invitations_of_other_teams_are_not_found(units: SqlUnits, seeded: SeededTeam) -> None:
    """X1: another team's invitation cannot be seen, decided, revoked or resent."""
    requested = await request_invitation(seeded)
    other = await seed_team(units, "Dachwerk")
    async with units.write() as uow:
        for use in (
            invitation.show,
            invitation.approve,
            invitation.decline,
            invitation.revoke,
            invitation.resend,
        ):
            with pytest.raises(NotFound):
                await use(uow, other.owner, requested.ref)
        assert (await invitation.list_(uow, other.owner)).rows == ()


@pytest.mark.parametrize("ref", ["", "I-", "7", "L-1", "I-0", "I-99999999999", "I-1; --"])
async def test_invalid_references_find_nothing(units: SqlUnits, seeded: SeededTeam, ref: str) -> None:
    """X1: an invalid reference finds no invitation."""
    async with units.read() as uow:
        with pytest.raises(NotFound):
            await invitation.show(uow, seeded.owner, ref)


async def test_addresses_are_masked(units: SqlUnits, seeded: SeededTeam) -> None:
    """A41, A42: a channel and a viewer see a masked address, the owner in the direct chat the whole one."""
    requested = await request_invitation(seeded)
    async with units.read() as uow:
        addresses = [
            (await invitation.show(uow, actor, requested.ref)).email
            for actor in (seeded.owner, seeded.in_channel(seeded.owner), seeded.viewer)
        ]
    assert addresses == ["eva@acme.de", "e***@acme.de", "e***@acme.de"]
