import asyncio

import pytest

from bot.jobs.scheduler import Jobs, anchor_audit, noun_jobs
from bot.operations.metrics import Metrics
from services.audit.model import Head
from services.errors import Contended
from services.events import Event
from services.jobs import Job
from services.unit_of_work import UnitOfWork
from storage.unit_of_work import SqlUnits
from tests.builders import Clock

pytestmark = pytest.mark.postgres


class Ticked(Event, frozen=True, kw_only=True, tag="test.ticked"):
    pass


async def emit(uow: UnitOfWork, limit: int = 1) -> int:
    """Work that leaves one entry."""
    del limit
    uow.emit(Ticked(team_id="T", silent=True))
    return 1


async def times(units: SqlUnits) -> int:
    """How often the work was done."""
    async with units.read() as uow:
        return (await uow.audit.head("T")).seq


async def test_a_job_runs_once_a_period_however_many_tick(units: SqlUnits, clock: Clock) -> None:
    """Four processes that tick five times each in one period do the work once; the next period once more."""
    job = Job("test", 60, emit)
    ticking = [Jobs(units, Metrics(), (job,)) for _ in range(4)]
    done = await asyncio.gather(*[jobs.tick(job) for jobs in ticking for _ in range(5)])
    assert (sum(done), await times(units)) == (1, 1)
    clock.advance(seconds=59)
    assert not await ticking[0].tick(job)
    clock.advance(seconds=1)
    assert await ticking[0].tick(job)
    assert await times(units) == 2


async def test_a_job_that_failed_is_tried_again_in_its_period(units: SqlUnits) -> None:
    """A defect leaves the period open and nothing half done; it is counted, and the next tick tries again."""
    errors: list[Exception] = [ZeroDivisionError(), Contended()]

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
    """Whatever the table holds can be done, also where there is nothing to do."""
    metrics = Metrics()
    assert await Jobs(units, metrics, (job,)).tick(job)
    assert b"kollega_job_failures_total{" not in metrics.text()


async def test_old_records_are_cleared_away(units: SqlUnits, clock: Clock) -> None:
    """Periods that are long over are forgotten, the current one is not."""
    job = Job("test", 60, emit)
    jobs = Jobs(units, Metrics(), noun_jobs())
    await jobs.tick(job)
    clock.advance(days=8)
    [purge_job] = [noun_job for noun_job in noun_jobs() if noun_job.name == "period.purge"]
    await jobs.tick(purge_job)
    async with units.write() as uow:
        assert await uow.periods.begin("test", job.period(clock().replace(month=11, day=23)))
        assert not await uow.periods.begin("period.purge", purge_job.period(uow.now))


async def test_periods_do_not_know_clock_changes() -> None:
    """Periods are counted in UTC: an hour that comes twice or never in a zone is one hour."""
    job, clock = Job("test", 3600, emit), Clock()
    clock.at = clock.at.replace(month=10, day=25, hour=0)
    names = [job.period(clock.advance(minutes=15)) for _ in range(4 * 24)]
    assert len(set(names)) == 25


async def test_the_ends_of_the_audit_logs_are_read_daily(units: SqlUnits) -> None:
    """The end of every log is there to be written where nobody alters it."""
    async with units.write() as uow:
        await emit(uow)
    async with units.read() as uow:
        assert await uow.audit.heads() == [await uow.audit.head("T")]
        assert await anchor_audit(uow, 10) == 1
        assert await uow.audit.head("nobody") == Head("nobody", 0, "")


async def test_the_scheduler_only_ticks(units: SqlUnits, clock: Clock) -> None:
    """Started, it ticks by itself; shut down, it leaves nothing running."""
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
