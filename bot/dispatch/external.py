"""Limits for external users and redaction in conversations that they read (X1, A42)."""

from typing import Final

from msgspec.structs import replace

from bot.commands.command import Command, CommandResult
from bot.dispatch.interaction import Placement
from cards.chat import redacted_card
from services.actor import Actor
from services.codes import TooManyCodes
from services.errors import Contended, FromOutside, Refusal
from services.invitation.refusals import AlreadyAsked
from services.people import Place

COMMANDS_FOR_EXTERNAL_USERS: Final = frozenset(
    {"help", "cancel", "invitation.join", "conversation.install", "conversation.remove"}
)
"""What an external user may do before they are a member: find help, and join."""
REFUSALS_FOR_EXTERNAL_USERS: Final = (AlreadyAsked, Contended, TooManyCodes)
"""Refusals that reveal nothing about the team."""


def require_allowed(actor: Actor, command: Command | None = None) -> None:
    """Raise FromOutside for a command that an external user may not run; without a command, for every external user."""
    if actor.is_outsider and (command is None or command.name not in COMMANDS_FOR_EXTERNAL_USERS):
        raise FromOutside


def redact_refusal(actor: Actor, refusal: Refusal) -> Refusal:
    """Replace a refusal whose reason an external user may not read."""
    return FromOutside() if actor.is_outsider and not isinstance(refusal, REFUSALS_FOR_EXTERNAL_USERS) else refusal


def redact_result(place: Place, result: CommandResult) -> CommandResult:
    """Redact a message that external users would read; without a subject no member could reload it: make it private."""
    if not place.has_outsiders or result.placement is not Placement.NEW:
        return result
    if result.card.subject is None:
        return replace(result, placement=Placement.PRIVATE)
    return replace(result, card=redacted_card(result.card))
