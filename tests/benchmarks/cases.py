"""What is measured, and beside what."""

import asyncio
import json
import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any, Final, TypeAlias

from tests.benchmarks.databases import Databases, grow
from tests.benchmarks.firms import CHANNELS, COLLEAGUES, CROWD, FIRMS, GROWING, Firms, lead_id
from tests.benchmarks.processes import Running, listening, read
from tests.benchmarks.wire import Accepts, Load, Message, is_well, post, press

Figures: TypeAlias = dict[str, float]

CONNECTIONS: Final = (1, 16, 64)
PATH: Final = "/api/messages"
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
    connector: Running
    firms: Firms
    headers: dict[str, Any]
    settings: Mapping[str, str]

    def messages(self, path: str = PATH) -> Iterator[bytes]:
        return self.firms.messages("leads", self.headers, path)

    def picks(self, path: str = PATH) -> Iterator[bytes]:
        return self.firms.picks(self.headers, path)

    def environment(self, url: str) -> dict[str, str]:
        return {**self.settings, "KOLLEGA_DATABASE_URL": url}

    async def counts(self) -> dict[str, int]:
        """What the connector was asked for so far."""
        counted: dict[str, int] = json.loads((await read(f"{self.connector.address}/counts"))[1])
        return counted


@dataclass(slots=True)
class Subject:
    """One program under load."""

    name: str
    running: Running
    counts: Mapping[int, int]
    requests: dict[str, Iterator[bytes]]
    replays: bool = False

    async def measure(self, case: str, connections: int) -> Figures:
        count = self.counts[connections]
        if self.replays:
            kind = "writes" if case == "pick" else "reads"
            told = await self.running.ask(replay=kind, count=count, connections=connections)
            load, cpu_s = Load(told["seconds"], told["latencies_ms"]), float(told["cpu_s"])
        else:
            before = self.running.used().cpu_s
            load = await press(self.running.address, self.requests[case], count, connections, ACCEPTS[case])
            cpu_s = self.running.used().cpu_s - before
        return {
            "per_second": load.per_second,
            "p50_ms": load.percentile_ms(50),
            "p99_ms": load.percentile_ms(99),
            "cpu_s_per_1000": cpu_s / count * 1000,
            "rss_mb": self.running.used().rss_mb,
        }


def is_picked(message: Message) -> bool:
    """Only a picked lead offers to undo it."""
    return message.status == 200 and b"lead.undo" in message.body


ACCEPTS: Final[Mapping[str, Accepts]] = {"leads": is_well, "pick": is_picked}


@dataclass(slots=True)
class Table:
    """The figures of all rounds."""

    rows: dict[tuple[str, str, int, str], list[Figures]] = field(
        default_factory=dict[tuple[str, str, int, str], list[Figures]]
    )

    def add(self, kind: str, case: str, connections: int, name: str, figures: Figures) -> None:
        self.rows.setdefault((kind, case, connections, name), []).append(figures)

    def median(self, kind: str, case: str, connections: int, name: str) -> Figures:
        found = self.rows[kind, case, connections, name]
        return {key: statistics.median(one[key] for one in found) for key in found[0]}

    def ratio(self, kind: str, case: str, connections: int, to: str) -> float:
        """Our rate beside another one, in each round; the median of that."""
        ours, theirs = self.rows[kind, case, connections, OURS], self.rows[kind, case, connections, to]
        return statistics.median(a["per_second"] / b["per_second"] for a, b in zip(ours, theirs, strict=True))


OURS: Final = "kollega"
BARE: Final = "bare aiohttp"
ECHO: Final = "stock echo"
SQL: Final = "bare SQL"
BESIDE: Final = {"leads": (BARE, ECHO, SQL), "pick": (BARE, SQL)}


async def compare(scene: Scene, databases: Databases, table: Table) -> None:
    """`leads` and `pick` beside what they are made of, round by round."""
    live, recorded, replayed = [await databases.copy(name) for name in ("live", "recorded", "replayed")]
    plan, folder, url = scene.plan, scene.folder, scene.connector.address
    async with (
        listening("bot", "run", folder=folder, settings=scene.environment(live)) as bot,
        listening(
            "tests.benchmarks.statements", replayed, folder=folder, settings=scene.environment(recorded)
        ) as statements,
    ):
        await _keep_answers(scene, bot)
        await _record(scene, statements)
        async with (
            listening("tests.benchmarks.bare", url, str(folder), folder=folder) as bare,
            listening("tests.benchmarks.echo", folder=folder) as echo,
        ):
            subjects = [
                Subject(OURS, bot, plan.counts, {"leads": scene.messages(), "pick": _late(scene.picks(), 1)}),
                Subject(BARE, bare, plan.counts, {"leads": scene.messages("/leads"), "pick": _canned("/pick", scene)}),
                Subject(ECHO, echo, plan.echoes, {"leads": scene.firms.messages("leads", {}, PATH)}),
                Subject(SQL, statements, plan.counts, {}, replays=True),
            ]
            await _warm_up(scene, subjects)
            for _ in range(plan.rounds):
                await _round(databases.kind, subjects, table)


async def _round(kind: str, subjects: list[Subject], table: Table) -> None:
    for case, others in BESIDE.items():
        for connections in CONNECTIONS:
            for subject in subjects:
                if subject.name in (OURS, *others):
                    table.add(kind, case, connections, subject.name, await subject.measure(case, connections))


async def _warm_up(scene: Scene, subjects: list[Subject]) -> None:
    ours, bare, echo, sql = subjects
    for case in BESIDE:
        for subject in (ours, bare):
            await press(subject.running.address, subject.requests[case], scene.plan.warming, 4, ACCEPTS[case])
    await press(echo.running.address, echo.requests["leads"], 8, 4)
    for kind in ("reads", "writes"):
        await sql.running.ask(replay=kind, count=scene.plan.warming, connections=4)


async def _keep_answers(scene: Scene, bot: Running) -> None:
    """The very bytes that the bot sends, for the handler that sends nothing else."""
    before = await scene.counts()
    await press(bot.address, scene.messages(), 2, 1)
    if (await scene.counts())["POST"] != before["POST"] + 2:
        raise RuntimeError("the bot answers, but nothing reached the connector")
    (scene.folder / "message.json").write_bytes((await read(f"{scene.connector.address}/last"))[1])
    cards: list[bytes] = []

    def keep(message: Message) -> bool:
        cards.append(message.body)
        return is_picked(message)

    await press(bot.address, scene.picks(), 2, 1, keep)
    (scene.folder / "card.json").write_bytes(cards[0])


async def _record(scene: Scene, statements: Running) -> None:
    plan = scene.plan
    picks = plan.rounds * sum(plan.counts.values()) + plan.warming
    await press(statements.address, scene.messages(), FIRMS * COLLEAGUES // 4, 4)
    await press(statements.address, scene.picks(), picks, 4, is_picked)


def _late(requests: Iterator[bytes], rounds: int) -> Iterator[bytes]:
    """Without those that were sent already."""
    for _ in range(2 * rounds):
        next(requests)
    return requests


def _canned(path: str, scene: Scene) -> Iterator[bytes]:
    body = json.dumps(scene.firms.click(0, 0, lead_id(0, 1))).encode()
    return repeat(post(path, body, scene.headers))


async def sizes(scene: Scene, databases: Databases) -> dict[str, Figures]:
    """`leads` of a firm with ever more leads, one request after the other."""
    url, told = await databases.copy("sizes"), dict[str, Figures]()
    messages, known = scene.firms.messages("leads", scene.headers, PATH, (GROWING,)), 0
    async with listening("bot", "run", folder=scene.folder, settings=scene.environment(url)) as bot:
        subject = Subject(OURS, bot, {1: scene.plan.looks}, {"leads": messages})
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
    return {name: statistics.median(one[name] for one in taken[1:]) for name in taken[0]}


async def _fan(scene: Scene, bot: Running, lead: str) -> Figures:
    click = json.dumps(scene.firms.click(CROWD, 1, lead)).encode()
    before, cpu_s, started = (await scene.counts())["PUT"], bot.used().cpu_s, time.perf_counter()
    await press(bot.address, iter([post(PATH, click, scene.headers)]), 1, 1, is_picked)
    answered = time.perf_counter()
    async with asyncio.timeout(COPIES_S):
        # It happens in another process.
        while (await scene.counts())["PUT"] < before + CHANNELS:  # noqa: ASYNC110
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
            await press(bot.address, picks, share, 16, is_picked)
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
    return {name: statistics.median(one[name] for one in taken) for name in taken[0]}


async def ceiling(scene: Scene) -> Figures:
    """What the generator itself can send, to a far end that does nothing."""
    requests = repeat(post("/null", json.dumps(scene.firms.click(0, 0, lead_id(0, 1))).encode(), scene.headers))
    told: Figures = {}
    for connections in CONNECTIONS:
        load = await press(scene.connector.address, requests, 3_000, connections)
        told[str(connections)] = load.per_second
    return told
