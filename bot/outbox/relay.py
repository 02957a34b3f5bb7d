"""The relay routes events to deliveries and sends deliveries as messages.

Several processes share the work. An event is routed in one transaction. A delivery is marked `sending` in a transaction
of its own before the platform is called. After a crash its lease expires and another process decides: it repeats an
update and looks up a message, whose outcome becomes `unknown` where the platform has no lookup.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog

from bot.outbox.sender import LEASE, DeliverySender
from services.delivery import UnroutedEvent
from services.errors import DatabaseBusy
from services.events import decode
from services.notification.planner import Planner
from services.notification.router import route
from services.unit_of_work import UnitOfWork, Units

POLL_S: Final = 1.0
"""Interval at which commits of other processes are noticed."""
FAILED_PAUSE_S: Final = 2.0
WORKERS: Final = 24
GATHER_S: Final = 0.02
"""Pause of an idle relay after it was woken, because events often come in groups."""
ROUTINGS_PER_ROUND: Final = 3
EVENTS_PER_TRANSACTION: Final = 20
"""Few enough that a click which waits for the transaction is not delayed noticeably."""
STUCK_PER_ROUND: Final = 50
ROUTINGS_MAX: Final = 8
STOP_S: Final = 5.0
"""Time for running sends when the process ends."""
RECORD_LIMIT_S: Final = 2.0
"""Time for recording the outcome of the cancelled sends."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("relay")


@dataclass(frozen=True, slots=True)
class RoutingCount:
    """Number of routed events and of the deliveries planned for them."""

    events: int = 0
    planned: int = 0

    def __add__(self, other: "RoutingCount") -> "RoutingCount":
        return RoutingCount(self.events + other.events, self.planned + other.planned)


class Relay:
    """Routes and sends until it is stopped; commits of this process and the clock wake it."""

    def __init__(
        self,
        units: Units,
        sender: DeliverySender,
        *,
        woken: asyncio.Event | None = None,
        workers: int = WORKERS,
        poll_s: float = POLL_S,
    ) -> None:
        self._units = units
        self._sender = sender
        self._workers = workers
        self._poll_s = poll_s
        self._woken = woken or asyncio.Event()
        self._stopping = False
        self._sending: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look for work now."""
        self._woken.set()

    def stop(self) -> None:
        """Begin no further work."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Work until stopped, then wait for running sends for a limited time."""
        while not self._stopping:
            self._woken.clear()
            if not await self._round():
                await self._rest(self._poll_s)
        await self._end()

    async def drain(self) -> None:
        """Work until nothing is due and no send is running."""
        is_busy = True
        while is_busy:
            # A send that ends while `work` runs may store an event that `work` did not find.
            was_sending = bool(self._sending)
            is_busy = await self.work() or was_sending
            if self._sending:
                await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)

    async def work(self) -> bool:
        """Route events and begin sends that are due; return whether there were any."""
        async with self._units.read() as uow:
            waiting = await uow.deliveries.find_due(uow.now)
        routed = await self._route_some() if waiting.events else RoutingCount()
        recovered = waiting.stuck and await self._recover()
        begun = (waiting.deliveries or routed.planned > 0 or recovered) and await self._begin_some()
        return routed.events > 0 or recovered or begun

    async def _round(self) -> bool:
        try:
            return await self.work()
        except DatabaseBusy as refusal:
            _log.warning("relay_database_contended", refusal=type(refusal).__name__)
        except Exception:  # noqa: BLE001 - a defect in one round must not be the last one
            _log.exception("relay_round_failed")
        self._sender.metrics.relay_failures.inc()
        await self._rest(FAILED_PAUSE_S)
        return False

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
                await asyncio.sleep(0 if self._sending else GATHER_S)
        except TimeoutError:
            return

    async def _end(self) -> None:
        if self._sending:
            _, late = await asyncio.wait(self._sending, timeout=STOP_S)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=RECORD_LIMIT_S)

    # ---- events ----

    async def _route_some(self) -> RoutingCount:
        routed = RoutingCount()
        for _ in range(ROUTINGS_PER_ROUND):
            if self._stopping:
                break
            some = await self._route(EVENTS_PER_TRANSACTION)
            routed += some
            if some.events < EVENTS_PER_TRANSACTION:
                break
        return routed

    async def _route(self, limit: int) -> RoutingCount:
        """Route the first due events; after a failure each one alone, so that one event does not block the others."""
        due: list[UnroutedEvent] = []
        try:
            async with self._units.write() as uow:
                due = await uow.deliveries.list_due_events(limit, uow.now)
                planned = [await self._plan(uow, event) for event in due]
                await uow.deliveries.update_routed([event.event_id for event in due], uow.now)
            return RoutingCount(len(due), sum(planned))
        except DatabaseBusy:
            # Two relays that update the same cards in different order deadlock: a single event cannot.
            if len(due) <= 1:
                raise
        except Exception as error:
            if not due:
                raise
            if len(due) == 1:
                return await self._postpone_failed(due[0], error)
        return sum([await self._route(1) for _ in due], RoutingCount())

    async def _plan(self, uow: UnitOfWork, due: UnroutedEvent) -> int:
        notices = await route(uow, decode(due.body))
        return await Planner(uow, due.event_id, has_mail=self._sender.mails is not None).plan(notices)

    async def _postpone_failed(self, due: UnroutedEvent, error: Exception) -> RoutingCount:
        _log.error("event_routing_failed", event_id=due.event_id, attempts=due.attempts, exc_info=error)
        await self._postpone(due, type(error).__name__)
        return RoutingCount(1)

    async def _postpone(self, due: UnroutedEvent, error: str) -> None:
        async with self._units.write() as uow:
            if due.attempts + 1 >= ROUTINGS_MAX:
                await uow.deliveries.update_routed([due.event_id], uow.now, f"gave up: {error}")
            else:
                pause = timedelta(seconds=2.0**due.attempts)
                await uow.deliveries.postpone_event(due.event_id, uow.now + pause, error)

    # ---- deliveries ----

    async def _recover(self) -> bool:
        """Decide about deliveries whose lease expired while they were being sent."""
        async with self._units.write() as uow:
            stuck = await uow.deliveries.list_expired_leases(STUCK_PER_ROUND, uow.now)
        for delivery in stuck:
            _log.warning("delivery_lease_expired", delivery_id=delivery.delivery_id, kind=delivery.kind)
            await self._sender.record_outcome(delivery, self._sender.outcome_unknown(delivery, "lease expired"))
        return bool(stuck)

    async def _begin_some(self) -> bool:
        free = self._workers - len(self._sending)
        if free <= 0 or self._stopping:
            return False
        async with self._units.write() as uow:
            claimed = await uow.deliveries.claim(free, uow.now, uow.now + LEASE)
        for delivery in claimed:
            self._begin(self._sender.deliver(delivery))
        return bool(claimed)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._sending.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self.wake()
