"""The audit log of each team: a chain of hashes whose personal part can be erased without breaking it."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Dialect,
    RowMapping,
    Text,
    TypeDecorator,
    func,
    insert,
    select,
    text,
    tuple_,
    type_coerce,
)

from services.audit.model import AuditEntry, ChainedEntry, LogHead, LogVerification
from services.audit.store import SEQ_MAX
from services.events import Event, get_action, get_details
from storage.rows import Rows, nested, or_empty, param
from storage.tables import audit, audit_details, users

START: Final = ""
"""What the first entry of a log names as the hash before it."""
BATCH: Final = 500


class _JsonText(TypeDecorator[dict[str, Any]]):
    """Details read as JSON; they are kept as text, so that the commitment covers the same bytes on every database."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any]:
        """Return no details where they were erased."""
        del dialect
        return {} if value is None else msgspec.json.decode(value, type=dict[str, Any])


_HASHED: Final = ("team_id", "seq", "at", "action", "user_id", "platform", "subject", "commitment", "prev_hash")

# One transaction at a time appends to a team's log; SQLite has one writer anyway.
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('audit:' || CAST(:p_team_id AS text), 0))")
_HEAD: Final = (
    select(audit.c.team_id, audit.c.seq, audit.c.hash)
    .where(audit.c.team_id == param("team_id"))
    .order_by(audit.c.seq.desc())
    .limit(1)
)
_LAST: Final = select(audit.c.team_id, func.max(audit.c.seq).label("seq")).group_by(audit.c.team_id).subquery()
_HEADS: Final = (
    select(audit.c.team_id, audit.c.seq, audit.c.hash)
    .join(_LAST, (_LAST.c.team_id == audit.c.team_id) & (_LAST.c.seq == audit.c.seq))
    .order_by(audit.c.team_id)
)
_HASH: Final = select(audit.c.hash).where(audit.c.team_id == param("team_id"), audit.c.seq == param("seq"))
_INSERT: Final = insert(audit)
_INSERT_DETAILS: Final = insert(audit_details)
_JOINED: Final = audit.outerjoin(
    audit_details, (audit_details.c.team_id == audit.c.team_id) & (audit_details.c.seq == audit.c.seq)
)
_heirs: Final = users.alias("heirs")
# A user who was linked to another one since has the other one's name today.
_NAME: Final = func.coalesce(_heirs.c.name, users.c.name)
_NAMED: Final = _JOINED.outerjoin(users, users.c.user_id == audit.c.user_id).outerjoin(
    _heirs, _heirs.c.user_id == users.c.merged_into
)
_ENTRY_COLUMNS: Final = (
    *(audit.c[name] for name in ("team_id", "seq", "at", "action", "user_id", "platform", "subject")),
    type_coerce(audit_details.c.details, _JsonText).label("details"),
    or_empty(_NAME, "user_name"),
)
_PAGE: Final = (
    select(*_ENTRY_COLUMNS)
    .select_from(_NAMED)
    .where(audit.c.team_id == param("team_id"), audit.c.seq < param("before_seq"))
    .order_by(audit.c.seq.desc())
    .limit(param("limit"))
)
_LINKS: Final = (
    select(
        *nested("entry", _ENTRY_COLUMNS),
        audit.c.at,
        or_empty(audit_details.c.salt, "salt"),
        or_empty(audit_details.c.details, "canonical"),
        audit.c.commitment,
        audit.c.prev_hash,
        audit.c.hash,
    )
    .select_from(_NAMED)
    .where(audit.c.team_id == param("team_id"), audit.c.seq > param("after_seq"))
    .order_by(audit.c.seq)
    .limit(param("limit"))
)
_BATCH: Final = (
    select(audit, audit_details.c.salt, audit_details.c.details)
    .select_from(_JOINED)
    .where(audit.c.team_id == param("team_id"), audit.c.seq > param("after_seq"))
    .order_by(audit.c.seq)
    .limit(BATCH)
)
_WINDOW: Final = (
    select(audit, audit_details.c.salt, audit_details.c.details)
    .select_from(_JOINED)
    .where(tuple_(audit.c.team_id, audit.c.seq) > tuple_(param("team_id"), param("seq")))
    .order_by(audit.c.team_id, audit.c.seq)
    .limit(param("limit"))
)


class SqlAuditTrail(Rows):
    """Implements `services.audit.store.AuditTrail`; `append` is for the unit of work, `broken` for the auditor."""

    async def append(self, events: Iterable[Event], at: datetime) -> None:
        """Write an entry for each event at the end of its team's log, sorted by team: a fixed order of locks."""
        team = attrgetter("team_id")
        for team_id, group in groupby(sorted(events, key=team), key=team):
            await self._append(team_id, tuple(group), at.isoformat(timespec="microseconds"))

    async def _append(self, team_id: str, events: Sequence[Event], at: str) -> None:
        if self._connection.dialect.name == "postgresql":
            await self._execute(_LOCK, team_id=team_id)
        head = await self.get_head(team_id)
        entries: list[dict[str, Any]] = []
        erasable: list[dict[str, Any]] = []
        for event in events:
            kept = {"team_id": team_id, "seq": head.seq + 1, **_seal(event)}
            entry = _link(event, kept, at, head.hash)
            entries.append(entry)
            erasable.append(kept)
            head = LogHead(team_id, entry["seq"], entry["hash"])
        await self._insert(_INSERT, entries)
        await self._insert(_INSERT_DETAILS, erasable)

    async def list_entries(self, team_id: str, *, before_seq: int = SEQ_MAX, limit: int = 20) -> list[AuditEntry]:
        return await self._models(AuditEntry, _PAGE, team_id=team_id, before_seq=before_seq, limit=limit)

    async def list_links(self, team_id: str, after_seq: int, limit: int) -> list[ChainedEntry]:
        return await self._models(ChainedEntry, _LINKS, team_id=team_id, after_seq=after_seq, limit=limit)

    async def get_head(self, team_id: str) -> LogHead:
        return await self._model(LogHead, _HEAD, team_id=team_id) or LogHead(team_id, 0, START)

    async def list_heads(self) -> list[LogHead]:
        return await self._models(LogHead, _HEADS)

    async def verify(self, team_id: str, anchor: LogHead | None = None) -> LogVerification:
        head = LogHead(team_id, 0, START)
        while rows := await self._rows(_BATCH, team_id=team_id, after_seq=head.seq):
            for row in rows:
                if not _continues(row, head):
                    return LogVerification(head, broken_at=head.seq + 1)
                head = LogHead(team_id, row["seq"], row["hash"])
        if anchor is not None and not await self._has(anchor):
            return LogVerification(head, broken_at=min(anchor.seq, head.seq + 1))
        return LogVerification(head)

    async def broken(self, team_id: str, seq: int, limit: int) -> list[tuple[str, int]]:
        """List entries of all logs that do not continue the entry before them, among the next `limit` entries."""
        head = LogHead(team_id, seq, await self._scalar(_HASH, team_id=team_id, seq=seq) or START)
        found: list[tuple[str, int]] = []
        for row in await self._rows(_WINDOW, team_id=team_id, seq=seq, limit=limit):
            if row["team_id"] != head.team_id:
                head = LogHead(row["team_id"], 0, START)
            if not _continues(row, head):
                found.append((row["team_id"], row["seq"]))
            head = LogHead(row["team_id"], row["seq"], row["hash"])
        return found

    async def _has(self, anchor: LogHead) -> bool:
        """Tell whether the log still has the entry that was its end at the time of the anchor."""
        if anchor.seq == 0:
            return True
        return await self._scalar(_HASH, team_id=anchor.team_id, seq=anchor.seq) == anchor.hash


def _seal(event: Event) -> dict[str, str]:
    """The erasable part, salted so that the commitment to it tells nothing about it."""
    return {
        "salt": secrets.token_hex(16),
        "details": msgspec.json.encode(get_details(event), order="sorted").decode(),
    }


def _link(event: Event, kept: dict[str, Any], at: str, prev_hash: str) -> dict[str, Any]:
    entry = {
        "team_id": event.team_id,
        "seq": kept["seq"],
        "at": at,
        "action": get_action(event),
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


def _continues(row: RowMapping, head: LogHead) -> bool:
    """Whether the row is what was written after the entry before it; erased details are no flaw."""
    linked = row["seq"] == head.seq + 1 and row["prev_hash"] == head.hash and row["hash"] == _hash(row)
    erased = row["salt"] is None
    return linked and (erased or row["commitment"] == _commitment(row["salt"], row["details"]))
