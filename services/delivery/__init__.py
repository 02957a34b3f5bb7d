"""Deliveries of cards, and the cards already posted."""

from services.delivery.events import DeliveryResent as DeliveryResent, DeliveryUnknown as DeliveryUnknown
from services.delivery.find_post import find_post as find_post
from services.delivery.model import (
    Backlog as Backlog,
    Delivery as Delivery,
    Due as Due,
    Kind as Kind,
    Posted as Posted,
    State as State,
    UnknownDeliveries as UnknownDeliveries,
    UnknownDelivery as UnknownDelivery,
    Waiting as Waiting,
)
from services.delivery.refusals import NotUnknown as NotUnknown
from services.delivery.resend import lose as lose, resend as resend, resend_all as resend_all, show as show
