"""The scheduler: ticks several times a period; the database decides whether a period is done.

Any number of processes may tick. A job begins its period in the transaction of its work: the work is done once or, when
it fails, not at all, and the next tick of the same period tries again. Long work that only reads comes after it.
"""

from dataclasses import dataclass
from datetime import UTC
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.jobs.auditor import Auditor
from bot.operations.metrics import Metrics
from services.discovery import role_modules
from services.errors import DatabaseBusy
from services.jobs import Job
from services.unit_of_work import UnitOfWork, Units

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("jobs")


async def anchor_audit(uow: UnitOfWork, limit: int) -> int:
    """Write the head of every audit log into the process log, which a change of the database cannot alter."""
    del limit
    heads = await uow.audit.list_heads()
    for head in heads:
        _log.info("audit_head", team_id=head.team_id, seq=head.seq, hash=head.hash)
    return len(heads)


def noun_jobs() -> tuple[Job, ...]:
    """Collect the jobs that the nouns declare."""
    return tuple(job for module in role_modules("scheduled") for job in module.JOBS)


def all_jobs(auditor: Auditor) -> tuple[Job, ...]:
    """Collect the jobs of a process: those of the nouns, and those that write to log and metrics."""
    return (
        *noun_jobs(),
        Job("audit.anchor", 86_400, anchor_audit),
        Job("invariant.audit", 300, after_commit=auditor.run),
    )


@dataclass(frozen=True, slots=True)
class Jobs:
    """Runs the jobs of a table at every tick."""

    units: Units
    metrics: Metrics
    table: tuple[Job, ...]

    async def tick(self, job: Job) -> bool:
        """Run a job unless its period is done; return whether it ran. Never raises: the next tick tries again."""
        try:
            done = await self._run(job)
        except DatabaseBusy:
            return False
        except Exception:  # noqa: BLE001 - a defect in one job must not stop the others
            _log.exception("job_failed", job=job.name)
            self.metrics.job_failures.labels(job.name).inc()
            return False
        self.metrics.job_success.labels(job.name).set_to_current_time()
        return done

    async def _run(self, job: Job) -> bool:
        async with self.units.write() as uow:
            if not await uow.periods.claim(job.name, job.period(uow.now)):
                return False
            count = await job.work(uow, job.limit) if job.work else 0
        if job.after_commit:
            count += await job.after_commit()
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
