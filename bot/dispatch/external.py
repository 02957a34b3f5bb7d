"""Limits for external users and redaction in conversations that they read (X1, A42)."""

from typing import Final

from msgspec.structs import replace

from bot.commands.command import Command, CommandResult
from bot.dispatch.interaction import Placement
from cards.chat import redacted_card
from services.actor import Actor
from services.codes import TooManyWrongCodes
from services.errors import DatabaseBusy, ExternalUserDenied, Refusal
from services.invitation.refusals import AlreadyRequested
from services.people import Place

COMMANDS_FOR_EXTERNAL_USERS: Final = frozenset(
    {"help", "cancel", "invitation.join", "conversation.install", "conversation.remove"}
)
"""What an external user may do before they are a member: find help, and join."""
REFUSALS_FOR_EXTERNAL_USERS: Final = (AlreadyRequested, DatabaseBusy, TooManyWrongCodes)
"""Refusals that reveal nothing about the team."""


def require_allowed(actor: Actor, command: Command | None = None) -> None:
    """Raise ExternalUserDenied for a command that external users may not run; without a command, always."""
    if actor.is_external and (command is None or command.name not in COMMANDS_FOR_EXTERNAL_USERS):
        raise ExternalUserDenied


def redact_refusal(actor: Actor, refusal: Refusal) -> Refusal:
    """Replace a refusal whose reason an external user may not read."""
    return (
        ExternalUserDenied() if actor.is_external and not isinstance(refusal, REFUSALS_FOR_EXTERNAL_USERS) else refusal
    )


def redact_result(place: Place, result: CommandResult) -> CommandResult:
    """Redact a message that external users would read; without a subject no member could reload it: make it private."""
    if not place.has_external_users or result.placement is not Placement.NEW:
        return result
    if result.card.subject is None:
        return replace(result, placement=Placement.PRIVATE)
    return replace(result, card=redacted_card(result.card))
