"""What must hold for all data at any time: checked after every action in tests, and by the auditor in production.

Each noun declares its own in `services/<noun>/invariants.py`; the modules are found by walking the package. What
concerns a single row is a CHECK constraint of the schema instead.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol

from services.discovery import role_modules

WINDOW_ROWS: Final = 2_000
"""A window is one short transaction: the auditor never holds a snapshot for long."""
NAMED_MAX: Final = 20
"""A scan names this many rows an invariant: enough to find the cause, and a damaged table floods no log."""

NO_MEMBER: Final = "NOT EXISTS (SELECT 1 FROM members m WHERE m.team_id = it.team_id AND m.user_id = it.user_id)"
"""The user of the row neither is nor was a member of the team of the row."""
COMPUTED: Final = ""
"""In place of a condition: the store computes this invariant, because SQL cannot."""


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence that holds for every row of a table, and the condition under which it does not."""

    name: str
    sentence: str
    violation: str
    """SQL for SQLite and PostgreSQL alike. `it` is the row; `:lease_limit` and `:purge_limit` are times before which a
    lease, or a row that ended, is overdue. Each row is looked up by an index."""


@dataclass(frozen=True, slots=True)
class InvariantSet:
    """A kind of rows: the table, the key in whose order it is walked, and its invariants."""

    kind: str
    table: str
    key: tuple[str, ...]
    invariants: tuple[Invariant, ...]
    start: tuple[str | int, ...] = ("", "", "")
    """What stands before the first key, part by part."""
    columns: str = "*"
    """What is read of each row."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A row for which an invariant does not hold, named by its key alone: the key holds no personal data."""

    invariant: str
    row_key: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan of a window of rows has found."""

    violations: tuple[Violation, ...]
    last_key: str = ""
    """The key of the last row of the window, after which the next scan begins; empty after the last window."""


class Invariants(Protocol):
    """Scans the rows of all teams, a window at a time."""

    async def scan(self, kind: str, after: str, rows: int) -> Scan:
        """Check the rows of a kind whose keys come after one, at most `rows` of them."""
        ...


@cache
def invariant_sets() -> dict[str, InvariantSet]:
    """Find what all nouns declare, by kind. Raises ValueError where two nouns declare the same kind."""
    found: dict[str, InvariantSet] = {}
    for module in role_modules("invariants"):
        declared: tuple[InvariantSet, ...] = module.INVARIANTS
        for each in declared:
            if each.kind in found:
                raise ValueError(f"two nouns declare invariants of {each.kind}")
            found[each.kind] = each
    return found


def sentences() -> dict[str, str]:
    """Return every invariant's sentence by its full name, `kind.name`."""
    return {
        f"{kind}.{invariant.name}": invariant.sentence
        for kind, each in invariant_sets().items()
        for invariant in each.invariants
    }


async def check_all(invariants: Invariants) -> tuple[Violation, ...]:
    """Scan the whole database window by window, and return every breach."""
    found: list[Violation] = []
    for kind in invariant_sets():
        look = await invariants.scan(kind, "", WINDOW_ROWS)
        found += look.violations
        while look.last_key:
            look = await invariants.scan(kind, look.last_key, WINDOW_ROWS)
            found += look.violations
    return tuple(found)
