"""Invitations by mail: sent, accepted, used once, ended."""

import asyncio

import pytest

from services import invitation, membership, team
from services.actor import Actor
from services.codes import CODE_ALPHABET, TooManyCodes, WrongCode
from services.errors import Invalid, NotFound
from services.invitation.model import InvitationState, JoinedTeam
from services.invitation.refusals import AlreadyColleague, AlreadyInvited, NotOpen
from services.invitation.scheduled import expire
from services.invitation.tokens import new_code
from services.keyring import Keyring
from services.member.refusals import OwnershipNotGiven
from services.membership import page
from services.permissions import Role
from services.team.refusals import AlreadyInTeam, SeatsTaken
from storage.unit_of_work import SqlUnits
from tests.builders import START, Clock
from tests.services.firms import Firm, found, meet
from tests.services.invitations import ask, code_for, invite, join, state_of, token_for


@pytest.fixture
async def firm(units: SqlUnits) -> Firm:
    """A firm with a colleague in every role: one seat is free."""
    return await found(units, "Solarhaus")


@pytest.fixture
async def eva(units: SqlUnits) -> Actor:
    """Somebody who is in no team."""
    return await meet(units, "Eva")


async def test_from_mail_to_colleague(units: SqlUnits, firm: Firm, eva: Actor) -> None:
    """A45, B2: mail, page, code: the code ties the chat identity to the invitation and its role."""
    code = await code_for(firm, await invite(firm, role="viewer"))
    joined = await join(units, eva, code.lower().replace("-", " "))
    assert joined == JoinedTeam("Solarhaus", Role.VIEWER)
    async with units.read() as uow:
        colleague = await uow.members.of_user(eva.user_id)
    assert colleague is not None
    assert (colleague.team_id, colleague.role, colleague.email) == (firm.team_id, Role.VIEWER, "eva@acme.de")


async def test_opening_changes_nothing(units: SqlUnits, firm: Firm) -> None:
    """A45: looking at the page changes nothing: it is read in a transaction that cannot write."""
    invited = await invite(firm)
    token = await token_for(firm, invited)
    async with units.read() as uow:
        shown = await page.read(uow, token)
    assert shown is not None
    assert (shown.team_name, shown.inviter_name, shown.code) == ("Solarhaus", firm.owner.name, "")
    assert await state_of(firm, invited) is InvitationState.PENDING


@pytest.mark.parametrize("role", ["owner", "Inhaber"])
async def test_owners_are_not_invited(firm: Firm, role: str) -> None:
    """A45: nobody is invited as owner."""
    with pytest.raises(OwnershipNotGiven):
        await invite(firm, role=role)


@pytest.mark.parametrize("email", ["", "eva", "eva@", "@acme.de", "eva@acme", "a b@acme.de", "x" * 250 + "@acme.de"])
async def test_addresses_are_addresses(firm: Firm, email: str) -> None:
    """A45: what is not an e-mail address is refused."""
    with pytest.raises(Invalid):
        await invite(firm, email=email)


@pytest.mark.parametrize("email", ["eva@acme.de", "  EVA@Acme.de "])
async def test_second_invitation_is_refused(firm: Firm, email: str) -> None:
    """A45: a second invitation to the same address, however written, is refused and names the first one."""
    first = await invite(firm)
    with pytest.raises(AlreadyInvited) as refused:
        await ask(firm, email=email)
    assert refused.value.ref == first.ref


async def test_colleagues_are_not_invited(units: SqlUnits, firm: Firm, eva: Actor) -> None:
    """A45: an invitation to a colleague's address is refused."""
    await join(units, eva, await code_for(firm, await invite(firm)))
    with pytest.raises(AlreadyColleague):
        await ask(firm, email="Eva@acme.de")


async def test_seats_count_at_the_invitation(firm: Firm) -> None:
    """A4: colleagues, the owner and unexpired invitations count; what is merely asked for does not."""
    await ask(firm, email="zwei@acme.de")
    await invite(firm)
    with pytest.raises(SeatsTaken) as refused:
        await invite(firm, email="drei@acme.de")
    assert (refused.value.seats.taken, refused.value.seats.limit) == (5, 5)


async def test_seats_count_again_at_joining(units: SqlUnits, firm: Firm, eva: Actor, clock: Clock) -> None:
    """A4: whoever joins when all seats have been taken meanwhile is refused, and can join when one is free."""
    code = await code_for(firm, await invite(firm))
    other = await meet(units, "Fritz")
    async with units.write() as uow:
        await uow.members.add(firm.team_id, other.user_id, Role.MEMBER, "", clock())
    with pytest.raises(SeatsTaken):
        await join(units, eva, code)
    async with units.write() as uow:
        await membership.remove(uow, firm.owner, other.user_id, accept=("member.remove",))
    assert isinstance(await join(units, eva, code), JoinedTeam)


@pytest.mark.postgres
async def test_last_seat_once(units: SqlUnits, firm: Firm) -> None:
    """A4: of many invitations at once only as many go out as there are seats."""

    async def one(number: int) -> bool:
        try:
            await invite(firm, email=f"eva{number}@acme.de")
        except SeatsTaken:
            return False
        return True

    assert sum(await asyncio.gather(*(one(number) for number in range(8)))) == 1
    async with units.read() as uow:
        assert await uow.invitations.seats_held(firm.team_id, uow.now) == 1


async def test_valid_for_seven_days(units: SqlUnits, firm: Firm, eva: Actor, clock: Clock) -> None:
    """A45: after seven days link and code are void, the seat is free, and the address can be invited again."""
    invited = await invite(firm)
    clock.advance(days=6, hours=23, minutes=50)
    code = await code_for(firm, invited)
    clock.advance(minutes=10)
    assert await join(units, eva, code) == WrongCode(4)
    async with units.read() as uow:
        shown = await page.read(uow, await token_for(firm, invited))
        assert await uow.invitations.seats_held(firm.team_id, uow.now) == 0
    assert shown is not None
    assert shown.invitation.state is InvitationState.EXPIRED
    again = await invite(firm)
    assert again.number == invited.number + 1
    assert await state_of(firm, invited) is InvitationState.EXPIRED


async def test_the_clock_expires(units: SqlUnits, firm: Firm, clock: Clock) -> None:
    """A45: the clock closes what is over, once, and leaves the rest."""
    await invite(firm)
    clock.advance(days=7)
    async with units.write() as uow:
        assert await expire(uow, 10) == 1
        assert await expire(uow, 10) == 0


async def test_codes_live_for_half_an_hour(units: SqlUnits, firm: Firm, eva: Actor, clock: Clock) -> None:
    """A45: a code is valid for 30 minutes; the page gives a new one, which ends the old one."""
    invited = await invite(firm)
    old = await code_for(firm, invited)
    clock.advance(minutes=30)
    assert isinstance(await join(units, eva, old), WrongCode)
    first, second = await code_for(firm, invited), await code_for(firm, invited)
    assert isinstance(await join(units, eva, first), WrongCode)
    assert isinstance(await join(units, eva, second), JoinedTeam)


async def test_single_use(units: SqlUnits, firm: Firm, eva: Actor) -> None:
    """A45: a used code, and its link, lead nowhere."""
    invited = await invite(firm)
    code = await code_for(firm, invited)
    await join(units, eva, code)
    assert isinstance(await join(units, await meet(units, "Fritz"), code), WrongCode)
    async with units.write() as uow:
        shown = await page.accept(uow, await token_for(firm, invited))
        refused = await page.refuse(uow, await token_for(firm, invited))
    assert shown is not None
    assert refused is not None
    assert (shown.code, shown.invitation.state) == ("", InvitationState.JOINED)
    assert refused.invitation.state is InvitationState.JOINED


@pytest.mark.postgres
async def test_used_once_under_concurrency(units: SqlUnits, firm: Firm) -> None:
    """A45, A4: of many people with the same code at once one joins."""
    code = await code_for(firm, await invite(firm))
    people = [await meet(units, f"Gast {number}") for number in range(6)]
    outcomes = await asyncio.gather(*(join(units, one, code) for one in people), return_exceptions=True)
    assert sum(isinstance(one, JoinedTeam) for one in outcomes) == 1
    assert all(isinstance(one, JoinedTeam | WrongCode | SeatsTaken) for one in outcomes)
    async with units.read() as uow:
        assert await uow.members.count(firm.team_id) == 5


async def test_colleagues_elsewhere_do_not_join(units: SqlUnits, firm: Firm) -> None:
    """B2: a colleague of another team cannot join; the code stays good."""
    other = await found(units, "Dachwerk")
    invited = await invite(firm)
    code = await code_for(firm, invited)
    with pytest.raises(AlreadyInTeam):
        await join(units, other.member, code)
    assert await state_of(firm, invited) is InvitationState.ACCEPTED


async def test_wrong_codes_are_limited(units: SqlUnits, firm: Firm, eva: Actor, clock: Clock) -> None:
    """A45: after five wrong codes none is looked at for 15 minutes, not even the right one."""
    code = await code_for(firm, await invite(firm))
    left = [await join(units, eva, "WRONG-234") for _ in range(5)]
    assert left == [WrongCode(4), WrongCode(3), WrongCode(2), WrongCode(1), WrongCode(0)]
    with pytest.raises(TooManyCodes) as refused:
        await join(units, eva, code)
    assert refused.value.minutes == 15
    clock.advance(minutes=15)
    assert isinstance(await join(units, eva, code), JoinedTeam)


@pytest.mark.postgres
async def test_guessing_at_once_is_guessing(units: SqlUnits, eva: Actor) -> None:
    """A45: parallel guesses are counted like those one after the other."""
    outcomes = await asyncio.gather(*(join(units, eva, f"GUESS{one}") for one in range(12)), return_exceptions=True)
    assert sum(isinstance(one, WrongCode) for one in outcomes) == 5
    assert sum(isinstance(one, TooManyCodes) for one in outcomes) == 7


async def test_revoked(units: SqlUnits, firm: Firm, eva: Actor) -> None:
    """A45: a withdrawn invitation is void at once, code and link, and its seat is free."""
    invited = await invite(firm)
    code = await code_for(firm, invited)
    async with units.write() as uow:
        await invitation.revoke(uow, firm.admin, invited.ref)
    assert isinstance(await join(units, eva, code), WrongCode)
    async with units.write() as uow:
        shown = await page.accept(uow, await token_for(firm, invited))
        with pytest.raises(NotOpen):
            await invitation.revoke(uow, firm.admin, invited.ref)
    assert shown is not None
    assert (shown.code, shown.invitation.state) == ("", InvitationState.REVOKED)
    await invite(firm)


async def test_sent_again(units: SqlUnits, firm: Firm, eva: Actor, clock: Clock) -> None:
    """A45: sending again makes a new link, valid for seven days more; the old link and code are void."""
    invited = await invite(firm)
    old_token, old_code = await token_for(firm, invited), await code_for(firm, invited)
    clock.advance(days=6)
    async with units.write() as uow:
        await invitation.resend(uow, firm.admin, invited.ref)
    clock.advance(days=6)
    async with units.write() as uow:
        assert await page.accept(uow, old_token) is None
    assert isinstance(await join(units, eva, old_code), WrongCode)
    assert isinstance(await join(units, eva, await code_for(firm, invited)), JoinedTeam)


async def test_declined_by_the_invitee(units: SqlUnits, firm: Firm) -> None:
    """A45: the invitee can decline on the page; then the link leads nowhere and the seat is free."""
    invited = await invite(firm)
    token = await token_for(firm, invited)
    async with units.write() as uow:
        await page.refuse(uow, token)
        shown = await page.accept(uow, token)
        assert await uow.invitations.seats_held(firm.team_id, uow.now) == 0
    assert shown is not None
    assert (shown.code, shown.invitation.state) == ("", InvitationState.DECLINED)


@pytest.mark.parametrize(
    "bend", ["", ".", "x", "{id}", "{id}.", "{id}.AAAA", "x{token}", "{token}x", "ü.{token}", "{token}" * 9]
)
async def test_links_are_not_guessed(units: SqlUnits, firm: Firm, bend: str) -> None:
    """X1: a link that is not exactly the one of the mail says nothing and does nothing."""
    invited = await invite(firm)
    token = bend.format(id=invited.invitation_id, token=await token_for(firm, invited))
    async with units.write() as uow:
        assert await page.read(uow, token) is None
        assert await page.accept(uow, token) is None
        assert await page.refuse(uow, token) is None
    assert await state_of(firm, invited) is InvitationState.PENDING


async def test_links_of_a_deleted_team(units: SqlUnits, firm: Firm, eva: Actor) -> None:
    """A77: links and codes of a deleted team lead nowhere."""
    invited = await invite(firm)
    code = await code_for(firm, invited)
    async with units.write() as uow:
        await team.delete(uow, firm.owner, "Solarhaus")
    async with units.read() as uow:
        assert await page.read(uow, await token_for(firm, invited)) is None
    assert isinstance(await join(units, eva, code), WrongCode)


def test_codes_are_readable() -> None:
    """A code is eight characters in two groups, none of which is taken for another one, and no two are the same."""
    keyring = Keyring((b"key",))
    codes = {new_code(keyring, str(number), START) for number in range(500)}
    assert len(codes) == 500
    assert all(len(code) == 9 and code[4] == "-" and set(code) <= {*CODE_ALPHABET, "-"} for code in codes)
    assert not set("01OIL") & set(CODE_ALPHABET)


async def test_nothing_secret_is_stored(units: SqlUnits, firm: Firm) -> None:
    """Neither link nor code stands in the database, the log or the events."""
    invited = await invite(firm)
    token, code = await token_for(firm, invited), await code_for(firm, invited)
    async with units.read() as uow:
        kept = await uow.invitations.get(firm.team_id, invited.invitation_id)
        log = await uow.audit.page(firm.team_id, limit=50)
    said = repr((kept, log))
    assert token.partition(".")[2] not in said
    assert code not in said
    assert code.replace("-", "") not in said


async def test_invitations_of_others_do_not_exist(units: SqlUnits, firm: Firm) -> None:
    """X1: another team's invitation cannot be seen, decided, withdrawn or sent again."""
    asked = await ask(firm)
    other = await found(units, "Dachwerk")
    async with units.write() as uow:
        for use in (
            invitation.show,
            invitation.approve,
            invitation.decline,
            invitation.revoke,
            invitation.resend,
        ):
            with pytest.raises(NotFound):
                await use(uow, other.owner, asked.ref)
        assert (await invitation.list_(uow, other.owner)).rows == ()


@pytest.mark.parametrize("ref", ["", "I-", "7", "L-1", "I-0", "I-99999999999", "I-1; --"])
async def test_references_are_checked(units: SqlUnits, firm: Firm, ref: str) -> None:
    """X1: a reference that is none finds nothing."""
    async with units.read() as uow:
        with pytest.raises(NotFound):
            await invitation.show(uow, firm.owner, ref)


async def test_addresses_are_masked(units: SqlUnits, firm: Firm) -> None:
    """A41, A42: a channel and a viewer see a masked address, the owner in the direct chat the whole one."""
    asked = await ask(firm)
    async with units.read() as uow:
        seen = [
            (await invitation.show(uow, actor, asked.ref)).email
            for actor in (firm.owner, firm.in_channel(firm.owner), firm.viewer)
        ]
    assert seen == ["eva@acme.de", "e***@acme.de", "e***@acme.de"]
