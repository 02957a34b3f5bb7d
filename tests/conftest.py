"""Fixtures and options for all tests."""

import asyncio
import json
import os
import shutil
import sqlite3
from collections.abc import AsyncGenerator, Generator
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
from hypothesis import settings

from storage.engine import Database, open_database
from storage.schema import migrate
from storage.unit_of_work import SqlUnits
from tests.builders import Clock, units_on
from tests.dialects import register_shared_dialects
from tests.postgres import Server, running

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TEMPLATE = "kollega_template"

FIGURES = "figures"

# A found example becomes a test of its own, so no example database; no deadline, since machines differ in speed.
settings.register_profile("kollega", database=None, deadline=None, derandomize="CI" in os.environ)
settings.load_profile("kollega")
register_shared_dialects()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the fault tests."""
    group = parser.getgroup("faults")
    seed = os.environ.get("KOLLEGA_FAULT_SEED")
    group.addoption("--fault-seed", type=int, default=seed, help="repeat the run that printed this seed")
    group.addoption("--figures", type=Path, help="write what the fault tests counted into this file, as JSON")


def pytest_xdist_auto_num_workers() -> int:
    """Use three workers for two processors: a third of the time is spent waiting for databases and clocks."""
    return (os.cpu_count() or 1) * 3 // 2


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave PostgreSQL to `make check-all` where a test is not marked `postgres`."""
    for item in items:
        parameters: dict[str, object] = getattr(getattr(item, "callspec", None), "params", {})
        if parameters.get("database_url") == "postgres" and item.get_closest_marker("postgres") is None:
            item.add_marker(pytest.mark.nightly)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the figures that tests counted, a line for each test, on every worker."""
    statistics: list[object] = [stat for stats in terminalreporter.stats.values() for stat in stats]
    reports = [item for item in statistics if isinstance(item, pytest.TestReport) and item.when == "call"]
    counted = {report.nodeid: figures for report in reports if (figures := _figures(report))}
    if counted:
        terminalreporter.section("figures")
    for node, figures in counted.items():
        figures_line = ", ".join(f"{name} {value}" for name, value in figures.items())
        terminalreporter.line(f"{node.rpartition('/')[2]}: {figures_line}")
    path: Path | None = config.getoption("--figures")
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(counted, indent=2), encoding="utf-8")


def _figures(report: pytest.TestReport) -> dict[str, object]:
    """Return the figures that a test stored for the summary, with its outcome."""
    found = dict(report.user_properties).get(FIGURES)
    if not isinstance(found, dict):
        return {}
    return {"outcome": report.outcome, "seconds": round(report.duration, 1), **cast("dict[str, object]", found)}


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a browser; skip the test without one."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    pytest.skip(f"no browser on the path (looked for {', '.join(BROWSERS)})")


@pytest.fixture
def screenshot_folder(tmp_path: Path) -> Path:
    """Return the folder for pictures; `make screenshots` keeps them in build/."""
    folder = Path(os.environ.get("KOLLEGA_SCREENSHOTS") or tmp_path / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a migrated SQLite file that tests copy."""
    path = tmp_path_factory.mktemp("template") / "kollega.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{path}"))
    with closing(sqlite3.connect(path)) as connection:
        # A copy of the file would miss what is still in the write-ahead log.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def postgres() -> Generator[Server]:
    """A PostgreSQL server for this process, with a migrated database that tests copy; half a second to start.

    It plans a statement once a connection: planning the longer ones anew each time takes longer than what they find.
    """
    with running(plan_cache_mode="force_generic_plan") as server:
        server.execute(f"CREATE DATABASE {TEMPLATE}")
        asyncio.run(migrate(server.url(TEMPLATE)))
        yield server


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Create a migrated, empty SQLite database for one test."""
    return f"sqlite+aiosqlite:///{shutil.copy(sqlite_template, tmp_path / 'kollega.db')}"


@pytest.fixture
def postgres_url(postgres: Server) -> Generator[str]:
    """Create a migrated, empty PostgreSQL database for one test."""
    with postgres.database(TEMPLATE) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Create a migrated, empty database for one test: SQLite, and PostgreSQL for tests marked `postgres`."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    """Open a migrated, empty database for one test."""
    opened = open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands on a Monday morning until the test advances it."""
    return Clock()


@pytest.fixture
def units(database: Database, clock: Clock) -> SqlUnits:
    """Units of work on SQLite and on PostgreSQL."""
    return units_on(database, clock)
