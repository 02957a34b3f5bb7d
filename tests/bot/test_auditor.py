import asyncio

from sqlalchemy import text
from structlog.testing import capture_logs

from bot.jobs.auditor import Auditor
from bot.jobs.scheduler import Jobs, all_jobs
from bot.operations.metrics import Metrics
from services.invariants import invariant_sets, sentences
from storage.engine import Database
from storage.unit_of_work import SqlUnits
from tests.services.seeded_team import seed_team

HEARTBEAT = "kollega_invariants_checked_timestamp_seconds"


def value(metrics: Metrics, name: str) -> float:
    """Return the value of a metric."""
    lines = metrics.text().decode().splitlines()
    return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(name)), 0.0)


def count_violations(metrics: Metrics, invariant: str) -> float:
    """Return the counted violations of an invariant."""
    return value(metrics, f'kollega_invariant_violations{{invariant="{invariant}"}}')


async def break_seats(database: Database, role: str) -> None:
    """Change the role of all owners directly in the database."""
    async with database.writer.begin() as connection:
        await connection.execute(
            text("UPDATE members SET role = :role WHERE role IN ('owner', 'admin') AND email = ''"), {"role": role}
        )


async def test_valid_database_has_no_violation(units: SqlUnits) -> None:
    """The audit sets its heartbeat and counts zero for each invariant."""
    await seed_team(units, "Solarhaus")
    metrics = Metrics()
    [job] = [audit_job for audit_job in all_jobs(Auditor(units, metrics)) if audit_job.name == "invariant.audit"]
    assert await Jobs(units, metrics, (job,)).tick(job)
    assert value(metrics, HEARTBEAT) > 0
    assert [count_violations(metrics, name) for name in sentences()] == [0.0] * len(sentences())
    assert metrics.text().count(b"kollega_invariant_violations{") == len(sentences())


async def test_violation_is_counted_and_logged(database: Database, units: SqlUnits) -> None:
    """A violation is logged with its id only and counted until it is repaired."""
    team = await seed_team(units, "Solarhaus")
    metrics = Metrics()
    auditor = Auditor(units, metrics)
    await break_seats(database, "viewer")
    with capture_logs() as logs:
        assert await auditor.run() == 1
    [log_entry] = [log for log in logs if log["event"] == "invariant_violated"]
    assert log_entry == {
        "event": "invariant_violated",
        "log_level": "error",
        "invariant": "team.one_owner",
        "offender": team.team_id,
    }
    assert count_violations(metrics, "team.one_owner") == 1
    async with database.writer.begin() as connection:
        await connection.execute(
            text("UPDATE members SET role = 'owner' WHERE user_id = :user"), {"user": team.owner.user_id}
        )
    assert await auditor.run() == 0
    assert count_violations(metrics, "team.one_owner") == 0


async def test_run_is_limited_to_a_window(database: Database, units: SqlUnits) -> None:
    """A run scans one window; the heartbeat follows the last one, and violations count until then."""
    teams = [await seed_team(units, name) for name in ("Solarhaus", "Dachwerk", "Nordwind")]
    await break_seats(database, "viewer")
    metrics = Metrics()
    auditor = Auditor(units, metrics, rows=2, windows_max=1)
    counts: list[int] = []
    while value(metrics, HEARTBEAT) == 0:
        counts.append(await auditor.run())
        assert len(counts) < 200
    assert [count for count in counts if count] == [2, 1]
    assert len(counts) > len(invariant_sets())
    assert count_violations(metrics, "team.one_owner") == len(teams)


async def test_audit_does_not_block_writes(units: SqlUnits) -> None:
    """Other transactions write while the audit reads."""
    await seed_team(units, "Solarhaus")
    auditor = Auditor(units, Metrics(), rows=1)
    async with units.write() as uow, asyncio.timeout(3):
        await uow.periods.claim("test", "now")
        assert await auditor.run() == 0
