"""Refusals about deliveries: each is named by the state that refuses."""

from dataclasses import dataclass

from services.errors import Refusal


class DeliveryRefusal(Refusal):
    """The rules of delivery say no."""


@dataclass(eq=False)
class NotUnknown(DeliveryRefusal):
    """The message was sent again already, or it is known what became of it."""
