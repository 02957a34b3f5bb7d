"""Marketplaces: operators, givers, takers, and their offers."""

from dataclasses import replace

import pytest

from services import lead, marketplace
from services.errors import Invalid, NeedsConfirmation, NotFound, NotPermitted, Outdated
from services.lead.model import LeadAction, LeadState, OfferStatus
from services.lead.refusals import AlreadyOffered, NoTakers
from services.marketplace.model import MarketplaceList, MarketplaceView
from services.marketplace.refusals import IsOperator, NameTaken, NotGiver
from services.permissions import Role
from storage.unit_of_work import SqlUnits
from tests.services.seeded_team import (
    SeededTeam,
    create_lead,
    create_offered_lead,
    join_marketplace,
    lead_draft,
    only_marketplace,
    open_marketplace,
    pick_lead,
    seed_team,
    show_lead,
)


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.MEMBER])
async def test_any_member_of_the_operator_runs_the_marketplace(units: SqlUnits, role: Role) -> None:
    """Any member of the operator's team creates a marketplace and offers leads there (B3)."""
    operator, taker = await seed_team(units, "Markt"), await seed_team(units, "Nehmer")
    actor = operator.actors[role]
    async with units.write() as uow:
        opened = await marketplace.create(uow, actor, "Handwerk Süd", takes=False)
    await join_marketplace(operator, taker, opened.marketplace_id)
    new_lead = await create_lead(operator)
    async with units.write() as uow:
        assert (await marketplace.offer(uow, actor, new_lead.lead_id)).state is LeadState.OFFERED


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.MEMBER])
async def test_any_member_of_a_giver_submits(units: SqlUnits, role: Role) -> None:
    """Any member of a giver creates a lead and submits it to the marketplace (B6)."""
    operator, giver = await seed_team(units, "Markt"), await seed_team(units, "Geber")
    await open_marketplace(operator, giver, part="gives")
    new_lead = await create_lead(giver, role)
    async with units.write() as uow:
        submitted = await marketplace.offer(uow, giver.actors[role], new_lead.lead_id)
    assert (submitted.state, submitted.offer_status) == (LeadState.SUBMITTED, OfferStatus.NONE)
    waiting = await show_lead(operator, new_lead.lead_id)
    assert (waiting.giver, LeadAction.OFFER in waiting.actions) == ("Geber", True)


@pytest.mark.postgres
async def test_a_team_is_operator_giver_and_taker_at_once(units: SqlUnits) -> None:
    """A team may operate a marketplace, give a lead to it and pick it there itself (B7)."""
    operator, taker = await seed_team(units, "Markt"), await seed_team(units, "Nehmer")
    await open_marketplace(operator, taker, takes=True)
    one = await create_offered_lead(operator)
    assert (await pick_lead(operator, one.lead_id)).state is LeadState.PICKED
    with pytest.raises(NotFound):
        await show_lead(taker, one.lead_id)


async def test_an_offer_is_visible_to_active_takers_only(units: SqlUnits) -> None:
    """A lead offered on the marketplace is visible to every active taker and to no other team (B9, B21)."""
    operator = await seed_team(units, "Markt")
    first, second, giver, stranger = [await seed_team(units, name) for name in ("Erste", "Zweite", "Geber", "Fremde")]
    marketplace_id = await open_marketplace(operator, first, second)
    await join_marketplace(operator, giver, marketplace_id, "gives")
    async with units.write() as uow:
        await marketplace.invite(uow, operator.owner, email="neu@example.com", name="Neue", marketplace=marketplace_id)
    one = await create_offered_lead(operator)
    for seeded in (first, second):
        assert LeadAction.PICK in (await show_lead(seeded, one.lead_id)).actions
    for seeded in (giver, stranger):
        with pytest.raises(NotFound):
            await show_lead(seeded, one.lead_id)


async def test_an_assigned_lead_is_visible_to_one_team(units: SqlUnits) -> None:
    """A lead assigned directly is visible to that team alone (B21)."""
    operator = await seed_team(units, "Markt")
    first, second = await seed_team(units, "Erste"), await seed_team(units, "Zweite")
    await open_marketplace(operator, first, second)
    new_lead = await create_lead(operator)
    async with units.write() as uow:
        for unknown in ("Dritte", "Markt "):
            with pytest.raises(NotFound):
                await marketplace.offer(uow, operator.owner, new_lead.lead_id, to=unknown)
        assigned = await marketplace.offer(uow, operator.owner, new_lead.lead_id, to="erste")
    assert assigned.state is LeadState.ASSIGNED
    assert (await show_lead(first, new_lead.lead_id)).offer_status is OfferStatus.ASSIGNED
    with pytest.raises(NotFound):
        await show_lead(second, new_lead.lead_id)


ASKS = marketplace.MarketplaceSettings(
    offer_window_minutes=60,
    return_window_hours=24,
    reminder_days=2,
    stall_days=5,
    questions="Welche Dachform?\r\n\n  Bis   wann? \nBis wann?",
)


async def change_settings(
    operator: SeededTeam, marketplace_id: str, settings: marketplace.MarketplaceSettings = ASKS
) -> MarketplaceView:
    """Change the settings of the operator's marketplace."""
    async with operator.units.write() as uow:
        return await marketplace.change(uow, operator.member, marketplace_id, settings)


async def test_any_member_of_the_operator_changes_windows_and_questions(units: SqlUnits) -> None:
    """The operator's members change windows and questions, logged; viewers and other teams do not."""
    operator, partner = await seed_team(units, "Markt"), await seed_team(units, "Geber")
    marketplace_id = await open_marketplace(operator, partner)
    changed = await change_settings(operator, marketplace_id)
    assert changed.questions == ("Welche Dachform?", "Bis wann?")
    assert (changed.offer_window_minutes, changed.return_window_hours) == (60, 24)
    assert await only_marketplace(operator) == changed
    assert (await only_marketplace(partner)).questions == ()
    async with units.write() as uow:
        with pytest.raises(NotPermitted):
            await marketplace.change(uow, operator.viewer, marketplace_id, ASKS)
        with pytest.raises(NotFound):
            await marketplace.change(uow, partner.owner, marketplace_id, ASKS)
    async with units.read() as uow:
        assert (await uow.audit.list_entries(operator.team_id))[0].action == "marketplace.changed"


@pytest.mark.parametrize(
    ("argument", "settings"),
    [
        ("questions", replace(ASKS, questions="\n".join("123456"))),
        ("questions", replace(ASKS, questions="x" * 81)),
        ("offer_window_minutes", replace(ASKS, offer_window_minutes=4)),
        ("return_window_hours", replace(ASKS, return_window_hours=721)),
        ("reminder_days", replace(ASKS, reminder_days=0)),
        ("stall_days", replace(ASKS, reminder_days=5)),
        ("stall_days", replace(ASKS, stall_days=91)),
    ],
)
async def test_settings_have_limits(
    sqlite_units: SqlUnits, argument: str, settings: marketplace.MarketplaceSettings
) -> None:
    """Five questions of 80 characters, and windows within their limits; the reminder comes before the end."""
    operator = await seed_team(sqlite_units, "Markt")
    marketplace_id = await open_marketplace(operator)
    with pytest.raises(Invalid) as refused:
        await change_settings(operator, marketplace_id, settings)
    assert refused.value.argument == argument


async def test_answers_are_stored_with_their_questions(units: SqlUnits) -> None:
    """Giver and operator answer a marketplace's questions; the taker reads both, with addresses masked (B20, A42)."""
    operator, giver, taker = [await seed_team(units, name) for name in ("Markt", "Geber", "Nehmer")]
    marketplace_id = await open_marketplace(operator, giver, taker)
    await change_settings(operator, marketplace_id)
    new_lead = await create_lead(giver)
    async with units.write() as uow:
        form = await marketplace.show_offer_form(uow, giver.owner, new_lead.lead_id)
        answers = marketplace.Answers(form.questions_digest, ("Walmdach, siehe eva@posteo.de", "", "", "", ""))
        await marketplace.offer(uow, giver.owner, new_lead.lead_id, answers=answers)
    async with units.write() as uow:
        form = await marketplace.show_offer_form(uow, operator.owner, new_lead.lead_id)
        assert (form.questions, form.answers) == (
            ("Welche Dachform?", "Bis wann?"),
            ("Walmdach, siehe eva@posteo.de", ""),
        )
        answers = marketplace.Answers(form.questions_digest, ("", "Mai"))
        await marketplace.offer(uow, operator.owner, new_lead.lead_id, answers=answers)
        before = (await lead.reveal(uow, taker.in_channel(taker.owner), new_lead.lead_id)).lead.fields
        assert before == (("Welche Dachform?", "Walmdach, siehe e***@posteo.de"), ("Bis wann?", "Mai"))
    assert (await show_lead(taker, new_lead.lead_id, taker.channel_reader())).fields == ()
    await pick_lead(taker, new_lead.lead_id)
    async with units.write() as uow:
        after = (await lead.reveal(uow, taker.owner, new_lead.lead_id)).lead.fields
    assert after[0] == ("Welche Dachform?", "Walmdach, siehe eva@posteo.de")


async def test_answers_to_other_questions_are_refused(units: SqlUnits) -> None:
    """An answer to an earlier version of the questions, or beyond 300 characters, is refused (B20)."""
    operator, taker = await seed_team(units, "Markt"), await seed_team(units, "Nehmer")
    marketplace_id = await open_marketplace(operator, taker)
    await change_settings(operator, marketplace_id)
    new_lead = await create_lead(operator)
    async with units.write() as uow:
        asked = (await marketplace.show_offer_form(uow, operator.owner, new_lead.lead_id)).questions_digest
    await change_settings(operator, marketplace_id, replace(ASKS, questions="Wie groß?"))
    async with units.write() as uow:
        now = (await marketplace.show_offer_form(uow, operator.owner, new_lead.lead_id)).questions_digest
        stale, long = marketplace.Answers(asked, ("Walmdach",)), marketplace.Answers(now, ("x" * 301,))
        with pytest.raises(Outdated):
            await marketplace.offer(uow, operator.owner, new_lead.lead_id, answers=stale)
        with pytest.raises(Invalid):
            await marketplace.offer(uow, operator.owner, new_lead.lead_id, answers=long)
        unanswered = marketplace.Answers(asked, ("", ""))
        offered_now = await marketplace.offer(uow, operator.owner, new_lead.lead_id, answers=unanswered)
    assert (offered_now.state, offered_now.fields) == (LeadState.OFFERED, ())


async def test_the_marketplace_is_chosen_before_its_questions(sqlite_units: SqlUnits) -> None:
    """A giver of several marketplaces, one with questions, chooses the marketplace first (B20)."""
    first, second = await seed_team(sqlite_units, "Erste"), await seed_team(sqlite_units, "Zweite")
    marketplace_id = await open_marketplace(first, second)
    other_marketplace_id = await open_marketplace(second)
    new_lead = await create_lead(second)
    async with sqlite_units.write() as uow:
        assert not (await marketplace.show_offer_form(uow, second.owner, new_lead.lead_id)).has_choice
    await change_settings(first, marketplace_id)
    async with sqlite_units.write() as uow:
        form = await marketplace.show_offer_form(uow, second.owner, new_lead.lead_id)
        assert (form.has_choice, form.questions) == (True, ())
        chosen = await marketplace.show_offer_form(uow, second.owner, new_lead.lead_id, marketplace_id)
        assert (chosen.has_choice, len(chosen.questions)) == (False, 2)
        assert (
            await marketplace.show_offer_form(uow, second.owner, new_lead.lead_id, other_marketplace_id)
        ).questions == ()


async def test_the_operator_sees_duplicates_before_an_offer(units: SqlUnits) -> None:
    """The operator sees leads with the same contact before the offer, its givers do not (B24)."""
    operator = await seed_team(units, "Markt")
    first, second = await seed_team(units, "Erste"), await seed_team(units, "Zweite")
    await open_marketplace(operator, first, second)
    for giver in (first, second):
        async with units.write() as uow:
            new_lead = await lead.create(uow, giver.owner, lead_draft())
            await marketplace.offer(uow, giver.owner, new_lead.lead_id)
    async with units.write() as uow:
        with pytest.raises(NeedsConfirmation) as asked:
            await marketplace.offer(uow, operator.owner, "L-2")
        (warning,) = asked.value.warnings
        put_up = await marketplace.offer(uow, operator.owner, "L-2", accept=(warning.code,))
    assert put_up.state is LeadState.OFFERED


async def test_a_lead_is_offered_once(units: SqlUnits) -> None:
    """An offered or picked lead cannot be offered again."""
    operator, taker = await seed_team(units, "Markt"), await seed_team(units, "Nehmer")
    await open_marketplace(operator, taker)
    one = await create_offered_lead(operator)
    other_marketplace_id = await create_lead(operator)
    await pick_lead(operator, other_marketplace_id.lead_id)
    async with units.write() as uow:
        for lead_id in (one.lead_id, other_marketplace_id.lead_id):
            with pytest.raises(AlreadyOffered):
                await marketplace.offer(uow, operator.owner, lead_id)
        with pytest.raises(AlreadyOffered):
            await marketplace.offer(uow, taker.owner, one.lead_id)


async def test_a_team_offers_only_where_it_gives(units: SqlUnits) -> None:
    """A team that gives to no marketplace cannot offer, and without takers no lead is offered."""
    operator, taker, stranger = [await seed_team(units, name) for name in ("Markt", "Nehmer", "Fremde")]
    async with units.write() as uow:
        await marketplace.create(uow, operator.owner, "Handwerk", takes=False)
    empty, foreign, taken = await create_lead(operator), await create_lead(stranger), await create_lead(taker)
    async with units.write() as uow:
        with pytest.raises(NoTakers):
            await marketplace.offer(uow, operator.owner, empty.lead_id)
        for seeded, new_lead in ((stranger, foreign), (taker, taken)):
            with pytest.raises(NotGiver):
                await marketplace.offer(uow, seeded.owner, new_lead.lead_id, marketplace="Handwerk")
            with pytest.raises(NotGiver):
                await marketplace.show_offer_form(uow, seeded.owner, new_lead.lead_id)


async def test_another_team_does_not_find_the_marketplace(units: SqlUnits) -> None:
    """For a team that takes no part the marketplace and its partners do not exist (X1)."""
    operator, taker, stranger = [await seed_team(units, name) for name in ("Markt", "Nehmer", "Fremde")]
    marketplace_id = await open_marketplace(operator)
    partner_id = await join_marketplace(operator, taker, marketplace_id)
    async with units.write() as uow:
        assert await marketplace.show(uow, stranger.owner, marketplace_id) == MarketplaceList((), may_create=True)
        for attempt in (
            marketplace.end(uow, stranger.owner, partner_id),
            marketplace.withdraw(uow, taker.owner, partner_id),
            marketplace.show_partner(uow, taker.owner, partner_id),
            marketplace.invite(uow, taker.owner, email="x@example.com", name="X", marketplace=marketplace_id),
        ):
            with pytest.raises(NotFound):
                await attempt


async def test_marketplace_names_and_windows_are_checked(units: SqlUnits) -> None:
    """A team has no two marketplaces of one name, windows have limits, and the operator's own part is fixed."""
    operator = await seed_team(units, "Markt")
    async with units.write() as uow:
        opened = await marketplace.create(uow, operator.owner, "Handwerk Süd", offer_window_minutes=30)
        assert opened.offer_window_minutes == 30
        with pytest.raises(NameTaken):
            await marketplace.create(uow, operator.owner, " handwerk  süd")
        for attempt in (
            marketplace.create(uow, operator.owner, "Nord", offer_window_minutes=0),
            marketplace.create(uow, operator.owner, "Nord", return_window_hours=10_000),
        ):
            with pytest.raises(Invalid):
                await attempt
        with pytest.raises(IsOperator):
            await marketplace.end(uow, operator.owner, opened.partners[0].partner_id, accept=("partner.end",))
        with pytest.raises(Invalid):
            await marketplace.invite(uow, operator.owner, email="x@example.com", name="X", part="alles")
