"""The audit log of each team: a chain of hashes whose personal part can be erased without breaking it."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

import msgspec
from sqlalchemy import RowMapping, bindparam, func, insert, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.audit.model import Entry, Head, Link, Verdict
from services.audit.store import NEWEST
from services.events import Event, action, details
from storage.tables import audit, audit_details, users

START: Final = ""
"""What the first entry of a log names as the hash before it."""
BATCH: Final = 500

_HASHED: Final = ("team_id", "seq", "at", "action", "user_id", "platform", "subject", "commitment", "prev_hash")

# Whoever appends to a team's log does so alone; SQLite has one writer anyway.
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('audit:' || CAST(:team_id AS text), 0))")
_HEAD: Final = (
    select(audit.c.seq, audit.c.hash)
    .where(audit.c.team_id == bindparam("team_id"))
    .order_by(audit.c.seq.desc())
    .limit(1)
)
_ENDS: Final = select(audit.c.team_id, func.max(audit.c.seq).label("seq")).group_by(audit.c.team_id).subquery()
_HEADS: Final = (
    select(audit.c.team_id, audit.c.seq, audit.c.hash)
    .join(_ENDS, (_ENDS.c.team_id == audit.c.team_id) & (_ENDS.c.seq == audit.c.seq))
    .order_by(audit.c.team_id)
)
_AT: Final = select(audit.c.hash).where(audit.c.team_id == bindparam("team_id"), audit.c.seq == bindparam("seq"))
_INSERT: Final = insert(audit)
_INSERT_DETAILS: Final = insert(audit_details)
_JOINED: Final = audit.outerjoin(
    audit_details, (audit_details.c.team_id == audit.c.team_id) & (audit_details.c.seq == audit.c.seq)
)
_heirs: Final = users.alias("heirs")
# Whoever was linked since is called by the name that he has now.
_NAME: Final = func.coalesce(_heirs.c.name, users.c.name)
_NAMED: Final = _JOINED.outerjoin(users, users.c.user_id == audit.c.user_id).outerjoin(
    _heirs, _heirs.c.user_id == users.c.merged_into
)
_PAGE: Final = (
    select(audit, audit_details.c.details, _NAME.label("user_name"))
    .select_from(_NAMED)
    .where(audit.c.team_id == bindparam("team_id"), audit.c.seq < bindparam("before_seq"))
    .order_by(audit.c.seq.desc())
    .limit(bindparam("limit"))
)
_LINKS: Final = (
    select(audit, audit_details.c.salt, audit_details.c.details, _NAME.label("user_name"))
    .select_from(_NAMED)
    .where(audit.c.team_id == bindparam("team_id"), audit.c.seq > bindparam("after_seq"))
    .order_by(audit.c.seq)
    .limit(bindparam("limit"))
)
_BATCH: Final = (
    select(audit, audit_details.c.salt, audit_details.c.details)
    .select_from(_JOINED)
    .where(audit.c.team_id == bindparam("team_id"), audit.c.seq > bindparam("after_seq"))
    .order_by(audit.c.seq)
    .limit(BATCH)
)
_WINDOW: Final = (
    select(audit, audit_details.c.salt, audit_details.c.details)
    .select_from(_JOINED)
    .where(tuple_(audit.c.team_id, audit.c.seq) > tuple_(bindparam("team_id"), bindparam("seq")))
    .order_by(audit.c.team_id, audit.c.seq)
    .limit(bindparam("limit"))
)


class SqlAuditTrail:
    """Reads and checks the logs; `append` is for the unit of work alone."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def append(self, events: Iterable[Event], at: datetime) -> None:
        """Write an entry for each event at the end of its team's log, the teams in one order for everybody."""
        team = attrgetter("team_id")
        for team_id, group in groupby(sorted(events, key=team), key=team):
            await self._append(team_id, tuple(group), at.isoformat(timespec="microseconds"))

    async def _append(self, team_id: str, events: Sequence[Event], at: str) -> None:
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(_LOCK, {"team_id": team_id})
        head = await self.head(team_id)
        entries: list[dict[str, Any]] = []
        erasable: list[dict[str, Any]] = []
        for event in events:
            kept = {"team_id": team_id, "seq": head.seq + 1, **_seal(event)}
            entry = _link(event, kept, at, head.hash)
            entries.append(entry)
            erasable.append(kept)
            head = Head(team_id, entry["seq"], entry["hash"])
        await self._connection.execute(_INSERT, entries)
        await self._connection.execute(_INSERT_DETAILS, erasable)

    async def page(self, team_id: str, *, before_seq: int = NEWEST, limit: int = 20) -> list[Entry]:
        rows = await self._connection.execute(_PAGE, {"team_id": team_id, "before_seq": before_seq, "limit": limit})
        return [_entry(row) for row in rows.mappings()]

    async def links(self, team_id: str, after_seq: int, limit: int) -> list[Link]:
        rows = await self._connection.execute(_LINKS, {"team_id": team_id, "after_seq": after_seq, "limit": limit})
        return [_link_of(row) for row in rows.mappings()]

    async def head(self, team_id: str) -> Head:
        row = (await self._connection.execute(_HEAD, {"team_id": team_id})).one_or_none()
        return Head(team_id, 0, START) if row is None else Head(team_id, row.seq, row.hash)

    async def heads(self) -> list[Head]:
        rows = await self._connection.execute(_HEADS)
        return [Head(row.team_id, row.seq, row.hash) for row in rows]

    async def verify(self, team_id: str, anchor: Head | None = None) -> Verdict:
        head = Head(team_id, 0, START)
        while rows := await self._batch(team_id, head.seq):
            for row in rows:
                if not _continues(row, head):
                    return Verdict(head, broken_at=head.seq + 1)
                head = Head(team_id, row["seq"], row["hash"])
        if anchor is not None and not await self._holds(anchor):
            return Verdict(head, broken_at=min(anchor.seq, head.seq + 1))
        return Verdict(head)

    async def broken(self, team_id: str, seq: int, rows: int) -> list[tuple[str, int]]:
        """The entries of all logs, so many after this one, that do not continue the one before them."""
        head = Head(team_id, seq, await self._hash_of(team_id, seq))
        found: list[tuple[str, int]] = []
        window = await self._connection.execute(_WINDOW, {"team_id": team_id, "seq": seq, "limit": rows})
        for row in window.mappings():
            if row["team_id"] != head.team_id:
                head = Head(row["team_id"], 0, START)
            if not _continues(row, head):
                found.append((row["team_id"], row["seq"]))
            head = Head(row["team_id"], row["seq"], row["hash"])
        return found

    async def _hash_of(self, team_id: str, seq: int) -> str:
        return (await self._connection.execute(_AT, {"team_id": team_id, "seq": seq})).scalar_one_or_none() or START

    async def _batch(self, team_id: str, after_seq: int) -> Sequence[RowMapping]:
        rows = await self._connection.execute(_BATCH, {"team_id": team_id, "after_seq": after_seq})
        return rows.mappings().all()

    async def _holds(self, anchor: Head) -> bool:
        """Whether the log still has the entry that was its end once."""
        if anchor.seq == 0:
            return True
        found = await self._connection.execute(_AT, {"team_id": anchor.team_id, "seq": anchor.seq})
        return found.scalar_one_or_none() == anchor.hash


def _seal(event: Event) -> dict[str, str]:
    """The erasable part, salted so that the commitment to it tells nothing about it."""
    return {
        "salt": secrets.token_hex(16),
        "details": msgspec.json.encode(details(event), order="sorted").decode(),
    }


def _link(event: Event, kept: dict[str, Any], at: str, prev_hash: str) -> dict[str, Any]:
    entry = {
        "team_id": event.team_id,
        "seq": kept["seq"],
        "at": at,
        "action": action(event),
        "user_id": event.actor_id,
        "platform": event.platform,
        "subject": event.subject,
        "commitment": _commitment(kept["salt"], kept["details"]),
        "prev_hash": prev_hash,
    }
    return {**entry, "hash": _hash(entry)}


def _commitment(salt: str, canonical: str) -> str:
    return hashlib.sha256(f"{salt}\x1f{canonical}".encode()).hexdigest()


def _hash(entry: dict[str, Any] | RowMapping) -> str:
    return hashlib.sha256(msgspec.json.encode([entry[name] for name in _HASHED])).hexdigest()


def _continues(row: RowMapping, head: Head) -> bool:
    """Whether the row is what was written after the entry before it; erased details are no flaw."""
    linked = row["seq"] == head.seq + 1 and row["prev_hash"] == head.hash and row["hash"] == _hash(row)
    erased = row["salt"] is None
    return linked and (erased or row["commitment"] == _commitment(row["salt"], row["details"]))


def _link_of(row: RowMapping) -> Link:
    return Link(
        entry=_entry(row),
        at=row["at"],
        salt=row["salt"] or "",
        canonical=row["details"] or "",
        commitment=row["commitment"],
        prev_hash=row["prev_hash"],
        hash=row["hash"],
    )


def _entry(row: RowMapping) -> Entry:
    return Entry(
        team_id=row["team_id"],
        seq=row["seq"],
        at=datetime.fromisoformat(row["at"]),
        action=row["action"],
        user_id=row["user_id"],
        user_name=row["user_name"] or "",
        platform=row["platform"],
        subject=row["subject"],
        details=msgspec.json.decode(row["details"], type=dict[str, Any]) if row["details"] else {},
    )
