"""What the clock does: a table of jobs. Ticks come from the scheduler; whether a period is done, the database decides.

Any number of processes may tick. A job begins its period in the transaction of its work: it happens once or, when it
fails, not at all, and the next tick of the same period tries again. Long work that only looks comes after it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.jobs.auditor import Auditor
from bot.operations.metrics import Metrics
from services import installation
from services.bulk import scheduled as bulk
from services.channel import scheduled as channel
from services.errors import Contended
from services.file import access as file
from services.identity import scheduled as identity
from services.invitation import scheduled as invitation
from services.lead import scheduled as lead
from services.lead_import import process as lead_import
from services.unit_of_work import UnitOfWork, Units

Work: TypeAlias = Callable[[UnitOfWork], Awaitable[int]]
"""Does a limited part of the work; how much it did."""
LongWork: TypeAlias = Callable[[], Awaitable[int]]
"""The same in units of its own, because nobody may wait for so long."""

BATCH: Final = 200
BULKS: Final = 20
OLD_BATCH: Final = 2000
INBOX_DAYS: Final = 35
"""Longer than any sender repeats: 30 days, resent by hand."""
DELIVERIES_DAYS: Final = 90
PERIODS_DAYS: Final = 7

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("jobs")


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the table."""

    name: str
    every_s: int
    """Length of a period; periods are counted from the epoch in UTC, so that no clock change doubles or skips one."""
    work: Work | None = None
    """In the transaction that begins the period."""
    then: LongWork | None = None
    """After it; when this fails, the next period tries again."""

    def period(self, now: datetime) -> str:
        """The name of the period in which the time lies."""
        start = int(now.timestamp()) // self.every_s * self.every_s
        return datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def expire_invitations(uow: UnitOfWork) -> int:
    return await invitation.expire(uow, BATCH)


async def settle_identities(uow: UnitOfWork) -> int:
    return await identity.settle(uow, BULKS)


async def forget_links(uow: UnitOfWork) -> int:
    return await identity.forget(uow, BATCH)


async def expire_offers(uow: UnitOfWork) -> int:
    return await lead.expire(uow, BATCH)


async def remind_of_leads(uow: UnitOfWork) -> int:
    return await lead.remind(uow, BATCH)


async def offer_leads_again(uow: UnitOfWork) -> int:
    return await lead.offer_again(uow, BATCH)


async def work_on_bulks(uow: UnitOfWork) -> int:
    return await bulk.work(uow, BULKS)


async def forget_bulks(uow: UnitOfWork) -> int:
    return await bulk.forget(uow, BATCH)


async def forget_offers(uow: UnitOfWork) -> int:
    return await channel.forget(uow, BATCH)


async def forget_imports(uow: UnitOfWork) -> int:
    return await lead_import.forget(uow, BATCH)


async def forget_arrivals(uow: UnitOfWork) -> int:
    return await uow.inbox.forget(INBOX_DAYS, OLD_BATCH)


async def forget_deliveries(uow: UnitOfWork) -> int:
    return await uow.deliveries.forget(uow.now - timedelta(days=DELIVERIES_DAYS), OLD_BATCH)


async def forget_files(uow: UnitOfWork) -> int:
    return await file.forget(uow, BATCH)


async def forget_questions(uow: UnitOfWork) -> int:
    """An hour later than they may be answered, so that until then whoever comes late reads why."""
    return await installation.forget(uow, uow.now - timedelta(hours=1), OLD_BATCH)


async def forget_periods(uow: UnitOfWork) -> int:
    return await uow.periods.forget(uow.now - timedelta(days=PERIODS_DAYS), OLD_BATCH)


async def anchor_audit(uow: UnitOfWork) -> int:
    """Write the ends of all audit logs where whoever alters the database does not reach: into the log."""
    heads = await uow.audit.heads()
    for head in heads:
        _log.info("audit_head", team_id=head.team_id, seq=head.seq, hash=head.hash)
    return len(heads)


JOBS: Final = (
    Job("bulk.work", 5, work_on_bulks),
    Job("bulk.forget", 3600, forget_bulks),
    Job("channel.forget", 3600, forget_offers),
    Job("identity.settle", 60, settle_identities),
    Job("identity.forget", 3600, forget_links),
    Job("invitation.expire", 60, expire_invitations),
    Job("lead.expire", 30, expire_offers),
    Job("lead.remind", 600, remind_of_leads),
    Job("lead.offer_again", 600, offer_leads_again),
    Job("lead.import_forget", 3600, forget_imports),
    Job("inbox.forget", 3600, forget_arrivals),
    Job("delivery.forget", 3600, forget_deliveries),
    Job("file.forget", 60, forget_files),
    Job("installation.forget", 600, forget_questions),
    Job("job.forget", 3600, forget_periods),
    Job("audit.anchor", 86_400, anchor_audit),
)


def table_of(auditor: Auditor) -> tuple[Job, ...]:
    """All jobs of a process."""
    return (*JOBS, Job("invariant.audit", 300, then=auditor.run))


@dataclass(frozen=True, slots=True)
class Jobs:
    """Runs the jobs of a table whenever it ticks."""

    units: Units
    metrics: Metrics
    table: tuple[Job, ...] = JOBS

    async def tick(self, job: Job) -> bool:
        """Do a job unless its period is done; whether it was done now. Never raises: the next tick tries again."""
        try:
            done = await self._run(job)
        except Contended:
            return False
        except Exception:  # noqa: BLE001 - a defect in one job must not stop the others
            _log.exception("job_failed", job=job.name)
            self.metrics.job_failures.labels(job.name).inc()
            return False
        self.metrics.job_success.labels(job.name).set_to_current_time()
        return done

    async def _run(self, job: Job) -> bool:
        async with self.units.write() as uow:
            if not await uow.periods.begin(job.name, job.period(uow.now)):
                return False
            count = await job.work(uow) if job.work else 0
        if job.then:
            count += await job.then()
        if count:
            _log.info("job_finished", job=job.name, count=count)
        return True

    def start(self) -> AsyncIOScheduler:
        """Tick from now on, several times a period; shut the scheduler down to stop."""
        scheduler = AsyncIOScheduler(timezone=UTC)
        for job in self.table:
            scheduler.add_job(  # pyright: ignore[reportUnknownMemberType] - the library has no types
                self.tick,
                "interval",
                (job,),
                seconds=min(job.every_s, 60),
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        scheduler.start()
        return scheduler
