"""Refusals about deliveries: each is named by the state that refuses."""

from dataclasses import dataclass

from services.errors import Refusal


class DeliveryRefusal(Refusal):
    """A rule about deliveries forbids it."""


@dataclass(eq=False)
class OutcomeKnown(DeliveryRefusal):
    """The message was sent again already, or its outcome is known."""
