"""Where other organisations read along: what their people may do, and what appears before their eyes (X1, A42)."""

from dataclasses import replace
from typing import Final

from bot.commands.registry import Command, Reply
from bot.dispatch.incoming import Placement
from cards.chat import concealed
from services.actor import Actor
from services.codes import TooManyCodes
from services.errors import Contended, FromOutside, Refusal
from services.invitation.refusals import AlreadyAsked
from services.people import Place

FREE: Final = frozenset({"help", "cancel", "invitation.join", "conversation.install", "conversation.remove"})
"""What somebody of another organisation may do before he is a colleague: find help, and join."""
TOLD: Final = (AlreadyAsked, Contended, TooManyCodes)
"""Refusals that say nothing but what concerns himself."""


def check(actor: Actor, command: Command | None = None) -> None:
    """Raise FromOutside for whatever somebody of another organisation may not do; without a command, for anything."""
    if actor.is_outsider and (command is None or command.name not in FREE):
        raise FromOutside


def told(actor: Actor, refusal: Refusal) -> Refusal:
    """Why not, as far as this person may hear it."""
    return FromOutside() if actor.is_outsider and not isinstance(refusal, TOLD) else refusal


def kept_from_outsiders(place: Place, reply: Reply) -> Reply:
    """A message for everybody here: concealed, or for the person alone where nobody could ask for it later."""
    if not place.has_outsiders or reply.placement is not Placement.NEW:
        return reply
    if reply.card.subject is None:
        return replace(reply, placement=Placement.PRIVATE)
    return replace(reply, card=concealed(reply.card))
