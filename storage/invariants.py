"""Where the invariants are checked: each is the condition under which a row is wrong, asked of a window of rows."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.invariants import NAMED_MAX, InvariantSet, Scan, Violation, invariant_sets
from storage.audit import SqlAuditTrail
from storage.tables import Moment

_LIMITS: Final = {
    # A lease lasts seconds: an hour later no process is still sending.
    "lease_limit": timedelta(hours=1),
    # The purge runs daily, and may miss a night.
    "purge_limit": timedelta(days=2),
}
"""How long ago an end must lie before it counts as overlooked."""
_CHAIN: Final = "audit.whole"
"""The invariant that is computed: see `SqlAuditTrail.broken`."""


class SqlInvariants:
    """Implements `services.invariants.Invariants`."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def scan(self, kind: str, after: str, rows: int) -> Scan:
        start = _start(invariant_sets()[kind], after)
        statement = _statement(kind)
        values: dict[str, Any] = {f"after_{index}": part for index, part in enumerate(start)}
        values |= {"rows": rows, "last": rows - 1}
        values |= {name: self._now - age for name, age in _LIMITS.items() if f":{name}" in statement.text}
        found = [(row.name, row.offender) for row in await self._connection.execute(statement, values)]
        breaches = [Violation(name, offender) for name, offender in found if name]
        if kind == "audit":
            broken = await SqlAuditTrail(self._connection).broken(str(start[0]), int(start[1]), rows)
            breaches += [Violation(_CHAIN, f"{team_id}/{seq}") for team_id, seq in broken[:NAMED_MAX]]
        return Scan(tuple(breaches), next((offender for name, offender in found if not name), ""))


def _start(rows: InvariantSet, after: str) -> tuple[str | int, ...]:
    """Return the key after which the window begins, each part of the type of its column."""
    parts = after.split("/", len(rows.key) - 1) if after else rows.start[: len(rows.key)]
    return tuple(type(first)(part) for first, part in zip(rows.start, parts, strict=False))


@cache
def _statement(kind: str) -> TextClause:
    """Build one query for all invariants of a kind; the row without a name is the last one of a full window."""
    rows = invariant_sets()[kind]
    key = ", ".join(rows.key)
    offender = " || '/' || ".join(f"it.{part}" for part in rows.key)
    after = ", ".join(f":after_{index}" for index in range(len(rows.key)))
    parts = [
        f"SELECT * FROM (SELECT '{kind}.{invariant.name}' AS name, {offender} AS offender FROM it"  # noqa: S608 - the program's own words
        f" WHERE {invariant.violation} LIMIT {NAMED_MAX}) AS {invariant.name}_"
        for invariant in rows.invariants
        if invariant.violation
    ]
    parts.append(
        f"SELECT * FROM (SELECT '' AS name, {offender} AS offender FROM it"  # noqa: S608 - as above
        f" ORDER BY {key} LIMIT 1 OFFSET :last) AS last_"
    )
    window = f"SELECT {rows.columns} FROM {rows.table} WHERE ({key}) > ({after}) ORDER BY {key} LIMIT :rows"  # noqa: S608 - as above
    query = text(f"WITH it AS MATERIALIZED ({window}) " + " UNION ALL ".join(parts))
    limits = [bindparam(name, type_=Moment) for name in _LIMITS if f":{name}" in query.text]
    return query.bindparams(*limits)
