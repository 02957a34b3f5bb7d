"""Tables of the figures."""

from collections.abc import Mapping
from typing import Any

from tests.benchmarks.cases import CASES, CONNECTIONS, OURS, Figures, Table

COLUMNS = "{:<8}{:>5} {:<13}{:>8}{:>8}{:>8}{:>9}{:>7}{:>8}"
UNITS = {"ms": "ms", "s": "s", "mb": "MB"}


def print_line(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201 - the tables are the output of the command


def generator(rates: Figures) -> None:
    """Print the rate of the load generator itself."""
    rates_text = ", ".join(f"{rate:,.0f}/s at {connections}" for connections, rate in rates.items())
    print_line(f"Load generator alone, against a server that does nothing: {rates_text}")


def compared(kind: str, table: Table) -> list[dict[str, Any]]:
    """Print the rates beside each other, and return all figures as rows."""
    print_line(COLUMNS.format("", "conn", "", "req/s", "p50 ms", "p99 ms", "CPU s/k", "MB", "ours ×"))
    rows: list[dict[str, Any]] = []
    for case in CASES:
        for connections in CONNECTIONS:
            for name in table.names(kind, case, connections):
                figures = table.median(kind, case, connections, name)
                ratio = table.ratio(kind, case, connections, name)
                rows.append({"case": case, "connections": connections, "name": name, "ours_times": ratio, **figures})
                print_line(
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
    "sizes": "`leads` of a team by number of leads, one connection",
    "fan_out": "A pick of a lead with a card in 100 channels",
    "broadcast": "Three new leads in 100 channels each, compared with a program that only posts",
    "memory": "Memory by number of commands, MB",
    "starts": "Start: time to the first “ready”",
}


def figures(part: str, figures_by_name: Mapping[str, Any]) -> None:
    """Print a part, one line for each figure."""
    print_line(TITLES[part])
    for name, value in figures_by_name.items():
        print_line(f"  {name:>14}  {_formatted(value)}")


def _formatted(value: object) -> str:
    if isinstance(value, Mapping):
        return "  ".join(f"{name} {number:.2f}" for name, number in value.items())  # pyright: ignore[reportUnknownVariableType]
    return f"{value:.2f}"
