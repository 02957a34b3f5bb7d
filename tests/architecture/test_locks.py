import re
import tomllib
from itertools import pairwise

import pytest

from tests.architecture.source import ROOT

LOCKS = ("runtime", "dev", "uv")
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ]+)", re.MULTILINE)
REQUIRED = re.compile(r"^[a-z0-9-]+")


def read(lock: str) -> str:
    """The text of a lock."""
    return (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, str]:
    """Name and version of everything in a lock."""
    return dict(PINNED.findall(read(lock)))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place(lock: str) -> None:
    """A lock says what to install and never from where: no address, no option, no path of a machine."""
    places = [line for line in read(lock).splitlines() if "://" in line or re.match(r"\s*(-[a-z]|--(?!hash=)|/)", line)]
    assert places == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes(lock: str) -> None:
    """Every package of a lock comes with at least one hash."""
    entries = re.split(r"^(?=[a-z0-9])", read(lock), flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_locks_agree() -> None:
    """What is checked is what runs, and the installer is the one of the lock."""
    checked = pins("dev").items()
    assert pins("runtime").items() <= checked
    assert pins("uv").items() <= checked


def test_the_locks_hold_what_is_declared() -> None:
    """Every declared dependency is locked, in the lock that it belongs to."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for lock, needs in (
        ("runtime", declared["project"]["dependencies"]),
        ("dev", declared["dependency-groups"]["dev"]),
    ):
        names = {match.group() for need in needs if (match := REQUIRED.match(need))}
        assert len(names) == len(needs)
        assert names - pins(lock).keys() == set()


def test_every_dependency_has_a_reason() -> None:
    """A comment above each dependency says what it is for."""
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("\n[tool.")[0].splitlines()
    bare = [
        line.strip() for above, line in pairwise(lines) if line.startswith('    "') and not above.startswith("    # ")
    ]
    assert bare == []
