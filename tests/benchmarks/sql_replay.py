"""The bare SQL of commands: recorded while the product runs them, then replayed through SQLAlchemy Core alone.

`python -m tests.benchmarks.sql_replay URL` runs the bot's own application and records what each request executes. An
order such as `{"replay": "writes", "count": 400, "connections": 16}`, a line of standard input, replays it on the equal
copy behind URL: the same statements and values, the same transactions, the same pools.
"""

import asyncio
import gc
import json
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any, TypeAlias

from aiohttp import web
from sqlalchemy import Connection, Executable, event

from bot.app import open_application
from bot.operations.logs import configure
from bot.settings import read_settings
from storage.engine import Database, open_database

Values: TypeAlias = Any
Steps: TypeAlias = list[tuple[Executable, Values]]


@dataclass(slots=True)
class Recorder:
    """Records transactions in commit order, writing and reading ones apart."""

    database: Database
    writes: deque[Steps] = field(default_factory=deque[Steps])
    reads: deque[Steps] = field(default_factory=deque[Steps])
    _open: dict[int, Steps] = field(default_factory=dict[int, Steps])

    def listen(self) -> None:
        engines = {self.database.writer.sync_engine}
        if self.database.is_sqlite:
            engines.add(self.database.reader.sync_engine)
        for engine in engines:
            event.listen(engine, "begin", self._begin)
            event.listen(engine, "before_execute", self._execute)
            event.listen(engine, "commit", self._commit)
            event.listen(engine, "rollback", self._drop)

    def _begin(self, connection: Connection) -> None:
        self._open[id(connection)] = []

    def _execute(
        self,
        connection: Connection,
        statement: Executable,
        multiparams: list[Values],
        params: Values,
        execution_options: object,
    ) -> None:
        del execution_options
        self._open[id(connection)].append((statement, list(multiparams) or dict(params)))

    def _commit(self, connection: Connection) -> None:
        is_reader = connection.engine is self.database.reader.sync_engine
        (self.reads if is_reader else self.writes).append(self._open.pop(id(connection)))

    def _drop(self, connection: Connection) -> None:
        self._open.pop(id(connection), None)


async def replay(database: Database, recorded: Iterator[Steps], connections: int, *, writes: bool) -> dict[str, Any]:
    """Replay transactions over `connections` connections and return the time they took."""
    latencies_ms: list[float] = []
    engine = database.writer if writes else database.reader

    async def work() -> None:
        for steps in recorded:
            started = time.perf_counter()
            async with engine.begin() as connection:
                for statement, values in steps:
                    result = await connection.execute(statement, values)
                    if result.returns_rows:
                        result.all()
            latencies_ms.append((time.perf_counter() - started) * 1000)

    gc.collect()
    before, started = time.process_time(), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(work())
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "cpu_s": time.process_time() - before, "latencies_ms": latencies_ms}


async def run_order(recorder: Recorder, database: Database, order: dict[str, Any]) -> dict[str, Any]:
    """Replay the ordered transactions; each writing one can run once."""
    if order["replay"] == "reads":
        return await replay(database, islice(cycle(recorder.reads), order["count"]), order["connections"], writes=False)
    fresh = [recorder.writes.popleft() for _ in range(order["count"])]
    return await replay(database, iter(fresh), order["connections"], writes=True)


async def main(copy: str) -> None:
    """Record until the first order, then replay on the copy until standard input ends."""
    settings = read_settings()
    configure(settings.log_level, settings.log_format)
    loop = asyncio.get_running_loop()
    async with open_application(settings) as app:
        recorder = Recorder(app.database)
        recorder.listen()
        runner = web.AppRunner(app.web_app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print_line(f"http://127.0.0.1:{runner.addresses[0][1]}")
        line = await loop.run_in_executor(None, sys.stdin.readline)
        await runner.cleanup()
    database = open_database(copy)
    try:
        while line:
            print_line(json.dumps(await run_order(recorder, database, json.loads(line))))
            line = await loop.run_in_executor(None, sys.stdin.readline)
    finally:
        await database.close()


def print_line(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201 - responds on standard output


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
