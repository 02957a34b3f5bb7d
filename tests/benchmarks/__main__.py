"""`python -m tests.benchmarks` measures the bot on this machine beside its parts; `--quick` takes two minutes.

Standard output gets tables, build/bench.json all figures. The machine may be busy with other work: each ratio is the
median over rounds in which every program was measured one after the other.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.benchmarks import cases, report
from tests.benchmarks.broadcast import broadcast
from tests.benchmarks.cases import BenchmarkContext, Plan, Table
from tests.benchmarks.databases import KINDS, Databases, prepared_databases
from tests.benchmarks.processes import ROOT
from tests.benchmarks.seeded_teams import SeededTeams
from tests.benchmarks.slack import SlackBenchmark, slack_benchmark
from tests.benchmarks.teams import TeamsBenchmark, teams_benchmark

PLATFORMS: Final = {TeamsBenchmark.name: teams_benchmark, SlackBenchmark.name: slack_benchmark}
PARTS: Final = ("compare", "sizes", "fan_out", "broadcast", "memory", "starts")
SETTINGS: Final = {
    "KOLLEGA_PORT": "0",
    "KOLLEGA_LOG_LEVEL": "warning",
    "KOLLEGA_SECRET_KEYS": "a key of the measurements and of them alone",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the measurements and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and requests, no million of leads")
    parser.add_argument("--platform", choices=PLATFORMS, action="append", help="on this platform alone")
    parser.add_argument("--database", choices=KINDS, action="append", help="on this kind alone")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone")
    given = parser.parse_args(arguments)
    plan = cases.QUICK if given.quick else cases.FULL
    results: dict[str, Any] = {}
    for name in given.platform or PLATFORMS:
        with tempfile.TemporaryDirectory(prefix="kollega-bench-") as folder:
            results[name] = asyncio.run(measure(name, plan, Path(folder), given.database or KINDS, given.only or PARTS))
    path = ROOT / "build" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(results, indent=1), encoding="utf-8")
    report.print_line(f"\nAll figures: {path}")


async def measure(name: str, plan: Plan, folder: Path, kinds: Sequence[str], parts: Sequence[str]) -> dict[str, Any]:
    """Measure every part on every kind of database, and print each as soon as it is known."""
    results: dict[str, Any] = {}
    async with PLATFORMS[name](folder) as platform:
        context = BenchmarkContext(plan, folder, platform, SeededTeams(platform, plan.leads_per_team), SETTINGS)
        report.print_line(f"\n{name}")
        results["generator"] = await cases.generator_limit(context)
        report.generator(results["generator"])
        for kind in kinds:
            async with prepared_databases(kind, folder, context.teams) as databases:
                results[kind] = await _measure_on(
                    context, databases, [part for part in parts if part in platform.parts]
                )
    return results


async def _measure_on(context: BenchmarkContext, databases: Databases, parts: Sequence[str]) -> dict[str, Any]:
    results: dict[str, Any] = {}
    report.print_line(f"\n{databases.kind}")
    if "compare" in parts:
        table = Table()
        await cases.compare(context, databases, table)
        results["compare"] = report.compared(databases.kind, table)
    for part, measured in (
        ("sizes", cases.sizes),
        ("fan_out", cases.fan_out),
        ("broadcast", broadcast),
        ("memory", cases.memory),
        ("starts", cases.starts),
    ):
        if part in parts:
            results[part] = await measured(context, databases)
            report.figures(part, results[part])
    return results


if __name__ == "__main__":
    main()
