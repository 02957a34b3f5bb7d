"""What is measured, and beside what."""

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
from tests.benchmarks.firms import Firms
from tests.benchmarks.processes import Running, counts, listening, read
from tests.benchmarks.sides import CHANNELS, CROWD, FIRMS, GROWING, Baseline, Person, Side, lead_id
from tests.benchmarks.wire import Accepts, Load, is_well, press

Figures: TypeAlias = dict[str, float]

CONNECTIONS: Final = (1, 16, 64)
ECHO: Final = "stock echo"
WELL: Final[Mapping[str, Accepts]] = {"leads": is_well, "pick": is_well}
COPIES_S: Final = 60.0
LOOK_S: Final = 0.005


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int
    counts: Mapping[int, int]
    """Requests of a measurement, by the number of connections."""
    echoes: Mapping[int, int]
    sizes: tuple[int, ...]
    """Leads of one firm."""
    looks: int
    """Requests at each size."""
    fans: int
    """Picks of a lead with many copies."""
    starts: int
    commands: tuple[int, int]
    """After how many commands the memory is looked at."""
    leads_per_firm: int

    @property
    def warming(self) -> int:
        return self.counts[1] // 2


FULL: Final = Plan(
    rounds=5,
    counts={1: 200, 16: 600, 64: 600},
    echoes={1: 40, 16: 80, 64: 80},
    sizes=(100, 10_000, 1_000_000),
    looks=300,
    fans=5,
    starts=5,
    commands=(2_000, 10_000),
    leads_per_firm=450,
)
QUICK: Final = Plan(
    rounds=3,
    counts={1: 100, 16: 200, 64: 200},
    echoes={1: 20, 16: 40, 64: 64},
    sizes=(100, 10_000),
    looks=100,
    fans=2,
    starts=3,
    commands=(500, 1_000),
    leads_per_firm=120,
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What all cases share."""

    plan: Plan
    folder: Path
    side: Side
    firms: Firms
    settings: Mapping[str, str]

    def messages(self, path: str = "") -> Iterator[bytes]:
        return self.firms.messages("leads", path or self.side.path)

    def picks(self, path: str = "") -> Iterator[bytes]:
        return self.firms.picks(path or self.side.path)

    def environment(self, url: str) -> dict[str, str]:
        return {**self.settings, **self.side.settings, "KOLLEGA_DATABASE_URL": url}

    async def changes(self) -> int:
        """How many messages the bot has changed so far."""
        return (await counts(self.side.far)).get(self.side.change, 0)

    def pick(self, firm: int, number: int, path: str = "") -> bytes:
        """Somebody of a firm presses "Pick" on this lead."""
        return self.side.pressed(Person(firm, 1), number, lead_id(firm, number), path or self.side.path)


@dataclass(slots=True)
class Subject:
    """One program under load."""

    name: str
    running: Running
    counts: Mapping[int, int]
    requests: Mapping[str, Iterator[bytes]]
    accepts: Mapping[str, Accepts]
    replays: bool = False

    def has(self, case: str) -> bool:
        """Whether it is measured in this case."""
        return self.replays or case in self.requests

    async def measure(self, case: str, connections: int) -> Figures:
        count = self.counts[connections]
        if self.replays:
            kind = "writes" if case == "pick" else "reads"
            told = await self.running.ask(replay=kind, count=count, connections=connections)
            load, cpu_s = Load(told["seconds"], told["latencies_ms"]), float(told["cpu_s"])
        else:
            before = self.running.used().cpu_s
            load = await press(self.running.address, self.requests[case], count, connections, self.accepts[case])
            cpu_s = self.running.used().cpu_s - before
        return {
            "per_second": load.per_second,
            "p50_ms": load.percentile_ms(50),
            "p99_ms": load.percentile_ms(99),
            "cpu_s_per_1000": cpu_s / count * 1000,
            "rss_mb": self.running.used().rss_mb,
        }


def median_of(rounds: list[Figures]) -> Figures:
    """The median of each figure."""
    return {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}


@dataclass(slots=True)
class Table:
    """The figures of all rounds."""

    rows: dict[tuple[str, str, int, str], list[Figures]] = field(
        default_factory=dict[tuple[str, str, int, str], list[Figures]]
    )

    def add(self, kind: str, case: str, connections: int, name: str, figures: Figures) -> None:
        self.rows.setdefault((kind, case, connections, name), []).append(figures)

    def names(self, kind: str, case: str, connections: int) -> list[str]:
        """Who was measured, ours first."""
        return [name for *where, name in self.rows if tuple(where) == (kind, case, connections)]

    def median(self, kind: str, case: str, connections: int, name: str) -> Figures:
        return median_of(self.rows[kind, case, connections, name])

    def ratio(self, kind: str, case: str, connections: int, to: str) -> float:
        """Our rate beside another one, in each round; the median of that."""
        ours, theirs = self.rows[kind, case, connections, OURS], self.rows[kind, case, connections, to]
        return statistics.median(a["per_second"] / b["per_second"] for a, b in zip(ours, theirs, strict=True))


OURS: Final = "kollega"
SQL: Final = "bare SQL"
CASES: Final = ("leads", "pick")


async def compare(scene: Scene, databases: Databases, table: Table) -> None:
    """`leads` and `pick` beside what they are made of, round by round."""
    live, recorded, replayed = [await databases.copy(name) for name in ("live", "recorded", "replayed")]
    plan, folder, side = scene.plan, scene.folder, scene.side
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(listening("bot", "run", folder=folder, settings=scene.environment(live)))
        statements = await stack.enter_async_context(
            listening("tests.benchmarks.statements", replayed, folder=folder, settings=scene.environment(recorded))
        )
        await side.rehearse(bot, folder, scene.messages(), scene.picks())
        await _record(scene, statements)
        ours = {"leads": scene.messages(), "pick": _late(scene.picks(), 1)}
        subjects = [Subject(OURS, bot, plan.counts, ours, side.accepts)]
        for one in side.baselines:
            running = await stack.enter_async_context(listening(*one.arguments, folder=folder))
            counts = plan.echoes if one.name == ECHO else plan.counts
            subjects.append(Subject(one.name, running, counts, _canned(scene, one), WELL))
        subjects.append(Subject(SQL, statements, plan.counts, {}, WELL, replays=True))
        await _warm_up(scene, subjects)
        for _ in range(plan.rounds):
            await _round(databases.kind, subjects, table)


async def _round(kind: str, subjects: list[Subject], table: Table) -> None:
    for case in CASES:
        for connections in CONNECTIONS:
            for subject in subjects:
                if subject.has(case):
                    table.add(kind, case, connections, subject.name, await subject.measure(case, connections))


async def _warm_up(scene: Scene, subjects: list[Subject]) -> None:
    for subject in subjects:
        if subject.replays:
            for kind in ("reads", "writes"):
                await subject.running.ask(replay=kind, count=scene.plan.warming, connections=4)
        count = 8 if subject.name == ECHO else scene.plan.warming
        for case, requests in subject.requests.items():
            await press(subject.running.address, requests, count, 4, subject.accepts[case])


async def _record(scene: Scene, statements: Running) -> None:
    plan = scene.plan
    picks = plan.rounds * sum(plan.counts.values()) + plan.warming
    await press(statements.address, scene.messages(), FIRMS * scene.side.speakers // 4, 4)
    await press(statements.address, scene.picks(), picks, 4, scene.side.accepts["pick"])


def _late(requests: Iterator[bytes], rounds: int) -> Iterator[bytes]:
    """Without those that were sent already."""
    for _ in range(2 * rounds):
        next(requests)
    return requests


def _canned(scene: Scene, one: Baseline) -> dict[str, Iterator[bytes]]:
    """Requests for a program that keeps nothing: everybody's texts, and one pick again and again."""
    spoken = replace(scene, firms=replace(scene.firms, side=one.side or scene.side))
    made: dict[str, Iterator[bytes]] = {"leads": spoken.messages(one.paths["leads"])}
    if "pick" in one.paths:
        made["pick"] = repeat(scene.pick(0, 1, one.paths["pick"]))
    return made


async def sizes(scene: Scene, databases: Databases) -> dict[str, Figures]:
    """`leads` of a firm with ever more leads, one request after the other."""
    url, told = await databases.copy("sizes"), dict[str, Figures]()
    messages, known = scene.firms.messages("leads", scene.side.path, (GROWING,)), 0
    async with listening("bot", "run", folder=scene.folder, settings=scene.environment(url)) as bot:
        subject = Subject(OURS, bot, {1: scene.plan.looks}, {"leads": messages}, WELL)
        for size in scene.plan.sizes:
            await grow(url, known + 1, size)
            known = size
            await press(bot.address, messages, scene.plan.looks // 4, 1)
            told[f"{size:,}"] = await subject.measure("leads", 1)
    return told


async def fan_out(scene: Scene, databases: Databases) -> Figures:
    """Picks of leads whose card stands in a hundred channels: the answer, and the last card that changed."""
    url = await databases.copy("fan_out")
    numbers = range(1, scene.plan.fans + 2)
    for number in numbers:
        await scene.firms.copy(url, lead_id(CROWD, number))
    async with listening("bot", "run", folder=scene.folder, settings=scene.environment(url)) as bot:
        taken = [await _fan(scene, bot, lead_id(CROWD, number)) for number in numbers]
    # The first one also asks for the members of every channel.
    return median_of(taken[1:])


async def _fan(scene: Scene, bot: Running, lead: str) -> Figures:
    number = int(lead.rpartition("-")[2])
    before, cpu_s, started = await scene.changes(), bot.used().cpu_s, time.perf_counter()
    await press(bot.address, iter([scene.pick(CROWD, number)]), 1, 1, scene.side.accepts["pick"])
    answered = time.perf_counter()
    async with asyncio.timeout(COPIES_S):
        # It happens in another process.
        while await scene.changes() < before + CHANNELS:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_S)
    done = time.perf_counter()
    # What the last ones leave to be noted belongs to it.
    await asyncio.sleep(1.0)
    return {
        "answer_ms": (answered - started) * 1000,
        "last_update_ms": (done - started) * 1000,
        "cpu_s": bot.used().cpu_s - cpu_s,
    }


async def memory(scene: Scene, databases: Databases) -> dict[str, float]:
    """What the process holds after many commands, half of them picks."""
    url, told, done = await databases.copy("memory"), dict[str, float](), 0
    messages, picks = scene.messages(), scene.picks()
    async with listening("bot", "run", folder=scene.folder, settings=scene.environment(url)) as bot:
        told["0"] = bot.used().rss_mb
        for commands in scene.plan.commands:
            share = (commands - done) // 2
            await press(bot.address, messages, share, 16)
            await press(bot.address, picks, share, 16, scene.side.accepts["pick"])
            told[f"{commands:,}"] = bot.used().rss_mb
            done = commands
    return told


async def starts(scene: Scene, databases: Databases) -> Figures:
    """From the command to the first "ready", on a database that exists."""
    url = await databases.copy("starts")
    taken: list[Figures] = []
    for _ in range(scene.plan.starts):
        started = time.perf_counter()
        async with listening("bot", "run", folder=scene.folder, settings=scene.environment(url)) as bot:
            status, _ = await read(f"{bot.address}/readyz")
            ready = time.perf_counter()
            if status != 200:
                raise RuntimeError(f"/readyz says {status}")
            taken.append({"ready_s": ready - started, "cpu_s": bot.used().cpu_s, "rss_mb": bot.used().rss_mb})
    return median_of(taken)


async def ceiling(scene: Scene) -> Figures:
    """What the generator itself can send, to a far end that does nothing."""
    requests = repeat(scene.pick(0, 1, "/null"))
    told: Figures = {}
    for connections in CONNECTIONS:
        load = await press(scene.side.far.address, requests, 3_000, connections)
        told[str(connections)] = load.per_second
    return told
