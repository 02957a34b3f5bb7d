"""Carries imports: a batch of rows is read aside, then written in one short transaction, so that others get through.

Any number of processes may try. Each claims an import for a while; who dies leaves it to the others, who go on behind
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
from services.errors import Contended
from services.lead_import import Batch, Halt, LeadImport, SkippedRow
from services.lead_import.parse_row import batches
from services.spreadsheet import Full, Sheet
from services.table import Table, Unreadable, open_table
from services.unit_of_work import Units

POLL_S: Final = 1.0
FAILED_PAUSE_S: Final = 2.0
BREATH_S: Final = 0.002
"""Between two batches others come first."""
CONTENDED_MAX: Final = 60
CONTENDED_PAUSE_S: Final = 0.5

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("importing")


class _Gone(Exception):
    """The import has stopped, or somebody else carries it."""


@dataclass(slots=True)
class Importer:
    """Works until it is stopped."""

    units: Units
    metrics: Metrics
    poll_s: float = POLL_S
    failed_pause_s: float = FAILED_PAUSE_S
    holder: str = field(default_factory=lambda: secrets.token_hex(8))
    """By this name the others know who carries an import."""
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """End after the batch that is being written."""
        self._stopping.set()

    async def run(self) -> None:
        """Look for work and do it, until stopped."""
        while not self._stopping.is_set():
            if not await self._round():
                await self._rest(self.poll_s)

    async def drain(self) -> None:
        """Work until nothing waits."""
        while await self.work():
            pass

    async def work(self) -> bool:
        """Carry one import as far as it goes; whether there was any."""
        async with self.units.read() as uow:
            if not await uow.lead_imports.is_waiting(uow.now):
                return False
        async with self.units.write() as uow:
            carried = await lead_import.process.claim(uow, self.holder)
        if carried is not None:
            await self._carry(carried)
        return carried is not None

    async def _round(self) -> bool:
        try:
            return await self.work()
        except Contended as refusal:
            _log.warning("database in the way", refusal=type(refusal).__name__)
        except Exception:  # noqa: BLE001 - a defect in one round must not be the last one
            _log.exception("round failed")
        await self._rest(self.failed_pause_s)
        return False

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _carry(self, carried: LeadImport) -> None:
        try:
            await self._through(carried)
        except _Gone:
            # Stopped, carried by others, or moved on by what was kept although nobody said so: then at once again.
            await self._release(carried)
        except Unreadable:
            await self._halt(carried, Halt.BROKEN)
        except Contended:
            await self._release(carried)
        except Exception:  # noqa: BLE001 - a defect in one import must not stop the others
            _log.exception("import failed", import_id=carried.import_id)
            self.metrics.job_failures.labels("lead.import").inc()
            await self._fail(carried)

    async def _through(self, carried: LeadImport) -> None:
        """Batch after batch, then the account of what was left out."""
        async with self.units.read() as uow:
            content = await lead_import.process.content(uow, carried)
        if content is None:
            return await self._halt(carried, Halt.FILE_GONE)
        table = await asyncio.to_thread(open_table, content)
        rows = batches(table, carried.plan, carried.line)
        while (batch := await asyncio.to_thread(_next, rows)) is not None:
            carried = await self._write(carried, batch)
            if self._stopping.is_set():
                return await self._release(carried)
            await asyncio.sleep(BREATH_S)
        return await self._finish(carried, table)

    async def _write(self, carried: LeadImport, batch: Batch) -> LeadImport:
        for _ in range(CONTENDED_MAX):
            try:
                async with self.units.write() as uow:
                    moved = await lead_import.process.carry(uow, carried, self.holder, batch)
                break
            except Contended:
                await self._rest(CONTENDED_PAUSE_S)
        else:
            raise Contended
        if moved is None:
            raise _Gone
        return moved

    async def _finish(self, carried: LeadImport, table: Table) -> None:
        async with self.units.read() as uow:
            skipped = await lead_import.process.skipped(uow, carried)
            reader = await uow.users.get(carried.user_id)
            writer = RenderContext(reader.language, reader.zone, uow.now) if reader else None
        name, result, count = "", None, 0
        if skipped and writer is not None:
            name = writer.format_line(skipped_rows.skipped_rows_file_name(carried))
            result, count = await asyncio.to_thread(account_of, table, skipped, writer)
        async with self.units.write() as uow:
            await lead_import.process.finish(uow, carried, self.holder, name, result, count)

    async def _halt(self, carried: LeadImport, why: Halt) -> None:
        async with self.units.write() as uow:
            await lead_import.process.halt(uow, carried, why)

    async def _release(self, carried: LeadImport) -> None:
        async with self.units.write() as uow:
            await lead_import.process.release(uow, carried, self.holder)

    async def _fail(self, carried: LeadImport) -> None:
        await self._rest(self.failed_pause_s)
        async with self.units.write() as uow:
            await lead_import.process.fail(uow, carried, self.holder)


def _next(rows: Iterator[Batch]) -> Batch | None:
    return next(rows, None)


def account_of(table: Table, skipped: list[SkippedRow], writer: RenderContext) -> tuple[bytes, int]:
    """The rows that were left out as they were, each with its line and the reason; how many found room."""
    why = {row.line: row for row in skipped}
    headings = [
        heading or writer.format_line(skipped_rows.column_label(place)) for place, heading in enumerate(table.headings)
    ]
    sheet = Sheet([*(writer.format_line(one) for one in skipped_rows.RESULT_HEADER), *headings], writer.language)
    for row in table.rows():
        if row.line in why:
            try:
                sheet.add([row.line, writer.format_line(skipped_rows.skip_reason(why[row.line])), *row.cells])
            except Full:
                break
    return sheet.content(), sheet.rows
