"""Working on a lead: notes, closing, returning, handing on, and who may."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from services import lead, marketplace
from services.actor import Actor
from services.errors import Ambiguous, Invalid, NotColleague, NotFound, NotPermitted
from services.lead.model import Act, GoneLead, LeadState, LeadView, Offer, What
from services.lead.refusals import (
    AlreadyClosed,
    AlreadyPicked,
    AlreadyResponsible,
    CannotWork,
    HeldElsewhere,
    NoTakers,
    NotPicked,
    ReturnExpired,
)
from services.permissions import Role
from services.unit_of_work import UnitOfWork
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services.firms import Firm, bring, connect, found, join, look, offered, open_market, pick

Attempt = Callable[[UnitOfWork, Actor], Awaitable[object]]

ALLOWED: dict[str, tuple[Attempt, str]] = {
    "show": (lambda uow, actor: lead.show(uow, actor, "L-1"), "OAMV"),
    "list": (lead.list_, "OAMV"),
    "glance": (lambda uow, actor: lead.glance(uow, actor, "L-1"), "OAMV"),
    "reveal": (lambda uow, actor: lead.reveal(uow, actor, "L-1"), "OAM"),
    "create": (lambda uow, actor: lead.create(uow, actor, lead.Draft(title="Neu", name="Nora")), "OAM"),
    "pick": (lambda uow, actor: lead.pick(uow, actor, "L-2"), "OAM"),
    "undo": (lambda uow, actor: lead.undo(uow, actor, "L-1"), "OAM"),
    "note": (lambda uow, actor: lead.note(uow, actor, "L-1", "Rückruf"), "OAM"),
    "win": (lambda uow, actor: lead.win(uow, actor, "L-1"), "OAM"),
    "lose": (lambda uow, actor: lead.lose(uow, actor, "L-1", "Kein Budget"), "OAM"),
    "return": (lambda uow, actor: lead.return_(uow, actor, "L-1", "Zu weit"), "OAM"),
    "share": (lambda uow, actor: lead.share(uow, actor, "L-1", channel="Vertrieb Solarhaus"), "OAM"),
    "delegate": (lambda uow, actor: lead.delegate(uow, actor, "L-1", "Member Solarhaus"), "OA"),
    "form to work": (lambda uow, actor: lead.to_work_on(uow, actor, "L-1"), "OAM"),
    "form to share": (lambda uow, actor: lead.to_share(uow, actor, "L-1"), "OAM"),
    "form to delegate": (lambda uow, actor: lead.to_delegate(uow, actor, "L-1"), "OA"),
    "market": (marketplace.show, "OAMV"),
    "open market": (lambda uow, actor: marketplace.create(uow, actor, "Handwerk"), "OAM"),
}
ROLES = {"O": Role.OWNER, "A": Role.ADMIN, "M": Role.MEMBER, "V": Role.VIEWER, "G": Role.GUEST}


@pytest.mark.parametrize("letter", ROLES)
@pytest.mark.parametrize("name", ALLOWED)
async def test_each_role_may_what_the_table_says(sqlite_units: SqlUnits, name: str, letter: str) -> None:
    """Owner, admin and member work on leads, viewers look on, guests see nothing (B3-B6, B17)."""
    units = sqlite_units
    attempt, allowed = ALLOWED[name]
    firm = await found(units, "Solarhaus")
    first, _ = await bring(firm), await bring(firm)
    await pick(firm, first.lead_id, firm.owner)
    actor = firm.actors.get(ROLES[letter]) or replace(firm.member, role=Role.GUEST)
    async with units.write() as uow:
        if letter in allowed:
            await attempt(uow, actor)
            return
        with pytest.raises(NotColleague if letter == "G" else NotPermitted):
            await attempt(uow, actor)


async def test_a_note_is_kept_with_team_and_colleague(units: SqlUnits) -> None:
    """The history shows team and acting colleague, the newest first (B11)."""
    firm = await found(units, "Solarhaus")
    one = await bring(firm)
    await pick(firm, one.lead_id)
    async with units.write() as uow:
        await lead.note(uow, firm.admin, "L-1", "Besichtigung Donnerstag")
        details = await lead.reveal(uow, firm.member, "L-1")
    newest = details.history[0]
    assert (newest.what, newest.team, newest.user, newest.text) == (
        What.NOTED,
        "Solarhaus",
        firm.admin.name,
        "Besichtigung Donnerstag",
    )
    assert [entry.what for entry in details.history] == [What.NOTED, What.PICKED, What.CREATED]


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("", None), ("18500", 1_850_000), ("18.500,00 €", 1_850_000), ("18,500.5", 1_850_050), ("18.500", 1_850_000)],
)
async def test_a_lead_is_won_with_its_amount(sqlite_units: SqlUnits, typed: str, cents: int | None) -> None:
    """A colleague closes the lead as won, with the amount however it is typed, or without."""
    firm = await found(sqlite_units, "Solarhaus")
    one = await bring(firm)
    await pick(firm, one.lead_id)
    async with sqlite_units.write() as uow:
        won = await lead.win(uow, firm.admin, "L-1", typed)
    assert (won.state, won.won_cents, won.closed_by) == (LeadState.WON, cents, firm.admin.name)
    assert won.acts == {Act.REVEAL}


@pytest.mark.parametrize("typed", ["viel", "-5", "1e9", "1,2345", "999999999999999"])
async def test_what_is_no_amount_is_refused(sqlite_units: SqlUnits, typed: str) -> None:
    """What is not an amount is refused and closes nothing."""
    firm = await found(sqlite_units, "Solarhaus")
    one = await bring(firm)
    await pick(firm, one.lead_id)
    async with sqlite_units.write() as uow:
        with pytest.raises(Invalid):
            await lead.win(uow, firm.member, "L-1", typed)
    assert (await look(firm, one.lead_id)).state is LeadState.PICKED


async def test_a_lead_is_lost_with_a_reason(units: SqlUnits) -> None:
    """A lead is closed as lost only with a reason, and stays closed."""
    firm = await found(units, "Solarhaus")
    one = await bring(firm)
    await pick(firm, one.lead_id)
    async with units.write() as uow:
        with pytest.raises(Invalid):
            await lead.lose(uow, firm.member, "L-1", "  ")
        lost = await lead.lose(uow, firm.member, "L-1", "Kunde baut später")
        assert (lost.state, lost.lost_reason) == (LeadState.LOST, "Kunde baut später")
        for again in (lead.win(uow, firm.member, "L-1"), lead.note(uow, firm.member, "L-1", "x")):
            with pytest.raises(AlreadyClosed):
                await again


async def test_only_a_picked_lead_is_worked_on(units: SqlUnits) -> None:
    """Before the pick nothing is noted, won, lost, returned or delegated; the refusal offers the pick."""
    firm = await found(units, "Solarhaus")
    one = await bring(firm)
    async with units.write() as uow:
        for attempt in (
            lead.note(uow, firm.member, "L-1", "x"),
            lead.win(uow, firm.member, "L-1"),
            lead.return_(uow, firm.member, "L-1", "x"),
            lead.delegate(uow, firm.owner, "L-1", firm.member.user_id),
        ):
            with pytest.raises(NotPicked) as refused:
                await attempt
            assert (refused.value.may_pick, refused.value.lead_id) == (True, one.lead_id)


async def test_giver_and_operator_see_where_it_stands_and_change_nothing(units: SqlUnits) -> None:
    """After a pick giver and operator see state and firm, no colleague's name, and change nothing (B8)."""
    operator, giver, taker = await found(units, "Markt"), await found(units, "Geber"), await found(units, "Nehmer")
    await open_market(operator, giver, taker)
    brought = await bring(giver)
    async with units.write() as uow:
        await marketplace.offer(uow, giver.owner, brought.lead_id)
        await marketplace.offer(uow, operator.owner, brought.lead_id, to="Nehmer")
    await pick(taker, brought.lead_id)
    async with units.write() as uow:
        await lead.note(uow, taker.member, brought.lead_id, "Geheim")
    for firm in (operator, giver):
        view = await look(firm, brought.lead_id)
        assert (view.state, view.taker, view.responsible, view.picked_by) == (LeadState.PICKED, "Nehmer", "", "")
        async with units.write() as uow:
            with pytest.raises(HeldElsewhere):
                await lead.note(uow, firm.owner, brought.lead_id, "x")
            told = (await lead.reveal(uow, firm.owner, brought.lead_id)).history
        assert What.NOTED not in [entry.what for entry in told]
        assert next((one.what, one.team, one.user) for one in told) == (What.PICKED, "Nehmer", "")


async def test_a_taker_learns_nothing_of_other_takers(units: SqlUnits) -> None:
    """A firm's history of a lead names the giver's side and itself, never another taker (B8, B9)."""
    operator = await found(units, "Markt")
    first, second = await found(units, "Erste"), await found(units, "Zweite")
    await open_market(operator, first, second)
    one = await offered(operator)
    await pick(first, one.lead_id)
    async with units.write() as uow:
        await lead.return_(uow, first.member, one.lead_id, "Zu weit weg")
    await pick(second, one.lead_id)
    async with units.write() as uow:
        details = await lead.reveal(uow, second.member, one.lead_id)
    assert {entry.team for entry in details.history} == {"Markt", "Zweite"}
    assert {entry.user for entry in details.history if entry.team == "Markt"} == {""}


async def test_a_returned_lead_goes_to_the_other_takers(units: SqlUnits) -> None:
    """A lead is returned with a reason inside the window and then offered to the other active takers (B21)."""
    operator = await found(units, "Markt")
    first, second = await found(units, "Erste"), await found(units, "Zweite")
    await open_market(operator, first, second)
    one = await offered(operator)
    await pick(first, one.lead_id)
    async with units.write() as uow:
        left = await lead.return_(uow, first.member, one.lead_id, "Zu weit weg")
    assert left == GoneLead(one.lead_id, "L-1", is_taken=False)
    with pytest.raises(NotFound):
        await look(first, one.lead_id)
    again = await look(second, one.lead_id)
    assert (again.state, again.offer, Act.PICK in again.acts) == (LeadState.OFFERED, Offer.OPEN, True)


async def test_a_lead_without_further_takers_goes_to_the_operator(units: SqlUnits) -> None:
    """A lead that every taker has returned waits for the operator, who can offer it to nobody it returned (B21)."""
    operator, taker = await found(units, "Markt"), await found(units, "Nehmer")
    await open_market(operator, taker)
    one = await offered(operator)
    await pick(taker, one.lead_id)
    async with units.write() as uow:
        await lead.return_(uow, taker.member, one.lead_id, "Zu weit weg")
    view = await look(operator, one.lead_id)
    assert (view.state, Act.OFFER in view.acts) == (LeadState.SUBMITTED, True)
    async with units.write() as uow:
        with pytest.raises(NoTakers):
            await marketplace.offer(uow, operator.owner, one.lead_id)
        assigned = await marketplace.offer(uow, operator.owner, one.lead_id, to="Nehmer")
    assert assigned.state is LeadState.ASSIGNED


async def test_the_window_to_return_ends(units: SqlUnits, clock: Clock) -> None:
    """After the marketplace's hours an accepted lead stays with its firm (B21)."""
    operator, taker = await found(units, "Markt"), await found(units, "Nehmer")
    await open_market(operator, taker)
    one = await offered(operator)
    await pick(taker, one.lead_id)
    clock.advance(hours=48, seconds=1)
    assert Act.RETURN not in (await look(taker, one.lead_id)).acts
    async with units.write() as uow:
        with pytest.raises(ReturnExpired) as refused:
            await lead.return_(uow, taker.member, one.lead_id, "Zu weit weg")
    assert refused.value.hours == 48


async def test_an_own_lead_is_returned_into_the_own_team(units: SqlUnits, clock: Clock) -> None:
    """A lead that is on no marketplace goes back to the own team at any time."""
    firm = await found(units, "Solarhaus")
    one = await bring(firm)
    await pick(firm, one.lead_id)
    clock.advance(days=30)
    async with units.write() as uow:
        back = await lead.return_(uow, firm.member, "L-1", "Urlaub")
    assert isinstance(back, LeadView)
    assert (back.state, Act.PICK in back.acts) == (LeadState.OPEN, True)


async def test_whoever_is_responsible_delegates(units: SqlUnits) -> None:
    """The responsible person, a responsible colleague, owner and admin delegate; other members do not (B17)."""
    firm = await found(units, "Solarhaus")
    one = await bring(firm)
    await pick(firm, one.lead_id, firm.owner)
    async with units.write() as uow:
        with pytest.raises(NotPermitted):
            await lead.delegate(uow, firm.member, "L-1", firm.admin.user_id)
        flagged = replace(firm.member, may_delegate=True)
        assert (await lead.delegate(uow, flagged, "L-1", firm.member.user_id)).responsible == firm.member.name
        assert (await lead.delegate(uow, firm.member, "L-1", "Admin")).responsible == firm.admin.name


async def test_delegating_names_a_colleague_who_can_work(units: SqlUnits) -> None:
    """A lead is handed to a working colleague of the own team, to nobody else, and not to whoever has it (B17, B18)."""
    firm, other = await found(units, "Solarhaus"), await found(units, "Dachwerk")
    one = await bring(firm)
    await pick(firm, one.lead_id, firm.owner)
    expected: dict[str, type[Exception]] = {
        firm.viewer.user_id: CannotWork,
        firm.owner.user_id: AlreadyResponsible,
        other.member.user_id: NotFound,
        "Niemand": NotFound,
        "Solarhaus": Ambiguous,
        "": Invalid,
    }
    async with units.write() as uow:
        for who, refusal in expected.items():
            with pytest.raises(refusal):
                await lead.delegate(uow, firm.owner, "L-1", who)


async def test_a_lead_is_shared_inside_the_team_only(units: SqlUnits) -> None:
    """Sharing posts the card into another channel of the team, or hands it over; never beyond the team (B18)."""
    firm, other = await found(units, "Solarhaus"), await found(units, "Dachwerk")
    channel = await connect(units, firm.owner, "Leads")
    one = await bring(firm)
    async with units.write() as uow:
        assert (await lead.share(uow, firm.member, "L-1", channel=channel.conversation_id)).channel == "Leads"
        assert (await lead.share(uow, firm.member, "L-1", who="#leads")).channel == "Leads"
        for foreign in (other.channel.conversation_id, other.channel.name, "gibt es nicht"):
            with pytest.raises(NotFound):
                await lead.share(uow, firm.member, "L-1", channel=foreign)
    await pick(firm, one.lead_id)
    async with units.write() as uow:
        handed = await lead.share(uow, firm.member, "L-1", who=firm.admin.user_id)
    assert (handed.colleague, handed.lead.responsible) == (firm.admin.name, firm.admin.name)


async def test_leads_stay_when_a_colleague_leaves(units: SqlUnits) -> None:
    """A leaving colleague's leads stay; nobody is responsible, and any colleague picks them (B19)."""
    firm = await found(units, "Solarhaus")
    first, second = await bring(firm), await bring(firm)
    await pick(firm, first.lead_id)
    await pick(firm, second.lead_id, firm.owner)
    async with units.write() as uow:
        assert await lead.vacate(uow, firm.team_id, firm.member.user_id) == 1
    vacant = await look(firm, first.lead_id, firm.admin)
    assert (vacant.is_vacant, vacant.responsible, Act.PICK in vacant.acts) == (True, "", True)
    assert (await pick(firm, first.lead_id, firm.admin)).responsible == firm.admin.name
    assert (await look(firm, second.lead_id)).responsible == firm.owner.name


@pytest.mark.postgres
async def test_a_vacant_lead_is_picked_once(units: SqlUnits) -> None:
    """Of several colleagues who pick a vacant lead at once, one becomes responsible."""
    firm = await found(units, "Solarhaus")
    one = await bring(firm)
    await pick(firm, one.lead_id)
    async with units.write() as uow:
        await lead.vacate(uow, firm.team_id, firm.member.user_id)

    async def attempt(actor: Actor) -> bool:
        try:
            await pick(firm, one.lead_id, actor)
        except AlreadyPicked:
            return False
        return True

    assert sum(await asyncio.gather(*(attempt(actor) for actor in (firm.owner, firm.admin) for _ in range(5)))) == 1


async def test_notes_have_their_limit(sqlite_units: SqlUnits) -> None:
    """Notes of 2,000 characters and reasons of 500 are kept; longer ones are refused with the limit."""
    firm = await found(sqlite_units, "Solarhaus")
    one = await bring(firm)
    await pick(firm, one.lead_id)
    async with sqlite_units.write() as uow:
        await lead.note(uow, firm.member, "L-1", "x" * 2_000)
        with pytest.raises(Invalid) as note:
            await lead.note(uow, firm.member, "L-1", "x" * 2_001)
        with pytest.raises(Invalid) as reason:
            await lead.lose(uow, firm.member, "L-1", "x" * 501)
        with pytest.raises(Invalid):
            await lead.note(uow, firm.member, "L-1", "x", step="fliegen")
    assert (note.value.limit, reason.value.limit) == (2_000, 500)


@pytest.mark.postgres
async def test_what_is_on_offer_to_many_goes_to_who_joined_later_only_when_offered_again(units: SqlUnits) -> None:
    """A firm that joins later sees no earlier offer, but gets what is offered again after a return."""
    operator, first = await found(units, "Markt"), await found(units, "Erste")
    market = await open_market(operator, first)
    one = await offered(operator)
    late: Firm = await found(units, "Späte")
    await join(operator, late, market)
    with pytest.raises(NotFound):
        await look(late, one.lead_id)
    await pick(first, one.lead_id)
    async with units.write() as uow:
        await lead.return_(uow, first.member, one.lead_id, "Zu weit weg")
    assert Act.PICK in (await look(late, one.lead_id)).acts
