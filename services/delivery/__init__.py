"""Cards on their way to a place, and the cards that are there already."""

from services.delivery.finding import find_post
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
    UnknownDeliveries,
    UnknownDelivery,
    Waiting,
)
from services.delivery.resending import lose, resend, resend_all, show

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
    "UnknownDeliveries",
    "UnknownDelivery",
    "Waiting",
    "find_post",
    "lose",
    "resend",
    "resend_all",
    "show",
]
