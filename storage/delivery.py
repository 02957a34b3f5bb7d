"""The outbox: events to route, deliveries, and the posted cards."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import (
    Delete,
    case,
    delete,
    exists,
    func,
    literal,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError

from services.delivery import Backlog, Delivery, DeliveryKind, DeliveryState, DueWork, PostedCard, UnroutedEvent
from services.delivery.model import UnknownDeliveryRecord, UnknownGroup
from storage.delivery_sweeps import DELIVERY, JOIN_SWEEP, LATEST_SWEEP, LIST_POSTS_IN_CHANNEL, SWEEP
from storage.home import LIST_HOME_KEYS, LIST_HOME_KEYS_OF_USERS
from storage.rows import Rows, inline_literal, param, params, row_of
from storage.tables import deliveries, events, posts

_d: Final = deliveries.c
_other: Final = deliveries.alias("other")
_KEY: Final = (_d.team_id, _d.delivery_id)
_THIS: Final = (_d.team_id == param("team_id"), _d.delivery_id == param("delivery_id"))
# By the lease, not by attempts: a delivery that is resent by hand counts anew, and a new lease ends later.
_HELD: Final = (*_THIS, _d.state == DeliveryState.SENDING, _d.leased_until == param("held_until"))
# Written out in the statement: SQLite takes an index of some states only where it reads which are wanted.
_PENDING: Final = _d.state == inline_literal(DeliveryState.PENDING)
_SENDING: Final = _d.state == inline_literal(DeliveryState.SENDING)
_OPEN: Final = (inline_literal(DeliveryState.PENDING), inline_literal(DeliveryState.SENDING))
_THIS_POST: Final = (posts.c.team_id == param("team_id"), posts.c.post_id == param("post_id"))
_THIS_EVENT: Final = (events.c.event_id == param("event_id"), events.c.routed_at.is_(None))

# ---- events ----

_NEXT_EVENTS: Final = (
    select(events.c.event_id, events.c.body, events.c.attempts)
    .where(events.c.routed_at.is_(None), events.c.due_at <= param("at"))
    .order_by(events.c.due_at, events.c.event_id)
    .limit(param("limit"))
    # SQLite has one writer, and its dialect leaves this out.
    .with_for_update(skip_locked=True)
)
_MARK_ROUTED: Final = (
    update(events)
    .where(events.c.event_id.in_(params("event_ids")), events.c.routed_at.is_(None))
    .values(routed_at=param("at"), error=param("error"))
)
_POSTPONE: Final = (
    update(events)
    .where(*_THIS_EVENT)
    .values(due_at=param("due_at"), error=param("error"), attempts=events.c.attempts + 1)
)

# ---- deliveries ----

_ADD: Final = postgresql.insert(deliveries).on_conflict_do_nothing()
_GET: Final = select(*DELIVERY).where(*_THIS)
_RESEND: Final = (
    update(deliveries)
    .where(*_THIS, _d.state == DeliveryState.UNKNOWN)
    .values(state=DeliveryState.PENDING, due_at=param("at"), reason="", attempts=0, done_at=None)
    .values(doubted_at=None, looks=0)
    .returning(_d.delivery_id)
)
# In the order of the place: nothing before what waits longer, and nothing while something is being sent there. All
# places are gone through at once, and in their index alone: asking for each message took a third of a second where
# 12,000 of them wait, and reading each of them a fiftieth.
_CONVERSATION_AND_USER: Final = tuple(_other.c[name] for name in ("platform", "tenant", "conversation_id", "user_id"))
_FIRSTS: Final = (
    select(*_CONVERSATION_AND_USER, func.min(_other.c.delivery_id))
    .where(_other.c.state.in_(_OPEN))
    .group_by(*_CONVERSATION_AND_USER)
    .having(func.max(case((_other.c.state == DeliveryState.SENDING, 1), else_=0)) == 0)
    .cte("firsts")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
# By the whole place: each of them is one step in its index, and not a walk through all that wait.
_IS_FIRST: Final = tuple_(*(_d[item.name] for item in _CONVERSATION_AND_USER), _d.delivery_id).in_(select(_FIRSTS))
_NEXT: Final = (_PENDING, _IS_FIRST, _d.due_at <= param("at"))
# Materialized: within the update PostgreSQL may run the subquery once a row, and each run locks other rows.
_CLAIMABLE: Final = (
    select(*_KEY)
    .where(*_NEXT)
    .order_by(_d.due_at, _d.delivery_id)
    .limit(param("limit"))
    .with_for_update(skip_locked=True, of=deliveries)
    .cte("claimable")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
_CLAIM: Final = (
    update(deliveries)
    .where(tuple_(*_KEY).in_(select(_CLAIMABLE)))
    .values(state=DeliveryState.SENDING, leased_until=param("leased_until"), attempts=_d.attempts + 1)
    .returning(*DELIVERY)
)
_STUCK: Final = (
    select(*DELIVERY)
    .where(_SENDING, _d.leased_until < param("at"))
    .order_by(_d.leased_until)
    .limit(param("limit"))
    .with_for_update(skip_locked=True)
)
_FINISH: Final = (
    update(deliveries)
    .where(*_HELD)
    .values(state=param("state"), reason=param("reason"), done_at=param("at"), leased_until=None)
    .returning(_d.delivery_id)
)
_PUT_BACK: Final = (
    update(deliveries)
    .where(*_HELD)
    .values({name: param(name) for name in ("due_at", "reason", "doubted_at", "looks")})
    .values(state=DeliveryState.PENDING, leased_until=None)
)
_AWAITS: Final = select(
    exists().where(
        _d.kind == DeliveryKind.POST,
        _d.state == DeliveryState.PENDING,
        _d.team_id == param("team_id"),
        _d.view == param("view"),
        _d.key == param("key"),
        _d.platform == param("platform"),
        _d.tenant == param("tenant"),
        _d.conversation_id == param("conversation_id"),
    )
)

# ---- posts ----

_INSERT_POST: Final = postgresql.insert(posts)
_ADD_POST: Final = _INSERT_POST.on_conflict_do_update(
    index_elements=[posts.c.platform, posts.c.tenant, posts.c.conversation_id, posts.c.message_id],
    set_={"gone_at": None} | {name: _INSERT_POST.excluded[name] for name in ("shown", "user_id", "key", "reference")},
)
_POST: Final = select(posts).where(*_THIS_POST, posts.c.gone_at.is_(None))
_MARK_SHOWN: Final = update(posts).where(*_THIS_POST).values(shown=param("shown"))
_MARK_GONE: Final = update(posts).where(*_THIS_POST).values(gone_at=param("at"))
_CONVERSATION_COLUMNS: Final = ("team_id", "post_id", "view", "key", "platform", "tenant", "conversation_id", "params")
_LIVE: Final = select(posts).where(posts.c.key == param("key"), posts.c.gone_at.is_(None))
# A card that is being posted at this moment may show the state before the change.
_BEING_POSTED: Final = select(
    *(_d[name] for name in _CONVERSATION_COLUMNS),
    func.nullif(_d.user_id, "").label("user_id"),
    literal("").label("message_id"),
).where(_d.key == param("key"), _d.kind == DeliveryKind.POST, _d.state == DeliveryState.SENDING)

# ---- purge ----

_OLD_EVENTS: Final = select(events.c.event_id).where(events.c.routed_at < param("before")).limit(param("limit"))
_ENDS: Final = (DeliveryState.SENT, DeliveryState.SUPPRESSED, DeliveryState.FAILED, DeliveryState.UNKNOWN)
_OLD_DELIVERIES: Final = select(*_KEY).where(_d.state.in_(_ENDS), _d.done_at < param("before")).limit(param("limit"))
_PURGE: Final[tuple[Delete, ...]] = (
    delete(events).where(events.c.event_id.in_(_OLD_EVENTS)),
    delete(deliveries).where(tuple_(*_KEY).in_(_OLD_DELIVERIES)),
)

# ---- backlog ----

_WAITING: Final = select(
    exists().where(events.c.routed_at.is_(None), events.c.due_at <= param("at")).label("events"),
    exists().where(*_NEXT).label("deliveries"),
    exists().where(_SENDING, _d.leased_until < param("at")).label("stuck"),
)
_NEEDS_A_PERSON: Final = (DeliveryState.UNKNOWN, DeliveryState.FAILED)
_NUMBERS: Final = select(_d.state, func.count().label("number")).group_by(_d.state)
_DEPTH: Final = union_all(
    _NUMBERS.where(_d.state.in_(_OPEN)),
    _NUMBERS.where(_d.state.in_(_NEEDS_A_PERSON), _d.done_at.is_not(None)),
)
_UNROUTED: Final = select(func.count().label("number"), func.min(events.c.due_at).label("oldest")).where(
    events.c.routed_at.is_(None)
)
_OLDEST: Final = select(func.min(_d.due_at)).where(_PENDING)


class SqlDeliveries(Rows):
    """Implements `services.delivery.store.Deliveries`."""

    async def get(self, team_id: str, delivery_id: str) -> Delivery | None:
        return await self._model(Delivery, _GET, team_id=team_id, delivery_id=delivery_id)

    async def resend(self, team_id: str, delivery_id: str, at: datetime) -> bool:
        return await self._has_changed(_RESEND, team_id=team_id, delivery_id=delivery_id, at=at)

    async def find_latest_sweep_id(self, team_id: str, since: datetime, but: str) -> str | None:
        return await self._scalar(LATEST_SWEEP, team_id=team_id, since=since, but=but)

    async def update_sweep(self, team_id: str, delivery_id: str, sweep_id: str) -> None:
        await self._execute(JOIN_SWEEP, team_id=team_id, delivery_id=delivery_id, sweep_id=sweep_id)

    async def get_sweep(self, team_id: str, sweep_id: str, limit: int) -> UnknownGroup | None:
        rows = await self._models(_SweepRow, SWEEP, team_id=team_id, sweep_id=sweep_id, limit=limit)
        return UnknownGroup(tuple(row.lost for row in rows), rows[0].total, rows[0].open) if rows else None

    async def add_post(self, posted: PostedCard, at: datetime) -> None:
        await self._insert(_ADD_POST, [row_of(posted, posts, posted_at=at)])

    async def get_post(self, team_id: str, post_id: str) -> PostedCard | None:
        return await self._model(PostedCard, _POST, team_id=team_id, post_id=post_id)

    async def update_shown(self, team_id: str, post_id: str, shown: str) -> None:
        await self._execute(_MARK_SHOWN, team_id=team_id, post_id=post_id, shown=shown)

    async def update_gone(self, team_id: str, post_id: str, at: datetime) -> None:
        await self._execute(_MARK_GONE, team_id=team_id, post_id=post_id, at=at)

    async def list_posts_of(self, key: str) -> list[PostedCard]:
        found = [
            posted for query in (_BEING_POSTED, _LIVE) for posted in await self._models(PostedCard, query, key=key)
        ]
        # A card that is being posted may have been posted between the two queries: the second one knows more.
        return list({posted.post_id: posted for posted in found}.values())

    async def list_posts_in_channel(self, team_id: str, where: tuple[str, str, str], limit: int) -> list[PostedCard]:
        place = dict(zip(("platform", "tenant", "conversation_id"), where, strict=True))
        return await self._models(PostedCard, LIST_POSTS_IN_CHANNEL, team_id=team_id, **place, limit=limit)

    async def list_home_keys(self, team_id: str, limit: int) -> list[str]:
        return await self._scalars(LIST_HOME_KEYS, team_id=team_id, limit=limit)

    async def list_home_keys_of_users(self, user_ids: Collection[str]) -> list[str]:
        return await self._scalars(LIST_HOME_KEYS_OF_USERS, user_ids=list(user_ids))

    async def has_pending_post(
        self, team_id: str, view: str, key: str, platform: str, tenant: str, conversation_id: str
    ) -> bool:
        place = {"platform": platform, "tenant": tenant, "conversation_id": conversation_id}
        return bool(await self._scalar(_AWAITS, team_id=team_id, view=view, key=key, **place))

    async def add(self, deliveries: Sequence[Delivery], at: datetime) -> None:
        await self._insert(_ADD, [_row(delivery, at) for delivery in deliveries])

    async def list_due_events(self, limit: int, at: datetime) -> list[UnroutedEvent]:
        return await self._models(UnroutedEvent, _NEXT_EVENTS, limit=limit, at=at)

    async def update_routed(self, event_ids: Sequence[str], at: datetime, error: str = "") -> None:
        if event_ids:
            await self._execute(_MARK_ROUTED, event_ids=list(event_ids), at=at, error=error)

    async def postpone_event(self, event_id: str, due_at: datetime, error: str) -> None:
        await self._execute(_POSTPONE, event_id=event_id, due_at=due_at, error=error)

    async def claim(self, limit: int, at: datetime, leased_until: datetime) -> list[Delivery]:
        claimed = await self._models(Delivery, _CLAIM, limit=limit, at=at, leased_until=leased_until)
        return sorted(claimed, key=attrgetter("delivery_id"))

    async def list_expired_leases(self, limit: int, at: datetime) -> list[Delivery]:
        return await self._models(Delivery, _STUCK, limit=limit, at=at)

    async def finish(self, delivery: Delivery, state: DeliveryState, reason: str, at: datetime) -> bool:
        return await self._has_changed(_FINISH, **_lease(delivery), state=state, reason=reason, at=at)

    async def release(self, delivery: Delivery, due_at: datetime, reason: str) -> None:
        doubts = {"doubted_at": delivery.doubted_at, "looks": delivery.looks}
        values: dict[str, Any] = {**_lease(delivery), **doubts, "due_at": due_at, "reason": reason}
        if delivery.kind is not DeliveryKind.UPDATE:
            # Only updates are unique by their post: uq_deliveries_update.
            await self._execute(_PUT_BACK, **values)
            return
        try:
            async with self._connection.begin_nested():
                await self._execute(_PUT_BACK, **values)
        except IntegrityError:
            # Another update of the same post is pending: it will show everything that this one would have shown.
            await self.finish(delivery, DeliveryState.SUPPRESSED, "superseded", due_at)

    async def find_due(self, at: datetime) -> DueWork:
        row = (await self._execute(_WAITING, at=at)).one()
        return DueWork(events=bool(row.events), deliveries=bool(row.deliveries), stuck=bool(row.stuck))

    async def count_backlog(self, at: datetime) -> Backlog:
        depth: dict[str, int] = {row.state: row.number for row in await self._execute(_DEPTH)}
        events_left = (await self._execute(_UNROUTED)).one()
        first_delivery = await self._scalar(_OLDEST)
        oldest = min((time for time in (events_left.oldest, first_delivery) if time is not None), default=at)
        return Backlog(
            unrouted=events_left.number,
            pending=depth.get(DeliveryState.PENDING, 0),
            sending=depth.get(DeliveryState.SENDING, 0),
            unknown=depth.get(DeliveryState.UNKNOWN, 0),
            failed=depth.get(DeliveryState.FAILED, 0),
            age_s=max(0.0, (at - oldest).total_seconds()),
        )

    async def purge(self, before: datetime, limit: int) -> int:
        return sum([await self._count_changed(statement, before=before, limit=limit) for statement in _PURGE])


@dataclass(frozen=True, slots=True)
class _SweepRow:
    """A lost delivery, and how many the sweep holds, in all and still unknown."""

    lost: UnknownDeliveryRecord
    total: int
    open: int


def _lease(delivery: Delivery) -> dict[str, Any]:
    return {
        "team_id": delivery.team_id,
        "delivery_id": delivery.delivery_id,
        "held_until": delivery.leased_until,
    }


def _row(delivery: Delivery, at: datetime) -> dict[str, Any]:
    done_at = at if delivery.state is DeliveryState.SUPPRESSED else None
    # Without a sweep the column is NULL: the index of sweeps leaves those rows out.
    return row_of(delivery, deliveries, created_at=at, due_at=at, done_at=done_at, sweep_id=None)
