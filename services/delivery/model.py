"""Delivery: a card or a mail to send to one place. Post: a delivered card that is updated with its subject."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

UNKNOWN_GROUP_WINDOW: Final = timedelta(minutes=2)
"""Messages with an unknown outcome within this time are reported together: one crash left some forty per admin."""
UNKNOWN_SHOWN_MAX: Final = 5
"""Messages listed one by one on a card."""
RESEND_BATCH_MAX: Final = 100
"""Messages sent again by one click; the card then offers the rest."""


class DeliveryKind(StrEnum):
    """Kind of delivery."""

    POST = "post"  # new message
    UPDATE = "update"  # new rendering of a posted card
    MAIL = "mail"


class DeliveryState(StrEnum):
    """State of a delivery; the last four are final."""

    PENDING = "pending"
    SENDING = "sending"  # committed before the platform is called, so that a crash leaves a trace (docs/decisions/0002)
    SENT = "sent"
    SUPPRESSED = "suppressed"  # nothing to send; the reason says why
    FAILED = "failed"  # rejected by the platform for good
    UNKNOWN = "unknown"  # may have arrived: never repeated without a member's decision


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedCard:
    """Card about a subject that exists on a platform."""

    team_id: str
    post_id: str
    view: str
    key: str
    platform: str
    tenant: str
    conversation_id: str
    message_id: str
    user_id: str | None = None
    """Only reader, in a direct chat."""
    reference: Mapping[str, Any] = field(default_factory=dict[str, Any])
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    shown: str = ""
    """Digest of the rendered content; empty where unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Card or mail for one place."""

    team_id: str
    delivery_id: str
    event_id: str
    kind: DeliveryKind
    view: str
    key: str
    platform: str
    tenant: str
    conversation_id: str = ""
    user_id: str = ""
    """User id, for a direct message."""
    post_id: str | None = None
    """Post that an update renders again, or that a new message will create."""
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    state: DeliveryState = DeliveryState.PENDING
    reason: str = ""
    attempts: int = 0
    leased_until: datetime | None = None
    """End of the lease.

    It tells the present sender process from earlier ones: attempts restart with a resend, but a new lease always ends
    later.
    """
    sweep_id: str = ""
    """First message of the group whose outcome became unknown together."""
    doubted_at: datetime | None = None
    """Time of an attempt with unknown outcome: the message is looked up before it is sent again."""
    looks: int = 0
    """Number of lookups so far."""


@dataclass(frozen=True, slots=True)
class UnroutedEvent:
    """Event that the relay has not routed yet."""

    event_id: str
    body: str
    attempts: int


@dataclass(frozen=True, slots=True)
class DueWork:
    """Kinds of work that are due."""

    events: bool
    deliveries: bool
    stuck: bool


@dataclass(frozen=True, slots=True)
class Backlog:
    """Number of waiting items, and the age of the oldest."""

    unrouted: int = 0
    pending: int = 0
    sending: int = 0
    unknown: int = 0
    failed: int = 0
    age_s: float = 0.0


@dataclass(frozen=True, slots=True)
class UnknownDeliveryView:
    """Message with an unknown outcome, as admins see it."""

    delivery_id: str
    view: str
    platform: str
    place_name: str
    """Name of the channel or the person."""
    at: datetime
    is_open: bool
    """Whether it can still be sent again."""


@dataclass(frozen=True, slots=True)
class UnknownDeliveryRecord:
    """Delivery with the time of its last change of state."""

    delivery: Delivery
    at: datetime


@dataclass(frozen=True, slots=True)
class UnknownGroup:
    """Group of messages whose outcome became unknown together: the first ones, open ones first, and the total."""

    lost: tuple[UnknownDeliveryRecord, ...]
    total: int
    open: int


@dataclass(frozen=True, slots=True)
class UnknownGroupView:
    """Group of messages with an unknown outcome, as admins see it."""

    sweep_id: str
    first: tuple[UnknownDeliveryView, ...]
    total: int
    open: int
    """Number that can still be sent again."""
