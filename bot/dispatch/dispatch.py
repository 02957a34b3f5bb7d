"""The one way in: recognise who acts where, understand what is wanted, carry it out, and word the outcome.

Everything a command does is one transaction. A repetition of an interaction gets the answer of the first time (inbox).
A refusal rolls everything back and becomes a card that says who can lift it; a question becomes a card that repeats the
command; anything else that is raised is a defect and becomes a card with a correlation id.
"""

import asyncio
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
import structlog

from bot.commands.context import Context
from bot.commands.extensions import LINKED, linked_lead, unlinked
from bot.commands.registry import TEXT_MAX_CHARS, Command, Registry, Reply, Typed
from bot.dispatch import external
from bot.dispatch.ask_approver import way_out
from bot.dispatch.incoming import Answer, Incoming, Kind, Placement, aside
from bot.dispatch.profile import is_current, met_of, named, place_of
from bot.operations.metrics import Metrics
from bot.platforms.base import Reader, Sent
from bot.views.base import View
from cards import confirmation, help as help_cards, refusal as refusal_cards
from cards.model import Card
from services import audit, file, user
from services.actor import Actor
from services.delivery import Posted
from services.errors import Contended, Invalid, NeedsConfirmation, NotPermitted, Refusal, Unreachable, Unsettled
from services.inbox.model import Arrival
from services.unit_of_work import UnitOfWork, Units

log = structlog.stdlib.get_logger(__name__)

ATTEMPTS_MAX: Final = 4
PAUSE_S: Final = 0.15
AWAY_PAUSE_S: Final = 0.6
"""A database that restarts is back after a few of these."""
LIMIT_S: Final = 9.0
"""Whoever waits for the lock of SQLite then cannot leave before its own limit: both together stay below Teams' 15."""
READER_LIMIT_S: Final = 1.0
"""So long it may take to find out who reads, when the database itself is in the way."""
RECEIVE: Final = "file.receive"

PRESSED: Final = frozenset({Kind.CLICK, Kind.DIALOG})
ASKED: Final = PRESSED | {Kind.MESSAGE}
"""Somebody waits for an answer."""
EVENTS: Final = {Kind.INSTALLED: "conversation.install", Kind.REMOVED: "conversation.remove"}


class Kept(msgspec.Struct, frozen=True):
    """An answer as the inbox keeps it."""

    placement: Placement
    card: Card
    choices: tuple[Card, ...] = ()


@dataclass(slots=True)
class _Progress:
    """How far a command has come, for whoever cuts it short."""

    may_hold: bool = False
    """Whether all was done and only the end of the transaction has not been heard of."""


class _Unmet(Exception):
    """The person or the place is new or has changed: to be met in a writing unit first."""


@dataclass(slots=True)
class Dispatch:
    """Implements `bot.dispatch.incoming.Chat`."""

    units: Units
    registry: Registry
    metrics: Metrics
    public_url: str
    views: Mapping[str, View]
    limit_s: float = LIMIT_S

    async def receive(self, incoming: Incoming) -> Answer | None:
        """Carry out what came in; what the person reads, whatever happens."""
        correlation_id = secrets.token_hex(4)
        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id, platform=incoming.platform):
            try:
                return await self._in_time(incoming)
            except Exception:
                log.exception("command failed", command=incoming.command, kind=incoming.kind)
                self.metrics.defects.inc()
                return None if incoming.kind in EVENTS else await self._broken(incoming, correlation_id)

    async def fetch(self, incoming: Incoming, file_id: str) -> file.OpenedFile | Answer | None:
        """Hand over a file, if it is this person's and his role still allows it."""
        correlation_id = secrets.token_hex(4)
        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id, platform=incoming.platform):
            try:
                async with asyncio.timeout(self.limit_s):
                    return await self._fetched(incoming, file_id)
            except (TimeoutError, Contended) as late:
                return await self._turned_away(incoming, late if isinstance(late, Contended) else Contended())
            except Exception:
                log.exception("file not handed over")
                self.metrics.defects.inc()
                return await self._broken(incoming, correlation_id)

    async def _fetched(self, incoming: Incoming, file_id: str) -> file.OpenedFile | Answer | None:
        await self._seen(incoming)
        try:
            async with self.units.write() as uow:
                actor = await self._recognise(uow, incoming)
                external.check(actor)
                return await file.fetch(uow, actor, file_id)
        except Contended:
            raise
        except Refusal as refusal:
            return await self._refused(incoming, None, {}, refusal)

    async def posted(self, incoming: Incoming, answer: Answer, sent: Sent) -> None:
        """Note that an answer now exists as a message about its subject."""
        if answer.card.subject is None:
            return
        async with self.units.write() as uow:
            seen = await self._recognise(uow, incoming)
            await uow.deliveries.add_post(
                Posted(
                    team_id=seen.place.team_id if seen.place.is_public else seen.team_id,
                    post_id=uow.new_id(),
                    view=answer.card.subject.view,
                    key=answer.card.subject.key,
                    platform=incoming.platform,
                    tenant=incoming.tenant,
                    conversation_id=sent.conversation_id,
                    message_id=sent.message_id,
                    user_id=None if seen.place.is_public else seen.user_id,
                    reference=dict(sent.reference),
                ),
                uow.now,
            )

    async def _in_time(self, incoming: Incoming) -> Answer | None:
        """Whoever still waits in the queue at the end of the time reads that it is too much; nothing is broken."""
        progress = _Progress()
        try:
            async with asyncio.timeout(self.limit_s):
                return await self._patiently(incoming, progress)
        except TimeoutError:
            log.warning("command took too long", command=incoming.command, kind=incoming.kind)
            return await self._turned_away(incoming, Contended(), progress)

    async def _patiently(self, incoming: Incoming, progress: _Progress) -> Answer | None:
        """Repeat what the database was in the way of; what was carried out already is found in the inbox."""
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return await self._once(incoming, progress)
            except Contended as refusal:
                if attempt == ATTEMPTS_MAX:
                    return await self._turned_away(incoming, refusal, progress)
                pause_s = AWAY_PAUSE_S if isinstance(refusal, Unreachable) else PAUSE_S
                await asyncio.sleep(pause_s * attempt * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load only
        return None

    async def _once(self, incoming: Incoming, progress: _Progress) -> Answer | None:
        typed: Typed | None = None
        try:
            typed = self._understand(incoming)
            if typed is None:
                return await self._suggest(incoming)
            return await self._in_unit(incoming, typed, progress)
        except NeedsConfirmation as question:
            return await self._ask(incoming, typed, question)
        except Contended:
            raise
        except Refusal as refusal:
            command, raw = (typed.command, typed.raw) if typed else (None, {})
            return await self._refused(incoming, command, raw, refusal)

    def _understand(self, incoming: Incoming) -> Typed | None:
        if incoming.kind is Kind.MESSAGE:
            return self._given(incoming) or self._read(incoming.text)
        name = EVENTS.get(incoming.kind, incoming.command)
        # Only a platform tells that the bot came or went: no button runs these.
        is_forged = incoming.kind not in EVENTS and name in EVENTS.values()
        command = None if is_forged else self.registry.commands.get(name)
        return Typed(command, dict(incoming.args)) if command else None

    def _given(self, incoming: Incoming) -> Typed | None:
        """Whoever sends a file means the file, whatever stands beside it."""
        return Typed(self.registry.commands[RECEIVE], {}) if incoming.files else None

    def _read(self, text: str) -> Typed | None:
        """The command that is typed; where it is none, the lead to which a link of ours in it leads."""
        typed = self.registry.find(text if len(text) > TEXT_MAX_CHARS else unlinked(self.public_url, text))
        if typed is None and (lead_id := linked_lead(self.public_url, text)):
            return Typed(self.registry.commands[LINKED], {"lead": lead_id})
        return typed

    async def _in_unit(self, incoming: Incoming, typed: Typed, progress: _Progress) -> Answer | None:
        try:
            return await self._carry_out(incoming, typed, progress, is_met=False)
        except _Unmet:
            await self._meet(incoming)
            return await self._carry_out(incoming, typed, progress, is_met=True)

    async def _carry_out(self, incoming: Incoming, typed: Typed, progress: _Progress, *, is_met: bool) -> Answer | None:
        command = typed.command
        async with self.units.write() if command.writes else self.units.read() as uow:
            actor = await self._recognise(uow, incoming, is_met=is_met)
            arrival = _arrival(incoming, actor)
            if command.writes and not await uow.inbox.register(arrival):
                return self._again(await uow.inbox.answer(arrival), actor)
            external.check(actor, command)
            progress.may_hold = False  # No try before this one holds, or the inbox would know of it.
            with self.metrics.carried_out(command.name, incoming.platform):
                ctx = self._context(uow, actor, incoming)
                raw = await named(uow, incoming, typed.raw)
                outcome = await self._run(ctx, command.name, raw)
            if outcome is None:
                return None
            reply = outcome if isinstance(outcome, Reply) else Reply(outcome, self._place(incoming, command, actor))
            if incoming.kind not in EVENTS:
                reply = external.kept_from_outsiders(actor.place, reply)
            if command.writes:
                kept = Kept(reply.placement, reply.kept or reply.card, reply.choices)
                await uow.inbox.keep(arrival, msgspec.json.encode(kept).decode())
                if command.changes_reader:
                    actor = await self._recognise(uow, incoming)
                progress.may_hold = True
        return replace(self._answer(reply.card, reply.placement, actor), choices=reply.choices)

    def _context(self, uow: UnitOfWork, actor: Actor, incoming: Incoming) -> Context:
        return Context(uow, actor, incoming, self.registry, self._run, self.public_url, self.views)

    async def _run(self, ctx: Context, name: str, raw: Mapping[str, Any]) -> Card | Reply | None:
        command = ctx.registry.commands[name]
        try:
            args = command.read(raw)
        except msgspec.ValidationError as error:
            if command.form is None or ctx.incoming.kind is Kind.REFRESH:
                raise Invalid("text", "not_understood") from error
            return Reply(await command.form(ctx, raw, ()), aside(ctx.incoming, ctx.actor))
        return await command.handler(ctx, args)

    async def _recognise(self, uow: UnitOfWork, incoming: Incoming, *, is_met: bool = True) -> Actor:
        """Who acts where. Just met, it counts no more that somebody else has brought another name or address since."""
        where = incoming.where
        seen = await user.recognise(
            uow, incoming.platform, incoming.tenant, incoming.sender.platform_user_id, where.conversation_id
        )
        if seen is None or not (is_met or is_current(seen, incoming)):
            raise _Unmet
        return seen.actor(thread=where.thread, is_outsider=incoming.sender.is_outsider)

    async def _meet(self, incoming: Incoming) -> None:
        async with self.units.write() as uow:
            where = incoming.where
            await user.meet(
                uow, place_of(incoming), met_of(incoming), dict(where.reference), is_bot_there=where.is_bot_there
            )

    def _place(self, incoming: Incoming, command: Command, actor: Actor) -> Placement:
        if incoming.kind is not Kind.MESSAGE:
            places = {Kind.CLICK: command.on_click, Kind.REFRESH: command.on_click, Kind.DIALOG: Placement.PRIVATE}
            return places.get(incoming.kind, Placement.NEW)
        return Placement.PRIVATE if command.private and actor.place.is_public else Placement.NEW

    def _answer(self, card: Card, placement: Placement, actor: Actor) -> Answer:
        return Answer(card, placement, Reader(actor.language, actor.zone))

    def _again(self, kept: str | None, actor: Actor) -> Answer | None:
        if kept is None:
            return None
        answer = msgspec.json.decode(kept, type=Kept)
        return replace(self._answer(answer.card, answer.placement, actor), choices=answer.choices)

    async def _seen(self, incoming: Incoming) -> Actor:
        """Who reads an answer that no unit of work made."""
        try:
            async with self.units.read() as uow:
                return await self._recognise(uow, incoming, is_met=False)
        except _Unmet:
            await self._meet(incoming)
        async with self.units.read() as uow:
            return await self._recognise(uow, incoming)

    async def _suggest(self, incoming: Incoming) -> Answer | None:
        if incoming.kind is not Kind.MESSAGE:
            return None
        actor = await self._seen(incoming)
        external.check(actor)
        typed = " ".join(incoming.text.split())[:60]
        found = self.registry.nearest(incoming.text, actor.language, allowed=actor.is_offered)
        card = help_cards.suggested(typed, tuple((word, command.name) for word, command in found))
        return self._answer(card, aside(incoming, actor), actor)

    async def _ask(self, incoming: Incoming, typed: Typed | None, question: NeedsConfirmation) -> Answer | None:
        if typed is None:
            raise question
        command = typed.command
        actor = await self._seen(incoming)
        async with self.units.read() as uow:
            raw = await named(uow, incoming, typed.raw)
            if command.warns_in_form and command.form is not None:
                ctx = self._context(uow, actor, incoming)
                card = await command.form(ctx, raw, question.warnings)
            else:
                card = confirmation.confirm(question.warnings, command.verb, command.name, raw)
        return self._answer(card, aside(incoming, actor), actor)

    async def _refused(
        self, incoming: Incoming, command: Command | None, raw: Mapping[str, Any], refusal: Refusal
    ) -> Answer | None:
        actor = await self._seen(incoming) if incoming.kind in ASKED else None
        refusal = external.told(actor, refusal) if actor else refusal
        self.metrics.refusals.labels(type(refusal).__name__).inc()
        log.info("refused", command=command.name if command else "", refusal=type(refusal).__name__)
        if actor is None:
            return None
        is_pressed = incoming.kind in PRESSED or actor.is_outsider
        if command is not None and is_pressed and isinstance(refusal, audit.TRESPASSES):
            await self._note_refused(actor, command, refusal)
        card = refusal_cards.refused(refusal)
        if command is not None and isinstance(refusal, NotPermitted):
            async with self.units.read() as uow:
                card = await way_out(self._context(uow, actor, incoming), command, raw, refusal)
        return self._answer(card, aside(incoming, actor), actor)

    async def _note_refused(self, actor: Actor, command: Command, refusal: Refusal) -> None:
        """What was refused is rolled back, that it was refused is kept; the person is answered in any case."""
        try:
            async with self.units.write() as uow:
                await audit.note_refused(uow, actor, command.name, refusal)
        except Contended:
            log.warning("refused click not noted", command=command.name)

    async def _turned_away(
        self, incoming: Incoming, refusal: Contended, progress: _Progress | None = None
    ) -> Answer | None:
        """The database is in the way, so that nobody can be asked who could help."""
        may_hold = progress is not None and progress.may_hold
        if may_hold and not isinstance(refusal, Unreachable):
            refusal = Unsettled()
        self.metrics.refusals.labels(type(refusal).__name__).inc()
        log.warning("turned away", command=incoming.command, refusal=type(refusal).__name__)
        if incoming.kind not in ASKED:
            return None
        return await self._to_whoever_asked(incoming, refusal_cards.refused(refusal), may_hold=may_hold)

    async def _broken(self, incoming: Incoming, correlation_id: str) -> Answer:
        return await self._to_whoever_asked(incoming, help_cards.defective(correlation_id))

    async def _to_whoever_asked(self, incoming: Incoming, card: Card, *, may_hold: bool = False) -> Answer:
        """The card comes in any case, in the worst case in the language that the platform named.

        Unless what was asked holds after all: then its own answer does.
        """
        try:
            async with asyncio.timeout(READER_LIMIT_S):
                actor = await self._seen(incoming)
                kept = await self._kept(incoming, actor) if may_hold else None
        except Exception as error:
            if not isinstance(error, Contended | TimeoutError):
                log.exception("reader unknown")
            return Answer(card, Placement.PRIVATE, Reader(user.spoken(incoming.sender.language_hint), "UTC"))
        return kept or self._answer(card, aside(incoming, actor), actor)

    async def _kept(self, incoming: Incoming, actor: Actor) -> Answer | None:
        async with self.units.read() as uow:
            return self._again(await uow.inbox.answer(_arrival(incoming, actor)), actor)


def _arrival(incoming: Incoming, actor: Actor) -> Arrival:
    return Arrival(incoming.platform, incoming.tenant, incoming.interaction_id, actor.user_id)
