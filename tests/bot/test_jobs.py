import asyncio

import pytest

from bot.jobs.scheduler import Jobs, anchor_audit, noun_jobs
from bot.operations.metrics import Metrics
from services.audit.model import LogHead
from services.errors import DatabaseBusy
from services.events import Event
from services.jobs import Job
from services.unit_of_work import UnitOfWork
from storage.unit_of_work import SqlUnits
from tests.builders import Clock

pytestmark = pytest.mark.postgres


class Ticked(Event, frozen=True, kw_only=True, tag="test.ticked"):
    pass


async def emit(uow: UnitOfWork, limit: int = 1) -> int:
    """Emit one event."""
    del limit
    uow.emit(Ticked(team_id="T", is_silent=True))
    return 1


async def times(units: SqlUnits) -> int:
    """Count the emitted events."""
    async with units.read() as uow:
        return (await uow.audit.get_head("T")).seq


async def test_job_runs_once_a_period(units: SqlUnits, clock: Clock) -> None:
    """Four schedulers with five ticks each run the job once per period."""
    job = Job("test", 60, emit)
    ticking = [Jobs(units, Metrics(), (job,)) for _ in range(4)]
    done = await asyncio.gather(*[jobs.tick(job) for jobs in ticking for _ in range(5)])
    assert (sum(done), await times(units)) == (1, 1)
    clock.advance(seconds=59)
    assert not await ticking[0].tick(job)
    clock.advance(seconds=1)
    assert await ticking[0].tick(job)
    assert await times(units) == 2


async def test_failed_job_is_retried_in_its_period(units: SqlUnits) -> None:
    """A failure rolls back, is counted, and the next tick retries."""
    errors: list[Exception] = [ZeroDivisionError(), DatabaseBusy()]

    async def fail_first(uow: UnitOfWork, limit: int) -> int:
        del limit
        await emit(uow)
        if errors:
            raise errors.pop(0)
        return 1

    job, metrics = Job("test", 60, fail_first), Metrics()
    jobs = Jobs(units, metrics, (job,))
    assert [await jobs.tick(job) for _ in range(4)] == [False, False, True, False]
    assert await times(units) == 1
    assert b'kollega_job_failures_total{job="test"} 1.0' in metrics.text()


@pytest.mark.parametrize("job", noun_jobs(), ids=lambda job: job.name)
async def test_every_job_runs_on_an_empty_database(units: SqlUnits, job: Job) -> None:
    """Each job runs without any rows."""
    metrics = Metrics()
    assert await Jobs(units, metrics, (job,)).tick(job)
    assert b"kollega_job_failures_total{" not in metrics.text()


async def test_old_periods_are_purged(units: SqlUnits, clock: Clock) -> None:
    """Old periods are deleted, the current one is not."""
    job = Job("test", 60, emit)
    jobs = Jobs(units, Metrics(), noun_jobs())
    await jobs.tick(job)
    clock.advance(days=8)
    [purge_job] = [noun_job for noun_job in noun_jobs() if noun_job.name == "period.purge"]
    await jobs.tick(purge_job)
    async with units.write() as uow:
        assert await uow.periods.claim("test", job.period(clock().replace(month=11, day=23)))
        assert not await uow.periods.claim("period.purge", purge_job.period(uow.now))


async def test_periods_are_in_utc() -> None:
    """Periods are in UTC and ignore clock changes of zones."""
    job, clock = Job("test", 3600, emit), Clock()
    clock.now = clock.now.replace(month=10, day=25, hour=0)
    names = [job.period(clock.advance(minutes=15)) for _ in range(4 * 24)]
    assert len(set(names)) == 25


async def test_audit_log_heads_are_logged_daily(units: SqlUnits) -> None:
    """The head of each audit log is logged daily for external storage."""
    async with units.write() as uow:
        await emit(uow)
    async with units.read() as uow:
        assert await uow.audit.list_heads() == [await uow.audit.get_head("T")]
        assert await anchor_audit(uow, 10) == 1
        assert await uow.audit.get_head("nobody") == LogHead("nobody", 0, "")


async def test_the_scheduler_only_ticks(units: SqlUnits, clock: Clock) -> None:
    """A started scheduler ticks; a stopped one leaves no task."""
    done = asyncio.Event()

    async def tell(uow: UnitOfWork, limit: int) -> int:
        del uow, limit
        clock.advance(seconds=1)
        done.set()
        return 1

    scheduler = Jobs(units, Metrics(), (Job("test", 1, tell),)).start()
    async with asyncio.timeout(10):
        await done.wait()
    scheduler.shutdown(wait=False)
    await asyncio.sleep(0.1)
