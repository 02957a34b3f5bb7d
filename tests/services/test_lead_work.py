"""Work on a lead: notes, closing, returning, delegating, and permissions."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from services import lead, marketplace
from services.actor import Actor
from services.errors import Ambiguous, Invalid, NotFound, NotMember, NotPermitted
from services.lead.model import ActivityType, HiddenLead, LeadAction, LeadState, LeadView, OfferStatus
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
from tests.services.seeded_team import (
    SeededTeam,
    connect_channel,
    create_lead,
    create_offered_lead,
    join_marketplace,
    open_marketplace,
    pick_lead,
    refusal_of,
    seed_team,
    show_lead,
)

Attempt = Callable[[UnitOfWork, Actor], Awaitable[object]]

ALLOWED: dict[str, tuple[Attempt, str]] = {
    "show": (lambda uow, actor: lead.show(uow, actor, "L-1"), "OAMV"),
    "list": (lead.list_, "OAMV"),
    "glance": (lambda uow, actor: lead.show_posted(uow, actor, "L-1"), "OAMV"),
    "reveal": (lambda uow, actor: lead.reveal(uow, actor, "L-1"), "OAM"),
    "create": (lambda uow, actor: lead.create(uow, actor, lead.LeadDraft(title="Neu", name="Nora")), "OAM"),
    "pick": (lambda uow, actor: lead.pick(uow, actor, "L-2"), "OAM"),
    "undo": (lambda uow, actor: lead.undo(uow, actor, "L-1"), "OAM"),
    "note": (lambda uow, actor: lead.note(uow, actor, "L-1", "Rückruf"), "OAM"),
    "win": (lambda uow, actor: lead.win(uow, actor, "L-1"), "OAM"),
    "lose": (lambda uow, actor: lead.lose(uow, actor, "L-1", "Kein Budget"), "OAM"),
    "return": (lambda uow, actor: lead.return_(uow, actor, "L-1", "Zu weit"), "OAM"),
    "share": (lambda uow, actor: lead.share(uow, actor, "L-1", channel="Vertrieb Solarhaus"), "OAM"),
    "delegate": (lambda uow, actor: lead.delegate(uow, actor, "L-1", "Member Solarhaus"), "OA"),
    "form to work": (lambda uow, actor: lead.get_workable(uow, actor, "L-1"), "OAM"),
    "form to share": (lambda uow, actor: lead.show_share_form(uow, actor, "L-1"), "OAM"),
    "form to delegate": (lambda uow, actor: lead.show_delegate_form(uow, actor, "L-1"), "OA"),
    "market": (marketplace.show, "OAMV"),
    "open market": (lambda uow, actor: marketplace.create(uow, actor, "Handwerk"), "OAM"),
}
ROLES = {"O": Role.OWNER, "A": Role.ADMIN, "M": Role.MEMBER, "V": Role.VIEWER, "G": Role.GUEST}


async def test_roles_follow_the_permission_table(sqlite_units: SqlUnits) -> None:
    """Owner, admin and member work on leads, viewers read, guests see nothing (B3-B6, B17)."""
    seeded = await seed_team(sqlite_units, "Solarhaus")
    first, _ = await create_lead(seeded), await create_lead(seeded)
    await pick_lead(seeded, first.lead_id, seeded.owner)
    guest = replace(seeded.member, role=Role.GUEST)
    wrong: list[str] = []
    for name, (attempt, allowed) in ALLOWED.items():
        for letter, role in ROLES.items():
            due = None if letter in allowed else NotMember if role is Role.GUEST else NotPermitted
            actor = seeded.actors.get(role, guest)
            refusal = await refusal_of(sqlite_units, actor, attempt)
            if refusal is not due:
                wrong.append(f"{name}, {role}: {refusal}")
    assert wrong == []


async def test_a_note_has_team_and_member(units: SqlUnits) -> None:
    """The history shows team and acting member, the newest entry first (B11)."""
    seeded = await seed_team(units, "Solarhaus")
    one = await create_lead(seeded)
    await pick_lead(seeded, one.lead_id)
    async with units.write() as uow:
        await lead.note(uow, seeded.admin, "L-1", "Besichtigung Donnerstag")
        details = await lead.reveal(uow, seeded.member, "L-1")
    newest = details.history[0]
    assert (newest.what, newest.team, newest.user, newest.text) == (
        ActivityType.NOTED,
        "Solarhaus",
        seeded.admin.name,
        "Besichtigung Donnerstag",
    )
    assert [audit_entry.what for audit_entry in details.history] == [
        ActivityType.NOTED,
        ActivityType.PICKED,
        ActivityType.CREATED,
    ]


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("", None), ("18500", 1_850_000), ("18.500,00 €", 1_850_000), ("18,500.5", 1_850_050), ("18.500", 1_850_000)],
)
async def test_a_lead_is_won_with_its_amount(sqlite_units: SqlUnits, typed: str, cents: int | None) -> None:
    """A member closes the lead as won, with an amount in any notation, or without one."""
    seeded = await seed_team(sqlite_units, "Solarhaus")
    one = await create_lead(seeded)
    await pick_lead(seeded, one.lead_id)
    async with sqlite_units.write() as uow:
        won = await lead.win(uow, seeded.admin, "L-1", typed)
    assert (won.state, won.won_cents, won.closed_by) == (LeadState.WON, cents, seeded.admin.name)
    assert won.actions == {LeadAction.REVEAL}


@pytest.mark.parametrize("typed", ["viel", "-5", "1e9", "1,2345", "999999999999999"])
async def test_invalid_amounts_are_refused(sqlite_units: SqlUnits, typed: str) -> None:
    """An invalid amount is refused and closes nothing."""
    seeded = await seed_team(sqlite_units, "Solarhaus")
    one = await create_lead(seeded)
    await pick_lead(seeded, one.lead_id)
    async with sqlite_units.write() as uow:
        with pytest.raises(Invalid):
            await lead.win(uow, seeded.member, "L-1", typed)
    assert (await show_lead(seeded, one.lead_id)).state is LeadState.PICKED


async def test_a_lead_is_lost_with_a_reason(units: SqlUnits) -> None:
    """A lead is closed as lost only with a reason, and stays closed."""
    seeded = await seed_team(units, "Solarhaus")
    one = await create_lead(seeded)
    await pick_lead(seeded, one.lead_id)
    async with units.write() as uow:
        with pytest.raises(Invalid):
            await lead.lose(uow, seeded.member, "L-1", "  ")
        closed = await lead.lose(uow, seeded.member, "L-1", "Kunde baut später")
        assert (closed.state, closed.lost_reason) == (LeadState.LOST, "Kunde baut später")
        for again in (lead.win(uow, seeded.member, "L-1"), lead.note(uow, seeded.member, "L-1", "x")):
            with pytest.raises(AlreadyClosed):
                await again


async def test_only_a_picked_lead_is_worked_on(units: SqlUnits) -> None:
    """Before the pick a lead cannot be noted, won, lost, returned or delegated; the refusal offers the pick."""
    seeded = await seed_team(units, "Solarhaus")
    one = await create_lead(seeded)
    async with units.write() as uow:
        for attempt in (
            lead.note(uow, seeded.member, "L-1", "x"),
            lead.win(uow, seeded.member, "L-1"),
            lead.return_(uow, seeded.member, "L-1", "x"),
            lead.delegate(uow, seeded.owner, "L-1", seeded.member.user_id),
        ):
            with pytest.raises(NotPicked) as refused:
                await attempt
            assert (refused.value.may_pick, refused.value.lead_id) == (True, one.lead_id)


async def test_giver_and_operator_see_the_state_only(units: SqlUnits) -> None:
    """After a pick giver and operator see state and team, no member's name, and change nothing (B8)."""
    operator, giver, taker = (
        await seed_team(units, "Markt"),
        await seed_team(units, "Geber"),
        await seed_team(units, "Nehmer"),
    )
    await open_marketplace(operator, giver, taker)
    new_lead = await create_lead(giver)
    async with units.write() as uow:
        await marketplace.offer(uow, giver.owner, new_lead.lead_id)
        await marketplace.offer(uow, operator.owner, new_lead.lead_id, to="Nehmer")
    await pick_lead(taker, new_lead.lead_id)
    async with units.write() as uow:
        await lead.note(uow, taker.member, new_lead.lead_id, "Geheim")
    for seeded in (operator, giver):
        view = await show_lead(seeded, new_lead.lead_id)
        assert (view.state, view.taker, view.responsible, view.picked_by) == (LeadState.PICKED, "Nehmer", "", "")
        async with units.write() as uow:
            with pytest.raises(HeldElsewhere):
                await lead.note(uow, seeded.owner, new_lead.lead_id, "x")
            history = (await lead.reveal(uow, seeded.owner, new_lead.lead_id)).history
        assert ActivityType.NOTED not in [audit_entry.what for audit_entry in history]
        assert next((item.what, item.team, item.user) for item in history) == (ActivityType.PICKED, "Nehmer", "")


async def test_a_taker_sees_no_other_takers(units: SqlUnits) -> None:
    """A team's history of a lead names the giver and itself, never another taker (B8, B9)."""
    operator = await seed_team(units, "Markt")
    first, second = await seed_team(units, "Erste"), await seed_team(units, "Zweite")
    await open_marketplace(operator, first, second)
    one = await create_offered_lead(operator)
    await pick_lead(first, one.lead_id)
    async with units.write() as uow:
        await lead.return_(uow, first.member, one.lead_id, "Zu weit weg")
    await pick_lead(second, one.lead_id)
    async with units.write() as uow:
        details = await lead.reveal(uow, second.member, one.lead_id)
    assert {audit_entry.team for audit_entry in details.history} == {"Markt", "Zweite"}
    assert {audit_entry.user for audit_entry in details.history if audit_entry.team == "Markt"} == {""}


async def test_a_returned_lead_goes_to_the_other_takers(units: SqlUnits) -> None:
    """A lead is returned with a reason inside the window and then offered to the other active takers (B21)."""
    operator = await seed_team(units, "Markt")
    first, second = await seed_team(units, "Erste"), await seed_team(units, "Zweite")
    await open_marketplace(operator, first, second)
    one = await create_offered_lead(operator)
    await pick_lead(first, one.lead_id)
    async with units.write() as uow:
        left = await lead.return_(uow, first.member, one.lead_id, "Zu weit weg")
    assert left == HiddenLead(one.lead_id, "L-1", is_taken=False)
    with pytest.raises(NotFound):
        await show_lead(first, one.lead_id)
    again = await show_lead(second, one.lead_id)
    assert (again.state, again.offer_status, LeadAction.PICK in again.actions) == (
        LeadState.OFFERED,
        OfferStatus.OPEN,
        True,
    )


async def test_a_lead_without_further_takers_goes_to_the_operator(units: SqlUnits) -> None:
    """A lead that every taker has returned waits for the operator, who cannot offer it to those takers again (B21)."""
    operator, taker = await seed_team(units, "Markt"), await seed_team(units, "Nehmer")
    await open_marketplace(operator, taker)
    one = await create_offered_lead(operator)
    await pick_lead(taker, one.lead_id)
    async with units.write() as uow:
        await lead.return_(uow, taker.member, one.lead_id, "Zu weit weg")
    view = await show_lead(operator, one.lead_id)
    assert (view.state, LeadAction.OFFER in view.actions) == (LeadState.SUBMITTED, True)
    async with units.write() as uow:
        with pytest.raises(NoTakers):
            await marketplace.offer(uow, operator.owner, one.lead_id)
        assigned = await marketplace.offer(uow, operator.owner, one.lead_id, to="Nehmer")
    assert assigned.state is LeadState.ASSIGNED


async def test_the_return_window_ends(units: SqlUnits, clock: Clock) -> None:
    """After the marketplace's window a picked lead stays with its team (B21)."""
    operator, taker = await seed_team(units, "Markt"), await seed_team(units, "Nehmer")
    await open_marketplace(operator, taker)
    one = await create_offered_lead(operator)
    await pick_lead(taker, one.lead_id)
    clock.advance(hours=48, seconds=1)
    assert LeadAction.RETURN not in (await show_lead(taker, one.lead_id)).actions
    async with units.write() as uow:
        with pytest.raises(ReturnExpired) as refused:
            await lead.return_(uow, taker.member, one.lead_id, "Zu weit weg")
    assert refused.value.hours == 48


async def test_a_lead_without_a_marketplace_is_returned_to_the_team(units: SqlUnits, clock: Clock) -> None:
    """A lead on no marketplace can be returned to its own team at any time."""
    seeded = await seed_team(units, "Solarhaus")
    one = await create_lead(seeded)
    await pick_lead(seeded, one.lead_id)
    clock.advance(days=30)
    async with units.write() as uow:
        back = await lead.return_(uow, seeded.member, "L-1", "Urlaub")
    assert isinstance(back, LeadView)
    assert (back.state, LeadAction.PICK in back.actions) == (LeadState.OPEN, True)


async def test_delegation_follows_role_and_responsibility(units: SqlUnits) -> None:
    """The responsible member, flagged members, owner and admin delegate; other members do not (B17)."""
    seeded = await seed_team(units, "Solarhaus")
    one = await create_lead(seeded)
    await pick_lead(seeded, one.lead_id, seeded.owner)
    async with units.write() as uow:
        with pytest.raises(NotPermitted):
            await lead.delegate(uow, seeded.member, "L-1", seeded.admin.user_id)
        flagged = replace(seeded.member, may_delegate=True)
        assert (await lead.delegate(uow, flagged, "L-1", seeded.member.user_id)).responsible == seeded.member.name
        assert (await lead.delegate(uow, seeded.member, "L-1", "Admin")).responsible == seeded.admin.name


async def test_delegation_needs_a_working_member(units: SqlUnits) -> None:
    """A lead is delegated to another working member of the own team only (B17, B18)."""
    seeded, other = await seed_team(units, "Solarhaus"), await seed_team(units, "Dachwerk")
    one = await create_lead(seeded)
    await pick_lead(seeded, one.lead_id, seeded.owner)
    expected: dict[str, type[Exception]] = {
        seeded.viewer.user_id: CannotWork,
        seeded.owner.user_id: AlreadyResponsible,
        other.member.user_id: NotFound,
        "Niemand": NotFound,
        "Solarhaus": Ambiguous,
        "": Invalid,
    }
    async with units.write() as uow:
        for who, refusal in expected.items():
            with pytest.raises(refusal):
                await lead.delegate(uow, seeded.owner, "L-1", who)


async def test_a_lead_is_shared_inside_the_team_only(units: SqlUnits) -> None:
    """Sharing posts the card into another channel of the team or delegates the lead, never beyond the team (B18)."""
    seeded, other = await seed_team(units, "Solarhaus"), await seed_team(units, "Dachwerk")
    channel = await connect_channel(units, seeded.owner, "Leads")
    one = await create_lead(seeded)
    async with units.write() as uow:
        assert (await lead.share(uow, seeded.member, "L-1", channel=channel.conversation_id)).channel == "Leads"
        assert (await lead.share(uow, seeded.member, "L-1", who="#leads")).channel == "Leads"
        for foreign in (other.channel.conversation_id, other.channel.name, "gibt es nicht"):
            with pytest.raises(NotFound):
                await lead.share(uow, seeded.member, "L-1", channel=foreign)
    await pick_lead(seeded, one.lead_id)
    async with units.write() as uow:
        handed = await lead.share(uow, seeded.member, "L-1", who=seeded.admin.user_id)
    assert (handed.member, handed.lead.responsible) == (seeded.admin.name, seeded.admin.name)


async def test_leads_stay_when_a_member_leaves(units: SqlUnits) -> None:
    """A leaving member's leads stay without a responsible member, and any member picks them (B19)."""
    seeded = await seed_team(units, "Solarhaus")
    first, second = await create_lead(seeded), await create_lead(seeded)
    await pick_lead(seeded, first.lead_id)
    await pick_lead(seeded, second.lead_id, seeded.owner)
    async with units.write() as uow:
        assert await lead.release_leads(uow, seeded.team_id, seeded.member.user_id) == 1
    vacant = await show_lead(seeded, first.lead_id, seeded.admin)
    assert (vacant.is_vacant, vacant.responsible, LeadAction.PICK in vacant.actions) == (True, "", True)
    assert (await pick_lead(seeded, first.lead_id, seeded.admin)).responsible == seeded.admin.name
    assert (await show_lead(seeded, second.lead_id)).responsible == seeded.owner.name


@pytest.mark.postgres
async def test_a_vacant_lead_is_picked_once(units: SqlUnits) -> None:
    """Of concurrent picks of a vacant lead one takes effect."""
    seeded = await seed_team(units, "Solarhaus")
    one = await create_lead(seeded)
    await pick_lead(seeded, one.lead_id)
    async with units.write() as uow:
        await lead.release_leads(uow, seeded.team_id, seeded.member.user_id)

    async def attempt(actor: Actor) -> bool:
        try:
            await pick_lead(seeded, one.lead_id, actor)
        except AlreadyPicked:
            return False
        return True

    assert sum(await asyncio.gather(*(attempt(actor) for actor in (seeded.owner, seeded.admin) for _ in range(5)))) == 1


async def test_notes_have_their_limit(sqlite_units: SqlUnits) -> None:
    """Notes of 2,000 characters and reasons of 500 are stored; longer ones are refused with the limit."""
    seeded = await seed_team(sqlite_units, "Solarhaus")
    one = await create_lead(seeded)
    await pick_lead(seeded, one.lead_id)
    async with sqlite_units.write() as uow:
        await lead.note(uow, seeded.member, "L-1", "x" * 2_000)
        with pytest.raises(Invalid) as note:
            await lead.note(uow, seeded.member, "L-1", "x" * 2_001)
        with pytest.raises(Invalid) as reason:
            await lead.lose(uow, seeded.member, "L-1", "x" * 501)
        with pytest.raises(Invalid):
            await lead.note(uow, seeded.member, "L-1", "x", step="fliegen")
    assert (note.value.limit, reason.value.limit) == (2_000, 500)


@pytest.mark.postgres
async def test_a_later_partner_sees_renewed_offers_only(units: SqlUnits) -> None:
    """A team that joins later sees no earlier offer, but gets leads offered again after a return."""
    operator, first = await seed_team(units, "Markt"), await seed_team(units, "Erste")
    marketplace_id = await open_marketplace(operator, first)
    one = await create_offered_lead(operator)
    late_partner: SeededTeam = await seed_team(units, "Späte")
    await join_marketplace(operator, late_partner, marketplace_id)
    with pytest.raises(NotFound):
        await show_lead(late_partner, one.lead_id)
    await pick_lead(first, one.lead_id)
    async with units.write() as uow:
        await lead.return_(uow, first.member, one.lead_id, "Zu weit weg")
    assert LeadAction.PICK in (await show_lead(late_partner, one.lead_id)).actions
