"""The outbox: cards and mails on their way, and the cards that have arrived."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Delete,
    RowMapping,
    bindparam,
    case,
    delete,
    exists,
    func,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError

from services.delivery import Backlog, Delivery, Due, Kind, Posted, State, Waiting
from services.delivery.model import LostDelivery, Sweep
from storage.delivery_sweeps import JOIN_SWEEP, LATEST_SWEEP, STANDING, SWEEP
from storage.home import HOMES, HOMES_OF
from storage.rows import Rows, written
from storage.tables import deliveries, events, posts

_d: Final = deliveries.c
_other: Final = deliveries.alias("other")
_KEY: Final = (_d.team_id, _d.delivery_id)
_THIS: Final = (_d.team_id == bindparam("_team_id"), _d.delivery_id == bindparam("_delivery_id"))
# Attempts do not tell one sender from another: what is sent again by hand is counted anew. A new lease ends later.
_HELD: Final = (*_THIS, _d.state == State.SENDING, _d.leased_until == bindparam("_held_until"))
# Written out in the statement: SQLite takes an index of some states only where it reads which are wanted.
_PENDING: Final = _d.state == written(State.PENDING)
_SENDING: Final = _d.state == written(State.SENDING)
_OPEN: Final = (written(State.PENDING), written(State.SENDING))
_THIS_POST: Final = (posts.c.team_id == bindparam("_team_id"), posts.c.post_id == bindparam("_post_id"))
_THIS_EVENT: Final = (events.c.event_id == bindparam("_event_id"), events.c.routed_at.is_(None))

# ---- events ----

_NEXT_EVENTS: Final = (
    select(events.c.event_id, events.c.body, events.c.attempts)
    .where(events.c.routed_at.is_(None), events.c.due_at <= bindparam("at"))
    .order_by(events.c.due_at, events.c.event_id)
    .limit(bindparam("limit"))
    # SQLite has one writer, and its dialect leaves this out.
    .with_for_update(skip_locked=True)
)
_MARK_ROUTED: Final = (
    update(events)
    .where(events.c.event_id.in_(bindparam("_event_ids", expanding=True)), events.c.routed_at.is_(None))
    .values(routed_at=bindparam("_at"), error=bindparam("_error"))
)
_POSTPONE: Final = (
    update(events)
    .where(*_THIS_EVENT)
    .values(due_at=bindparam("_due_at"), error=bindparam("_error"), attempts=events.c.attempts + 1)
)

# ---- deliveries ----

_ADD: Final = postgresql.insert(deliveries).on_conflict_do_nothing()
_GET: Final = select(deliveries).where(*_THIS)
_RESEND: Final = (
    update(deliveries)
    .where(*_THIS, _d.state == State.UNKNOWN)
    .values(state=State.PENDING, due_at=bindparam("_at"), reason="", attempts=0, done_at=None)
    .values(doubted_at=None, looks=0)
    .returning(_d.delivery_id)
)
# In the order of the place: nothing before what waits longer, and nothing while something is being sent there. All
# places are gone through at once, and in their index alone: asking for each message took a third of a second where
# 12,000 of them wait, and reading each of them a fiftieth.
_HERE: Final = tuple(_other.c[name] for name in ("platform", "tenant", "conversation_id", "user_id"))
_FIRSTS: Final = (
    select(*_HERE, func.min(_other.c.delivery_id))
    .where(_other.c.state.in_(_OPEN))
    .group_by(*_HERE)
    .having(func.max(case((_other.c.state == State.SENDING, 1), else_=0)) == 0)
    .cte("firsts")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
# By the whole place: each of them is one step in its index, and not a walk through all that wait.
_IS_FIRST: Final = tuple_(*(_d[one.name] for one in _HERE), _d.delivery_id).in_(select(_FIRSTS))
_NEXT: Final = (_PENDING, _IS_FIRST, _d.due_at <= bindparam("_at"))
# Worked out once: within the update PostgreSQL may look once for each row, and each time lock and take others.
_CLAIMABLE: Final = (
    select(*_KEY)
    .where(*_NEXT)
    .order_by(_d.due_at, _d.delivery_id)
    .limit(bindparam("_limit"))
    .with_for_update(skip_locked=True, of=deliveries)
    .cte("claimable")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
_CLAIM: Final = (
    update(deliveries)
    .where(tuple_(*_KEY).in_(select(_CLAIMABLE)))
    .values(state=State.SENDING, leased_until=bindparam("_leased_until"), attempts=_d.attempts + 1)
    .returning(deliveries)
)
_STUCK: Final = (
    select(deliveries)
    .where(_SENDING, _d.leased_until < bindparam("at"))
    .order_by(_d.leased_until)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_FINISH: Final = (
    update(deliveries)
    .where(*_HELD)
    .values(state=bindparam("_state"), reason=bindparam("_reason"), done_at=bindparam("_at"), leased_until=None)
    .returning(_d.delivery_id)
)
_PUT_BACK: Final = (
    update(deliveries)
    .where(*_HELD)
    .values({name: bindparam(f"_{name}") for name in ("due_at", "reason", "doubted_at", "looks")})
    .values(state=State.PENDING, leased_until=None)
)
_AWAITS: Final = select(
    exists().where(
        _d.kind == Kind.POST,
        _d.state == State.PENDING,
        _d.team_id == bindparam("team_id"),
        _d.view == bindparam("view"),
        _d.key == bindparam("key"),
        _d.platform == bindparam("platform"),
        _d.tenant == bindparam("tenant"),
        _d.conversation_id == bindparam("conversation_id"),
    )
)

# ---- posts ----

_INSERT_POST: Final = postgresql.insert(posts)
_ADD_POST: Final = _INSERT_POST.on_conflict_do_update(
    index_elements=[posts.c.platform, posts.c.tenant, posts.c.conversation_id, posts.c.message_id],
    set_={"gone_at": None} | {name: _INSERT_POST.excluded[name] for name in ("shown", "user_id", "key", "reference")},
)
_POST: Final = select(posts).where(*_THIS_POST, posts.c.gone_at.is_(None))
_MARK_SHOWN: Final = update(posts).where(*_THIS_POST).values(shown=bindparam("_shown"))
_MARK_GONE: Final = update(posts).where(*_THIS_POST).values(gone_at=bindparam("_at"))
_PLACE: Final = ("team_id", "post_id", "view", "key", "platform", "tenant", "conversation_id", "user_id", "params")
_LIVE: Final = select(posts).where(posts.c.key == bindparam("key"), posts.c.gone_at.is_(None))
# What is being posted at this moment may show what was true before.
_ARRIVING: Final = select(*(_d[name] for name in _PLACE)).where(
    _d.key == bindparam("key"), _d.kind == Kind.POST, _d.state == State.SENDING
)

# ---- what is over ----

_OLD_EVENTS: Final = select(events.c.event_id).where(events.c.routed_at < bindparam("before")).limit(bindparam("limit"))
_ENDS: Final = (State.SENT, State.SUPPRESSED, State.FAILED, State.UNKNOWN)
_OLD_DELIVERIES: Final = (
    select(*_KEY).where(_d.state.in_(_ENDS), _d.done_at < bindparam("before")).limit(bindparam("limit"))
)
_FORGET: Final[tuple[Delete, ...]] = (
    delete(events).where(events.c.event_id.in_(_OLD_EVENTS)),
    delete(deliveries).where(tuple_(*_KEY).in_(_OLD_DELIVERIES)),
)

# ---- how much is waiting ----

_WAITING: Final = select(
    exists().where(events.c.routed_at.is_(None), events.c.due_at <= bindparam("_at")).label("events"),
    exists().where(*_NEXT).label("deliveries"),
    exists().where(_SENDING, _d.leased_until < bindparam("_at")).label("stuck"),
)
_IN_DOUBT: Final = (State.UNKNOWN, State.FAILED)
_NUMBERS: Final = select(_d.state, func.count().label("number")).group_by(_d.state)
_DEPTH: Final = union_all(
    _NUMBERS.where(_d.state.in_(_OPEN)),
    _NUMBERS.where(_d.state.in_(_IN_DOUBT), _d.done_at.is_not(None)),
)
_UNROUTED: Final = select(func.count(), func.min(events.c.due_at)).where(events.c.routed_at.is_(None))
_OLDEST: Final = select(func.min(_d.due_at)).where(_PENDING)


class SqlDeliveries(Rows):
    """Implements the deliveries of the services."""

    async def get(self, team_id: str, delivery_id: str) -> Delivery | None:
        rows = await self._rows(_GET, _team_id=team_id, _delivery_id=delivery_id)
        return _delivery(rows[0]) if rows else None

    async def resend(self, team_id: str, delivery_id: str, at: datetime) -> bool:
        values = {"_team_id": team_id, "_delivery_id": delivery_id, "_at": at}
        return (await self._connection.execute(_RESEND, values)).one_or_none() is not None

    async def latest_sweep(self, team_id: str, since: datetime, but: str) -> str | None:
        values = {"_team_id": team_id, "_since": since, "_but": but}
        return (await self._connection.execute(LATEST_SWEEP, values)).scalar_one_or_none()

    async def join_sweep(self, team_id: str, delivery_id: str, sweep_id: str) -> None:
        values = {"_team_id": team_id, "_delivery_id": delivery_id, "_sweep_id": sweep_id}
        await self._connection.execute(JOIN_SWEEP, values)

    async def sweep(self, team_id: str, sweep_id: str, limit: int) -> Sweep | None:
        rows = await self._rows(SWEEP, _team_id=team_id, _sweep_id=sweep_id, _limit=limit)
        if not rows:
            return None
        lost = tuple(LostDelivery(_delivery(row), row["done_at"] or row["created_at"]) for row in rows)
        return Sweep(lost, rows[0]["total"], rows[0]["open"])

    async def add_post(self, posted: Posted, at: datetime) -> None:
        row = {
            "team_id": posted.team_id,
            "post_id": posted.post_id,
            "view": posted.view,
            "key": posted.key,
            "platform": posted.platform,
            "tenant": posted.tenant,
            "conversation_id": posted.conversation_id,
            "message_id": posted.message_id,
            "user_id": posted.user_id,
            "reference": dict(posted.reference),
            "params": dict(posted.params),
            "shown": posted.shown,
            "posted_at": at,
        }
        await self._connection.execute(_ADD_POST, row)

    async def post(self, team_id: str, post_id: str) -> Posted | None:
        row = (
            (await self._connection.execute(_POST, {"_team_id": team_id, "_post_id": post_id})).mappings().one_or_none()
        )
        return _posted(row) if row else None

    async def mark_shown(self, team_id: str, post_id: str, shown: str) -> None:
        await self._connection.execute(_MARK_SHOWN, {"_team_id": team_id, "_post_id": post_id, "_shown": shown})

    async def mark_gone(self, team_id: str, post_id: str, at: datetime) -> None:
        await self._connection.execute(_MARK_GONE, {"_team_id": team_id, "_post_id": post_id, "_at": at})

    async def copies(self, key: str) -> list[Posted]:
        rows = [row for query in (_ARRIVING, _LIVE) for row in await self._rows(query, key=key)]
        # The one that is arriving may have arrived between the two questions.
        return list({row["post_id"]: _posted(row) for row in rows}.values())

    async def standing(self, team_id: str, where: tuple[str, str, str], limit: int) -> list[Posted]:
        place = dict(zip(("_platform", "_tenant", "_conversation_id"), where, strict=True))
        return [_posted(row) for row in await self._rows(STANDING, _team_id=team_id, **place, _limit=limit)]

    async def homes(self, team_id: str, limit: int) -> list[str]:
        return [row["key"] for row in await self._rows(HOMES, _team_id=team_id, _limit=limit)]

    async def homes_of(self, user_ids: Collection[str]) -> list[str]:
        return [row["key"] for row in await self._rows(HOMES_OF, _user_ids=list(user_ids))]

    async def awaits(self, team_id: str, view: str, key: str, platform: str, tenant: str, conversation_id: str) -> bool:
        wanted = {
            "team_id": team_id,
            "view": view,
            "key": key,
            "platform": platform,
            "tenant": tenant,
            "conversation_id": conversation_id,
        }
        return bool((await self._connection.execute(_AWAITS, wanted)).scalar_one())

    async def add(self, deliveries: Sequence[Delivery], at: datetime) -> None:
        if deliveries:
            await self._connection.execute(_ADD, [_row(delivery, at) for delivery in deliveries])

    async def next_events(self, limit: int, at: datetime) -> list[Due]:
        rows = await self._connection.execute(_NEXT_EVENTS, {"limit": limit, "at": at})
        return [Due(row.event_id, row.body, row.attempts) for row in rows]

    async def mark_routed(self, event_ids: Sequence[str], at: datetime, error: str = "") -> None:
        if event_ids:
            values = {"_event_ids": list(event_ids), "_at": at, "_error": error}
            await self._connection.execute(_MARK_ROUTED, values)

    async def postpone_event(self, event_id: str, due_at: datetime, error: str) -> None:
        await self._connection.execute(_POSTPONE, {"_event_id": event_id, "_due_at": due_at, "_error": error})

    async def claim(self, limit: int, at: datetime, leased_until: datetime) -> list[Delivery]:
        values = {"_limit": limit, "_at": at, "_leased_until": leased_until}
        rows = await self._connection.execute(_CLAIM, values)
        return sorted((_delivery(row) for row in rows.mappings()), key=lambda one: one.delivery_id)

    async def stuck(self, limit: int, at: datetime) -> list[Delivery]:
        return [_delivery(row) for row in await self._rows(_STUCK, limit=limit, at=at)]

    async def finish(self, delivery: Delivery, state: State, reason: str, at: datetime) -> bool:
        values = {**_held(delivery), "_state": state, "_reason": reason, "_at": at}
        return (await self._connection.execute(_FINISH, values)).one_or_none() is not None

    async def put_back(self, delivery: Delivery, due_at: datetime, reason: str) -> None:
        known = {"_doubted_at": delivery.doubted_at, "_looks": delivery.looks}
        values = {**_held(delivery), **known, "_due_at": due_at, "_reason": reason}
        if delivery.kind is not Kind.UPDATE:
            # Nothing else can have taken its place.
            await self._connection.execute(_PUT_BACK, values)
            return
        try:
            async with self._connection.begin_nested():
                await self._connection.execute(_PUT_BACK, values)
        except IntegrityError:
            # Another update of the same post waits already: it will show everything that this one would have shown.
            await self.finish(delivery, State.SUPPRESSED, "superseded", due_at)

    async def waiting(self, at: datetime) -> Waiting:
        row = (await self._connection.execute(_WAITING, {"_at": at})).one()
        return Waiting(events=bool(row.events), deliveries=bool(row.deliveries), stuck=bool(row.stuck))

    async def backlog(self, at: datetime) -> Backlog:
        rows = await self._connection.execute(_DEPTH)
        depth: dict[str, int] = {row.state: row.number for row in rows}
        unrouted, first_event = (await self._connection.execute(_UNROUTED)).one()
        first = (await self._connection.execute(_OLDEST)).scalar_one()
        oldest = min((one for one in (first_event, first) if one is not None), default=at)
        return Backlog(
            unrouted=unrouted,
            pending=depth.get(State.PENDING, 0),
            sending=depth.get(State.SENDING, 0),
            unknown=depth.get(State.UNKNOWN, 0),
            failed=depth.get(State.FAILED, 0),
            age_s=max(0.0, (at - oldest).total_seconds()),
        )

    async def forget(self, before: datetime, limit: int) -> int:
        values = {"before": before, "limit": limit}
        return sum([(await self._connection.execute(one, values)).rowcount for one in _FORGET])


def _held(delivery: Delivery) -> dict[str, Any]:
    return {
        "_team_id": delivery.team_id,
        "_delivery_id": delivery.delivery_id,
        "_held_until": delivery.leased_until,
    }


def _row(delivery: Delivery, at: datetime) -> dict[str, Any]:
    return {
        "team_id": delivery.team_id,
        "delivery_id": delivery.delivery_id,
        "event_id": delivery.event_id,
        "kind": delivery.kind,
        "view": delivery.view,
        "key": delivery.key,
        "params": dict(delivery.params),
        "platform": delivery.platform,
        "tenant": delivery.tenant,
        "conversation_id": delivery.conversation_id,
        "user_id": delivery.user_id,
        "post_id": delivery.post_id,
        "state": delivery.state,
        "reason": delivery.reason,
        "created_at": at,
        "due_at": at,
        "done_at": at if delivery.state is State.SUPPRESSED else None,
    }


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(
        team_id=row["team_id"],
        delivery_id=row["delivery_id"],
        event_id=row["event_id"],
        kind=Kind(row["kind"]),
        view=row["view"],
        key=row["key"],
        platform=row["platform"],
        tenant=row["tenant"],
        conversation_id=row["conversation_id"],
        user_id=row["user_id"],
        post_id=row["post_id"],
        params=row["params"],
        state=State(row["state"]),
        reason=row["reason"],
        attempts=row["attempts"],
        leased_until=row["leased_until"],
        sweep_id=row["sweep_id"] or "",
        doubted_at=row["doubted_at"],
        looks=row["looks"],
    )


def _posted(row: RowMapping) -> Posted:
    return Posted(
        team_id=row["team_id"],
        post_id=row["post_id"],
        view=row["view"],
        key=row["key"],
        platform=row["platform"],
        tenant=row["tenant"],
        conversation_id=row["conversation_id"],
        message_id=row.get("message_id", ""),
        user_id=row["user_id"] or None,
        reference=row.get("reference", {}),
        params=row["params"],
        shown=row.get("shown", ""),
    )
