"""Send one claimed delivery: render it, call the platform, record the outcome."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.operations.metrics import Metrics
from bot.outbox.mail import MailSender
from bot.outbox.renderer import DeliveryRenderer, NothingToSend, RenderedCard, RenderedDelivery
from bot.platforms.base import (
    NOT_ASKED,
    Ambiguous,
    Gone,
    Platform,
    RateLimited,
    Rejected,
    SendFailed,
    Sent,
    SupportsLookup,
    Unavailable,
)
from bot.views.base import Mail
from services import delivery as deliveries
from services.delivery import Delivery, DeliveryKind, DeliveryState, PostedCard
from services.delivery.subscribers import DELIVERY_UNKNOWN_VIEW as UNKNOWN_VIEW
from services.errors import DatabaseBusy
from services.notification.planner import send_fallback
from services.unit_of_work import UnitOfWork, Units

LEASE: Final = timedelta(seconds=50)
SEND_LIMIT_S: Final = 40.0
"""Shorter than the lease, so that this process gives up before another one claims the delivery."""
LOOKUP_LIMIT_S: Final = 10.0
"""Time of a lookup; the send after it has as much less."""
LOOKUP_DELAY_S: Final = 10.0
"""A request without a response may still reach the platform; after this delay it has, or never will."""
LOOKUP_PAUSE_MAX_S: Final = 60.0
LOOKUPS_MAX: Final = 8
"""Six minutes with the growing pauses; later messages of the same conversation wait meanwhile."""
ATTEMPTS_MAX: Final = 100
"""About a day with the growing pauses."""
RENDER_ATTEMPTS_MAX: Final = 5
BACKOFF_MAX_S: Final = 900.0
RETRY_AFTER_MAX_S: Final = 86_400.0
RECORD_ATTEMPTS_MAX: Final = 6
RECORD_PAUSE_S: Final = 0.25

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("relay")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of an attempt; without a state the delivery is retried after `retry_after_s`."""

    state: DeliveryState | None
    reason: str = ""
    retry_after_s: float = 0.0
    sent: Sent | None = None
    is_gone: bool = False
    lookups: int = 0
    """Number of the next lookup; 0 where the message was certainly not sent."""
    is_stale: bool = False
    """Whether the message shows what was rendered at an earlier attempt."""


@dataclass(frozen=True, slots=True)
class DeliverySender:
    """Sends deliveries to the platforms."""

    units: Units
    platforms: Mapping[str, Platform]
    renderer: DeliveryRenderer
    mails: MailSender | None
    metrics: Metrics

    async def deliver(self, delivery: Delivery) -> None:
        """Send a claimed delivery and record the outcome. Never raises for a defect."""
        rendered: RenderedDelivery | Outcome | None = None
        try:
            rendered = await self._render(delivery)
            outcome = rendered if isinstance(rendered, Outcome) else await self._attempt(delivery, rendered)
        except asyncio.CancelledError:
            await self.record_outcome(delivery, self._outcome_of_cancellation(delivery, has_begun=rendered is not None))
            raise
        await self.record_outcome(delivery, outcome, rendered if isinstance(rendered, RenderedCard) else None)

    async def record_outcome(self, delivery: Delivery, outcome: Outcome, rendered: RenderedCard | None = None) -> None:
        """Record an outcome with retries: no other process knows it."""
        for attempt in range(RECORD_ATTEMPTS_MAX):
            try:
                async with self.units.write() as uow:
                    await _store_outcome(uow, delivery, outcome, rendered)
                break
            except Exception as error:  # noqa: BLE001 - any error of the database may be transient
                ids = {"delivery_id": delivery.delivery_id, "state": outcome.state}
                _log.error("delivery_outcome_not_recorded", **ids, exc_info=not isinstance(error, DatabaseBusy))
                await asyncio.sleep(RECORD_PAUSE_S * 2**attempt)
        self.metrics.deliveries.labels(delivery.platform, outcome.state or "retried").inc()

    async def _render(self, delivery: Delivery) -> RenderedDelivery | Outcome:
        """Render the delivery; nothing was sent yet, so that every failure can be retried."""
        try:
            async with self.units.read() as uow:
                return await self.renderer.render(uow, delivery)
        except Exception as error:  # noqa: BLE001 - a defect in one view must not stop the others
            _log.exception("delivery_render_failed", delivery_id=delivery.delivery_id, view=delivery.view)
            return _schedule_retry(delivery, type(error).__name__, RENDER_ATTEMPTS_MAX)

    async def _attempt(self, delivery: Delivery, rendered: RenderedDelivery) -> Outcome:
        if isinstance(rendered, NothingToSend):
            return Outcome(DeliveryState.SUPPRESSED, rendered.reason)
        if delivery.doubted_at is None or isinstance(rendered, Mail):
            return await self._send_in_time(delivery, rendered, SEND_LIMIT_S)
        found = await self._look_up(delivery, rendered, delivery.doubted_at)
        return found or await self._send_in_time(delivery, rendered, SEND_LIMIT_S - LOOKUP_LIMIT_S)

    async def _look_up(self, delivery: Delivery, rendered: RenderedCard, since: datetime) -> Outcome | None:
        """Find out whether a message arrived; None when it certainly did not."""
        sent: Sent | None = None
        try:
            async with asyncio.timeout(LOOKUP_LIMIT_S):
                sent = await self._finder(delivery).find(rendered.target, delivery.delivery_id, since)
                return await self._update_found(delivery, rendered, sent) if sent else None
        except (Gone, Rejected) as failure:
            # A found message that cannot be updated has arrived all the same.
            return Outcome(DeliveryState.SENT, sent=sent) if sent else self._outcome_of_failed_lookup(delivery, failure)
        except (SendFailed, TimeoutError) as failure:
            outcome = self._outcome_of_failed_lookup(delivery, failure)
        except Exception as error:  # noqa: BLE001 - a defect in a platform must not stop the others
            _log.exception("delivery_lookup_broke", delivery_id=delivery.delivery_id, platform=delivery.platform)
            outcome = _schedule_lookup(delivery, type(error).__name__)
        return (
            Outcome(DeliveryState.SENT, sent=sent, is_stale=True)
            if sent and outcome.state is DeliveryState.UNKNOWN
            else outcome
        )

    def _finder(self, delivery: Delivery) -> SupportsLookup:
        platform = self.platforms.get(delivery.platform)
        if isinstance(platform, SupportsLookup):
            return platform
        raise Unavailable("platform is off")

    async def _update_found(self, delivery: Delivery, rendered: RenderedCard, sent: Sent) -> Outcome:
        """Update a message that was found: it shows what was true when it was sent."""
        target = replace(rendered.target, conversation_id=sent.conversation_id)
        await self.platforms[delivery.platform].update(target, sent.message_id, rendered.card, rendered.reader)
        return Outcome(DeliveryState.SENT, sent=sent)

    def _outcome_of_failed_lookup(self, delivery: Delivery, failure: SendFailed | TimeoutError) -> Outcome:
        self._log_failure(delivery, failure, "delivery_lookup_failed")
        if not isinstance(failure, RateLimited):
            return _schedule_lookup(delivery, f"not looked up: {type(failure).__name__}")
        # A rate limit is no lookup: with many unknown outcomes at once, the limit would use up all lookups.
        pause_s = max(min(failure.retry_after_s, RETRY_AFTER_MAX_S), LOOKUP_DELAY_S)
        waiting = _schedule_retry(delivery, "not looked up: rate limited", ATTEMPTS_MAX, pause_s)
        return replace(waiting, state=waiting.state and DeliveryState.UNKNOWN, lookups=delivery.looks)

    async def _send_in_time(self, delivery: Delivery, rendered: RenderedCard | Mail, seconds: float) -> Outcome:
        try:
            async with asyncio.timeout(seconds):
                return Outcome(DeliveryState.SENT, sent=await self._send(delivery, rendered))
        except SendFailed as failure:
            return self._outcome_of_failure(delivery, failure)
        except TimeoutError:
            return self._outcome_of_failure(delivery, Ambiguous("no answer in time"))
        except Exception as error:  # noqa: BLE001 - a defect in a platform must not stop the others
            _log.exception("delivery_send_broke", delivery_id=delivery.delivery_id, platform=delivery.platform)
            return self._outcome_of_failure(delivery, Ambiguous(type(error).__name__))

    async def _send(self, delivery: Delivery, rendered: RenderedCard | Mail) -> Sent | None:
        if isinstance(rendered, Mail):
            await self._mail(rendered, delivery.delivery_id)
            return None
        platform = self.platforms.get(delivery.platform)
        if platform is None:
            raise Unavailable("platform is off")
        if delivery.kind is DeliveryKind.POST:
            return await platform.send(rendered.target, rendered.card, rendered.reader, key=delivery.delivery_id)
        await platform.update(rendered.target, rendered.message_id, rendered.card, rendered.reader)
        return None

    async def _mail(self, mail: Mail, key: str) -> None:
        if self.mails is None:
            raise Unavailable("no mail server")
        await self.mails.send(mail, key=key)

    def _log_failure(self, delivery: Delivery, failure: Exception, event: str) -> None:
        kind = type(failure).__name__
        self.metrics.platform_errors.labels(delivery.platform, kind).inc()
        ids = {"delivery_id": delivery.delivery_id, "platform": delivery.platform}
        _log.warning(event, **ids, failure=kind, attempts=delivery.attempts)

    def _outcome_of_failure(self, delivery: Delivery, failure: SendFailed) -> Outcome:
        """Map a failure of the platform to an outcome."""
        self._log_failure(delivery, failure, "delivery_not_sent")
        match failure:
            case RateLimited(retry_after_s):
                return _schedule_retry(delivery, "rate limited", ATTEMPTS_MAX, min(retry_after_s, RETRY_AFTER_MAX_S))
            case Unavailable(reason):
                return _schedule_retry(delivery, reason, ATTEMPTS_MAX)
            case Ambiguous(reason):
                return self.outcome_unknown(delivery, reason, LOOKUP_DELAY_S)
            case Gone(status, reason):
                # Without a request to the platform it is unknown whether the conversation still exists.
                return Outcome(DeliveryState.FAILED, f"gone {reason or status}", is_gone=status != NOT_ASKED)
            case Rejected(status, reason):
                return Outcome(DeliveryState.FAILED, f"rejected {reason or status}")
            case _:
                return self.outcome_unknown(delivery, type(failure).__name__, LOOKUP_DELAY_S)

    def outcome_unknown(self, delivery: Delivery, reason: str, lookup_after_s: float = 0.0) -> Outcome:
        """Decide about a request without a known result: repeat an update, look up a message."""
        if delivery.kind is DeliveryKind.POST and isinstance(self.platforms.get(delivery.platform), SupportsLookup):
            return _schedule_lookup(delivery, reason, lookup_after_s)
        return (
            _schedule_retry(delivery, reason, ATTEMPTS_MAX)
            if delivery.kind is DeliveryKind.UPDATE
            else Outcome(DeliveryState.UNKNOWN, reason)
        )

    def _outcome_of_cancellation(self, delivery: Delivery, *, has_begun: bool) -> Outcome:
        """Decide about a delivery whose task was cancelled; what was not sent waits for another process."""
        if not has_begun:
            return Outcome(None, "stopped before sending")
        return self.outcome_unknown(delivery, "stopped while sending", LOOKUP_DELAY_S)


def _schedule_lookup(delivery: Delivery, reason: str, pause_s: float = 0.0) -> Outcome:
    """Schedule a lookup of the message; after the last one the outcome stays unknown."""
    if delivery.looks >= LOOKUPS_MAX:
        return Outcome(DeliveryState.UNKNOWN, reason)
    backoff_s = min(LOOKUP_DELAY_S * 2**delivery.looks, LOOKUP_PAUSE_MAX_S) if delivery.looks else 0.0
    return Outcome(None, reason, retry_after_s=pause_s or backoff_s, lookups=delivery.looks + 1)


def _schedule_retry(delivery: Delivery, reason: str, attempts_max: int, pause_s: float = 0.0) -> Outcome:
    if delivery.attempts >= attempts_max:
        return Outcome(DeliveryState.FAILED, f"gave up: {reason}")
    backoff_s = min(2.0 ** min(delivery.attempts, 20), BACKOFF_MAX_S)
    return Outcome(None, reason, retry_after_s=pause_s or backoff_s)


async def _store_outcome(uow: UnitOfWork, delivery: Delivery, outcome: Outcome, rendered: RenderedCard | None) -> None:
    if outcome.state is None:
        due_at = uow.now + timedelta(seconds=outcome.retry_after_s)
        await uow.deliveries.release(
            _with_lookup(delivery, outcome.lookups, uow.now) if outcome.lookups else delivery, due_at, outcome.reason
        )
    elif await uow.deliveries.finish(delivery, outcome.state, outcome.reason, uow.now):
        await _apply_outcome(uow, delivery, outcome, rendered)


def _with_lookup(delivery: Delivery, lookups: int, now: datetime) -> Delivery:
    """Set the time since which the message may exist: when a process claimed the delivery."""
    since = delivery.doubted_at or (delivery.leased_until or now) - LEASE
    return replace(delivery, doubted_at=since, looks=lookups)


async def _apply_outcome(uow: UnitOfWork, delivery: Delivery, outcome: Outcome, rendered: RenderedCard | None) -> None:
    if outcome.state is DeliveryState.SENT and rendered is not None:
        await _store_post(uow, delivery, outcome.sent, replace(rendered, digest="") if outcome.is_stale else rendered)
    elif outcome.state is DeliveryState.UNKNOWN:
        await _report_unknown(uow, delivery)
    elif outcome.is_gone:
        await _mark_gone(uow, delivery)
    if outcome.state is DeliveryState.FAILED and delivery.kind is DeliveryKind.MAIL:
        await send_fallback(uow, delivery)


async def _store_post(uow: UnitOfWork, delivery: Delivery, sent: Sent | None, rendered: RenderedCard) -> None:
    post_id = delivery.post_id or uow.new_id()
    if sent is None:
        return await uow.deliveries.update_shown(delivery.team_id, post_id, rendered.digest)
    if rendered.identity is not None and rendered.identity.direct_conversation_id != sent.conversation_id:
        await uow.users.update_reference(replace(rendered.identity, direct_conversation_id=sent.conversation_id))
    return await uow.deliveries.add_post(
        PostedCard(
            team_id=delivery.team_id,
            post_id=post_id,
            view=delivery.view,
            key=delivery.key,
            platform=delivery.platform,
            tenant=delivery.tenant,
            conversation_id=sent.conversation_id,
            message_id=sent.message_id,
            user_id=delivery.user_id or None,
            reference=dict(sent.reference),
            params=delivery.params,
            shown=rendered.digest,
        ),
        uow.now,
    )


async def _report_unknown(uow: UnitOfWork, delivery: Delivery) -> None:
    """Notify those who may resend the message; a lost notice about it is not reported, or reports would never end."""
    _log.error("delivery_outcome_unknown", delivery_id=delivery.delivery_id, platform=delivery.platform)
    if delivery.team_id and delivery.view != UNKNOWN_VIEW:
        await deliveries.report_unknown(uow, delivery)


async def _mark_gone(uow: UnitOfWork, delivery: Delivery) -> None:
    """Mark the message or the conversation as gone for the bot."""
    if delivery.kind is DeliveryKind.UPDATE and delivery.post_id is not None:
        await uow.deliveries.update_gone(delivery.team_id, delivery.post_id, uow.now)
    elif delivery.kind is DeliveryKind.POST and not delivery.user_id:
        await uow.conversations.update_left(delivery.platform, delivery.tenant, delivery.conversation_id)
