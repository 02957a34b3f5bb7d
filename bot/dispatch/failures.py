"""Respond where a command had no effect: suggestion, confirmation, refusal, contention, defect."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog

from bot.commands.command import Command
from bot.dispatch import external
from bot.dispatch.approval import refuse_with_approvers
from bot.dispatch.interaction import Interaction, InteractionKind, Placement, Response, private_placement
from bot.dispatch.profiles import load_actor, resolve_mentions
from bot.dispatch.responses import build_response, inbox_key, response_from_inbox
from bot.dispatch.runner import EVENT_COMMANDS, CommandRunner
from bot.operations.metrics import Metrics
from bot.platforms.base import Reader
from cards import confirmation, help as help_cards, refusal as refusal_cards
from cards.model import Card
from services import audit, user
from services.actor import Actor
from services.errors import CommitUnknown, DatabaseBusy, DatabaseUnreachable, NeedsConfirmation, NotPermitted, Refusal
from services.unit_of_work import Units

log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger(__name__)

ACTOR_LIMIT_S: Final = 1.0
"""Time for finding the actor when the database itself is contended; the platform's hint serves afterwards."""
SUGGESTED_TEXT_MAX_CHARS: Final = 60

PRESSED: Final = frozenset({InteractionKind.CLICK, InteractionKind.DIALOG})
ANSWERABLE: Final = PRESSED | {InteractionKind.MESSAGE}
"""Kinds after which a user waits for a response."""


@dataclass(slots=True)
class Progress:
    """How far the attempts of an interaction have come when they are cut short."""

    may_have_committed: bool = False
    """Whether all work was done and only the end of the commit was not confirmed."""


@dataclass(frozen=True, slots=True)
class FailureResponder:
    """Builds the responses of commands that had no effect."""

    units: Units
    runner: CommandRunner
    metrics: Metrics

    async def suggest_commands(self, interaction: Interaction) -> Response | None:
        """Respond to a text that is no command with the most similar commands."""
        if interaction.kind is not InteractionKind.MESSAGE:
            return None
        actor = await load_actor(self.units, interaction)
        external.require_allowed(actor)
        typed = " ".join(interaction.text.split())[:SUGGESTED_TEXT_MAX_CHARS]
        suggestions = self.runner.registry.suggest(interaction.text, actor.language, allowed=actor.may_see)
        card = help_cards.suggestion_card(typed, tuple((word, command.name) for word, command in suggestions))
        return build_response(card, private_placement(interaction, actor), actor)

    async def ask_confirmation(
        self, interaction: Interaction, command: Command, raw: Mapping[str, Any], warnings: NeedsConfirmation
    ) -> Response:
        """Respond with the warnings and a button that repeats the command with consent."""
        actor = await load_actor(self.units, interaction)
        async with self.units.read() as uow:
            resolved = await resolve_mentions(uow, interaction, raw)
            if command.warns_in_form and command.form is not None:
                context = self.runner.build_context(uow, actor, interaction)
                card = await command.form(context, resolved, warnings.warnings)
            else:
                card = confirmation.confirmation_card(warnings.warnings, command.verb, command.name, resolved)
        return build_response(card, private_placement(interaction, actor), actor)

    async def refuse(
        self, interaction: Interaction, command: Command | None, raw: Mapping[str, Any], refusal: Refusal
    ) -> Response | None:
        """Respond with the reason of a refusal and, for a missing permission, who can grant it."""
        actor = await load_actor(self.units, interaction) if interaction.kind in ANSWERABLE else None
        refusal = external.redact_refusal(actor, refusal) if actor else refusal
        self.metrics.refusals.labels(type(refusal).__name__).inc()
        log.info("command_refused", command=command.name if command else "", refusal=type(refusal).__name__)
        if actor is None:
            return None
        is_audited = interaction.kind in PRESSED or actor.is_external
        if command is not None and is_audited and isinstance(refusal, audit.RECORDED_REFUSALS):
            await self._audit_refusal(actor, command, refusal)
        card = refusal_cards.refusal_card(refusal)
        if command is not None and isinstance(refusal, NotPermitted):
            async with self.units.read() as uow:
                context = self.runner.build_context(uow, actor, interaction)
                card = await refuse_with_approvers(context, command, raw, refusal)
        return build_response(card, private_placement(interaction, actor), actor)

    async def report_contended(
        self, interaction: Interaction, refusal: DatabaseBusy, progress: Progress
    ) -> Response | None:
        """Respond that the database was contended or the time was over."""
        if progress.may_have_committed and not isinstance(refusal, DatabaseUnreachable):
            refusal = CommitUnknown()
        self.metrics.refusals.labels(type(refusal).__name__).inc()
        log.warning("command_contended", command=interaction.command, refusal=type(refusal).__name__)
        if interaction.kind not in ANSWERABLE:
            return None
        return await self._respond_in_any_case(interaction, refusal_cards.refusal_card(refusal), progress)

    async def report_defect(self, interaction: Interaction, correlation_id: str) -> Response | None:
        """Respond with the correlation id of a defect; a platform event gets no response."""
        if interaction.kind in EVENT_COMMANDS:
            return None
        return await self._respond_in_any_case(interaction, help_cards.internal_error_card(correlation_id), Progress())

    async def _audit_refusal(self, actor: Actor, command: Command, refusal: Refusal) -> None:
        """Audit a refused click in a transaction of its own: that of the command was rolled back."""
        try:
            async with self.units.write() as uow:
                await audit.record_refusal(uow, actor, command.name, refusal)
        except DatabaseBusy:
            log.warning("refusal_not_audited", command=command.name)

    async def _respond_in_any_case(self, interaction: Interaction, card: Card, progress: Progress) -> Response:
        """Respond even where the actor cannot be found, then in the language that the platform named.

        A commit that did succeed gets its own stored response instead of the card.
        """
        try:
            async with asyncio.timeout(ACTOR_LIMIT_S):
                actor = await load_actor(self.units, interaction)
                stored = await self._stored_response(interaction, actor) if progress.may_have_committed else None
        except Exception as error:
            if not isinstance(error, DatabaseBusy | TimeoutError):
                log.exception("actor_not_found")
            reader = Reader(user.parse_language(interaction.sender.language_hint), "UTC")
            return Response(card, Placement.PRIVATE, reader)
        return stored or build_response(card, private_placement(interaction, actor), actor)

    async def _stored_response(self, interaction: Interaction, actor: Actor) -> Response | None:
        async with self.units.read() as uow:
            return response_from_inbox(await uow.inbox.get_response(inbox_key(interaction, actor)), actor)
