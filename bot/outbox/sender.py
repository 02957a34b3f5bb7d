"""One delivery after it was claimed: draw it, ask the platform, and note what became of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.operations.metrics import Metrics
from bot.outbox.mail import Mails
from bot.outbox.renderer import Drawer, Drawing, Drawn, Nothing
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
from services.delivery import Delivery, Kind, Posted, State
from services.delivery.subscribers import VIEW as UNKNOWN_VIEW
from services.errors import Contended
from services.notification.planner import fall_back
from services.unit_of_work import UnitOfWork, Units

LEASE: Final = timedelta(seconds=50)
SEND_S: Final = 40.0
"""Shorter than the lease: whoever is still waiting then gives up before somebody else takes over."""
LOOK_S: Final = 10.0
"""How long it may take to look up a message; so much less may sending it take then."""
LOOK_AFTER_S: Final = 10.0
"""What was not answered may still be on its way: so long after it, it has arrived or never will."""
LOOK_PAUSE_MAX_S: Final = 60.0
LOOKS_MAX: Final = 8
"""With the growing pauses, six minutes: what comes after it in the same place waits meanwhile."""
TRIES_MAX: Final = 100
"""With the growing pauses, about a day."""
DRAWINGS_MAX: Final = 5
BACKOFF_MAX_S: Final = 900.0
RETRY_AFTER_MAX_S: Final = 86_400.0
SETTLE_TRIES: Final = 6
SETTLE_PAUSE_S: Final = 0.25

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("relay")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended; without a state it is tried again after so many seconds."""

    state: State | None
    reason: str = ""
    again_s: float = 0.0
    sent: Sent | None = None
    is_gone: bool = False
    looks: int = 0
    """How often it is to have been looked up after the next time; none, where nobody doubts that it has not left."""
    is_stale: bool = False
    """Whether it arrived as it was drawn at some earlier time."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Carries deliveries to the platforms."""

    units: Units
    platforms: Mapping[str, Platform]
    drawer: Drawer
    mails: Mails | None
    metrics: Metrics

    async def carry(self, delivery: Delivery) -> None:
        """Bring a claimed delivery to its end, or back among those that wait. Never raises for a defect."""
        drawn: Drawing | Outcome | None = None
        try:
            drawn = await self._draw(delivery)
            outcome = drawn if isinstance(drawn, Outcome) else await self._try(delivery, drawn)
        except asyncio.CancelledError:
            await self.settle(delivery, self._judge_stopped(delivery, has_begun=drawn is not None))
            raise
        await self.settle(delivery, outcome, drawn if isinstance(drawn, Drawn) else None)

    async def settle(self, delivery: Delivery, outcome: Outcome, drawn: Drawn | None = None) -> None:
        """Note an outcome, patiently: it is known here and nowhere else."""
        for attempt in range(SETTLE_TRIES):
            try:
                async with self.units.write() as uow:
                    await _note(uow, delivery, outcome, drawn)
                break
            except Exception as error:  # noqa: BLE001 - whatever the database has, it may be over in a moment
                ids = {"delivery_id": delivery.delivery_id, "state": outcome.state}
                _log.error("outcome not noted", **ids, exc_info=not isinstance(error, Contended))
                await asyncio.sleep(SETTLE_PAUSE_S * 2**attempt)
        self.metrics.deliveries.labels(delivery.platform, outcome.state or "again").inc()

    async def _draw(self, delivery: Delivery) -> Drawing | Outcome:
        """Nothing has left the house yet: whatever fails here can be tried again."""
        try:
            async with self.units.read() as uow:
                return await self.drawer.draw(uow, delivery)
        except Exception as error:  # noqa: BLE001 - a defect in one view must not stop the others
            _log.exception("drawing failed", delivery_id=delivery.delivery_id, view=delivery.view)
            return _again(delivery, type(error).__name__, DRAWINGS_MAX)

    async def _try(self, delivery: Delivery, drawn: Drawing) -> Outcome:
        if isinstance(drawn, Nothing):
            return Outcome(State.SUPPRESSED, drawn.reason)
        if delivery.doubted_at is None or isinstance(drawn, Mail):
            return await self._ask(delivery, drawn, SEND_S)
        found = await self._look(delivery, drawn, delivery.doubted_at)
        return found or await self._ask(delivery, drawn, SEND_S - LOOK_S)

    async def _look(self, delivery: Delivery, drawn: Drawn, since: datetime) -> Outcome | None:
        """What became of a message that perhaps arrived; None when it certainly did not."""
        sent: Sent | None = None
        try:
            async with asyncio.timeout(LOOK_S):
                sent = await self._finder(delivery).find(drawn.target, delivery.delivery_id, since)
                return await self._freshen(delivery, drawn, sent) if sent else None
        except (Gone, Rejected) as failure:
            # A message that was there and cannot be changed any more has arrived all the same.
            return Outcome(State.SENT, sent=sent) if sent else self._doubt_again(delivery, failure)
        except (SendFailed, TimeoutError) as failure:
            doubt = self._doubt_again(delivery, failure)
        except Exception as error:  # noqa: BLE001 - a defect in a platform must not stop the others
            _log.exception("looking up broke", delivery_id=delivery.delivery_id, platform=delivery.platform)
            doubt = _doubt(delivery, type(error).__name__)
        return Outcome(State.SENT, sent=sent, is_stale=True) if sent and doubt.state is State.UNKNOWN else doubt

    def _finder(self, delivery: Delivery) -> SupportsLookup:
        platform = self.platforms.get(delivery.platform)
        if isinstance(platform, SupportsLookup):
            return platform
        raise Unavailable("platform is off")

    async def _freshen(self, delivery: Delivery, drawn: Drawn, sent: Sent) -> Outcome:
        """Draw a message that was found anew: it shows what was true when it was sent."""
        target = replace(drawn.target, conversation_id=sent.conversation_id)
        await self.platforms[delivery.platform].update(target, sent.message_id, drawn.card, drawn.reader)
        return Outcome(State.SENT, sent=sent)

    def _doubt_again(self, delivery: Delivery, failure: SendFailed | TimeoutError) -> Outcome:
        self._note_failure(delivery, failure, "not looked up")
        if not isinstance(failure, RateLimited):
            return _doubt(delivery, f"not looked up: {type(failure).__name__}")
        # Nobody has looked yet: many may be in doubt at once, and whoever asks too often has used up his tries in vain.
        pause_s = max(min(failure.retry_after_s, RETRY_AFTER_MAX_S), LOOK_AFTER_S)
        waiting = _again(delivery, "not looked up: rate limited", TRIES_MAX, pause_s)
        return replace(waiting, state=waiting.state and State.UNKNOWN, looks=delivery.looks)

    async def _ask(self, delivery: Delivery, drawn: Drawn | Mail, seconds: float) -> Outcome:
        try:
            async with asyncio.timeout(seconds):
                return Outcome(State.SENT, sent=await self._send(delivery, drawn))
        except SendFailed as failure:
            return self._judge(delivery, failure)
        except TimeoutError:
            return self._judge(delivery, Ambiguous("no answer in time"))
        except Exception as error:  # noqa: BLE001 - a defect in a platform must not stop the others
            _log.exception("sending broke", delivery_id=delivery.delivery_id, platform=delivery.platform)
            return self._judge(delivery, Ambiguous(type(error).__name__))

    async def _send(self, delivery: Delivery, drawn: Drawn | Mail) -> Sent | None:
        if isinstance(drawn, Mail):
            await self._mail(drawn, delivery.delivery_id)
            return None
        platform = self.platforms.get(delivery.platform)
        if platform is None:
            raise Unavailable("platform is off")
        if delivery.kind is Kind.POST:
            return await platform.send(drawn.target, drawn.card, drawn.reader, key=delivery.delivery_id)
        await platform.update(drawn.target, drawn.message_id, drawn.card, drawn.reader)
        return None

    async def _mail(self, mail: Mail, key: str) -> None:
        if self.mails is None:
            raise Unavailable("no mail server")
        await self.mails.send(mail, key=key)

    def _note_failure(self, delivery: Delivery, failure: Exception, what: str) -> None:
        kind = type(failure).__name__
        self.metrics.platform_errors.labels(delivery.platform, kind).inc()
        ids = {"delivery_id": delivery.delivery_id, "platform": delivery.platform}
        _log.warning(what, **ids, failure=kind, attempts=delivery.attempts)

    def _judge(self, delivery: Delivery, failure: SendFailed) -> Outcome:
        """What a failure means for the delivery."""
        self._note_failure(delivery, failure, "not delivered")
        match failure:
            case RateLimited(retry_after_s):
                return _again(delivery, "rate limited", TRIES_MAX, min(retry_after_s, RETRY_AFTER_MAX_S))
            case Unavailable(reason):
                return _again(delivery, reason, TRIES_MAX)
            case Ambiguous(reason):
                return self.judge_lost(delivery, reason, LOOK_AFTER_S)
            case Gone(status, reason):
                # Where the platform was not even asked, nobody knows whether the place is still there.
                return Outcome(State.FAILED, f"gone {reason or status}", is_gone=status != NOT_ASKED)
            case Rejected(status, reason):
                return Outcome(State.FAILED, f"rejected {reason or status}")
            case _:
                return self.judge_lost(delivery, type(failure).__name__, LOOK_AFTER_S)

    def judge_lost(self, delivery: Delivery, reason: str, look_after_s: float = 0.0) -> Outcome:
        """Nobody knows whether it arrived: an update is repeated without harm, a message never unseen."""
        if delivery.kind is Kind.POST and isinstance(self.platforms.get(delivery.platform), SupportsLookup):
            return _doubt(delivery, reason, look_after_s)
        return _again(delivery, reason, TRIES_MAX) if delivery.kind is Kind.UPDATE else Outcome(State.UNKNOWN, reason)

    def _judge_stopped(self, delivery: Delivery, *, has_begun: bool) -> Outcome:
        """The process ends meanwhile: what has not left yet is left to the next one."""
        if not has_begun:
            return Outcome(None, "stopped before sending")
        return self.judge_lost(delivery, "stopped while sending", LOOK_AFTER_S)


def _doubt(delivery: Delivery, reason: str, at_least_s: float = 0.0) -> Outcome:
    """Ask the platform later whether it has the message, a limited number of times."""
    if delivery.looks >= LOOKS_MAX:
        return Outcome(State.UNKNOWN, reason)
    own_s = min(LOOK_AFTER_S * 2**delivery.looks, LOOK_PAUSE_MAX_S) if delivery.looks else 0.0
    return Outcome(None, reason, again_s=at_least_s or own_s, looks=delivery.looks + 1)


def _again(delivery: Delivery, reason: str, tries_max: int, at_least_s: float = 0.0) -> Outcome:
    if delivery.attempts >= tries_max:
        return Outcome(State.FAILED, f"gave up: {reason}")
    own_s = min(2.0 ** min(delivery.attempts, 20), BACKOFF_MAX_S)
    return Outcome(None, reason, again_s=at_least_s or own_s)


async def _note(uow: UnitOfWork, delivery: Delivery, outcome: Outcome, drawn: Drawn | None) -> None:
    if outcome.state is None:
        due_at = uow.now + timedelta(seconds=outcome.again_s)
        await uow.deliveries.put_back(
            _doubted(delivery, outcome.looks, uow.now) if outcome.looks else delivery, due_at, outcome.reason
        )
    elif await uow.deliveries.finish(delivery, outcome.state, outcome.reason, uow.now):
        await _draw_consequences(uow, delivery, outcome, drawn)


def _doubted(delivery: Delivery, looks: int, now: datetime) -> Delivery:
    """With the time since which it may be there: when somebody took it in order to send it."""
    since = delivery.doubted_at or (delivery.leased_until or now) - LEASE
    return replace(delivery, doubted_at=since, looks=looks)


async def _draw_consequences(uow: UnitOfWork, delivery: Delivery, outcome: Outcome, drawn: Drawn | None) -> None:
    if outcome.state is State.SENT and drawn is not None:
        await _keep_shown(uow, delivery, outcome.sent, replace(drawn, shown="") if outcome.is_stale else drawn)
    elif outcome.state is State.UNKNOWN:
        await _tell_unknown(uow, delivery)
    elif outcome.is_gone:
        await _leave(uow, delivery)
    if outcome.state is State.FAILED and delivery.kind is Kind.MAIL:
        await fall_back(uow, delivery)


async def _keep_shown(uow: UnitOfWork, delivery: Delivery, sent: Sent | None, drawn: Drawn) -> None:
    post_id = delivery.post_id or uow.new_id()
    if sent is None:
        return await uow.deliveries.mark_shown(delivery.team_id, post_id, drawn.shown)
    if drawn.identity is not None and drawn.identity.direct_conversation_id != sent.conversation_id:
        await uow.users.reach(replace(drawn.identity, direct_conversation_id=sent.conversation_id))
    return await uow.deliveries.add_post(
        Posted(
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
            shown=drawn.shown,
        ),
        uow.now,
    )


async def _tell_unknown(uow: UnitOfWork, delivery: Delivery) -> None:
    """Whoever may send it again hears of it; of the card that says so nobody does, or it would never end."""
    _log.error("message may be lost", delivery_id=delivery.delivery_id, platform=delivery.platform)
    if delivery.team_id and delivery.view != UNKNOWN_VIEW:
        await deliveries.lose(uow, delivery)


async def _leave(uow: UnitOfWork, delivery: Delivery) -> None:
    """The message, or the place itself, is no longer there for the bot."""
    if delivery.kind is Kind.UPDATE and delivery.post_id is not None:
        await uow.deliveries.mark_gone(delivery.team_id, delivery.post_id, uow.now)
    elif delivery.kind is Kind.POST and not delivery.user_id:
        await uow.conversations.mark_left(delivery.platform, delivery.tenant, delivery.conversation_id)
