"""Picking a lead and undoing a pick."""

import asyncio
from dataclasses import replace

import pytest

from services import lead, marketplace
from services.errors import NotFound, NotMember, NotPermitted
from services.lead.model import ActivityType, HiddenLead, LeadAction, LeadFilter, LeadState
from services.lead.refusals import AlreadyClosed, AlreadyPicked, LeadRefusal, NotOffered, OfferEnded, UndoExpired
from services.permissions import Permission, Role
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services.seeded_team import (
    SeededTeam,
    create_lead,
    create_offered_lead,
    open_marketplace,
    pick_lead,
    seed_team,
    show_lead,
)


async def test_any_member_picks_what_was_offered_to_the_team(units: SqlUnits) -> None:
    """Any working member of a taker picks a lead offered to the team, and is responsible for it (B4)."""
    operator, taker = await seed_team(units, "Solarhaus"), await seed_team(units, "Dachwerk")
    await open_marketplace(operator, taker)
    one = await create_offered_lead(operator)
    picked = await pick_lead(taker, one.lead_id)
    assert (picked.state, picked.responsible, picked.step) == (LeadState.PICKED, taker.member.name, "first_contact")
    assert {LeadAction.NOTE, LeadAction.WIN, LeadAction.UNDO, LeadAction.DELEGATE} <= picked.actions


async def test_all_members_see_and_edit_it_after_the_pick(units: SqlUnits) -> None:
    """After the pick all members of the team see and edit the lead (B5)."""
    seeded = await seed_team(units, "Solarhaus")
    one = await create_lead(seeded)
    await pick_lead(seeded, one.lead_id)
    async with units.write() as uow:
        noted = await lead.note(uow, seeded.admin, "L-1", "Angerufen", step="qualified")
    assert (noted.step, noted.responsible) == ("qualified", seeded.member.name)
    assert (await show_lead(seeded, one.lead_id, seeded.viewer)).step == "qualified"


async def test_a_picked_lead_is_gone_for_every_other_team(units: SqlUnits) -> None:
    """For every other team a picked lead is gone from list, link and number, and its card is one line (B8)."""
    operator = await seed_team(units, "Solarhaus")
    taker, loser = await seed_team(units, "Dachwerk"), await seed_team(units, "Sparren")
    await open_marketplace(operator, taker, loser)
    one = await create_offered_lead(operator)
    await pick_lead(taker, one.lead_id)
    async with units.read() as uow:
        for kind in LeadFilter:
            assert (await lead.list_(uow, loser.member, kind)).leads == ()
        for ref in (one.lead_id, "L-1", "1", "l-1"):
            with pytest.raises(NotFound):
                await lead.show(uow, loser.member, ref)
        assert await lead.show_posted(uow, loser.channel_reader(), one.lead_id) == HiddenLead(one.lead_id, "L-1")


async def test_leads_not_offered_are_not_found(units: SqlUnits) -> None:
    """A lead that was not offered to a team is reported to it as unknown (B9)."""
    seeded, stranger = await seed_team(units, "Solarhaus"), await seed_team(units, "Dachwerk")
    one = await create_lead(seeded)
    async with units.write() as uow:
        for use_case in (lead.show, lead.pick, lead.reveal, lead.undo, lead.win):
            for ref in (one.lead_id, "L-1"):
                with pytest.raises(NotFound):
                    await use_case(uow, stranger.owner, ref)
    assert (await show_lead(seeded, one.lead_id)).state is LeadState.OPEN


async def test_a_late_pick_names_the_member_of_the_own_team(units: SqlUnits) -> None:
    """A late pick names the member of the own team who was faster, and when (B10)."""
    seeded = await seed_team(units, "Solarhaus")
    one = await create_lead(seeded)
    await pick_lead(seeded, one.lead_id, seeded.owner)
    with pytest.raises(AlreadyPicked) as refused:
        await pick_lead(seeded, one.lead_id)
    assert (refused.value.ref, refused.value.picked_by, refused.value.is_self) == ("L-1", seeded.owner.name, False)
    with pytest.raises(AlreadyPicked) as again:
        await pick_lead(seeded, one.lead_id, seeded.owner)
    assert again.value.is_self


async def test_a_late_pick_names_no_member_of_another_team(units: SqlUnits) -> None:
    """A late pick in another team is refused as taken, without a name (B10)."""
    operator = await seed_team(units, "Solarhaus")
    taker, loser = await seed_team(units, "Dachwerk"), await seed_team(units, "Sparren")
    await open_marketplace(operator, taker, loser, takes=True)
    one = await create_offered_lead(operator)
    await pick_lead(taker, one.lead_id)
    for seeded in (loser, operator):
        with pytest.raises(AlreadyPicked) as refused:
            await pick_lead(seeded, one.lead_id)
        assert (refused.value.picked_by, refused.value.picked_at, refused.value.lead_id) == ("", None, "")


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER])
@pytest.mark.postgres
async def test_simultaneous_picks_have_one_winner(units: SqlUnits, role: Role) -> None:
    """Of 50 simultaneous picks exactly one wins, every other one is refused, and nothing else changes (B10)."""
    seeded = await seed_team(units, "Solarhaus")
    one = await create_lead(seeded)
    actor = seeded.actors[role]

    async def attempt() -> str:
        try:
            await pick_lead(seeded, one.lead_id, actor)
        except (AlreadyPicked, NotPermitted) as refusal:
            return type(refusal).__name__
        return "won"

    outcomes = await asyncio.gather(*(attempt() for _ in range(50)))
    expected = {"NotPermitted": 50} if role is Role.VIEWER else {"won": 1, "AlreadyPicked": 49}
    assert {name: outcomes.count(name) for name in set(outcomes)} == expected


@pytest.mark.postgres
async def test_200_picks_of_two_teams_leave_one_holder(units: SqlUnits) -> None:
    """Of 200 simultaneous picks by two teams one wins, and for the other team the lead is gone (B8, B10)."""
    operator = await seed_team(units, "Solarhaus")
    first, second = await seed_team(units, "Dachwerk"), await seed_team(units, "Sparren")
    await open_marketplace(operator, first, second)
    one = await create_offered_lead(operator)

    async def attempt(seeded: SeededTeam) -> bool:
        try:
            await pick_lead(seeded, one.lead_id)
        except AlreadyPicked:
            return False
        return True

    won = await asyncio.gather(*(attempt(seeded) for _ in range(100) for seeded in (first, second)))
    async with units.read() as uow:
        offers = sorted(visibility.offer for visibility in await uow.leads.list_visibility(one.lead_id))
        entries = await uow.leads.list_history(operator.team_id, one.lead_id, 100)
    assert sum(won) == 1
    assert offers == ["gone", "held", "none"]
    assert [audit_entry.what for audit_entry in entries].count(ActivityType.PICKED) == 1


@pytest.mark.postgres
async def test_an_expired_offer_cannot_be_picked(units: SqlUnits, clock: Clock) -> None:
    """An offer can be picked until it expires, and not after it, even before the scheduled job has closed it (B21)."""
    operator, taker = await seed_team(units, "Solarhaus"), await seed_team(units, "Dachwerk")
    await open_marketplace(operator, taker)
    one = await create_offered_lead(operator)
    clock.advance(minutes=120)
    assert LeadAction.PICK not in (await show_lead(taker, one.lead_id)).actions
    with pytest.raises(OfferEnded):
        await pick_lead(taker, one.lead_id)


async def test_a_submitted_lead_cannot_be_picked(units: SqlUnits) -> None:
    """A lead that waits for the operator cannot be picked."""
    operator, giver = await seed_team(units, "Solarhaus"), await seed_team(units, "Dachwerk")
    await open_marketplace(operator, giver)
    new_lead = await create_lead(giver)
    from_giver = await _submit(giver, new_lead.lead_id)
    assert from_giver == LeadState.SUBMITTED
    for seeded in (giver, operator):
        with pytest.raises(NotOffered):
            await pick_lead(seeded, new_lead.lead_id)


async def _submit(giver: SeededTeam, lead_id: str) -> LeadState:
    async with giver.units.write() as uow:
        return (await marketplace.offer(uow, giver.owner, lead_id)).state


async def test_a_closed_lead_cannot_be_picked(units: SqlUnits) -> None:
    """A won or lost lead stays closed."""
    seeded = await seed_team(units, "Solarhaus")
    one = await create_lead(seeded)
    await pick_lead(seeded, one.lead_id)
    async with units.write() as uow:
        await lead.lose(uow, seeded.member, "L-1", "Kein Budget")
    with pytest.raises(AlreadyClosed):
        await pick_lead(seeded, one.lead_id)


async def test_undo_reopens_the_lead_for_all(units: SqlUnits, clock: Clock) -> None:
    """Within five minutes a member undoes the pick: a counter-entry is added, and all takers may pick again (B25)."""
    operator = await seed_team(units, "Solarhaus")
    taker, other = await seed_team(units, "Dachwerk"), await seed_team(units, "Sparren")
    await open_marketplace(operator, taker, other)
    one = await create_offered_lead(operator)
    clock.advance(minutes=1)
    await pick_lead(taker, one.lead_id)
    clock.advance(minutes=5)
    async with units.write() as uow:
        undone = await lead.undo(uow, taker.admin, one.lead_id)
        entries = await uow.leads.list_history(taker.team_id, one.lead_id, 10)
    assert undone.state is LeadState.OFFERED
    assert [audit_entry.what for audit_entry in entries[:2]] == [ActivityType.UNDONE, ActivityType.PICKED]
    assert entries[0].reverses == entries[1].entry_id
    assert (await pick_lead(other, one.lead_id)).responsible == other.member.name


async def test_undo_extends_the_offer(units: SqlUnits, clock: Clock) -> None:
    """The minutes in which a lead was picked are added to its offer when the pick is undone."""
    operator, taker = await seed_team(units, "Solarhaus"), await seed_team(units, "Dachwerk")
    await open_marketplace(operator, taker)
    one = await create_offered_lead(operator)
    clock.advance(minutes=118)
    await pick_lead(taker, one.lead_id)
    clock.advance(minutes=4)
    async with units.write() as uow:
        undone = await lead.undo(uow, taker.member, one.lead_id)
    assert undone.offered_until is not None
    assert (undone.offered_until - clock.now).total_seconds() == 120


async def test_undo_ends_after_five_minutes(units: SqlUnits, clock: Clock) -> None:
    """After five minutes a pick stays; the refusal names the minutes and, inside the window, how to return the lead."""
    seeded = await seed_team(units, "Solarhaus")
    one = await create_lead(seeded)
    picked = await pick_lead(seeded, one.lead_id)
    assert picked.undo_until is not None
    clock.advance(minutes=5, seconds=1)
    assert (await show_lead(seeded, one.lead_id)).undo_until is None
    async with units.write() as uow:
        with pytest.raises(UndoExpired) as refused:
            await lead.undo(uow, seeded.member, one.lead_id)
    assert (refused.value.minutes, refused.value.may_return) == (5, True)


@pytest.mark.postgres
async def test_a_pick_is_undone_once(units: SqlUnits) -> None:
    """Of two members who undo the same pick, one takes effect."""
    seeded = await seed_team(units, "Solarhaus")
    one = await create_lead(seeded)
    await pick_lead(seeded, one.lead_id)

    async def attempt() -> bool:
        try:
            async with units.write() as uow:
                await lead.undo(uow, seeded.member, one.lead_id)
        except LeadRefusal:
            return False
        return True

    assert sum(await asyncio.gather(*(attempt() for _ in range(10)))) == 1


async def test_an_assigned_lead_stays_assigned_after_undo(units: SqlUnits) -> None:
    """A lead that was assigned to one team is assigned to that team again after an undone pick."""
    operator = await seed_team(units, "Solarhaus")
    taker, other = await seed_team(units, "Dachwerk"), await seed_team(units, "Sparren")
    await open_marketplace(operator, taker, other)
    new_lead = await create_lead(operator)
    async with units.write() as uow:
        await marketplace.offer(uow, operator.owner, new_lead.lead_id, to="Dachwerk")
    await pick_lead(taker, new_lead.lead_id)
    async with units.write() as uow:
        assert (await lead.undo(uow, taker.member, new_lead.lead_id)).state is LeadState.ASSIGNED
    with pytest.raises(NotFound):
        await show_lead(other, new_lead.lead_id)


async def test_a_guest_picks_nothing(units: SqlUnits) -> None:
    """A guest in the channel cannot pick."""
    seeded = await seed_team(units, "Solarhaus")
    await create_lead(seeded)
    guest = replace(seeded.in_channel(seeded.member), role=Role.GUEST)
    async with units.write() as uow:
        with pytest.raises(NotMember) as refused:
            await lead.pick(uow, guest, "L-1")
    assert refused.value.permission is Permission.LEAD_PICK
