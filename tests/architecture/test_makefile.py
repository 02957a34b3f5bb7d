import re
import subprocess

from tests.architecture.source import ROOT

TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
PHONY = re.compile(r"^\.PHONY: ([a-z-]+)$", re.MULTILINE)


def test_help_lists_every_task() -> None:
    """`make help` lists every task of the Makefile with its description, and no other."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    shown = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    lines = [line.split(maxsplit=1) for line in shown.stdout.splitlines()]
    assert [words[0] for words in lines] == TARGET.findall(makefile)
    assert [words for words in lines if len(words) < 2] == []


def test_tasks_are_phony() -> None:
    """A file with the name of a task does not prevent the task."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert PHONY.findall(makefile) == TARGET.findall(makefile)
