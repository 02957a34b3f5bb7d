"""What who sees of a lead: created, listed, masked, revealed, in the history, in the channel."""

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
from services.lead.model import Act, Filter, GoneLead, LeadState, LeadView
from services.masking import mask_email, mask_name, mask_phone, mask_postcode, mask_text
from services.notices import Channels, Copies, Person
from storage.engine import Database
from storage.unit_of_work import SqlUnits
from tests.services.firms import bring, draft, found, look, offered, open_market, pick

CONTACT = {"email": "eva@posteo.de", "phone": "0711 1234567", "text": "Rufen Sie an: 0711 1234567, eva@posteo.de"}


async def test_a_lead_has_contact_enquiry_source_and_campaign(units: SqlUnits) -> None:
    """A lead has a contact, an enquiry with value and currency, a source and a campaign (B20)."""
    firm = await found(units, "Solarhaus")
    parts = draft(company="Schneider GmbH", text="Walmdach", value="18.500 €", source="Messe", campaign="Frühling")
    async with units.write() as uow:
        made = await lead.create(uow, firm.member, parts)
        details = await lead.reveal(uow, firm.member, made.ref)
    contact = details.lead.contact
    assert (made.ref, made.title, made.state) == ("L-1", "Dachsanierung, 120 m²", LeadState.OPEN)
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
async def test_what_cannot_be_used_is_named(sqlite_units: SqlUnits, argument: str, typed: str) -> None:
    """An argument that is missing, malformed or too long is refused by its name, and nothing is kept."""
    firm = await found(sqlite_units, "Solarhaus")
    async with sqlite_units.write() as uow:
        with pytest.raises(Invalid) as refused:
            await lead.create(uow, firm.owner, replace(draft(), **{argument: typed}))
    assert refused.value.argument == argument
    async with sqlite_units.read() as uow:
        assert (await lead.list_(uow, firm.owner)).leads == ()


@pytest.mark.parametrize(
    ("email", "phone"), [("EVA@Posteo.de ", ""), ("", "+49 (711) 123-4567"), ("eva@posteo.de", "0049 711 1234567")]
)
async def test_duplicates_are_shown_before_a_lead_is_kept(units: SqlUnits, email: str, phone: str) -> None:
    """A lead with the same e-mail or phone, however it is written, is shown first and must be accepted (B24)."""
    firm = await found(units, "Solarhaus")
    async with units.write() as uow:
        first = await lead.create(uow, firm.owner, draft())
    async with units.write() as uow:
        with pytest.raises(NeedsConfirmation) as asked:
            await lead.create(uow, firm.owner, draft(email=email, phone=phone))
    (warning,) = asked.value.warnings
    assert warning.code == f"duplicate:{first.lead_id}"
    async with units.write() as uow:
        made = await lead.create(uow, firm.owner, draft(email=email, phone=phone), accept=(warning.code,))
    assert made.ref == "L-2"


async def test_another_teams_lead_is_no_duplicate(units: SqlUnits) -> None:
    """What another team has of the same contact is never shown (B9)."""
    firm, other = await found(units, "Solarhaus"), await found(units, "Dachwerk")
    async with units.write() as uow:
        await lead.create(uow, other.owner, draft())
        assert (await lead.create(uow, firm.owner, draft())).ref == "L-1"


async def test_a_new_duplicate_is_shown_although_older_ones_were_accepted(units: SqlUnits) -> None:
    """Accepting the duplicates that were shown accepts no other one."""
    firm = await found(units, "Solarhaus")
    async with units.write() as uow:
        first = await lead.create(uow, firm.owner, draft())
        seen = (f"duplicate:{first.lead_id}",)
        await lead.create(uow, firm.owner, draft(), accept=seen)
    async with units.write() as uow:
        with pytest.raises(NeedsConfirmation) as asked:
            await lead.create(uow, firm.owner, draft(), accept=seen)
    assert len(asked.value.warnings) == 2


async def test_a_channel_reads_masked(units: SqlUnits) -> None:
    """Whatever stands in a channel is masked, also what somebody wrote into title and text (A42)."""
    firm = await found(units, "Solarhaus")
    await bring(firm, title="Rückruf 0711 1234567", **CONTACT)
    for reader in (firm.reader(), firm.in_channel(firm.owner)):
        view = await look(firm, "L-1", reader)
        contact = view.contact
        assert (contact.name, contact.email, contact.phone, contact.postcode) == (
            "E. Schneider",
            "e***@posteo.de",
            "+49 ***",
            "70***",
        )
        assert "1234567" not in view.title + view.text
        assert "eva@" not in view.text


async def test_a_viewer_reads_masked_wherever(units: SqlUnits) -> None:
    """A viewer sees j***@example.com and the name in every list and card, also alone with the bot (A39, A41)."""
    firm = await found(units, "Solarhaus")
    await bring(firm, **CONTACT)
    async with units.read() as uow:
        listed = (await lead.list_(uow, firm.viewer)).leads
    for view in (await look(firm, "L-1", firm.viewer), *listed):
        assert (view.contact.name, view.contact.email) == ("Eva Schneider", "e***@posteo.de")
        assert "1234567" not in str(view)
        assert Act.REVEAL not in view.acts
        assert view.acts == frozenset()


async def test_a_look_at_the_contact_is_private_and_logged(units: SqlUnits) -> None:
    """Details show a colleague everything and leave an entry in the audit log, which nobody is told (A42)."""
    firm = await found(units, "Solarhaus")
    await bring(firm, **CONTACT)
    async with units.write() as uow:
        details = await lead.reveal(uow, firm.in_channel(firm.member), "L-1")
    assert details.lead.contact.email == "eva@posteo.de"
    async with units.read() as uow:
        newest = (await uow.audit.page(firm.team_id))[0]
    assert (newest.action, newest.subject, newest.user_id) == ("lead.revealed", "L-1", firm.member.user_id)
    assert "posteo" not in str(newest)


async def test_a_taker_reads_the_contact_only_after_the_pick(units: SqlUnits) -> None:
    """Before its pick a taker reads the whole enquiry and a masked contact, which is no look; then all of it (A42)."""
    operator, taker = await found(units, "Markt"), await found(units, "Nehmer")
    await open_market(operator, taker)
    one = await offered(operator, company="Schneider GmbH", **CONTACT)
    async with units.write() as uow:
        before = await lead.reveal(uow, taker.member, one.lead_id)
        listed = (await lead.list_(uow, taker.member)).leads
    assert before.is_contact_hidden
    assert "Rufen Sie an" in before.lead.text
    for view in (before.lead, *listed, await look(taker, one.lead_id), await look(taker, one.lead_id, taker.viewer)):
        assert view.contact.email == "e***@posteo.de"
        assert not [secret for secret in ("Eva", "eva@", "1234567", "70173") if secret in str(view)]
    await pick(taker, one.lead_id)
    async with units.write() as uow:
        after = await lead.reveal(uow, taker.member, one.lead_id)
        given = await lead.reveal(uow, operator.member, one.lead_id)
    for details in (after, given):
        assert not details.is_contact_hidden
        assert (details.lead.contact.email, details.lead.text) == ("eva@posteo.de", CONTACT["text"])
    async with units.read() as uow:
        looks = [row.action for row in await uow.audit.page(taker.team_id)]
    assert looks.count("lead.revealed") == 1


@pytest.mark.parametrize("kind", [Filter.CURRENT, Filter.OFFERED])
async def test_a_picked_lead_stays_in_its_place_on_the_page(units: SqlUnits, kind: Filter) -> None:
    """The page from which a lead was picked shows the same leads in the same order, also where it no longer fits."""
    firm = await found(units, "Solarhaus")
    leads = [await bring(firm) for _ in range(12)]
    async with units.read() as uow:
        before = await lead.list_(uow, firm.member, kind)
    await pick(firm, leads[6].lead_id, firm.member)
    async with units.read() as uow:
        after = await lead.list_(uow, firm.member, kind, kept=leads[6].lead_id)
    assert [one.ref for one in after.leads] == [one.ref for one in before.leads]
    assert (after.after, after.kept) == (before.after, leads[6].lead_id)


async def test_lists_show_each_kind_and_page_by_ten(units: SqlUnits) -> None:
    """A list shows ten leads, the newest first, names the next page, and filters by kind."""
    firm = await found(units, "Solarhaus")
    leads = [await bring(firm) for _ in range(12)]
    await pick(firm, leads[0].lead_id, firm.owner)
    await pick(firm, leads[1].lead_id, firm.member)
    await pick(firm, leads[2].lead_id, firm.member)
    async with units.write() as uow:
        await lead.win(uow, firm.member, leads[2].lead_id)
    refs: dict[Filter, list[str]] = {}
    async with units.read() as uow:
        first = await lead.list_(uow, firm.member)
        second = await lead.list_(uow, firm.member, before=first.after or 0)
        for kind in Filter:
            refs[kind] = [view.ref for view in (await lead.list_(uow, firm.member, kind)).leads]
    assert [view.ref for view in first.leads] == [f"L-{number}" for number in range(12, 3, -1)] + ["L-2"]
    assert ([view.ref for view in second.leads], second.after) == (["L-1"], None)
    assert refs[Filter.OFFERED] == [f"L-{number}" for number in range(12, 3, -1)]
    assert (refs[Filter.WORK], refs[Filter.MINE], refs[Filter.CLOSED]) == (["L-2", "L-1"], ["L-2"], ["L-3"])


async def test_a_giver_lists_what_others_have(units: SqlUnits) -> None:
    """Giver and operator list what they brought or run and others work on; a taker lists nothing of it."""
    operator, taker = await found(units, "Markt"), await found(units, "Nehmer")
    await open_market(operator, taker)
    one = await offered(operator)
    await pick(taker, one.lead_id)
    async with units.read() as uow:
        given = await lead.list_(uow, operator.member, Filter.GIVEN)
        assert [(view.ref, view.taker) for view in given.leads] == [("L-1", "Nehmer")]
        assert (await lead.list_(uow, taker.member, Filter.GIVEN)).leads == ()
        with pytest.raises(Invalid):
            await lead.list_(uow, taker.member, "alles")


@asynccontextmanager
async def counted(database: Database) -> AsyncGenerator[list[str]]:
    """The statements that go to the database meanwhile."""
    statements: list[str] = []

    def note(*context: object) -> None:
        statements.append(str(context[2]))

    # On PostgreSQL the reader is the writer in another mode.
    both = {database.writer.sync_engine, database.reader.sync_engine}
    engines = both if database.is_sqlite else {database.writer.sync_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield statements
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


async def test_a_list_is_one_query_and_a_pick_few(units: SqlUnits, database: Database) -> None:
    """A list is one query whatever its length; a pick reads once, decides with one update and writes three rows."""
    firm = await found(units, "Solarhaus")
    leads = [await bring(firm) for _ in range(6)]

    def queries(statements: list[str]) -> list[str]:
        return [one for one in statements if one.lstrip().upper().startswith(("SELECT", "UPDATE", "INSERT"))]

    async with units.read() as uow, counted(database) as statements:
        await lead.list_(uow, firm.member)
    assert len(queries(statements)) == 1
    async with units.write() as uow, counted(database) as statements:
        await lead.pick(uow, firm.member, leads[0].lead_id)
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
def test_masks_leave_what_the_rules_say(mask: Callable[[str], str], text: str, left: str) -> None:
    """Of an address the first letter and the domain are left, of a number the country, of a text all but both (A39)."""
    assert mask(text) == left


async def told(units: SqlUnits, happened: LeadEvent) -> list[tuple[type[object], str, str]]:
    """Kind of audience, view and team of every notice of an event."""
    async with units.read() as uow:
        found_notices = [
            notice
            for subscriber in subscribers.SUBSCRIBERS[type(happened)]
            for notice in await subscriber(uow, happened)
        ]
    return [(type(one.to), one.view, one.team_id) for one in found_notices]


async def test_who_hears_of_a_lead(units: SqlUnits) -> None:
    """A pick changes every card; a return opens the lead in the takers' channels; a delegation tells one person."""
    operator = await found(units, "Markt")
    first, second = await found(units, "Erste"), await found(units, "Zweite")
    await open_market(operator, first, second)
    one = await offered(operator)
    await pick(first, one.lead_id)
    envelope: dict[str, Any] = {"team_id": first.team_id, "actor_id": first.member.user_id, "lead_id": one.lead_id}
    assert await told(units, LeadPicked(**envelope)) == [(Copies, "", first.team_id)]
    async with units.write() as uow:
        await lead.return_(uow, first.member, one.lead_id, "Zu weit weg")
    assert await told(units, LeadReturned(**envelope, takers=1)) == [
        (Copies, "", first.team_id),
        (Channels, "lead.card", second.team_id),
    ]
    handed = LeadDelegated(**envelope, from_user_id=None, to_user_id=first.admin.user_id)
    assert (Person, "lead.delegated", first.team_id) in await told(units, handed)
    to_self = LeadDelegated(**envelope, from_user_id=None, to_user_id=first.member.user_id)
    assert await told(units, to_self) == [(Copies, "", first.team_id)]


async def test_a_card_of_a_gone_lead_shrinks_to_one_line(units: SqlUnits) -> None:
    """A posted card shows the lead while it is there and one line afterwards; a lead that never was there, nothing."""
    operator = await found(units, "Markt")
    first, second = await found(units, "Erste"), await found(units, "Zweite")
    await open_market(operator, first, second)
    one, other = await offered(operator), await bring(operator)
    async with units.read() as uow:
        assert isinstance(await lead.glance(uow, second.reader(), one.lead_id), LeadView)
    await pick(first, one.lead_id)
    async with units.read() as uow:
        assert await lead.glance(uow, second.reader(), one.lead_id) == GoneLead(one.lead_id, "L-1")
        with pytest.raises(NotFound):
            await lead.glance(uow, second.reader(), other.lead_id)


@pytest.mark.postgres
async def test_each_team_counts_its_own_numbers(units: SqlUnits) -> None:
    """A lead has in each team that team's own number, so that nobody learns how much others get."""
    operator, giver, taker = await found(units, "Markt"), await found(units, "Geber"), await found(units, "Nehmer")
    await open_market(operator, giver, taker)
    await bring(operator)
    brought = await bring(giver)
    async with units.write() as uow:
        await marketplace.offer(uow, giver.owner, brought.lead_id)
        await marketplace.offer(uow, operator.owner, "L-2", to="Nehmer")
    refs = [(await look(firm, brought.lead_id)).ref for firm in (giver, operator, taker)]
    assert refs == ["L-1", "L-2", "L-1"]
