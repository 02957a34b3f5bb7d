"""Events about deliveries."""

from services.events import Event


class DeliveryUnknown(Event, frozen=True, kw_only=True, tag="delivery.unknown"):
    """A message has an unknown outcome; a member has to check."""

    delivery_id: str
    view: str
    sweep_id: str


class DeliveryResent(Event, frozen=True, kw_only=True, tag="delivery.resent"):
    """A member checked, and the message is sent again."""

    delivery_id: str
    view: str
    sweep_id: str
