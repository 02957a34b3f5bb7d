"""Cards on their way to a place, and the cards that are there already."""

from services.delivery.model import (
    Backlog,
    Delivery,
    DeliveryResent,
    DeliveryUnknown,
    Due,
    Kind,
    NotUnknown,
    Posted,
    State,
    UnknownDelivery,
    Waiting,
)
from services.delivery.resending import resend, show

__all__ = [
    "Backlog",
    "Delivery",
    "DeliveryResent",
    "DeliveryUnknown",
    "Due",
    "Kind",
    "NotUnknown",
    "Posted",
    "State",
    "UnknownDelivery",
    "Waiting",
    "resend",
    "show",
]
