"""The auditor scans the database for violated invariants, a limited number of rows at a time."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import structlog

from bot.operations.metrics import Metrics
from services.invariants import WINDOW_ROWS, Violation, invariant_sets, sentences
from services.unit_of_work import Units

WINDOWS_MAX: Final = 100
"""Windows of one run, which keeps it below a second; a larger database takes several runs."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("auditor")


@dataclass(slots=True)
class Auditor:
    """Scans the whole database repeatedly; a new process begins at the first table."""

    units: Units
    metrics: Metrics
    rows: int = WINDOW_ROWS
    windows_max: int = WINDOWS_MAX
    _kinds: list[str] = field(default_factory=lambda: list(invariant_sets()))
    """Tables that this scan has not finished."""
    _after: str = ""
    _found: Counter[str] = field(default_factory=Counter[str])

    async def run(self) -> int:
        """Scan some more windows, each in a read transaction of its own; return the number of violations."""
        found = 0
        for _ in range(self.windows_max):
            found += await self._scan()
            if not self._kinds:
                self._end_scan()
                break
        return found

    async def _scan(self) -> int:
        async with self.units.read() as uow:
            look = await uow.invariants.scan(self._kinds[0], self._after, self.rows)
        for breach in look.violations:
            self._report(breach)
        self._after = look.last_key
        if not look.last_key:
            del self._kinds[0]
        return len(look.violations)

    def _report(self, breach: Violation) -> None:
        """Log and count a violation by the id of its row, without content."""
        _log.error("invariant_violated", invariant=breach.invariant, offender=breach.row_key)
        self._found[breach.invariant] += 1
        gauge = self.metrics.invariant_violations.labels(breach.invariant)
        gauge.set(self._found[breach.invariant])

    def _end_scan(self) -> None:
        """Publish the counts of the finished scan, so that repaired rows no longer count."""
        for name in sentences():
            self.metrics.invariant_violations.labels(name).set(self._found[name])
        self.metrics.invariants_checked.set_to_current_time()
        self._kinds, self._found = list(invariant_sets()), Counter()
