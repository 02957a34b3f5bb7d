"""Picking a lead, taking it back, and who is left with what."""

import asyncio
from dataclasses import replace

import pytest

from services import lead, marketplace
from services.errors import NotColleague, NotFound, NotPermitted
from services.lead.model import Act, Filter, GoneLead, LeadState, What
from services.lead.refusals import AlreadyClosed, AlreadyPicked, LeadRefusal, NotOffered, OfferEnded, UndoExpired
from services.permissions import Permission, Role
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services.firms import Firm, bring, found, look, offered, open_market, pick


async def test_any_colleague_picks_what_was_offered_to_the_firm(units: SqlUnits) -> None:
    """Any working colleague of a taker picks a lead that was offered to that team, and is responsible for it (B4)."""
    operator, taker = await found(units, "Solarhaus"), await found(units, "Dachwerk")
    await open_market(operator, taker)
    one = await offered(operator)
    picked = await pick(taker, one.lead_id)
    assert (picked.state, picked.responsible, picked.step) == (LeadState.PICKED, taker.member.name, "first_contact")
    assert {Act.NOTE, Act.WIN, Act.UNDO, Act.DELEGATE} <= picked.acts


async def test_all_colleagues_see_and_edit_it_after_the_pick(units: SqlUnits) -> None:
    """After the pick all colleagues of the firm see and edit it (B5)."""
    firm = await found(units, "Solarhaus")
    one = await bring(firm)
    await pick(firm, one.lead_id)
    async with units.write() as uow:
        noted = await lead.note(uow, firm.admin, "L-1", "Angerufen", step="qualified")
    assert (noted.step, noted.responsible) == ("qualified", firm.member.name)
    assert (await look(firm, one.lead_id, firm.viewer)).step == "qualified"


async def test_a_picked_lead_is_gone_for_every_other_team(units: SqlUnits) -> None:
    """For every other team a picked lead is gone from list, link and number, and its card is one line (B8)."""
    operator = await found(units, "Solarhaus")
    taker, loser = await found(units, "Dachwerk"), await found(units, "Sparren")
    await open_market(operator, taker, loser)
    one = await offered(operator)
    await pick(taker, one.lead_id)
    async with units.read() as uow:
        for kind in Filter:
            assert (await lead.list_(uow, loser.member, kind)).leads == ()
        for ref in (one.lead_id, "L-1", "1", "l-1"):
            with pytest.raises(NotFound):
                await lead.show(uow, loser.member, ref)
        assert await lead.glance(uow, loser.reader(), one.lead_id) == GoneLead(one.lead_id, "L-1")


async def test_what_was_not_offered_does_not_exist(units: SqlUnits) -> None:
    """What was not offered to a team can be neither seen nor picked by it, and reads as unknown (B9)."""
    firm, stranger = await found(units, "Solarhaus"), await found(units, "Dachwerk")
    one = await bring(firm)
    async with units.write() as uow:
        for use_case in (lead.show, lead.pick, lead.reveal, lead.undo, lead.win):
            for ref in (one.lead_id, "L-1"):
                with pytest.raises(NotFound):
                    await use_case(uow, stranger.owner, ref)
    assert (await look(firm, one.lead_id)).state is LeadState.OPEN


async def test_the_loser_in_the_own_team_reads_the_colleagues_name(units: SqlUnits) -> None:
    """Whoever is too late reads which colleague of the own team was faster, and when (B10)."""
    firm = await found(units, "Solarhaus")
    one = await bring(firm)
    await pick(firm, one.lead_id, firm.owner)
    with pytest.raises(AlreadyPicked) as refused:
        await pick(firm, one.lead_id)
    assert (refused.value.ref, refused.value.by, refused.value.is_self) == ("L-1", firm.owner.name, False)
    with pytest.raises(AlreadyPicked) as again:
        await pick(firm, one.lead_id, firm.owner)
    assert again.value.is_self


async def test_the_loser_of_another_team_reads_no_name(units: SqlUnits) -> None:
    """Whoever is too late in another team reads that it is taken, and not by whom (B10)."""
    operator = await found(units, "Solarhaus")
    taker, loser = await found(units, "Dachwerk"), await found(units, "Sparren")
    await open_market(operator, taker, loser, takes=True)
    one = await offered(operator)
    await pick(taker, one.lead_id)
    for firm in (loser, operator):
        with pytest.raises(AlreadyPicked) as refused:
            await pick(firm, one.lead_id)
        assert (refused.value.by, refused.value.at, refused.value.lead_id) == ("", None, "")


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER])
@pytest.mark.postgres
async def test_simultaneous_picks_have_one_winner(units: SqlUnits, role: Role) -> None:
    """Of 50 simultaneous picks exactly one wins, every loser reads it clearly, and nothing else happens (B10)."""
    firm = await found(units, "Solarhaus")
    one = await bring(firm)
    actor = firm.actors[role]

    async def attempt() -> str:
        try:
            await pick(firm, one.lead_id, actor)
        except (AlreadyPicked, NotPermitted) as refusal:
            return type(refusal).__name__
        return "won"

    outcomes = await asyncio.gather(*(attempt() for _ in range(50)))
    expected = {"NotPermitted": 50} if role is Role.VIEWER else {"won": 1, "AlreadyPicked": 49}
    assert {name: outcomes.count(name) for name in set(outcomes)} == expected


@pytest.mark.postgres
async def test_200_picks_of_two_firms_leave_one_sight_that_holds(units: SqlUnits) -> None:
    """Of 200 simultaneous picks by two firms one wins; one firm holds the lead, for the other it is gone (B8, B10)."""
    operator = await found(units, "Solarhaus")
    first, second = await found(units, "Dachwerk"), await found(units, "Sparren")
    await open_market(operator, first, second)
    one = await offered(operator)

    async def attempt(firm: Firm) -> bool:
        try:
            await pick(firm, one.lead_id)
        except AlreadyPicked:
            return False
        return True

    won = await asyncio.gather(*(attempt(firm) for _ in range(100) for firm in (first, second)))
    async with units.read() as uow:
        offers = sorted(sight.offer for sight in await uow.leads.sights(one.lead_id))
        entries = await uow.leads.history(operator.team_id, one.lead_id, 100)
    assert sum(won) == 1
    assert offers == ["gone", "held", "none"]
    assert [entry.what for entry in entries].count(What.PICKED) == 1


@pytest.mark.postgres
async def test_an_offer_whose_time_is_over_cannot_be_picked(units: SqlUnits, clock: Clock) -> None:
    """An offer can be picked to its last minute and not after it, even before the clock has closed it (B21)."""
    operator, taker = await found(units, "Solarhaus"), await found(units, "Dachwerk")
    await open_market(operator, taker)
    one = await offered(operator)
    clock.advance(minutes=120)
    assert Act.PICK not in (await look(taker, one.lead_id)).acts
    with pytest.raises(OfferEnded):
        await pick(taker, one.lead_id)


async def test_a_giver_cannot_pick_what_is_only_submitted(units: SqlUnits) -> None:
    """A lead that waits for the operator can be picked by nobody."""
    operator, giver = await found(units, "Solarhaus"), await found(units, "Dachwerk")
    await open_market(operator, giver)
    brought = await bring(giver)
    from_giver = await _submit(giver, brought.lead_id)
    assert from_giver == LeadState.SUBMITTED
    for firm in (giver, operator):
        with pytest.raises(NotOffered):
            await pick(firm, brought.lead_id)


async def _submit(giver: Firm, lead_id: str) -> LeadState:
    async with giver.units.write() as uow:
        return (await marketplace.offer(uow, giver.owner, lead_id)).state


async def test_a_closed_lead_cannot_be_picked(units: SqlUnits) -> None:
    """What is won or lost stays closed."""
    firm = await found(units, "Solarhaus")
    one = await bring(firm)
    await pick(firm, one.lead_id)
    async with units.write() as uow:
        await lead.lose(uow, firm.member, "L-1", "Kein Budget")
    with pytest.raises(AlreadyClosed):
        await pick(firm, one.lead_id)


async def test_undo_is_a_counter_entry_and_opens_the_lead_for_all_again(units: SqlUnits, clock: Clock) -> None:
    """Within five minutes a colleague takes the pick back: a counter-entry, and all takers may pick again (B25)."""
    operator = await found(units, "Solarhaus")
    taker, other = await found(units, "Dachwerk"), await found(units, "Sparren")
    await open_market(operator, taker, other)
    one = await offered(operator)
    clock.advance(minutes=1)
    await pick(taker, one.lead_id)
    clock.advance(minutes=5)
    async with units.write() as uow:
        undone = await lead.undo(uow, taker.admin, one.lead_id)
        entries = await uow.leads.history(taker.team_id, one.lead_id, 10)
    assert undone.state is LeadState.OFFERED
    assert [entry.what for entry in entries[:2]] == [What.UNDONE, What.PICKED]
    assert entries[0].reverses == entries[1].entry_id
    assert (await pick(other, one.lead_id)).responsible == other.member.name


async def test_others_lose_no_time_by_an_undone_pick(units: SqlUnits, clock: Clock) -> None:
    """The minutes in which a lead was picked are added to its offer when the pick is undone."""
    operator, taker = await found(units, "Solarhaus"), await found(units, "Dachwerk")
    await open_market(operator, taker)
    one = await offered(operator)
    clock.advance(minutes=118)
    await pick(taker, one.lead_id)
    clock.advance(minutes=4)
    async with units.write() as uow:
        undone = await lead.undo(uow, taker.member, one.lead_id)
    assert undone.offered_until is not None
    assert (undone.offered_until - clock.at).total_seconds() == 120


async def test_undo_ends_after_five_minutes(units: SqlUnits, clock: Clock) -> None:
    """After five minutes a pick stays; the refusal names the minutes and, inside the window, the way to return."""
    firm = await found(units, "Solarhaus")
    one = await bring(firm)
    picked = await pick(firm, one.lead_id)
    assert picked.undo_until is not None
    clock.advance(minutes=5, seconds=1)
    assert (await look(firm, one.lead_id)).undo_until is None
    async with units.write() as uow:
        with pytest.raises(UndoExpired) as refused:
            await lead.undo(uow, firm.member, one.lead_id)
    assert (refused.value.minutes, refused.value.may_return) == (5, True)


@pytest.mark.postgres
async def test_a_pick_is_undone_once(units: SqlUnits) -> None:
    """Two colleagues who undo the same pick have one effect."""
    firm = await found(units, "Solarhaus")
    one = await bring(firm)
    await pick(firm, one.lead_id)

    async def attempt() -> bool:
        try:
            async with units.write() as uow:
                await lead.undo(uow, firm.member, one.lead_id)
        except LeadRefusal:
            return False
        return True

    assert sum(await asyncio.gather(*(attempt() for _ in range(10)))) == 1


async def test_an_assigned_lead_is_assigned_again_after_undo(units: SqlUnits) -> None:
    """A lead that was assigned to one firm belongs to that firm's choice again after an undone pick."""
    operator = await found(units, "Solarhaus")
    taker, other = await found(units, "Dachwerk"), await found(units, "Sparren")
    await open_market(operator, taker, other)
    brought = await bring(operator)
    async with units.write() as uow:
        await marketplace.offer(uow, operator.owner, brought.lead_id, to="Dachwerk")
    await pick(taker, brought.lead_id)
    async with units.write() as uow:
        assert (await lead.undo(uow, taker.member, brought.lead_id)).state is LeadState.ASSIGNED
    with pytest.raises(NotFound):
        await look(other, brought.lead_id)


async def test_a_guest_picks_nothing(units: SqlUnits) -> None:
    """Somebody in the channel who is no colleague picks nothing."""
    firm = await found(units, "Solarhaus")
    await bring(firm)
    guest = replace(firm.in_channel(firm.member), role=Role.GUEST)
    async with units.write() as uow:
        with pytest.raises(NotColleague) as refused:
            await lead.pick(uow, guest, "L-1")
    assert refused.value.permission is Permission.LEAD_PICK
