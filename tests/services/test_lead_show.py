"""Lead visibility: creation, lists, masks, reveal, history, channel."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from services import lead, marketplace
from services.errors import Invalid, NeedsConfirmation, NotFound
from services.lead import subscribers
from services.lead.events import LeadDelegated, LeadEvent, LeadPicked, LeadReturned
from services.lead.model import HiddenLead, LeadAction, LeadFilter, LeadState, LeadView
from services.masking import mask_email, mask_name, mask_phone, mask_postcode, mask_text
from services.notices import CardCopies, DirectChat, TeamChannels
from storage.engine import Database
from storage.unit_of_work import SqlUnits
from tests.services.seeded_team import (
    create_lead,
    create_offered_lead,
    lead_draft,
    open_marketplace,
    pick_lead,
    seed_team,
    show_lead,
)

CONTACT = {"email": "eva@posteo.de", "phone": "0711 1234567", "text": "Rufen Sie an: 0711 1234567, eva@posteo.de"}


async def test_a_lead_has_contact_enquiry_source_and_campaign(units: SqlUnits) -> None:
    """A lead has a contact, an enquiry with value and currency, a source and a campaign (B20)."""
    seeded = await seed_team(units, "Solarhaus")
    parts = lead_draft(company="Schneider GmbH", text="Walmdach", value="18.500 €", source="Messe", campaign="Frühling")
    async with units.write() as uow:
        new_lead = await lead.create(uow, seeded.member, parts)
        details = await lead.reveal(uow, seeded.member, new_lead.ref)
    contact = details.lead.contact
    assert (new_lead.ref, new_lead.title, new_lead.state) == ("L-1", "Dachsanierung, 120 m²", LeadState.OPEN)
    assert (contact.name, contact.email, contact.phone) == ("Eva Schneider", "eva@posteo.de", "+49 711 1234567")
    assert (contact.company, contact.postcode, contact.country) == ("Schneider GmbH", "70173", "DE")
    view = details.lead
    assert (view.text, view.value_cents, view.currency) == ("Walmdach", 1_850_000, "EUR")
    assert (view.source, view.campaign) == ("Messe", "Frühling")


@pytest.mark.parametrize(
    ("argument", "typed"),
    [
        ("title", ""),
        ("title", "x" * 121),
        ("name", "  "),
        ("email", "eva@"),
        ("email", "keine Adresse"),
        ("phone", "anrufen"),
        ("phone", "1"),
        ("country", "Deutschland"),
        ("value", "viel"),
        ("text", "x" * 4_001),
        ("postcode", "x" * 13),
    ],
)
async def test_invalid_arguments_are_refused_by_name(sqlite_units: SqlUnits, argument: str, typed: str) -> None:
    """A missing, malformed or too long argument is refused by its name, and nothing is stored."""
    seeded = await seed_team(sqlite_units, "Solarhaus")
    async with sqlite_units.write() as uow:
        with pytest.raises(Invalid) as refused:
            await lead.create(uow, seeded.owner, replace(lead_draft(), **{argument: typed}))
    assert refused.value.argument == argument
    async with sqlite_units.read() as uow:
        assert (await lead.list_(uow, seeded.owner)).leads == ()


@pytest.mark.parametrize(
    ("email", "phone"), [("EVA@Posteo.de ", ""), ("", "+49 (711) 123-4567"), ("eva@posteo.de", "0049 711 1234567")]
)
async def test_duplicates_are_shown_before_a_lead_is_kept(units: SqlUnits, email: str, phone: str) -> None:
    """A lead with the same e-mail or phone, in any spelling, is shown first and must be accepted (B24)."""
    seeded = await seed_team(units, "Solarhaus")
    async with units.write() as uow:
        first = await lead.create(uow, seeded.owner, lead_draft())
    async with units.write() as uow:
        with pytest.raises(NeedsConfirmation) as question:
            await lead.create(uow, seeded.owner, lead_draft(email=email, phone=phone))
    (warning,) = question.value.warnings
    assert warning.code == f"duplicate:{first.lead_id}"
    async with units.write() as uow:
        new_lead = await lead.create(uow, seeded.owner, lead_draft(email=email, phone=phone), accept=(warning.code,))
    assert new_lead.ref == "L-2"


async def test_another_teams_lead_is_no_duplicate(units: SqlUnits) -> None:
    """A lead of another team with the same contact is never shown (B9)."""
    seeded, other = await seed_team(units, "Solarhaus"), await seed_team(units, "Dachwerk")
    async with units.write() as uow:
        await lead.create(uow, other.owner, lead_draft())
        assert (await lead.create(uow, seeded.owner, lead_draft())).ref == "L-1"


async def test_accepting_duplicates_covers_those_shown(units: SqlUnits) -> None:
    """Accepting the duplicates that were shown accepts no later one."""
    seeded = await seed_team(units, "Solarhaus")
    async with units.write() as uow:
        first = await lead.create(uow, seeded.owner, lead_draft())
        accepted = (f"duplicate:{first.lead_id}",)
        await lead.create(uow, seeded.owner, lead_draft(), accept=accepted)
    async with units.write() as uow:
        with pytest.raises(NeedsConfirmation) as question:
            await lead.create(uow, seeded.owner, lead_draft(), accept=accepted)
    assert len(question.value.warnings) == 2


async def test_a_channel_shows_masked_contacts(units: SqlUnits) -> None:
    """In a channel contacts are masked, also inside title and text (A42)."""
    seeded = await seed_team(units, "Solarhaus")
    await create_lead(seeded, title="Rückruf 0711 1234567", **CONTACT)
    for reader in (seeded.channel_reader(), seeded.in_channel(seeded.owner)):
        view = await show_lead(seeded, "L-1", reader)
        contact = view.contact
        assert (contact.name, contact.email, contact.phone, contact.postcode) == (
            "E. Schneider",
            "e***@posteo.de",
            "+49 ***",
            "70***",
        )
        assert "1234567" not in view.title + view.text
        assert "eva@" not in view.text


async def test_a_viewer_sees_masked_contacts(units: SqlUnits) -> None:
    """A viewer sees j***@example.com and the name in every list and card, also in the direct chat (A39, A41)."""
    seeded = await seed_team(units, "Solarhaus")
    await create_lead(seeded, **CONTACT)
    async with units.read() as uow:
        listed = (await lead.list_(uow, seeded.viewer)).leads
    for view in (await show_lead(seeded, "L-1", seeded.viewer), *listed):
        assert (view.contact.name, view.contact.email) == ("Eva Schneider", "e***@posteo.de")
        assert "1234567" not in str(view)
        assert LeadAction.REVEAL not in view.actions
        assert view.actions == frozenset()


async def test_a_reveal_is_private_and_logged(units: SqlUnits) -> None:
    """Details show a member the whole contact and are recorded in the audit log without a notice (A42)."""
    seeded = await seed_team(units, "Solarhaus")
    await create_lead(seeded, **CONTACT)
    async with units.write() as uow:
        details = await lead.reveal(uow, seeded.in_channel(seeded.member), "L-1")
    assert details.lead.contact.email == "eva@posteo.de"
    async with units.read() as uow:
        newest = (await uow.audit.list_entries(seeded.team_id))[0]
    assert (newest.action, newest.subject, newest.user_id) == ("lead.revealed", "L-1", seeded.member.user_id)
    assert "posteo" not in str(newest)


async def test_a_taker_reads_the_contact_only_after_the_pick(units: SqlUnits) -> None:
    """Before the pick a taker reads the whole enquiry and a masked contact; after it, the contact (A42)."""
    operator, taker = await seed_team(units, "Markt"), await seed_team(units, "Nehmer")
    await open_marketplace(operator, taker)
    one = await create_offered_lead(operator, company="Schneider GmbH", **CONTACT)
    async with units.write() as uow:
        before = await lead.reveal(uow, taker.member, one.lead_id)
        listed = (await lead.list_(uow, taker.member)).leads
    assert before.is_contact_hidden
    assert "Rufen Sie an" in before.lead.text
    for view in (
        before.lead,
        *listed,
        await show_lead(taker, one.lead_id),
        await show_lead(taker, one.lead_id, taker.viewer),
    ):
        assert view.contact.email == "e***@posteo.de"
        assert not [secret for secret in ("Eva", "eva@", "1234567", "70173") if secret in str(view)]
    await pick_lead(taker, one.lead_id)
    async with units.write() as uow:
        after = await lead.reveal(uow, taker.member, one.lead_id)
        given = await lead.reveal(uow, operator.member, one.lead_id)
    for details in (after, given):
        assert not details.is_contact_hidden
        assert (details.lead.contact.email, details.lead.text) == ("eva@posteo.de", CONTACT["text"])
    async with units.read() as uow:
        looks = [row.action for row in await uow.audit.list_entries(taker.team_id)]
    assert looks.count("lead.revealed") == 1


@pytest.mark.parametrize("kind", [LeadFilter.CURRENT, LeadFilter.OFFERED])
async def test_a_picked_lead_stays_on_its_page(units: SqlUnits, kind: LeadFilter) -> None:
    """The page from which a lead was picked shows the same leads in the same order, also outside its filter."""
    seeded = await seed_team(units, "Solarhaus")
    leads = [await create_lead(seeded) for _ in range(12)]
    async with units.read() as uow:
        before = await lead.list_(uow, seeded.member, kind)
    await pick_lead(seeded, leads[6].lead_id, seeded.member)
    async with units.read() as uow:
        after = await lead.list_(uow, seeded.member, kind, kept=leads[6].lead_id)
    assert [item.ref for item in after.leads] == [item.ref for item in before.leads]
    assert (after.next_cursor, after.pinned_lead_id) == (before.next_cursor, leads[6].lead_id)


async def test_lists_filter_and_page_by_ten(units: SqlUnits) -> None:
    """A list shows ten leads, the newest first, names the next page, and filters by kind."""
    seeded = await seed_team(units, "Solarhaus")
    leads = [await create_lead(seeded) for _ in range(12)]
    await pick_lead(seeded, leads[0].lead_id, seeded.owner)
    await pick_lead(seeded, leads[1].lead_id, seeded.member)
    await pick_lead(seeded, leads[2].lead_id, seeded.member)
    async with units.write() as uow:
        await lead.win(uow, seeded.member, leads[2].lead_id)
    refs: dict[LeadFilter, list[str]] = {}
    async with units.read() as uow:
        first = await lead.list_(uow, seeded.member)
        second = await lead.list_(uow, seeded.member, before=first.next_cursor or 0)
        for kind in LeadFilter:
            refs[kind] = [view.ref for view in (await lead.list_(uow, seeded.member, kind)).leads]
    assert [view.ref for view in first.leads] == [f"L-{number}" for number in range(12, 3, -1)] + ["L-2"]
    assert ([view.ref for view in second.leads], second.next_cursor) == (["L-1"], None)
    assert refs[LeadFilter.OFFERED] == [f"L-{number}" for number in range(12, 3, -1)]
    assert (refs[LeadFilter.WORK], refs[LeadFilter.MINE], refs[LeadFilter.CLOSED]) == (["L-2", "L-1"], ["L-2"], ["L-3"])


async def test_givers_list_leads_held_by_others(units: SqlUnits) -> None:
    """Giver and operator list their leads that other teams work on; a taker sees none of those."""
    operator, taker = await seed_team(units, "Markt"), await seed_team(units, "Nehmer")
    await open_marketplace(operator, taker)
    one = await create_offered_lead(operator)
    await pick_lead(taker, one.lead_id)
    async with units.read() as uow:
        given = await lead.list_(uow, operator.member, LeadFilter.GIVEN)
        assert [(view.ref, view.taker) for view in given.leads] == [("L-1", "Nehmer")]
        assert (await lead.list_(uow, taker.member, LeadFilter.GIVEN)).leads == ()
        with pytest.raises(Invalid):
            await lead.list_(uow, taker.member, "alles")


@asynccontextmanager
async def count_statements(database: Database) -> AsyncGenerator[list[str]]:
    """Count the SQL statements that are executed meanwhile."""
    statements: list[str] = []

    def note(*context: object) -> None:
        statements.append(str(context[2]))

    # On PostgreSQL the reader is the writer's engine in another mode.
    both = {database.writer.sync_engine, database.reader.sync_engine}
    engines = both if database.is_sqlite else {database.writer.sync_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield statements
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


async def test_a_list_is_one_query_and_a_pick_few(units: SqlUnits, database: Database) -> None:
    """A list is one query of any length; a pick reads once, updates once and writes three rows."""
    seeded = await seed_team(units, "Solarhaus")
    leads = [await create_lead(seeded) for _ in range(6)]

    def queries(statements: list[str]) -> list[str]:
        return [
            statement
            for statement in statements
            if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "INSERT"))
        ]

    async with units.read() as uow, count_statements(database) as statements:
        await lead.list_(uow, seeded.member)
    assert len(queries(statements)) == 1
    async with units.write() as uow, count_statements(database) as statements:
        await lead.pick(uow, seeded.member, leads[0].lead_id)
    assert len(queries(statements)) == 4


@pytest.mark.parametrize(
    ("mask", "text", "left"),
    [
        (mask_email, "john@example.com", "j***@example.com"),
        (mask_email, "j@example.com", "j***@example.com"),
        (mask_phone, "+49 711 1234567", "+49 ***"),
        (mask_phone, "", ""),
        (mask_postcode, "70173", "70***"),
        (mask_name, "Eva Maria Schneider", "E. Schneider"),
        (mask_name, "Eva", "Eva"),
        (mask_name, "", ""),
        (mask_text, "Bitte an a.b@c.de oder +49 (0) 711-12 34 567", "Bitte an a***@c.de oder +49 ***"),
        (mask_text, "120 m² für 18.500,00 €, Baujahr 1974", "120 m² für 18.500,00 €, Baujahr 1974"),
    ],
)
def test_masks_follow_the_rules(mask: Callable[[str], str], text: str, left: str) -> None:
    """A mask leaves first letter and domain of an address, the country of a number, and other text (A39)."""
    assert mask(text) == left


async def notices_of(units: SqlUnits, happened: LeadEvent) -> list[tuple[type[object], str, str]]:
    """Return audience kind, view and team of every notice of an event."""
    async with units.read() as uow:
        found_notices = [
            notice
            for subscriber in subscribers.SUBSCRIBERS[type(happened)]
            for notice in await subscriber(uow, happened)
        ]
    return [(type(found_notice.audience), found_notice.view, found_notice.team_id) for found_notice in found_notices]


async def test_notices_of_lead_events(units: SqlUnits) -> None:
    """A pick updates every card, a return posts to the takers' channels, and a delegation notifies one user."""
    operator = await seed_team(units, "Markt")
    first, second = await seed_team(units, "Erste"), await seed_team(units, "Zweite")
    await open_marketplace(operator, first, second)
    one = await create_offered_lead(operator)
    await pick_lead(first, one.lead_id)
    envelope: dict[str, Any] = {"team_id": first.team_id, "actor_id": first.member.user_id, "lead_id": one.lead_id}
    assert await notices_of(units, LeadPicked(**envelope)) == [(CardCopies, "", first.team_id)]
    async with units.write() as uow:
        await lead.return_(uow, first.member, one.lead_id, "Zu weit weg")
    assert await notices_of(units, LeadReturned(**envelope, takers=1)) == [
        (CardCopies, "", first.team_id),
        (TeamChannels, "lead.card", second.team_id),
    ]
    handed = LeadDelegated(**envelope, from_user_id=None, to_user_id=first.admin.user_id)
    assert (DirectChat, "lead.delegated", first.team_id) in await notices_of(units, handed)
    to_self = LeadDelegated(**envelope, from_user_id=None, to_user_id=first.member.user_id)
    assert await notices_of(units, to_self) == [(CardCopies, "", first.team_id)]


async def test_a_card_of_a_gone_lead_shrinks_to_one_line(units: SqlUnits) -> None:
    """A posted card shows the lead while it is visible and one line afterwards; an unknown lead renders nothing."""
    operator = await seed_team(units, "Markt")
    first, second = await seed_team(units, "Erste"), await seed_team(units, "Zweite")
    await open_marketplace(operator, first, second)
    one, other = await create_offered_lead(operator), await create_lead(operator)
    async with units.read() as uow:
        assert isinstance(await lead.show_posted(uow, second.channel_reader(), one.lead_id), LeadView)
    await pick_lead(first, one.lead_id)
    async with units.read() as uow:
        assert await lead.show_posted(uow, second.channel_reader(), one.lead_id) == HiddenLead(one.lead_id, "L-1")
        with pytest.raises(NotFound):
            await lead.show_posted(uow, second.channel_reader(), other.lead_id)


@pytest.mark.postgres
async def test_each_team_counts_its_own_numbers(units: SqlUnits) -> None:
    """A lead has a number of its own in each team, which does not reveal how many leads other teams get."""
    operator, giver, taker = (
        await seed_team(units, "Markt"),
        await seed_team(units, "Geber"),
        await seed_team(units, "Nehmer"),
    )
    await open_marketplace(operator, giver, taker)
    await create_lead(operator)
    new_lead = await create_lead(giver)
    async with units.write() as uow:
        await marketplace.offer(uow, giver.owner, new_lead.lead_id)
        await marketplace.offer(uow, operator.owner, "L-2", to="Nehmer")
    refs = [(await show_lead(seeded, new_lead.lead_id)).ref for seeded in (giver, operator, taker)]
    assert refs == ["L-1", "L-2", "L-1"]
