"""`python -m tests.benchmarks` measures the bot on this machine beside what it is made of; `--quick` takes two minutes.

Standard output gets tables, build/bench.json all figures. The machine may be busy with other things: each ratio is
the median over rounds in which everything was measured one after the other.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.benchmarks import cases, report
from tests.benchmarks.announcement import announcement
from tests.benchmarks.cases import Plan, Scene, Table
from tests.benchmarks.databases import KINDS, Databases, prepared
from tests.benchmarks.firms import Firms
from tests.benchmarks.processes import ROOT
from tests.benchmarks.slack import SlackSide, slack_side
from tests.benchmarks.teams import TeamsSide, teams_side

SIDES: Final = {TeamsSide.name: teams_side, SlackSide.name: slack_side}
PARTS: Final = ("compare", "sizes", "fan_out", "announcement", "memory", "starts")
SETTINGS: Final = {
    "KOLLEGA_PORT": "0",
    "KOLLEGA_LOG_LEVEL": "warning",
    "KOLLEGA_SECRET_KEYS": "a key of the measurements and of them alone",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and requests, no million of leads")
    parser.add_argument("--platform", choices=SIDES, action="append", help="on this platform alone")
    parser.add_argument("--database", choices=KINDS, action="append", help="on this kind alone")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone")
    given = parser.parse_args(arguments)
    plan = cases.QUICK if given.quick else cases.FULL
    told: dict[str, Any] = {}
    for name in given.platform or SIDES:
        with tempfile.TemporaryDirectory(prefix="kollega-bench-") as folder:
            told[name] = asyncio.run(measure(name, plan, Path(folder), given.database or KINDS, given.only or PARTS))
    path = ROOT / "build" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(told, indent=1), encoding="utf-8")
    report.say(f"\nAll figures: {path}")


async def measure(name: str, plan: Plan, folder: Path, kinds: Sequence[str], parts: Sequence[str]) -> dict[str, Any]:
    """Every part on every kind of database, told as soon as it is known."""
    told: dict[str, Any] = {}
    async with SIDES[name](folder) as side:
        scene = Scene(plan, folder, side, Firms(side, plan.leads_per_firm), SETTINGS)
        report.say(f"\n{name}")
        told["generator"] = await cases.ceiling(scene)
        report.generator(told["generator"])
        for kind in kinds:
            async with prepared(kind, folder, scene.firms) as databases:
                told[kind] = await _measure_on(scene, databases, [part for part in parts if part in side.parts])
    return told


async def _measure_on(scene: Scene, databases: Databases, parts: Sequence[str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    report.say(f"\n{databases.kind}")
    if "compare" in parts:
        table = Table()
        await cases.compare(scene, databases, table)
        told["compare"] = report.compared(databases.kind, table)
    for part, measured in (
        ("sizes", cases.sizes),
        ("fan_out", cases.fan_out),
        ("announcement", announcement),
        ("memory", cases.memory),
        ("starts", cases.starts),
    ):
        if part in parts:
            told[part] = await measured(scene, databases)
            report.figures(part, told[part])
    return told


if __name__ == "__main__":
    main()
