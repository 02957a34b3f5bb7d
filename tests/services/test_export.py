from dataclasses import replace
from importlib import import_module

import pytest

from cards import lead as cards
from cards.render.csv_table import CsvTable
from cards.render.text import RenderContext
from services import audit, lead
from services.errors import NotMember, NotPermitted
from services.lead_import import parse_row
from services.lead_import.columns import build_plan
from services.lead_import.model import ImportedRow, ImportField
from services.people import Language
from services.permissions import Role
from services.spreadsheet import Sheet
from services.table import CsvRow, open_table
from storage.unit_of_work import SqlUnits
from tests.services.seeded_team import (
    SeededTeam,
    create_lead,
    create_offered_lead as put_on_offer,
    open_marketplace,
    pick_lead,
    seed_team,
)


@pytest.fixture
async def seeded(units: SqlUnits) -> SeededTeam:
    """A team that exports."""
    return await seed_team(units, "Solarhaus")


async def export(seeded: SeededTeam, role: Role, rows: int = 100, after: int = 0) -> tuple[list[lead.LeadView], int]:
    """Export one file of at most `rows` leads, and return them with the start of the next file."""
    sheet, views = Sheet(("ref",), Language.ENGLISH, max_rows=rows), list[lead.LeadView]()

    def add(view: lead.LeadView) -> None:
        sheet.add((view.ref,))
        views.append(view)

    async with seeded.units.write() as uow:
        exported = await lead.export(uow, seeded.actors[role], add, after)
    assert exported.count == len(views)
    return views, exported.next_after_number


async def test_files_of_leads_follow_each_other(seeded: SeededTeam, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file starts after the last lead of the previous one, and every lead is in exactly one file."""
    monkeypatch.setattr(import_module("services.lead.export"), "LEAD_BATCH_ROWS", 2)
    for _ in range(5):
        await create_lead(seeded)
    taken: list[str] = []
    after, files = 0, 0
    while after or not files:
        views, after = await export(seeded, Role.OWNER, 3, after)
        taken += [view.ref for view in views]
        files += 1
    assert (taken, files) == ([f"L-{number}" for number in range(1, 6)], 2)


async def test_a_full_last_file_has_no_successor(seeded: SeededTeam) -> None:
    """A file that the last lead fills exactly has no next file."""
    for _ in range(3):
        await create_lead(seeded)
    views, after = await export(seeded, Role.OWNER, 3)
    assert (len(views), after) == (3, 0)


async def test_a_taker_exports_no_contact_before_the_pick(units: SqlUnits, seeded: SeededTeam) -> None:
    """A42: the contact of an offered lead is masked in the file until the pick."""
    taker = await seed_team(units, "Dachwerk")
    await open_marketplace(seeded, taker)
    on_offer = await put_on_offer(seeded)
    [before], _ = await export(taker, Role.OWNER)
    assert before.contact.email.startswith("***") or "***" in before.contact.email
    await pick_lead(taker, on_offer.lead_id)
    [after], _ = await export(taker, Role.OWNER)
    assert "***" not in after.contact.email
    [masked], _ = await export(taker, Role.VIEWER)
    assert "***" in masked.contact.email


async def test_leads_picked_by_another_team_are_not_exported(units: SqlUnits, seeded: SeededTeam) -> None:
    """B8: a lead that another team has picked is not in the export."""
    taker, loser = await seed_team(units, "Dachwerk"), await seed_team(units, "Sparren")
    await open_marketplace(seeded, taker, loser)
    on_offer = await put_on_offer(seeded)
    assert len((await export(loser, Role.OWNER))[0]) == 1
    await pick_lead(taker, on_offer.lead_id)
    assert await export(loser, Role.OWNER) == ([], 0)


async def test_files_of_the_log_follow_each_other(seeded: SeededTeam, monkeypatch: pytest.MonkeyPatch) -> None:
    """X5: the audit log is exported in files without gaps, and each export is itself in the log."""
    monkeypatch.setattr(import_module("services.audit.export"), "AUDIT_BATCH_ROWS", 2)
    for _ in range(3):
        await create_lead(seeded)
    seqs: list[int] = []
    after, files = 0, 0
    async with seeded.units.read() as uow:
        head = await uow.audit.get_head(seeded.team_id)
    while len(seqs) < head.seq:
        sheet = Sheet(("seq",), Language.GERMAN, max_rows=2)

        def add(link: audit.ChainedEntry, sheet: Sheet = sheet) -> None:
            sheet.add((link.entry.seq,))
            seqs.append(link.entry.seq)

        async with seeded.units.write() as uow:
            exported = await audit.export(uow, seeded.owner, add, after)
        assert exported.first_seq == after + 1
        after, files = exported.next_after_seq, files + 1
    assert seqs[: head.seq] == list(range(1, head.seq + 1))
    async with seeded.units.read() as uow:
        assert (await uow.audit.list_entries(seeded.team_id))[0].action == "audit.exported"


async def test_exports_need_membership_and_role(seeded: SeededTeam) -> None:
    """A non-member exports nothing, and a member no audit log."""
    guest = replace(seeded.owner, role=Role.GUEST)
    async with seeded.units.write() as uow:
        with pytest.raises(NotMember):
            await lead.export(uow, guest, lambda _: None)
        with pytest.raises(NotPermitted):
            await audit.export(uow, seeded.member, lambda _: None)


@pytest.mark.parametrize("language", Language)
async def test_an_export_can_be_imported(seeded: SeededTeam, language: Language) -> None:
    """Every heading is recognised, and formulas, phones and amounts survive an import, in both languages."""
    texts = {"title": "=1+1", "text": "+2;3\n@x", "company": "-Dach", "phone": "+49 711 1234567", "value": "1234,50"}
    await create_lead(seeded, **texts)
    async with seeded.units.write() as uow:
        table = CsvTable(cards.LEAD_HEADER, RenderContext(language, "Europe/Berlin", uow.now))
        await lead.export(uow, seeded.owner, lambda view: table.add(cards.lead_row(view)))
    opened = open_table(table.content())
    plan, near = build_plan(opened, "leads.csv")
    assert near == frozenset()
    assert {*plan.columns} == {*ImportField}
    [row] = [item for item in opened.rows() if isinstance(item, CsvRow)]
    read = {
        field: row.cells[plan.columns[field][0]] for field in (ImportField.TITLE, ImportField.TEXT, ImportField.COMPANY)
    }
    assert read == {"title": "=1+1", "text": "+2;3\n@x", "company": "-Dach"}
    imported = parse_row.parse_lead_row(row, plan)
    assert isinstance(imported, ImportedRow)
    assert imported.contact.phone.replace(" ", "") == "+497111234567"
    assert imported.enquiry.value_cents == 123_450
