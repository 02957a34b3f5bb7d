"""The import graph of the product, imports for types included."""

import sys
from collections.abc import Iterator, Mapping

import grimp
import pytest

from tests.architecture.source import PACKAGES, ROOT

Graph = Mapping[str, frozenset[str]]


def import_graph(monkeypatch: pytest.MonkeyPatch) -> Graph:
    """Each module of the product with the modules that it imports, also under `TYPE_CHECKING`."""
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    return {module: frozenset(graph.find_modules_directly_imported_by(module)) for module in graph.modules}


def reachable(graph: Graph, module: str) -> frozenset[str]:
    """The modules that a module imports, directly or through others."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        imported = graph[waiting.pop()] - found
        found |= imported
        waiting += imported
    return frozenset(found)


def cycles(graph: Graph) -> Iterator[frozenset[str]]:
    """The strongly connected components of more than one module."""
    reached = {module: reachable(graph, module) for module in graph}
    found = {
        frozenset({module, *(other for other in reached[module] if module in reached[other])})
        for module in graph
        if module in reached[module]
    }
    yield from sorted(found, key=sorted)


def test_a_cycle_is_noticed() -> None:
    """Two modules that import each other through a third are one component; a module above them is in none."""
    graph = {"top": {"a"}, "a": {"b"}, "b": {"c"}, "c": {"a", "d"}, "d": set[str]()}
    assert list(cycles({name: frozenset(names) for name, names in graph.items()})) == [frozenset("abc")]


def test_no_modules_import_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The import graph of bot, cards, services and storage has no cycle, also none for types alone."""
    graph = import_graph(monkeypatch)
    assert len(graph) > 100
    assert [sorted(cycle) for cycle in cycles(graph)] == []
