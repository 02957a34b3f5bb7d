import asyncio
from dataclasses import replace

import pytest

from services import invitation, member, team
from services.errors import Invalid, NotColleague, NotFound, NotPermitted
from services.invitation import page
from services.invitation.clockwork import expire
from services.invitation.linking import new_code, token_of
from services.invitation.model import (
    CODE_ALPHABET,
    AlreadyAsked,
    AlreadyColleague,
    AlreadyDecided,
    AlreadyInvited,
    Invitation,
    InvitationState,
    JoinedTeam,
    NoTeamHere,
    NotOpen,
    OwnerDecides,
    OwnRequest,
    TooManyCodes,
    WrongCode,
)
from services.keyring import Keyring
from services.member.model import OwnershipNotGiven
from services.people import NO_TEAM, Actor
from services.permissions import Role
from services.team.model import AlreadyInTeam, SeatsTaken
from storage.unit_of_work import SqlUnits
from tests.builders import START, Clock
from tests.services.firms import Firm, found, meet


@pytest.fixture
async def firm(units: SqlUnits) -> Firm:
    """A firm with a colleague in every role: one seat is free."""
    return await found(units, "Solarhaus")


@pytest.fixture
async def eva(units: SqlUnits) -> Actor:
    """Somebody who is in no team."""
    return await meet(units, "Eva")


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
        return await invitation.join(uow, actor, code)


async def state_of(firm: Firm, invited: Invitation) -> InvitationState:
    """Where it stands."""
    async with firm.units.read() as uow:
        kept = await uow.invitations.get(firm.team_id, invited.invitation_id)
    assert kept is not None
    return kept.state


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
        await member.remove(uow, firm.owner, other.user_id, accept=("member.remove",))
    assert isinstance(await join(units, eva, code), JoinedTeam)


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


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
async def test_requests_are_approved(units: SqlUnits, firm: Firm, role: Role) -> None:
    """A46: owner and admins approve what a member or a viewer asks for; then the invitation is on its way."""
    asked = await ask(firm, firm.viewer)
    assert asked.state is InvitationState.REQUESTED
    async with units.write() as uow:
        shown = await invitation.approve(uow, firm.actors[role], asked.ref)
    assert (shown.invitation.state, shown.invitation.decided_by_name) == (
        InvitationState.PENDING,
        firm.actors[role].name,
    )
    assert await code_for(firm, asked)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
async def test_members_do_not_decide(units: SqlUnits, firm: Firm, role: Role) -> None:
    """A46: members and viewers approve and decline nothing."""
    asked = await ask(firm)
    async with units.write() as uow:
        for decide in (invitation.approve, invitation.decline):
            with pytest.raises(NotPermitted):
                await decide(uow, firm.actors[role], asked.ref)


async def test_what_waits_leads_nowhere(units: SqlUnits, firm: Firm) -> None:
    """A46: before the approval there is no way in, not even by the link that will be sent."""
    asked = await ask(firm)
    async with units.write() as uow:
        shown = await page.accept(uow, await token_for(firm, asked))
        refused = await page.refuse(uow, await token_for(firm, asked))
    assert shown is not None
    assert refused is not None
    assert (shown.code, shown.invitation.state, refused.invitation.state) == (
        "",
        InvitationState.REQUESTED,
        InvitationState.REQUESTED,
    )


async def test_approval_needs_a_seat(units: SqlUnits, firm: Firm) -> None:
    """A4: an approval for which no seat is free is refused, and the request keeps waiting."""
    asked = await ask(firm)
    await invite(firm, email="zwei@acme.de")
    with pytest.raises(SeatsTaken):
        async with units.write() as uow:
            await invitation.approve(uow, firm.owner, asked.ref)
    assert await state_of(firm, asked) is InvitationState.REQUESTED


async def test_first_decision_wins(units: SqlUnits, firm: Firm) -> None:
    """A46: of 50 decisions at once one has an effect; the others read who decided."""
    asked = await ask(firm)
    late: list[str] = []

    async def decide(number: int) -> None:
        actor = (firm.owner, firm.admin)[number % 2]
        try:
            async with units.write() as uow:
                await (invitation.decline if number % 3 else invitation.approve)(uow, actor, asked.ref)
        except AlreadyDecided as refused:
            late.append(refused.by)

    await asyncio.gather(*(decide(number) for number in range(50)))
    assert len(late) == 49
    assert len(set(late) - {""}) == 1  # Whoever decided is not told that he himself was faster.
    async with units.read() as uow:
        log = [entry.action for entry in await uow.audit.page(firm.team_id, limit=50)]
    assert log.count("invitation.approved") + log.count("invitation.declined") == 1


async def test_never_ones_own_request(units: SqlUnits, firm: Firm) -> None:
    """A46: nobody decides on his own request, also after becoming an admin."""
    asked = await ask(firm)
    async with units.write() as uow:
        await member.change_role(uow, firm.owner, firm.member.user_id, "admin")
        with pytest.raises(OwnRequest):
            await invitation.approve(uow, replace(firm.member, role=Role.ADMIN), asked.ref)


async def test_the_owner_approves_admins(units: SqlUnits, firm: Firm) -> None:
    """A46: where the owner approves the admins' invitations, an admin's waits for the owner alone."""
    second = await meet(units, "Zweiter Admin")
    async with units.write() as uow:
        await uow.members.add(firm.team_id, second.user_id, Role.ADMIN, "", uow.now)
        await member.remove(uow, firm.owner, firm.viewer.user_id, accept=("member.remove",))
        await team.change_settings(uow, firm.owner, owner_approves_admins=True)
    asked = await invite(firm, firm.admin)
    assert asked.state is InvitationState.REQUESTED
    async with units.write() as uow:
        with pytest.raises(OwnerDecides):
            await invitation.approve(uow, replace(second, role=Role.ADMIN, team_id=firm.team_id), asked.ref)
        await invitation.approve(uow, firm.owner, asked.ref)
    assert await state_of(firm, asked) is InvitationState.PENDING


async def test_asking_to_join(units: SqlUnits, firm: Firm, eva: Actor) -> None:
    """A46: somebody in the team's channel asks to join and is in after the approval, once."""
    guest = replace(eva, place=firm.channel)
    async with units.write() as uow:
        asked = (await invitation.join_request(uow, guest)).invitation
    with pytest.raises(AlreadyAsked):
        async with units.write() as uow:
            await invitation.join_request(uow, guest)
    async with units.write() as uow:
        shown = await invitation.approve(uow, firm.admin, asked.ref)
        colleague = await uow.members.of_user(eva.user_id)
    assert shown.invitation.state is InvitationState.JOINED
    assert colleague is not None
    assert (colleague.team_id, colleague.role) == (firm.team_id, Role.MEMBER)


async def test_asking_to_join_nowhere(units: SqlUnits, firm: Firm, eva: Actor) -> None:
    """A46: there is nobody to ask in a channel without a team, and no need for a colleague; guests invite nobody."""
    async with units.write() as uow:
        with pytest.raises(NoTeamHere):
            await invitation.join_request(uow, eva)
        with pytest.raises(AlreadyInTeam):
            await invitation.join_request(uow, firm.in_channel(firm.viewer))
        with pytest.raises(NotColleague):
            await invitation.request(uow, replace(eva, place=firm.channel), "x@acme.de")


async def test_colleagues_elsewhere_do_not_ask(units: SqlUnits, firm: Firm) -> None:
    """B2: a colleague of another team cannot ask to join here."""
    other = await found(units, "Dachwerk")
    guest = replace(other.member, place=firm.channel, team_id=NO_TEAM, role=Role.GUEST)
    async with units.write() as uow:
        with pytest.raises(AlreadyInTeam):
            await invitation.join_request(uow, guest)


async def test_joined_elsewhere_meanwhile(units: SqlUnits, firm: Firm, eva: Actor) -> None:
    """B2: whoever has joined another team before the approval is not taken in, and nothing changes."""
    async with units.write() as uow:
        asked = (await invitation.join_request(uow, replace(eva, place=firm.channel))).invitation
    async with units.write() as uow:
        await team.create(uow, eva, "Eigene Firma")
    with pytest.raises(AlreadyInTeam) as refused:
        async with units.write() as uow:
            await invitation.approve(uow, firm.owner, asked.ref)
    assert refused.value.name == eva.name
    assert await state_of(firm, asked) is InvitationState.REQUESTED


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
