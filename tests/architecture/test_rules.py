"""The rules page, the sources that cite it, and the tests that state its rules."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.source import ROOT

CITED = re.compile(r"\b([ABX])(\d{1,2})\b")
RANGE = re.compile(r"\b([ABX])(\d{1,2})[-–][ABX]?(\d{1,2})\b")
STATED = re.compile(r"^\| ([ABX]\d{1,2}) \|", re.MULTILINE)

RULES = STATED.findall((ROOT / "docs" / "rules.md").read_text(encoding="utf-8"))


def cited_rules(text: str) -> set[str]:
    """Return the rules that a text cites, including ranges."""
    ranges = {
        f"{letter}{number}"
        for letter, first, last in RANGE.findall(text)
        for number in range(int(first), int(last) + 1)
    }
    return ranges | {letter + number for letter, number in CITED.findall(text)}


def docstrings() -> Iterator[str]:
    """Return the docstrings of all tests."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield ast.get_docstring(node) or ""


def test_every_cited_rule_is_on_the_page() -> None:
    """Every rule number in a source file is on the rules page."""
    sources = [path for top in ("bot", "cards", "services", "storage") for path in (ROOT / top).rglob("*.py")]
    named = {rule for path in sources for rule in cited_rules(path.read_text(encoding="utf-8"))}
    assert named <= set(RULES), sorted(named - set(RULES))


def test_every_rule_is_stated_by_a_test() -> None:
    """Every rule on the page is cited in the docstring of a test."""
    stated = {rule for text in docstrings() for rule in cited_rules(text)}
    assert [rule for rule in RULES if rule not in stated] == []
