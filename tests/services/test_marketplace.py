"""Marketplaces: operators, givers, takers, and what is offered on them."""

from dataclasses import replace

import pytest

from services import lead, marketplace
from services.errors import Invalid, NeedsConfirmation, NotFound, NotPermitted, Outdated
from services.lead.model import Act, LeadState, Offer
from services.lead.refusals import AlreadyOffered, NoTakers
from services.marketplace.model import MarketplaceList, MarketplaceView
from services.marketplace.refusals import NameTaken, NotGiver, OperatorItself
from services.permissions import Role
from storage.unit_of_work import SqlUnits
from tests.services.firms import Firm, bring, draft, found, join, look, offered, one_market, open_market, pick


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.MEMBER])
async def test_any_colleague_of_the_operator_runs_the_marketplace(units: SqlUnits, role: Role) -> None:
    """Any colleague of the operator's team opens a marketplace and offers leads there in its name (B3)."""
    operator, taker = await found(units, "Markt"), await found(units, "Nehmer")
    actor = operator.actors[role]
    async with units.write() as uow:
        opened = await marketplace.create(uow, actor, "Handwerk Süd", takes=False)
    await join(operator, taker, opened.marketplace_id)
    brought = await bring(operator)
    async with units.write() as uow:
        assert (await marketplace.offer(uow, actor, brought.lead_id)).state is LeadState.OFFERED


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.MEMBER])
async def test_any_colleague_of_a_giver_submits(units: SqlUnits, role: Role) -> None:
    """Any colleague of a giver brings a lead and puts it on the marketplace (B6)."""
    operator, giver = await found(units, "Markt"), await found(units, "Geber")
    await open_market(operator, giver, part="gives")
    brought = await bring(giver, role)
    async with units.write() as uow:
        submitted = await marketplace.offer(uow, giver.actors[role], brought.lead_id)
    assert (submitted.state, submitted.offer) == (LeadState.SUBMITTED, Offer.NONE)
    waiting = await look(operator, brought.lead_id)
    assert (waiting.giver, Act.OFFER in waiting.acts) == ("Geber", True)


@pytest.mark.postgres
async def test_a_team_is_operator_giver_and_taker_at_once(units: SqlUnits) -> None:
    """A team may run a marketplace, give a lead to it and pick it there itself (B7)."""
    operator, taker = await found(units, "Markt"), await found(units, "Nehmer")
    await open_market(operator, taker, takes=True)
    one = await offered(operator)
    assert (await pick(operator, one.lead_id)).state is LeadState.PICKED
    with pytest.raises(NotFound):
        await look(taker, one.lead_id)


async def test_an_offer_goes_to_every_active_taker_and_to_nobody_else(units: SqlUnits) -> None:
    """Offered on the market, a lead is there for every active taker, not for others (B9, B21)."""
    operator = await found(units, "Markt")
    first, second, giver, stranger = [await found(units, name) for name in ("Erste", "Zweite", "Geber", "Fremde")]
    market = await open_market(operator, first, second)
    await join(operator, giver, market, "gives")
    async with units.write() as uow:
        await marketplace.invite(uow, operator.owner, email="neu@example.com", name="Neue", marketplace=market)
    one = await offered(operator)
    for firm in (first, second):
        assert Act.PICK in (await look(firm, one.lead_id)).acts
    for firm in (giver, stranger):
        with pytest.raises(NotFound):
            await look(firm, one.lead_id)


async def test_an_assigned_lead_is_there_for_one_firm(units: SqlUnits) -> None:
    """Assigned directly, a lead is there for that firm alone (B21)."""
    operator = await found(units, "Markt")
    first, second = await found(units, "Erste"), await found(units, "Zweite")
    await open_market(operator, first, second)
    brought = await bring(operator)
    async with units.write() as uow:
        for unknown in ("Dritte", "Markt "):
            with pytest.raises(NotFound):
                await marketplace.offer(uow, operator.owner, brought.lead_id, to=unknown)
        assigned = await marketplace.offer(uow, operator.owner, brought.lead_id, to="erste")
    assert assigned.state is LeadState.ASSIGNED
    assert (await look(first, brought.lead_id)).offer is Offer.ASSIGNED
    with pytest.raises(NotFound):
        await look(second, brought.lead_id)


ASKS = marketplace.Settings(
    offer_window_minutes=60,
    return_window_hours=24,
    reminder_days=2,
    stall_days=5,
    questions="Welche Dachform?\r\n\n  Bis   wann? \nBis wann?",
)


async def asking(operator: Firm, market: str, settings: marketplace.Settings = ASKS) -> MarketplaceView:
    """Change the settings of the operator's marketplace."""
    async with operator.units.write() as uow:
        return await marketplace.change(uow, operator.member, market, settings)


async def test_any_colleague_of_the_operator_changes_windows_and_questions(units: SqlUnits) -> None:
    """The operator's colleagues change a marketplace's windows and its questions, logged; viewers and others do not."""
    operator, partner = await found(units, "Markt"), await found(units, "Geber")
    market = await open_market(operator, partner)
    changed = await asking(operator, market)
    assert changed.questions == ("Welche Dachform?", "Bis wann?")
    assert (changed.offer_window_minutes, changed.return_window_hours) == (60, 24)
    assert await one_market(operator) == changed
    assert (await one_market(partner)).questions == ()
    async with units.write() as uow:
        with pytest.raises(NotPermitted):
            await marketplace.change(uow, operator.viewer, market, ASKS)
        with pytest.raises(NotFound):
            await marketplace.change(uow, partner.owner, market, ASKS)
    async with units.read() as uow:
        assert (await uow.audit.page(operator.team_id))[0].action == "marketplace.changed"


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
async def test_settings_beyond_their_limits_are_refused(
    sqlite_units: SqlUnits, argument: str, settings: marketplace.Settings
) -> None:
    """At most five questions of 80 characters, and windows within their limits; a reminder comes before the end."""
    operator = await found(sqlite_units, "Markt")
    market = await open_market(operator)
    with pytest.raises(Invalid) as refused:
        await asking(operator, market, settings)
    assert refused.value.argument == argument


async def test_answers_are_kept_with_their_questions(units: SqlUnits) -> None:
    """Giver and operator answer a marketplace's questions; the taker reads both, no address among them (B20, A42)."""
    operator, giver, taker = [await found(units, name) for name in ("Markt", "Geber", "Nehmer")]
    market = await open_market(operator, giver, taker)
    await asking(operator, market)
    brought = await bring(giver)
    async with units.write() as uow:
        form = await marketplace.offer_form(uow, giver.owner, brought.lead_id)
        answers = marketplace.Answers(form.asked, ("Walmdach, siehe eva@posteo.de", "", "", "", ""))
        await marketplace.offer(uow, giver.owner, brought.lead_id, answers=answers)
    async with units.write() as uow:
        form = await marketplace.offer_form(uow, operator.owner, brought.lead_id)
        assert (form.questions, form.answers) == (
            ("Welche Dachform?", "Bis wann?"),
            ("Walmdach, siehe eva@posteo.de", ""),
        )
        answers = marketplace.Answers(form.asked, ("", "Mai"))
        await marketplace.offer(uow, operator.owner, brought.lead_id, answers=answers)
        before = (await lead.reveal(uow, taker.in_channel(taker.owner), brought.lead_id)).lead.fields
        assert before == (("Welche Dachform?", "Walmdach, siehe e***@posteo.de"), ("Bis wann?", "Mai"))
    assert (await look(taker, brought.lead_id, taker.reader())).fields == ()
    await pick(taker, brought.lead_id)
    async with units.write() as uow:
        after = (await lead.reveal(uow, taker.owner, brought.lead_id)).lead.fields
    assert after[0] == ("Welche Dachform?", "Walmdach, siehe eva@posteo.de")


async def test_answers_to_other_questions_are_refused(units: SqlUnits) -> None:
    """An answer given before the questions changed, and one beyond 300 characters, keep the lead where it is (B20)."""
    operator, taker = await found(units, "Markt"), await found(units, "Nehmer")
    market = await open_market(operator, taker)
    await asking(operator, market)
    brought = await bring(operator)
    async with units.write() as uow:
        asked = (await marketplace.offer_form(uow, operator.owner, brought.lead_id)).asked
    await asking(operator, market, replace(ASKS, questions="Wie groß?"))
    async with units.write() as uow:
        now = (await marketplace.offer_form(uow, operator.owner, brought.lead_id)).asked
        stale, long = marketplace.Answers(asked, ("Walmdach",)), marketplace.Answers(now, ("x" * 301,))
        with pytest.raises(Outdated):
            await marketplace.offer(uow, operator.owner, brought.lead_id, answers=stale)
        with pytest.raises(Invalid):
            await marketplace.offer(uow, operator.owner, brought.lead_id, answers=long)
        unanswered = marketplace.Answers(asked, ("", ""))
        offered_now = await marketplace.offer(uow, operator.owner, brought.lead_id, answers=unanswered)
    assert (offered_now.state, offered_now.fields) == (LeadState.OFFERED, ())


async def test_of_several_marketplaces_one_is_chosen_before_its_questions(sqlite_units: SqlUnits) -> None:
    """Where a firm gives to several marketplaces and one asks something, the marketplace is chosen first (B20)."""
    first, second = await found(sqlite_units, "Erste"), await found(sqlite_units, "Zweite")
    market = await open_market(first, second)
    own = await open_market(second)
    brought = await bring(second)
    async with sqlite_units.write() as uow:
        assert not (await marketplace.offer_form(uow, second.owner, brought.lead_id)).is_choice
    await asking(first, market)
    async with sqlite_units.write() as uow:
        form = await marketplace.offer_form(uow, second.owner, brought.lead_id)
        assert (form.is_choice, form.questions) == (True, ())
        chosen = await marketplace.offer_form(uow, second.owner, brought.lead_id, market)
        assert (chosen.is_choice, len(chosen.questions)) == (False, 2)
        assert (await marketplace.offer_form(uow, second.owner, brought.lead_id, own)).questions == ()


async def test_duplicates_on_the_marketplace_are_shown_before_an_offer_goes_out(units: SqlUnits) -> None:
    """The operator sees leads of the same contact on the marketplace before the offer, its givers do not (B24)."""
    operator = await found(units, "Markt")
    first, second = await found(units, "Erste"), await found(units, "Zweite")
    await open_market(operator, first, second)
    for giver in (first, second):
        async with units.write() as uow:
            made = await lead.create(uow, giver.owner, draft())
            await marketplace.offer(uow, giver.owner, made.lead_id)
    async with units.write() as uow:
        with pytest.raises(NeedsConfirmation) as asked:
            await marketplace.offer(uow, operator.owner, "L-2")
        (warning,) = asked.value.warnings
        put_up = await marketplace.offer(uow, operator.owner, "L-2", accept=(warning.code,))
    assert put_up.state is LeadState.OFFERED


async def test_what_is_offered_or_in_work_is_not_offered_again(units: SqlUnits) -> None:
    """A lead goes out once; a picked one is not offered at all."""
    operator, taker = await found(units, "Markt"), await found(units, "Nehmer")
    await open_market(operator, taker)
    one = await offered(operator)
    own = await bring(operator)
    await pick(operator, own.lead_id)
    async with units.write() as uow:
        for lead_id in (one.lead_id, own.lead_id):
            with pytest.raises(AlreadyOffered):
                await marketplace.offer(uow, operator.owner, lead_id)
        with pytest.raises(AlreadyOffered):
            await marketplace.offer(uow, taker.owner, one.lead_id)


async def test_a_team_offers_only_where_it_gives(units: SqlUnits) -> None:
    """Who gives leads to no marketplace, or only takes, cannot offer; without takers nothing goes out."""
    operator, taker, stranger = [await found(units, name) for name in ("Markt", "Nehmer", "Fremde")]
    async with units.write() as uow:
        await marketplace.create(uow, operator.owner, "Handwerk", takes=False)
    empty, foreign, taken = await bring(operator), await bring(stranger), await bring(taker)
    async with units.write() as uow:
        with pytest.raises(NoTakers):
            await marketplace.offer(uow, operator.owner, empty.lead_id)
        for firm, brought in ((stranger, foreign), (taker, taken)):
            with pytest.raises(NotGiver):
                await marketplace.offer(uow, firm.owner, brought.lead_id, marketplace="Handwerk")
            with pytest.raises(NotGiver):
                await marketplace.offer_form(uow, firm.owner, brought.lead_id)


async def test_another_team_does_not_find_the_marketplace(units: SqlUnits) -> None:
    """For a team that takes no part the marketplace and its partners do not exist (X1)."""
    operator, taker, stranger = [await found(units, name) for name in ("Markt", "Nehmer", "Fremde")]
    market = await open_market(operator)
    partner_id = await join(operator, taker, market)
    async with units.write() as uow:
        assert await marketplace.show(uow, stranger.owner, market) == MarketplaceList((), may_create=True)
        for attempt in (
            marketplace.end(uow, stranger.owner, partner_id),
            marketplace.withdraw(uow, taker.owner, partner_id),
            marketplace.show_partner(uow, taker.owner, partner_id),
            marketplace.invite(uow, taker.owner, email="x@example.com", name="X", marketplace=market),
        ):
            with pytest.raises(NotFound):
                await attempt


async def test_a_marketplace_has_a_name_of_its_own_and_sensible_windows(units: SqlUnits) -> None:
    """A team runs no two marketplaces of one name; windows have limits; the operator's own part stays."""
    operator = await found(units, "Markt")
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
        with pytest.raises(OperatorItself):
            await marketplace.end(uow, operator.owner, opened.partners[0].partner_id, accept=("partner.end",))
        with pytest.raises(Invalid):
            await marketplace.invite(uow, operator.owner, email="x@example.com", name="X", part="alles")
