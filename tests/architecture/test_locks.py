import re
import tomllib
from itertools import pairwise

import pytest

from tests.architecture.source import ROOT

LOCKS = ("runtime", "dev", "uv")
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ]+)", re.MULTILINE)
REQUIRED = re.compile(r"^[a-z0-9-]+")


def read(lock: str) -> str:
    """Return the text of a lock file."""
    return (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, str]:
    """Return name and version of every pinned package."""
    return dict(PINNED.findall(read(lock)))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_no_location(lock: str) -> None:
    """A lock file contains no URL, no option and no local path."""
    places = [line for line in read(lock).splitlines() if "://" in line or re.match(r"\s*(-[a-z]|--(?!hash=)|/)", line)]
    assert places == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes(lock: str) -> None:
    """Every package of a lock file has at least one hash."""
    entries = re.split(r"^(?=[a-z0-9])", read(lock), flags=re.MULTILINE)[1:]
    assert entries
    assert [requirement.splitlines()[0] for requirement in entries if "--hash=sha256:" not in requirement] == []


def test_the_locks_agree() -> None:
    """The development lock pins the same versions as the production lock and the installer."""
    checked = pins("dev").items()
    assert pins("runtime").items() <= checked
    assert pins("uv").items() <= checked


def test_the_locks_contain_the_declared_dependencies() -> None:
    """Every declared dependency is pinned in its lock file."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for lock, needs in (
        ("runtime", declared["project"]["dependencies"]),
        ("dev", declared["dependency-groups"]["dev"]),
    ):
        names = {match.group() for need in needs if (match := REQUIRED.match(need))}
        assert len(names) == len(needs)
        assert names - pins(lock).keys() == set()


def test_every_dependency_has_a_reason() -> None:
    """Every dependency has a comment above it that states its purpose."""
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("\n[tool.")[0].splitlines()
    bare = [
        line.strip() for above, line in pairwise(lines) if line.startswith('    "') and not above.startswith("    # ")
    ]
    assert bare == []
