"""Import jobs: batches, leases, resumption and permissions."""

import asyncio
import csv
import io
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from bot.jobs.importer import Importer
from bot.operations.metrics import Metrics
from services import file, lead_import
from services.lead_import import (
    AlreadyImported,
    ImportDefaults,
    ImportState,
    RowCounts,
    StopReason,
    process,
)
from services.lead_import.model import IMPORT_ATTEMPTS_MAX, IMPORT_BATCH_ROWS, IMPORT_LEASE
from services.lead_import.parse_row import split_batches
from services.people import Language
from services.permissions import Role
from services.spreadsheet import restore_cell
from services.table import open_table
from services.unit_of_work import Units
from storage.engine import Database, open_database
from storage.tables import audit, events, lead_history, lead_sights, leads
from storage.unit_of_work import SqlUnits
from tests.builders import Clock, units_on
from tests.services import import_steps
from tests.services.seeded_team import SeededTeam, create_lead, seed_team


@pytest.fixture
async def team(units: SqlUnits) -> SeededTeam:
    """Return a team that imports leads."""
    return await seed_team(units, "Solarhaus")


@pytest.fixture
def importer(units: SqlUnits) -> Importer:
    """Return an import worker."""
    return Importer(units, Metrics())


async def lead_emails(database: Database) -> list[str]:
    """Return the e-mail addresses of all leads."""
    async with database.reader.connect() as connection:
        return sorted((await connection.execute(select(leads.c.email))).scalars())


async def count_audit_entries(database: Database, action: str) -> int:
    """Count the audit entries with this action."""
    async with database.reader.connect() as connection:
        statement = select(func.count()).select_from(audit).where(audit.c.action == action)
        return (await connection.execute(statement)).scalar_one()


async def import_batches(units: Units, view: lead_import.ImportView, holder: str, times: int) -> None:
    """Import some batches as another worker and never finish."""
    async with units.write() as uow:
        carried = await process.claim(uow, holder)
        assert carried is not None
        assert carried.import_id == view.lead_import.import_id
        content = await process.load_content(uow, carried)
    assert content is not None
    rows = split_batches(open_table(content), carried.plan, carried.line)
    for _ in range(times):
        async with units.write() as uow:
            moved = await process.process_batch(uow, carried, holder, next(rows))
        assert moved is not None
        carried = moved


class TestWhole:
    """Import of a whole file."""

    async def test_every_row_is_imported_or_accounted_for(
        self, units: SqlUnits, database: Database, team: SeededTeam, importer: Importer
    ) -> None:
        """B20: each row becomes a lead with contact and enquiry, or is listed with line and reason."""
        rows = [import_steps.row(1), "Udo;Kern;kein At;;;;;", ";;nobody@acme.example;;;;;", "Ida;Fix;;0711 999;;;;viel"]
        view = await import_steps.begin(units, team.member, import_steps.table(*rows, "", import_steps.row(2)))
        await importer.drain()
        done = await import_steps.progress(units, team.member, view)
        assert done.lead_import.state is ImportState.DONE
        assert done.lead_import.tally == RowCounts(imported=2, rejected=3)
        assert [(row.line, row.reason, row.argument) for row in done.skipped] == [
            (3, "email", "email"),
            (4, "missing", "name"),
            (5, "amount", "value"),
        ]
        async with units.read() as uow:
            seen = await uow.leads.find_by_number(team.team_id, 1)
        assert seen is not None
        contact, enquiry = seen.lead.contact, seen.lead.enquiry
        assert (contact.name, contact.email, contact.company) == ("Eva Nr 1", "eva-1@acme.example", "Acme 1")
        assert (contact.phone, contact.postcode, contact.country) == ("+49 711 1000001", "70001", "DE")
        assert (enquiry.title, enquiry.value_cents, enquiry.currency) == ("Dach", 150_000, "EUR")
        assert seen.lead.created_by == team.member.user_id
        assert await lead_emails(database) == ["eva-1@acme.example", "eva-2@acme.example"]

    async def test_each_batch_has_one_audit_entry_and_no_notice(
        self, units: SqlUnits, database: Database, team: SeededTeam, importer: Importer
    ) -> None:
        """X5: a batch has one audit entry; each lead has a history, and no channel gets a notice."""
        rows = 2 * IMPORT_BATCH_ROWS + 10
        view = await import_steps.begin(units, team.member, import_steps.numbered_table(rows))
        await importer.drain()
        assert await count_audit_entries(database, "lead.imported") == 3
        assert await count_audit_entries(database, "lead.created") == 0
        assert await count_audit_entries(database, "lead.import_finished") == 1
        async with database.reader.connect() as connection:
            subjects = (
                await connection.execute(select(audit.c.subject).where(audit.c.action == "lead.imported"))
            ).scalars()
            assert list(subjects) == ["L-1–L-500", "L-501–L-1000", "L-1001–L-1010"]
            notices = (
                await connection.execute(select(events.c.body).where(events.c.body.contains("lead.created")))
            ).all()
            history = (await connection.execute(select(func.count()).select_from(lead_history))).scalar_one()
            numbers = (await connection.execute(select(lead_sights.c.number).order_by(lead_sights.c.number))).scalars()
            assert list(numbers) == list(range(1, rows + 1))
        assert (notices, history) == ([], rows)
        state = await import_steps.stored_import(units, view)
        assert (state.first_number, state.last_number) == (1, rows)

    async def test_skipped_rows_are_exported(self, units: SqlUnits, team: SeededTeam, importer: Importer) -> None:
        """The export lists skipped rows with line and reason in the reader's language, without formulas."""
        async with units.write() as uow:
            await uow.users.update_language(team.member.user_id, Language.GERMAN)
        bad = '=1+1;Nr 7;kein At;;"Zeile 1\nZeile 2";;;'
        view = await import_steps.begin(
            units, team.member, import_steps.table(import_steps.row(1), bad, import_steps.row(1))
        )
        await importer.drain()
        done = await import_steps.progress(units, team.member, view)
        assert done.result is not None
        async with units.read() as uow:
            content = (await file.read_content(uow, team.member, done.result.file_id)).content
        header, first, second = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
        assert header == ["Zeile", "Grund", *import_steps.HEADINGS.split(";")]
        assert first[:3] == ["3", "keine gültige E-Mail-Adresse", "'=1+1"]
        assert restore_cell(first[2]) == "=1+1"
        assert first[6] == "Zeile 1\nZeile 2"
        assert second[:2] == ["5", "schon da als L-1"]
        # The content of the file is deleted after the import.
        async with units.read() as uow:
            assert await uow.files.get(team.team_id, view.lead_import.file_id) is None
            with pytest.raises(file.FileExpired):
                await file.read_content(uow, team.owner, done.result.file_id)

    async def test_complete_import_has_no_export(self, units: SqlUnits, team: SeededTeam, importer: Importer) -> None:
        """An import without skipped rows offers no file."""
        view = await import_steps.begin(units, team.member, import_steps.numbered_table(3))
        await importer.drain()
        assert (await import_steps.progress(units, team.member, view)).result is None


class TestDuplicates:
    """Duplicates of existing contacts (B24)."""

    async def test_duplicate_is_skipped(self, units: SqlUnits, team: SeededTeam, importer: Importer) -> None:
        """B24: a row with the contact key of a lead or of an earlier row is skipped, and the lead is named."""
        await create_lead(team, email="EVA-1@acme.example")
        await create_lead(team, phone="+49 711 1000002")
        again = ["Max;Alt;Eva-5@ACME.example;;;;;", "Ida;Neu;;+49 (711) 100-0006;;;;"]
        content = import_steps.table(*(import_steps.row(number) for number in range(1, 7)), *again)
        view = await import_steps.prepare(units, team.member, content)
        assert view.expected == RowCounts(imported=4, known=4)
        await import_steps.start(units, team.member, view)
        await importer.drain()
        done = await import_steps.progress(units, team.member, view)
        assert done.lead_import.tally == view.expected
        assert [(row.line, row.number) for row in done.skipped] == [(2, 1), (3, 2), (8, 5), (9, 6)]

    async def test_duplicates_are_imported_on_request(
        self, units: SqlUnits, team: SeededTeam, importer: Importer
    ) -> None:
        """B24: duplicates are imported if the member chooses so in the preview."""
        await create_lead(team, email="eva-1@acme.example")
        view = await import_steps.prepare(units, team.member, import_steps.numbered_table(2))
        await import_steps.start(units, team.member, view, ImportDefaults(is_keeping_duplicates=True))
        await importer.drain()
        assert (await import_steps.stored_import(units, view)).tally == RowCounts(imported=2)

    async def test_other_teams_are_not_searched(self, units: SqlUnits, team: SeededTeam, importer: Importer) -> None:
        """X1: leads of another team do not count as duplicates."""
        other = await seed_team(units, "Dachwerk")
        await create_lead(other, email="eva-1@acme.example")
        view = await import_steps.prepare(units, team.member, import_steps.numbered_table(1))
        assert view.expected == RowCounts(imported=1)
        await import_steps.start(units, team.member, view)
        await importer.drain()
        assert (await import_steps.stored_import(units, view)).tally == RowCounts(imported=1)

    async def test_same_file_is_rejected(
        self, units: SqlUnits, database: Database, team: SeededTeam, importer: Importer
    ) -> None:
        """A file that the team has imported is rejected with time and member; another team may import it."""
        await import_steps.begin(units, team.member, import_steps.numbered_table(3))
        await importer.drain()
        for actor in (team.member, team.owner):
            with pytest.raises(AlreadyImported) as refused:
                await import_steps.prepare(units, actor, import_steps.numbered_table(3), "Anderer Name.csv")
            assert refused.value.imported_by == team.member.name
        assert len(await lead_emails(database)) == 3
        other = await seed_team(units, "Dachwerk")
        await import_steps.begin(units, other.owner, import_steps.numbered_table(3))
        await importer.drain()
        assert len(await lead_emails(database)) == 6

    @pytest.mark.postgres
    async def test_concurrent_imports_of_a_file_start_once(
        self, units: SqlUnits, database: Database, team: SeededTeam, importer: Importer
    ) -> None:
        """Of two previews of the same file one is imported; the other member sees who started it."""
        views = [
            await import_steps.prepare(units, actor, import_steps.numbered_table(3))
            for actor in (team.member, team.owner)
        ]
        started = await asyncio.gather(
            *(
                import_steps.start(units, actor, view)
                for actor, view in zip((team.member, team.owner), views, strict=True)
            ),
            return_exceptions=True,
        )
        assert sum(isinstance(result, AlreadyImported) for result in started) == 1
        await importer.drain()
        assert len(await lead_emails(database)) == 3


class TestInterrupted:
    """Imports that are interrupted."""

    async def test_another_worker_resumes_after_a_crash(
        self, units: SqlUnits, database: Database, team: SeededTeam, importer: Importer, clock: Clock
    ) -> None:
        """After the lease another worker resumes, and no row is imported twice."""
        view = await import_steps.begin(units, team.member, import_steps.numbered_table(3 * IMPORT_BATCH_ROWS))
        await import_batches(units, view, "somebody who dies", 2)
        assert not await importer.work()
        clock.advance(seconds=IMPORT_LEASE.total_seconds() + 1)
        await importer.drain()
        assert (await import_steps.stored_import(units, view)).tally == RowCounts(imported=3 * IMPORT_BATCH_ROWS)
        assert len(set(await lead_emails(database))) == len(await lead_emails(database)) == 3 * IMPORT_BATCH_ROWS

    async def test_worker_with_an_expired_lease_writes_nothing(
        self, units: SqlUnits, database: Database, team: SeededTeam, importer: Importer, clock: Clock
    ) -> None:
        """A slow worker whose lease was taken writes nothing."""
        view = await import_steps.begin(units, team.member, import_steps.numbered_table(IMPORT_BATCH_ROWS + 5))
        async with units.write() as uow:
            slow = await process.claim(uow, "somebody slow")
        assert slow is not None
        first = next(split_batches(open_table(import_steps.numbered_table(IMPORT_BATCH_ROWS + 5)), slow.plan, 0))
        clock.advance(seconds=IMPORT_LEASE.total_seconds() + 1)
        await importer.drain()
        async with units.write() as uow:
            assert await process.process_batch(uow, slow, "somebody slow", first) is None
            assert not await process.finish(uow, slow, "somebody slow", "", None, 0)
        assert len(await lead_emails(database)) == IMPORT_BATCH_ROWS + 5
        assert await count_audit_entries(database, "lead.import_finished") == 1
        assert (await import_steps.stored_import(units, view)).state is ImportState.DONE

    @pytest.mark.postgres
    async def test_workers_share_imports(
        self, units: SqlUnits, database: Database, database_url: str, team: SeededTeam, clock: Clock
    ) -> None:
        """Two workers import each row of two files once."""
        views = [
            await import_steps.begin(units, team.member, import_steps.numbered_table(450)),
            await import_steps.begin(units, team.owner, import_steps.numbered_table(450, first=301)),
        ]
        other = open_database(database_url)
        await asyncio.gather(
            *(
                Importer(worker_units, Metrics()).drain()
                for worker_units in (units, units_on(other, clock), units, units_on(other, clock))
            )
        )
        await other.close()
        tallies = [(await import_steps.stored_import(units, view)).tally for view in views]
        assert [tally.rows for tally in tallies] == [450, 450]
        assert sum(tally.imported for tally in tallies) == 750
        assert len(set(await lead_emails(database))) == len(await lead_emails(database)) == 750

    async def test_stopped_import_resumes(
        self, units: SqlUnits, database: Database, team: SeededTeam, importer: Importer
    ) -> None:
        """A stopped import keeps its rows and resumes after them."""
        view = await import_steps.begin(units, team.member, import_steps.numbered_table(3 * IMPORT_BATCH_ROWS))
        await import_batches(units, view, importer.holder, 1)
        async with units.write() as uow:
            stopped = await lead_import.stop(uow, team.member, view.lead_import.import_id)
        assert (stopped.lead_import.state, stopped.lead_import.halt) == (ImportState.STOPPED, StopReason.REQUESTED)
        await importer.drain()
        assert len(await lead_emails(database)) == IMPORT_BATCH_ROWS
        await import_steps.start(units, team.member, view)
        await importer.drain()
        assert len(set(await lead_emails(database))) == len(await lead_emails(database)) == 3 * IMPORT_BATCH_ROWS

    async def test_shutdown_releases_the_lease(
        self, units: SqlUnits, database: Database, team: SeededTeam, importer: Importer
    ) -> None:
        """A worker that stops releases its lease after the batch."""
        view = await import_steps.begin(units, team.member, import_steps.numbered_table(3 * IMPORT_BATCH_ROWS))
        importer.stop()
        await importer.work()
        assert (await import_steps.stored_import(units, view)).tally == RowCounts(imported=IMPORT_BATCH_ROWS)
        await Importer(units, Metrics()).drain()
        assert len(await lead_emails(database)) == 3 * IMPORT_BATCH_ROWS

    async def test_lost_permission_halts_the_import(
        self, units: SqlUnits, database: Database, team: SeededTeam, importer: Importer
    ) -> None:
        """X2: a revoked role halts the import; imported rows stay."""
        view = await import_steps.begin(units, team.member, import_steps.numbered_table(2 * IMPORT_BATCH_ROWS))
        await import_batches(units, view, importer.holder, 1)
        async with units.write() as uow:
            await uow.members.change_role(team.team_id, team.member.user_id, Role.MEMBER, Role.VIEWER)
            await uow.lead_imports.release(team.team_id, view.lead_import.import_id, importer.holder)
        await importer.drain()
        shown = await import_steps.progress(units, replace(team.member, role=Role.VIEWER), view)
        assert (shown.lead_import.state, shown.lead_import.halt) == (ImportState.STOPPED, StopReason.PERMISSION_LOST)
        assert len(await lead_emails(database)) == IMPORT_BATCH_ROWS

    async def test_import_without_its_file_resumes_after_upload(
        self, units: SqlUnits, database: Database, team: SeededTeam, importer: Importer
    ) -> None:
        """An import without its file halts, and uploading the same file resumes it."""
        view = await import_steps.begin(units, team.member, import_steps.numbered_table(2 * IMPORT_BATCH_ROWS))
        await import_batches(units, view, importer.holder, 1)
        async with units.write() as uow:
            await uow.files.delete(team.team_id, view.lead_import.file_id)
            await uow.lead_imports.release(team.team_id, view.lead_import.import_id, importer.holder)
        await importer.drain()
        assert (await import_steps.stored_import(units, view)).halt == StopReason.FILE_EXPIRED
        with pytest.raises(file.FileExpired):
            await import_steps.start(units, team.member, view)
        again = await import_steps.prepare(units, team.member, import_steps.numbered_table(2 * IMPORT_BATCH_ROWS))
        assert again.lead_import.import_id == view.lead_import.import_id
        await import_steps.start(units, team.member, again)
        await importer.drain()
        assert len(set(await lead_emails(database))) == len(await lead_emails(database)) == 2 * IMPORT_BATCH_ROWS

    async def test_failing_batch_halts_the_import(self, units: SqlUnits, team: SeededTeam, importer: Importer) -> None:
        """A batch that keeps failing halts the import after some attempts."""
        view = await import_steps.begin(units, team.member, import_steps.numbered_table(3))
        async with units.write() as uow:
            # The lead numbers are taken, so that each batch violates a constraint.
            await uow.teams.add_numbers(team.team_id, "lead", 2)
        await create_lead(team)
        async with units.write() as uow:
            await uow.teams.add_numbers(team.team_id, "lead", -3)
        importer.failed_pause_s = 0.0
        with capture_logs() as logs:
            await importer.drain()
        assert [log["event"] for log in logs] == ["import_failed"] * IMPORT_ATTEMPTS_MAX
        assert (await import_steps.stored_import(units, view)).halt == StopReason.REPEATED_FAILURE
