"""Events about deliveries."""

from services.events import Event


class DeliveryUnknown(Event, frozen=True, kw_only=True, tag="delivery.unknown"):
    """A message may or may not have arrived; somebody has to look."""

    delivery_id: str
    view: str
    sweep_id: str


class DeliveryResent(Event, frozen=True, kw_only=True, tag="delivery.resent"):
    """Somebody looked, and the message is sent once more."""

    delivery_id: str
    view: str
    sweep_id: str
