"""Where the invariants are looked for: each is the condition under which a row is wrong, asked of a window of rows."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.invariants import NAMED_MAX, Breach, Look
from storage.audit import SqlAuditTrail
from storage.invariant_conditions import ROWS, Rows
from storage.tables import Moment

LATE: Final = timedelta(hours=1)
"""So long after its lease a delivery has surely been left behind by everybody."""
FORGOTTEN: Final = timedelta(days=2)
"""So long after its end a file has surely been overlooked by the clock, even if nothing ran for a night."""
_AGES: Final = {"late": LATE, "forgotten": FORGOTTEN}


WHOLE: Final = "audit.whole"
"""The one that is computed: see `SqlAuditTrail.broken`."""

NAMES: Final = frozenset(f"{kind}.{name}" for kind, rows in ROWS.items() for name in rows.wrong) | {WHOLE}


class SqlInvariants:
    """Implements the invariants of the services."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def look(self, kind: str, after: str, rows: int) -> Look:
        start = _start(ROWS[kind], after)
        values: dict[str, Any] = {f"after_{place}": part for place, part in enumerate(start)}
        values |= {"rows": rows, "last": rows - 1}
        asked = str(_statement(kind))
        values |= {name: self._now - age for name, age in _AGES.items() if f":{name}" in asked}
        found = [(row.name, row.offender) for row in await self._connection.execute(_statement(kind), values)]
        breaches = [Breach(name, offender) for name, offender in found if name]
        if kind == "audit":
            broken = await SqlAuditTrail(self._connection).broken(str(start[0]), int(start[1]), rows)
            breaches += [Breach(WHOLE, f"{team_id}/{seq}") for team_id, seq in broken[:NAMED_MAX]]
        return Look(tuple(breaches), next((offender for name, offender in found if not name), ""))


def _start(rows: Rows, after: str) -> tuple[str | int, ...]:
    """The key after which the window begins, each part of the type of its column."""
    parts = after.split("/", len(rows.key) - 1) if after else rows.start[: len(rows.key)]
    return tuple(type(first)(part) for first, part in zip(rows.start, parts, strict=False))


@cache
def _statement(kind: str) -> TextClause:
    """One question for all invariants of a kind; the row without a name is the last one of a full window."""
    rows = ROWS[kind]
    key = ", ".join(rows.key)
    offender = " || '/' || ".join(f"it.{part}" for part in rows.key)
    after = ", ".join(f":after_{place}" for place in range(len(rows.key)))
    looks = [
        f"SELECT * FROM (SELECT '{kind}.{name}' AS name, {offender} AS offender FROM it"  # noqa: S608 - our own words
        f" WHERE {wrong} LIMIT {NAMED_MAX}) AS {name}_"
        for name, wrong in rows.wrong.items()
    ]
    looks.append(
        f"SELECT * FROM (SELECT '' AS name, {offender} AS offender FROM it"  # noqa: S608 - dito
        f" ORDER BY {key} LIMIT 1 OFFSET :last) AS last_"
    )
    window = f"SELECT {rows.columns} FROM {rows.table} WHERE ({key}) > ({after}) ORDER BY {key} LIMIT :rows"  # noqa: S608 - dito
    question = text(f"WITH it AS MATERIALIZED ({window}) " + " UNION ALL ".join(looks))
    ages = [bindparam(name, type_=Moment) for name in _AGES if f":{name}" in question.text]
    return question.bindparams(*ages)
