"""The auditor: looks for what must never be, a limited number of rows at a time, and goes on where it stopped."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import structlog

from bot.operations.metrics import Metrics
from services.invariants import INVARIANTS, KINDS, WINDOW_ROWS, Breach
from services.unit_of_work import Units

LOOKS_MAX: Final = 100
"""So many windows in one run; a larger database is gone through by several runs."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("auditor")


@dataclass(slots=True)
class Auditor:
    """Goes through the whole database again and again; a new process begins anew."""

    units: Units
    metrics: Metrics
    rows: int = WINDOW_ROWS
    looks_max: int = LOOKS_MAX
    _kinds: list[str] = field(default_factory=lambda: list(KINDS))
    """What is left of this round."""
    _after: str = ""
    _found: Counter[str] = field(default_factory=Counter[str])

    async def run(self) -> int:
        """Look at some more windows, each in a reading unit of its own; how many breaches they held."""
        found = 0
        for _ in range(self.looks_max):
            found += await self._look()
            if not self._kinds:
                self._end_round()
                break
        return found

    async def _look(self) -> int:
        async with self.units.read() as uow:
            look = await uow.invariants.look(self._kinds[0], self._after, self.rows)
        for breach in look.breaches:
            self._report(breach)
        self._after = look.until
        if not look.until:
            del self._kinds[0]
        return len(look.breaches)

    def _report(self, breach: Breach) -> None:
        """An id is all that leaves the database."""
        _log.error("invariant broken", invariant=breach.invariant, offender=breach.offender)
        self._found[breach.invariant] += 1
        gauge = self.metrics.invariant_violations.labels(breach.invariant)
        gauge.set(self._found[breach.invariant])

    def _end_round(self) -> None:
        """What was mended since the last round counts no longer."""
        for name in INVARIANTS:
            self.metrics.invariant_violations.labels(name).set(self._found[name])
        self.metrics.invariants_checked.set_to_current_time()
        self._kinds, self._found = list(KINDS), Counter()
