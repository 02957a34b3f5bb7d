"""Mutation tests of the suite: each planted fault of `mutants.toml` makes at least one test fail."""

import asyncio
import shutil
import sys
from asyncio.subprocess import PIPE, STDOUT
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from tests.architecture.source import PACKAGES, ROOT
from tests.faults.conftest import RecordFigures

RECORDS = Path(__file__).with_name("mutants.toml")
COPIED = (*PACKAGES, "tests", "docs")
FAILED = 1
"""Exit status of pytest when tests failed; an error of the run itself has another one."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault in the product that a test must detect."""

    name: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]

    def plant(self, folder: Path) -> None:
        """Apply the fault to the copy of the product in the folder."""
        file = folder / self.path
        file.write_text(file.read_text(encoding="utf-8").replace(self.old, self.new), encoding="utf-8")


class Table(msgspec.Struct):
    """Structure of `mutants.toml`."""

    mutant: list[Mutant]


MUTANTS = msgspec.toml.decode(RECORDS.read_bytes(), type=Table).mutant
IDS = [mutant.name for mutant in MUTANTS]


@pytest.mark.parametrize("mutant", MUTANTS, ids=IDS)
def test_the_fault_can_be_planted(mutant: Mutant) -> None:
    """The text to replace occurs exactly once in the product, and the tests that must fail exist."""
    assert (ROOT / mutant.path).read_text(encoding="utf-8").count(mutant.old) == 1
    assert mutant.old != mutant.new
    for test in mutant.tests:
        path, _, name = test.partition("::")
        assert f"def {name.partition('[')[0]}" in (ROOT / path).read_text(encoding="utf-8")


def test_there_are_enough_faults() -> None:
    """There are more than ten planted faults with different names."""
    assert len(set(IDS)) == len(IDS) > 10


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutant", MUTANTS, ids=IDS)
async def test_the_fault_is_detected(mutant: Mutant, tmp_path: Path, record: RecordFigures) -> None:
    """At least one of the named tests fails on a copy of the product with the fault."""
    for name in COPIED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    mutant.plant(tmp_path)
    status, output = await run_tests(tmp_path, mutant.tests)
    failed = [line.split()[1] for line in output.splitlines() if line.startswith("FAILED ")]
    record(mutant=mutant.name, killed_by=failed[0].rpartition("/")[2] if failed else None)
    assert status == FAILED, output
    assert failed


async def run_tests(folder: Path, tests: tuple[str, ...]) -> tuple[int, str]:
    """Run tests of a copy until one fails, and return the exit status and the output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-x", "-q", "-n0", "--tb=no", *tests),
        cwd=folder,
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, output.decode(errors="replace")
