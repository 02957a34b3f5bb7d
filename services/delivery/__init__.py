"""Deliveries of cards, and the cards already posted."""

from services.delivery.events import DeliveryResent as DeliveryResent, DeliveryUnknown as DeliveryUnknown
from services.delivery.find_post import find_post as find_post
from services.delivery.model import (
    Backlog as Backlog,
    Delivery as Delivery,
    DeliveryKind as DeliveryKind,
    DeliveryState as DeliveryState,
    DueWork as DueWork,
    PostedCard as PostedCard,
    UnknownDeliveryView as UnknownDeliveryView,
    UnknownGroupView as UnknownGroupView,
    UnroutedEvent as UnroutedEvent,
)
from services.delivery.refusals import OutcomeKnown as OutcomeKnown
from services.delivery.resend import (
    report_unknown as report_unknown,
    resend as resend,
    resend_all as resend_all,
    show as show,
)
