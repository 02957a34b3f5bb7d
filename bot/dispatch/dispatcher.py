"""The dispatcher runs the command of an interaction in one transaction and returns the response.

The inbox stores the result of each interaction, and a repetition gets the stored one. A refusal rolls the transaction
back and becomes a card that names the approvers; a warning becomes a card that repeats the command with consent; any
other exception is a defect and becomes a card with a correlation id.
"""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import structlog

from bot.commands.command import Command, CommandResult
from bot.commands.registry import Registry
from bot.dispatch import external
from bot.dispatch.failures import FailureResponder, Progress
from bot.dispatch.interaction import Interaction, Response
from bot.dispatch.profiles import OutdatedProfile, load_actor, recognise_actor, resolve_mentions, upsert_profiles
from bot.dispatch.responses import build_response, inbox_key, response_from_inbox, usual_placement
from bot.dispatch.runner import EVENT_COMMANDS, CommandRunner
from bot.operations.metrics import Metrics
from bot.platforms.base import Sent
from bot.views.base import View
from services import file
from services.delivery import PostedCard
from services.errors import DatabaseBusy, DatabaseUnreachable, NeedsConfirmation, Refusal
from services.unit_of_work import Units

log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)

ATTEMPTS_MAX: Final = 4
PAUSE_S: Final = 0.15
UNREACHABLE_PAUSE_S: Final = 0.6
"""A restarting database accepts connections again after a few of these pauses."""
LIMIT_S: Final = 9.0
"""A statement that waits for the lock of SQLite cannot be cancelled before its own timeout of 5 s: together they stay
below the 15 s after which Teams gives up."""

Outcome_co = TypeVar("Outcome_co", covariant=True)


@dataclass(slots=True)
class CommandDispatcher:
    """Implements `bot.dispatch.interaction.Dispatcher`."""

    units: Units
    registry: Registry
    metrics: Metrics
    public_url: str
    views: Mapping[str, View]
    limit_s: float = LIMIT_S
    _runner: CommandRunner = field(init=False)
    _failures: FailureResponder = field(init=False)

    def __post_init__(self) -> None:
        self._runner = CommandRunner(self.registry, self.public_url, self.views)
        self._failures = FailureResponder(self.units, self._runner, self.metrics)

    async def receive(self, interaction: Interaction) -> Response | None:
        """Run the command of an interaction and return what the actor reads. Never raises for a defect."""
        progress = Progress()

        async def run() -> Response | None:
            return await _retry_contended(lambda: self._run_once(interaction, progress))

        return await self._guard(interaction, progress, run)

    async def fetch_file(self, interaction: Interaction, file_id: str) -> file.FileWithContent | Response | None:
        """Open a file that was made for the actor, if the actor's role still allows it."""
        return await self._guard(interaction, Progress(), lambda: self._open_file(interaction, file_id))

    async def record_post(self, interaction: Interaction, response: Response, sent: Sent) -> None:
        """Record that a response now exists as a message about its subject."""
        if response.card.subject is None:
            return
        async with self.units.write() as uow:
            actor = await recognise_actor(uow, interaction)
            await uow.deliveries.add_post(
                PostedCard(
                    team_id=actor.place.team_id if actor.place.is_public else actor.team_id,
                    post_id=uow.new_id(),
                    view=response.card.subject.view,
                    key=response.card.subject.key,
                    platform=interaction.platform,
                    tenant=interaction.tenant,
                    conversation_id=sent.conversation_id,
                    message_id=sent.message_id,
                    user_id=None if actor.place.is_public else actor.user_id,
                    reference=dict(sent.reference),
                ),
                uow.now,
            )

    async def _guard(
        self, interaction: Interaction, progress: Progress, work: Callable[[], Awaitable[Outcome_co]]
    ) -> Outcome_co | Response | None:
        """Limit the time of the work, and respond to a contended database, a timeout or a defect."""
        correlation_id = secrets.token_hex(4)
        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id, platform=interaction.platform):
            try:
                async with asyncio.timeout(self.limit_s):
                    return await work()
            except DatabaseBusy as refusal:
                return await self._failures.report_contended(interaction, refusal, progress)
            except TimeoutError:
                log.warning("command_timed_out", command=interaction.command, kind=interaction.kind)
                return await self._failures.report_contended(interaction, DatabaseBusy(), progress)
            except Exception:
                log.exception("command_failed", command=interaction.command, kind=interaction.kind)
                self.metrics.defects.inc()
                return await self._failures.report_defect(interaction, correlation_id)

    async def _run_once(self, interaction: Interaction, progress: Progress) -> Response | None:
        """Run the command; a refusal has rolled the transaction back before it becomes a response."""
        command: Command | None = None
        raw: Mapping[str, Any] = {}
        try:
            resolved = self._runner.resolve(interaction)
            if resolved is None:
                return await self._failures.suggest_commands(interaction)
            command, raw = resolved
            return await self._run_with_current_profile(interaction, command, raw, progress)
        except NeedsConfirmation as warnings:
            if command is None:
                raise
            return await self._failures.ask_confirmation(interaction, command, raw, warnings)
        except DatabaseBusy:
            raise
        except Refusal as refusal:
            return await self._failures.refuse(interaction, command, raw, refusal)

    async def _run_with_current_profile(
        self, interaction: Interaction, command: Command, raw: Mapping[str, Any], progress: Progress
    ) -> Response | None:
        try:
            return await self._run_in_transaction(interaction, command, raw, progress, is_upserted=False)
        except OutdatedProfile:
            await upsert_profiles(self.units, interaction)
            return await self._run_in_transaction(interaction, command, raw, progress, is_upserted=True)

    async def _run_in_transaction(
        self,
        interaction: Interaction,
        command: Command,
        raw: Mapping[str, Any],
        progress: Progress,
        *,
        is_upserted: bool,
    ) -> Response | None:
        async with self.units.write() if command.writes else self.units.read() as uow:
            actor = await recognise_actor(uow, interaction, is_upserted=is_upserted)
            key = inbox_key(interaction, actor)
            if command.writes and not await uow.inbox.add(key):
                return response_from_inbox(await uow.inbox.get_response(key), actor)
            external.require_allowed(actor, command)
            # Had an earlier attempt committed, the inbox would have found it.
            progress.may_have_committed = False
            with self.metrics.time_command(command.name, interaction.platform):
                context = self._runner.build_context(uow, actor, interaction)
                outcome = await self._runner.run(context, command.name, await resolve_mentions(uow, interaction, raw))
            if outcome is None:
                return None
            result = (
                outcome
                if isinstance(outcome, CommandResult)
                else CommandResult(outcome, usual_placement(interaction, command, actor))
            )
            if interaction.kind not in EVENT_COMMANDS:
                result = external.redact_result(actor.place, result)
            if command.writes:
                await uow.inbox.update_response(key, result.encode_for_inbox())
                if command.changes_reader:
                    actor = await recognise_actor(uow, interaction)
                progress.may_have_committed = True
        return build_response(result.card, result.placement, actor, result.choices)

    async def _open_file(self, interaction: Interaction, file_id: str) -> file.FileWithContent | Response | None:
        await load_actor(self.units, interaction)
        try:
            async with self.units.write() as uow:
                actor = await recognise_actor(uow, interaction)
                external.require_allowed(actor)
                return await file.fetch(uow, actor, file_id)
        except DatabaseBusy:
            raise
        except Refusal as refusal:
            return await self._failures.refuse(interaction, None, {}, refusal)


async def _retry_contended(attempt: Callable[[], Awaitable[Response | None]]) -> Response | None:
    """Repeat an attempt while the database is contended; the inbox finds one that committed. Raises DatabaseBusy."""
    for number in range(1, ATTEMPTS_MAX):
        try:
            return await attempt()
        except DatabaseBusy as refusal:
            pause_s = UNREACHABLE_PAUSE_S if isinstance(refusal, DatabaseUnreachable) else PAUSE_S
        await asyncio.sleep(pause_s * number * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load only
    return await attempt()
