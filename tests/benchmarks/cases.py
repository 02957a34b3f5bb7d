"""The measurements, and the baselines they are compared with."""

import asyncio
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from itertools import repeat
from pathlib import Path
from typing import Final, TypeAlias

from tests.benchmarks.databases import Databases, grow
from tests.benchmarks.load_generator import Accepts, Load, is_success, send_requests
from tests.benchmarks.platforms import (
    BROADCAST_TEAM,
    CHANNELS,
    GROWING_TEAM,
    TEAMS,
    Baseline,
    BenchmarkPlatform,
    Person,
    lead_id,
)
from tests.benchmarks.processes import RunningProcess, http_get, request_counts, running_process
from tests.benchmarks.seeded_teams import SeededTeams

Figures: TypeAlias = dict[str, float]

CONNECTIONS: Final = (1, 16, 64)
ECHO: Final = "stock echo"
ALWAYS_SUCCESS: Final[Mapping[str, Accepts]] = {"leads": is_success, "pick": is_success}
COPIES_S: Final = 60.0
POLL_S: Final = 0.005


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of the measurements."""

    rounds: int
    counts: Mapping[int, int]
    """Requests of a measurement, by the number of connections."""
    echoes: Mapping[int, int]
    sizes: tuple[int, ...]
    """Leads of one team."""
    list_requests: int
    """Requests at each size."""
    fan_outs: int
    """Picks of a lead with many cards."""
    starts: int
    commands: tuple[int, int]
    """Numbers of commands after which memory is measured."""
    leads_per_team: int

    @property
    def warm_up_requests(self) -> int:
        return self.counts[1] // 2


FULL: Final = Plan(
    rounds=5,
    counts={1: 200, 16: 600, 64: 600},
    echoes={1: 40, 16: 80, 64: 80},
    sizes=(100, 10_000, 1_000_000),
    list_requests=300,
    fan_outs=5,
    starts=5,
    commands=(2_000, 10_000),
    leads_per_team=450,
)
QUICK: Final = Plan(
    rounds=3,
    counts={1: 100, 16: 200, 64: 200},
    echoes={1: 20, 16: 40, 64: 64},
    sizes=(100, 10_000),
    list_requests=100,
    fan_outs=2,
    starts=3,
    commands=(500, 1_000),
    leads_per_team=120,
)


@dataclass(frozen=True, slots=True)
class BenchmarkContext:
    """Plan, platform and data that all measurements share."""

    plan: Plan
    folder: Path
    platform: BenchmarkPlatform
    teams: SeededTeams
    settings: Mapping[str, str]

    def messages(self, path: str = "") -> Iterator[bytes]:
        return self.teams.messages("leads", path or self.platform.path)

    def picks(self, path: str = "") -> Iterator[bytes]:
        return self.teams.picks(path or self.platform.path)

    def environment(self, url: str) -> dict[str, str]:
        return {**self.settings, **self.platform.settings, "KOLLEGA_DATABASE_URL": url}

    async def update_count(self) -> int:
        """Return how many messages the bot has updated so far."""
        return (await request_counts(self.platform.fake_server)).get(self.platform.update_operation, 0)

    def pick(self, team_number: int, number: int, path: str = "") -> bytes:
        """Return a request in which a member presses "Pick" on a lead."""
        return self.platform.pick_request(
            Person(team_number, 1), number, lead_id(team_number, number), path or self.platform.path
        )


@dataclass(slots=True)
class Subject:
    """One program under load."""

    name: str
    running: RunningProcess
    counts: Mapping[int, int]
    requests: Mapping[str, Iterator[bytes]]
    accepts: Mapping[str, Accepts]
    replays: bool = False

    def has(self, case: str) -> bool:
        """Return whether the program is measured in this case."""
        return self.replays or case in self.requests

    async def measure(self, case: str, connections: int) -> Figures:
        count = self.counts[connections]
        if self.replays:
            kind = "writes" if case == "pick" else "reads"
            results = await self.running.ask(replay=kind, count=count, connections=connections)
            load, cpu_s = Load(results["seconds"], results["latencies_ms"]), float(results["cpu_s"])
        else:
            before = self.running.usage().cpu_s
            load = await send_requests(
                self.running.address, self.requests[case], count, connections, self.accepts[case]
            )
            cpu_s = self.running.usage().cpu_s - before
        return {
            "per_second": load.per_second,
            "p50_ms": load.percentile_ms(50),
            "p99_ms": load.percentile_ms(99),
            "cpu_s_per_1000": cpu_s / count * 1000,
            "rss_mb": self.running.usage().rss_mb,
        }


def median_of(rounds: list[Figures]) -> Figures:
    """Return the median of each figure."""
    return {name: statistics.median(item[name] for item in rounds) for name in rounds[0]}


@dataclass(slots=True)
class Table:
    """The figures of all rounds."""

    rows: dict[tuple[str, str, int, str], list[Figures]] = field(
        default_factory=dict[tuple[str, str, int, str], list[Figures]]
    )

    def add(self, kind: str, case: str, connections: int, name: str, figures: Figures) -> None:
        self.rows.setdefault((kind, case, connections, name), []).append(figures)

    def names(self, kind: str, case: str, connections: int) -> list[str]:
        """Return the measured programs, Kollega first."""
        return [name for *where, name in self.rows if tuple(where) == (kind, case, connections)]

    def median(self, kind: str, case: str, connections: int, name: str) -> Figures:
        return median_of(self.rows[kind, case, connections, name])

    def ratio(self, kind: str, case: str, connections: int, to: str) -> float:
        """Return the median over rounds of Kollega's rate divided by another program's rate."""
        ours, theirs = self.rows[kind, case, connections, OURS], self.rows[kind, case, connections, to]
        return statistics.median(a["per_second"] / b["per_second"] for a, b in zip(ours, theirs, strict=True))


OURS: Final = "kollega"
SQL: Final = "bare SQL"
CASES: Final = ("leads", "pick")


async def compare(context: BenchmarkContext, databases: Databases, table: Table) -> None:
    """Measure `leads` and `pick` beside the baselines, round by round."""
    live, recorded, replayed = [await databases.copy(name) for name in ("live", "recorded", "replayed")]
    plan, folder, platform = context.plan, context.folder, context.platform
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(
            running_process("bot", "run", folder=folder, settings=context.environment(live))
        )
        statements = await stack.enter_async_context(
            running_process(
                "tests.benchmarks.sql_replay", replayed, folder=folder, settings=context.environment(recorded)
            )
        )
        await platform.record_samples(bot, folder, context.messages(), context.picks())
        await _record(context, statements)
        ours = {"leads": context.messages(), "pick": _skip_sent(context.picks(), 1)}
        subjects = [Subject(OURS, bot, plan.counts, ours, platform.accepts)]
        for baseline in platform.baselines:
            running = await stack.enter_async_context(running_process(*baseline.arguments, folder=folder))
            counts = plan.echoes if baseline.name == ECHO else plan.counts
            subjects.append(
                Subject(baseline.name, running, counts, _baseline_requests(context, baseline), ALWAYS_SUCCESS)
            )
        subjects.append(Subject(SQL, statements, plan.counts, {}, ALWAYS_SUCCESS, replays=True))
        await _warm_up(context, subjects)
        for _ in range(plan.rounds):
            await _round(databases.kind, subjects, table)


async def _round(kind: str, subjects: list[Subject], table: Table) -> None:
    for case in CASES:
        for connections in CONNECTIONS:
            for subject in subjects:
                if subject.has(case):
                    table.add(kind, case, connections, subject.name, await subject.measure(case, connections))


async def _warm_up(context: BenchmarkContext, subjects: list[Subject]) -> None:
    for subject in subjects:
        if subject.replays:
            for kind in ("reads", "writes"):
                await subject.running.ask(replay=kind, count=context.plan.warm_up_requests, connections=4)
        count = 8 if subject.name == ECHO else context.plan.warm_up_requests
        for case, requests in subject.requests.items():
            await send_requests(subject.running.address, requests, count, 4, subject.accepts[case])


async def _record(context: BenchmarkContext, statements: RunningProcess) -> None:
    plan = context.plan
    picks = plan.rounds * sum(plan.counts.values()) + plan.warm_up_requests
    await send_requests(statements.address, context.messages(), TEAMS * context.platform.active_members // 4, 4)
    await send_requests(statements.address, context.picks(), picks, 4, context.platform.accepts["pick"])


def _skip_sent(requests: Iterator[bytes], rounds: int) -> Iterator[bytes]:
    """Drop the requests that were sent already."""
    for _ in range(2 * rounds):
        next(requests)
    return requests


def _baseline_requests(context: BenchmarkContext, one: Baseline) -> dict[str, Iterator[bytes]]:
    """Return requests for a stateless program: the texts of all persons, and one pick repeated."""
    baseline_context = replace(context, teams=replace(context.teams, platform=one.platform or context.platform))
    requests: dict[str, Iterator[bytes]] = {"leads": baseline_context.messages(one.paths["leads"])}
    if "pick" in one.paths:
        requests["pick"] = repeat(context.pick(0, 1, one.paths["pick"]))
    return requests


async def sizes(context: BenchmarkContext, databases: Databases) -> dict[str, Figures]:
    """Measure `leads` of a team with more and more leads, one request after the other."""
    url, results = await databases.copy("sizes"), dict[str, Figures]()
    messages, known = context.teams.messages("leads", context.platform.path, (GROWING_TEAM,)), 0
    async with running_process("bot", "run", folder=context.folder, settings=context.environment(url)) as bot:
        subject = Subject(OURS, bot, {1: context.plan.list_requests}, {"leads": messages}, ALWAYS_SUCCESS)
        for size in context.plan.sizes:
            await grow(url, known + 1, size)
            known = size
            await send_requests(bot.address, messages, context.plan.list_requests // 4, 1)
            results[f"{size:,}"] = await subject.measure("leads", 1)
    return results


async def fan_out(context: BenchmarkContext, databases: Databases) -> Figures:
    """Measure picks of leads with a card in a hundred channels: the response, and the last updated card."""
    url = await databases.copy("fan_out")
    numbers = range(1, context.plan.fan_outs + 2)
    for number in numbers:
        await context.teams.copy(url, lead_id(BROADCAST_TEAM, number))
    async with running_process("bot", "run", folder=context.folder, settings=context.environment(url)) as bot:
        measured = [await _measure_fan_out(context, bot, lead_id(BROADCAST_TEAM, number)) for number in numbers]
    # The first one also looks up the members of every channel.
    return median_of(measured[1:])


async def _measure_fan_out(context: BenchmarkContext, bot: RunningProcess, lead: str) -> Figures:
    number = int(lead.rpartition("-")[2])
    before, cpu_s, started = await context.update_count(), bot.usage().cpu_s, time.perf_counter()
    await send_requests(
        bot.address, iter([context.pick(BROADCAST_TEAM, number)]), 1, 1, context.platform.accepts["pick"]
    )
    answered = time.perf_counter()
    async with asyncio.timeout(COPIES_S):
        # The updates happen in another process.
        while await context.update_count() < before + CHANNELS:  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)
    done = time.perf_counter()
    # The rows that the last updates leave to be written belong to the measurement.
    await asyncio.sleep(1.0)
    return {
        "answer_ms": (answered - started) * 1000,
        "last_update_ms": (done - started) * 1000,
        "cpu_s": bot.usage().cpu_s - cpu_s,
    }


async def memory(context: BenchmarkContext, databases: Databases) -> dict[str, float]:
    """Measure the memory of the process after many commands, half of them picks."""
    url, results, done = await databases.copy("memory"), dict[str, float](), 0
    messages, picks = context.messages(), context.picks()
    async with running_process("bot", "run", folder=context.folder, settings=context.environment(url)) as bot:
        results["0"] = bot.usage().rss_mb
        for commands in context.plan.commands:
            share = (commands - done) // 2
            await send_requests(bot.address, messages, share, 16)
            await send_requests(bot.address, picks, share, 16, context.platform.accepts["pick"])
            results[f"{commands:,}"] = bot.usage().rss_mb
            done = commands
    return results


async def starts(context: BenchmarkContext, databases: Databases) -> Figures:
    """Measure the time from the start of the process to the first "ready", on an existing database."""
    url = await databases.copy("starts")
    measured: list[Figures] = []
    for _ in range(context.plan.starts):
        started = time.perf_counter()
        async with running_process("bot", "run", folder=context.folder, settings=context.environment(url)) as bot:
            status, _ = await http_get(f"{bot.address}/readyz")
            ready = time.perf_counter()
            if status != 200:
                raise RuntimeError(f"/readyz says {status}")
            measured.append({"ready_s": ready - started, "cpu_s": bot.usage().cpu_s, "rss_mb": bot.usage().rss_mb})
    return median_of(measured)


async def generator_limit(context: BenchmarkContext) -> Figures:
    """Measure the rate of the load generator itself, against a server that does nothing."""
    requests = repeat(context.pick(0, 1, "/null"))
    results: Figures = {}
    for connections in CONNECTIONS:
        load = await send_requests(context.platform.fake_server.address, requests, 3_000, connections)
        results[str(connections)] = load.per_second
    return results
