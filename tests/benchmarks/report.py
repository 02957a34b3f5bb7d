"""The figures as tables."""

from collections.abc import Mapping
from typing import Any

from tests.benchmarks.cases import CASES, CONNECTIONS, OURS, Figures, Table

COLUMNS = "{:<8}{:>5} {:<13}{:>8}{:>8}{:>8}{:>9}{:>7}{:>8}"
UNITS = {"ms": "ms", "s": "s", "mb": "MB"}


def say(line: str) -> None:
    """Tell something now."""
    print(line, flush=True)  # noqa: T201 - the tables are what the command is for


def generator(rates: Figures) -> None:
    """What the generator can do at most."""
    told = ", ".join(f"{rate:,.0f}/s at {connections}" for connections, rate in rates.items())
    say(f"Generator alone, to a far end that does nothing: {told}")


def compared(kind: str, table: Table) -> list[dict[str, Any]]:
    """The rates beside each other; all of it as rows."""
    say(COLUMNS.format("", "conn", "", "req/s", "p50 ms", "p99 ms", "CPU s/k", "MB", "ours ×"))
    rows: list[dict[str, Any]] = []
    for case in CASES:
        for connections in CONNECTIONS:
            for name in table.names(kind, case, connections):
                figures = table.median(kind, case, connections, name)
                ratio = table.ratio(kind, case, connections, name)
                rows.append({"case": case, "connections": connections, "name": name, "ours_times": ratio, **figures})
                say(
                    COLUMNS.format(
                        case,
                        connections,
                        name,
                        f"{figures['per_second']:.0f}",
                        f"{figures['p50_ms']:.1f}",
                        f"{figures['p99_ms']:.1f}",
                        f"{figures['cpu_s_per_1000']:.2f}",
                        f"{figures['rss_mb']:.0f}",
                        "" if name == OURS else f"{ratio:.2f}",
                    )
                )
    return rows


TITLES = {
    "sizes": "`leads` of a firm with so many leads, one connection",
    "fan_out": "A pick whose card stands in 100 channels",
    "announcement": "Three new leads in 100 channels each, beside a program that only posts",
    "memory": "Memory after so many commands, MB",
    "starts": "From the command to the first “ready”",
}


def figures(part: str, told: Mapping[str, Any]) -> None:
    """A part in one line, or one line each."""
    say(TITLES[part])
    for name, value in told.items():
        say(f"  {name:>14}  {_worded(value)}")


def _worded(value: object) -> str:
    if isinstance(value, Mapping):
        return "  ".join(f"{name} {number:.2f}" for name, number in value.items())  # pyright: ignore[reportUnknownVariableType]
    return f"{value:.2f}"
