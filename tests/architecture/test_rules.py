"""The page of rules, the sources that cite them, and the tests that say them."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import ROOT

CITED = re.compile(r"\b([ABX])(\d{1,2})\b")
RANGE = re.compile(r"\b([ABX])(\d{1,2})[-–][ABX]?(\d{1,2})\b")
STATED = re.compile(r"^\| ([ABX]\d{1,2}) \|", re.MULTILINE)

RULES = STATED.findall((ROOT / "docs" / "rules.md").read_text(encoding="utf-8"))


def cited(text: str) -> set[str]:
    """The rules that a text names, ranges included."""
    ranges = {
        f"{letter}{number}"
        for letter, first, last in RANGE.findall(text)
        for number in range(int(first), int(last) + 1)
    }
    return ranges | {letter + number for letter, number in CITED.findall(text)}


def docstrings() -> Iterator[str]:
    """What the tests say of themselves."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield ast.get_docstring(node) or ""


def test_every_rule_that_the_sources_cite_stands_on_the_page() -> None:
    """A number in a comment or a docstring can be looked up in the project itself."""
    sources = [path for top in ("bot", "cards", "services", "storage") for path in (ROOT / top).rglob("*.py")]
    named = {rule for path in sources for rule in cited(path.read_text(encoding="utf-8"))}
    assert named <= set(RULES), sorted(named - set(RULES))


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_the_sentence_of_a_test(rule: str) -> None:
    """No rule is kept by accident."""
    assert any(rule in cited(text) for text in docstrings())
