"""The importer writes imported leads in batches: it parses a batch in a thread and writes it in one short transaction.

Any number of processes may run it. Each claims an import with a lease; after a crash another process continues behind
the last batch that was written.
"""

import asyncio
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import structlog

from bot.operations.metrics import Metrics
from cards.lead_import import skipped_rows
from cards.render.text import RenderContext
from services import lead_import
from services.errors import DatabaseBusy
from services.lead_import import LeadImport, RowBatch, SkippedRow, StopReason
from services.lead_import.parse_row import split_batches
from services.spreadsheet import Sheet, SheetFull
from services.table import CsvTable, NotATable, open_table
from services.unit_of_work import Units

POLL_S: Final = 1.0
FAILED_PAUSE_S: Final = 2.0
BATCH_PAUSE_S: Final = 0.002
"""Pause between two batches, in which other writers get the lock of SQLite."""
CONTENDED_MAX: Final = 60
CONTENDED_PAUSE_S: Final = 0.5

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("importing")


class _ClaimLost(Exception):
    """The import has stopped, or another process has claimed it."""


@dataclass(slots=True)
class Importer:
    """Runs imports until it is stopped."""

    units: Units
    metrics: Metrics
    poll_s: float = POLL_S
    failed_pause_s: float = FAILED_PAUSE_S
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    """Name of this process in its claims."""
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Stop after the current batch."""
        self._stopping.set()

    async def run(self) -> None:
        """Run imports until stopped."""
        while not self._stopping.is_set():
            if not await self._round():
                await self._rest(self.poll_s)

    async def drain(self) -> None:
        """Run imports until none waits."""
        while await self.work():
            pass

    async def work(self) -> bool:
        """Run one import as far as possible; return whether there was one."""
        async with self.units.read() as uow:
            if not await uow.lead_imports.has_unclaimed(uow.now):
                return False
        async with self.units.write() as uow:
            carried = await lead_import.process.claim(uow, self.holder)
        if carried is not None:
            await self._run_import(carried)
        return carried is not None

    async def _round(self) -> bool:
        try:
            return await self.work()
        except DatabaseBusy as refusal:
            _log.warning("import_database_contended", refusal=type(refusal).__name__)
        except Exception:  # noqa: BLE001 - a defect in one round must not be the last one
            _log.exception("import_round_failed")
        await self._rest(self.failed_pause_s)
        return False

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _run_import(self, carried: LeadImport) -> None:
        try:
            await self._write_batches(carried)
        except _ClaimLost:
            # Stopped, claimed elsewhere, or advanced by a commit whose result was lost: release it for the next claim.
            await self._release(carried)
        except NotATable:
            await self._halt(carried, StopReason.REPEATED_FAILURE)
        except DatabaseBusy:
            await self._release(carried)
        except Exception:  # noqa: BLE001 - a defect in one import must not stop the others
            _log.exception("import_failed", import_id=carried.import_id)
            self.metrics.job_failures.labels("lead.import").inc()
            await self._fail(carried)

    async def _write_batches(self, carried: LeadImport) -> None:
        """Write batch after batch, then the report of skipped rows."""
        async with self.units.read() as uow:
            content = await lead_import.process.load_content(uow, carried)
        if content is None:
            return await self._halt(carried, StopReason.FILE_EXPIRED)
        table = await asyncio.to_thread(open_table, content)
        rows = split_batches(table, carried.plan, carried.line)
        while (batch := await asyncio.to_thread(_next, rows)) is not None:
            carried = await self._write(carried, batch)
            if self._stopping.is_set():
                return await self._release(carried)
            await asyncio.sleep(BATCH_PAUSE_S)
        return await self._finish(carried, table)

    async def _write(self, carried: LeadImport, batch: RowBatch) -> LeadImport:
        for _ in range(CONTENDED_MAX):
            try:
                async with self.units.write() as uow:
                    moved = await lead_import.process.process_batch(uow, carried, self.holder, batch)
                break
            except DatabaseBusy:
                await self._rest(CONTENDED_PAUSE_S)
        else:
            raise DatabaseBusy
        if moved is None:
            raise _ClaimLost
        return moved

    async def _finish(self, carried: LeadImport, table: CsvTable) -> None:
        async with self.units.read() as uow:
            skipped = await lead_import.process.list_skipped(uow, carried)
            reader = await uow.users.get(carried.user_id)
            writer = RenderContext(reader.language, reader.zone, uow.now) if reader else None
        name, result, count = "", None, 0
        if skipped and writer is not None:
            name = writer.format_line(skipped_rows.skipped_rows_file_name(carried))
            result, count = await asyncio.to_thread(build_report, table, skipped, writer)
        async with self.units.write() as uow:
            await lead_import.process.finish(uow, carried, self.holder, name, result, count)

    async def _halt(self, carried: LeadImport, why: StopReason) -> None:
        async with self.units.write() as uow:
            await lead_import.process.stop_import(uow, carried, why)

    async def _release(self, carried: LeadImport) -> None:
        async with self.units.write() as uow:
            await lead_import.process.release_lease(uow, carried, self.holder)

    async def _fail(self, carried: LeadImport) -> None:
        await self._rest(self.failed_pause_s)
        async with self.units.write() as uow:
            await lead_import.process.record_failure(uow, carried, self.holder)


def _next(rows: Iterator[RowBatch]) -> RowBatch | None:
    return next(rows, None)


def build_report(table: CsvTable, skipped: list[SkippedRow], writer: RenderContext) -> tuple[bytes, int]:
    """Build the report of skipped rows with line and reason; return its content and its number of rows."""
    why = {row.line: row for row in skipped}
    headings = [
        heading or writer.format_line(skipped_rows.column_label(index)) for index, heading in enumerate(table.headings)
    ]
    sheet = Sheet([*(writer.format_line(item) for item in skipped_rows.RESULT_HEADER), *headings], writer.language)
    for row in table.rows():
        if row.line in why:
            try:
                sheet.add([row.line, writer.format_line(skipped_rows.skip_reason(why[row.line])), *row.cells])
            except SheetFull:
                break
    return sheet.content(), sheet.rows
