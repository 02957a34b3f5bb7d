from dataclasses import replace

import pytest

from cards import lead as cards
from cards.render.csv_table import CsvTable
from cards.render.text import RenderContext
from services import audit, lead
from services.errors import NotColleague, NotPermitted
from services.lead_import import parse_row
from services.lead_import.columns import plan_of
from services.lead_import.model import Field, NewLead
from services.people import Language
from services.permissions import Role
from services.spreadsheet import Sheet
from services.table import Row, open_table
from storage.unit_of_work import SqlUnits
from tests.services.firms import Firm, bring, found, offered as put_on_offer, open_market, pick


@pytest.fixture
async def firm(units: SqlUnits) -> Firm:
    """A firm that exports."""
    return await found(units, "Solarhaus")


async def export(firm: Firm, role: Role, rows: int = 100, after: int = 0) -> tuple[list[lead.LeadView], int]:
    """The leads of one file of so many rows, and where the next file begins."""
    sheet, views = Sheet(("ref",), Language.ENGLISH, max_rows=rows), list[lead.LeadView]()

    def add(view: lead.LeadView) -> None:
        sheet.add((view.ref,))
        views.append(view)

    async with firm.units.write() as uow:
        exported = await lead.export(uow, firm.actors[role], add, after)
    assert exported.count == len(views)
    return views, exported.after


async def test_files_of_leads_follow_each_other(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file begins behind the last one, until there are no more: every lead stands in one of them."""
    monkeypatch.setattr("services.lead.export.BATCH", 2)
    for _ in range(5):
        await bring(firm)
    taken: list[str] = []
    after, files = 0, 0
    while after or not files:
        views, after = await export(firm, Role.OWNER, 3, after)
        taken += [view.ref for view in views]
        files += 1
    assert (taken, files) == ([f"L-{number}" for number in range(1, 6)], 2)


async def test_a_file_that_is_just_full_has_no_next_one(firm: Firm) -> None:
    """Where the last lead fits exactly, nothing follows."""
    for _ in range(3):
        await bring(firm)
    views, after = await export(firm, Role.OWNER, 3)
    assert (len(views), after) == (3, 0)


async def test_a_taker_takes_no_contact_along_before_the_pick(units: SqlUnits, firm: Firm) -> None:
    """A42: of a lead on offer the contact stays masked in the file; once picked, it stands there."""
    taker = await found(units, "Dachwerk")
    await open_market(firm, taker)
    on_offer = await put_on_offer(firm)
    [before], _ = await export(taker, Role.OWNER)
    assert before.contact.email.startswith("***") or "***" in before.contact.email
    await pick(taker, on_offer.lead_id)
    [after], _ = await export(taker, Role.OWNER)
    assert "***" not in after.contact.email
    [masked], _ = await export(taker, Role.VIEWER)
    assert "***" in masked.contact.email


async def test_what_another_firm_picked_is_in_no_file(units: SqlUnits, firm: Firm) -> None:
    """B8: a lead that is gone for a team is gone in its export, too."""
    taker, loser = await found(units, "Dachwerk"), await found(units, "Sparren")
    await open_market(firm, taker, loser)
    on_offer = await put_on_offer(firm)
    assert len((await export(loser, Role.OWNER))[0]) == 1
    await pick(taker, on_offer.lead_id)
    assert await export(loser, Role.OWNER) == ([], 0)


async def test_files_of_the_log_follow_each_other(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """X5: the log goes out in files without a gap; that it went out stands in it afterwards."""
    monkeypatch.setattr("services.audit.export.BATCH", 2)
    for _ in range(3):
        await bring(firm)
    seqs: list[int] = []
    after, files = 0, 0
    async with firm.units.read() as uow:
        head = await uow.audit.head(firm.team_id)
    while len(seqs) < head.seq:
        sheet = Sheet(("seq",), Language.GERMAN, max_rows=2)

        def add(link: audit.Link, sheet: Sheet = sheet) -> None:
            sheet.add((link.entry.seq,))
            seqs.append(link.entry.seq)

        async with firm.units.write() as uow:
            exported = await audit.export(uow, firm.owner, add, after)
        assert exported.first_seq == after + 1
        after, files = exported.after, files + 1
    assert seqs[: head.seq] == list(range(1, head.seq + 1))
    async with firm.units.read() as uow:
        assert (await uow.audit.page(firm.team_id))[0].action == "audit.exported"


async def test_nobody_else_takes_anything_along(firm: Firm) -> None:
    """Neither somebody outside the team nor, for the log, a member."""
    guest = replace(firm.owner, role=Role.GUEST)
    async with firm.units.write() as uow:
        with pytest.raises(NotColleague):
            await lead.export(uow, guest, lambda _: None)
        with pytest.raises(NotPermitted):
            await audit.export(uow, firm.member, lambda _: None)


@pytest.mark.parametrize("language", Language)
async def test_what_was_exported_can_be_imported(firm: Firm, language: Language) -> None:
    """Every heading is recognised, and formulas, phones and sums come back as they were, in either language."""
    texts = {"title": "=1+1", "text": "+2;3\n@x", "company": "-Dach", "phone": "+49 711 1234567", "value": "1234,50"}
    await bring(firm, **texts)
    async with firm.units.write() as uow:
        table = CsvTable(cards.LEAD_HEADER, RenderContext(language, "Europe/Berlin", uow.now))
        await lead.export(uow, firm.owner, lambda view: table.add(cards.lead_row(view)))
    opened = open_table(table.content())
    plan, near = plan_of(opened, "leads.csv")
    assert near == frozenset()
    assert {*plan.columns} == {*Field}
    [row] = [one for one in opened.rows() if isinstance(one, Row)]
    read = {field: row.cells[plan.columns[field][0]] for field in (Field.TITLE, Field.TEXT, Field.COMPANY)}
    assert read == {"title": "=1+1", "text": "+2;3\n@x", "company": "-Dach"}
    imported = parse_row.read(row, plan)
    assert isinstance(imported, NewLead)
    assert imported.contact.phone.replace(" ", "") == "+497111234567"
    assert imported.enquiry.value_cents == 123_450
