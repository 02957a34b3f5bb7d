"""Build responses: reader and placement of a result, and results that the inbox has stored."""

from bot.commands.command import Command, decode_result
from bot.dispatch.interaction import Interaction, InteractionKind, Placement, Response
from bot.platforms.base import Reader
from cards.model import Card
from services.actor import Actor
from services.inbox.model import InteractionKey


def build_response(card: Card, placement: Placement, actor: Actor, choices: tuple[Card, ...] = ()) -> Response:
    """Build a response in the language and time zone of the actor."""
    return Response(card, placement, Reader(actor.language, actor.zone), choices)


def response_from_inbox(stored: str | None, actor: Actor) -> Response | None:
    """Build the response of a repeated interaction; None where the first one had none."""
    if stored is None:
        return None
    result = decode_result(stored)
    return build_response(result.card, result.placement, actor, result.choices)


def inbox_key(interaction: Interaction, actor: Actor) -> InteractionKey:
    """Build the key under which the inbox finds a repetition."""
    return InteractionKey(interaction.platform, interaction.tenant, interaction.interaction_id, actor.user_id)


def usual_placement(interaction: Interaction, command: Command, actor: Actor) -> Placement:
    """Return where the card of a command appears unless its handler says otherwise."""
    match interaction.kind:
        case InteractionKind.MESSAGE:
            return Placement.PRIVATE if command.private and actor.place.is_public else Placement.NEW
        case InteractionKind.CLICK | InteractionKind.REFRESH:
            return command.on_click
        case InteractionKind.DIALOG:
            return Placement.PRIVATE
        case InteractionKind.INSTALLED | InteractionKind.REMOVED:
            return Placement.NEW
