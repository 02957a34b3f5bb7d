"""A delivery is a card or a mail on its way to one place; a post is a card that has arrived and follows its subject."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

SWEEP: Final = timedelta(minutes=2)
"""Messages lost within so short a time after each other are told of together: what a crash leaves behind."""
SHOWN_MAX: Final = 5
"""So many of them stand on a card one by one."""
RESENT_MAX: Final = 100
"""So many are sent again at one press; the card then offers the rest."""


class Kind(StrEnum):
    """What is to be done."""

    POST = "post"  # a new message
    UPDATE = "update"  # a posted card, drawn again
    MAIL = "mail"


class State(StrEnum):
    """How far it has come; the last four are ends."""

    PENDING = "pending"
    SENDING = "sending"  # said before the platform is asked, so that a crash leaves a trace
    SENT = "sent"
    SUPPRESSED = "suppressed"  # there was nothing to send, and the reason says why
    FAILED = "failed"  # the platform will not take it
    UNKNOWN = "unknown"  # perhaps it arrived: never repeated unasked


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A card about a subject that exists on a platform."""

    team_id: str
    post_id: str
    view: str
    key: str
    platform: str
    tenant: str
    conversation_id: str
    message_id: str
    user_id: str | None = None
    """The only reader, in a direct chat."""
    reference: Mapping[str, Any] = field(default_factory=dict[str, Any])
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    shown: str = ""
    """Digest of what it shows; empty where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A card or a mail for one place."""

    team_id: str
    delivery_id: str
    event_id: str
    kind: Kind
    view: str
    key: str
    platform: str
    tenant: str
    conversation_id: str = ""
    user_id: str = ""
    """Our user, for a direct message."""
    post_id: str | None = None
    """The post that an update draws again, or that a new message will be."""
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    state: State = State.PENDING
    reason: str = ""
    attempts: int = 0
    leased_until: datetime | None = None
    """While it is being sent: by this each sender is told from those who had it before him."""
    sweep_id: str = ""
    """The first of the messages with which this one was lost."""
    doubted_at: datetime | None = None
    """When it was sent without anybody knowing whether it arrived: it is looked up before it is sent again."""
    looks: int = 0
    """How often it was to be looked up."""


@dataclass(frozen=True, slots=True)
class Due:
    """An event that nobody has heard of yet."""

    event_id: str
    body: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Which kinds of work are due."""

    events: bool
    deliveries: bool
    stuck: bool


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much is waiting, and for how long already."""

    unrouted: int = 0
    pending: int = 0
    sending: int = 0
    unknown: int = 0
    failed: int = 0
    age_s: float = 0.0


@dataclass(frozen=True, slots=True)
class UnknownDelivery:
    """A message of which nobody knows whether it arrived, as the admins see it."""

    delivery_id: str
    view: str
    platform: str
    place: str
    """The channel's or the person's name."""
    at: datetime
    is_open: bool
    """Whether it can still be sent again."""


@dataclass(frozen=True, slots=True)
class LostDelivery:
    """A delivery with when it came to its present state."""

    delivery: Delivery
    at: datetime


@dataclass(frozen=True, slots=True)
class Sweep:
    """Messages that were lost together: the first ones, the open before all others, and how many there are."""

    lost: tuple[LostDelivery, ...]
    total: int
    open: int


@dataclass(frozen=True, slots=True)
class UnknownDeliveries:
    """The same as the admins see it."""

    sweep_id: str
    first: tuple[UnknownDelivery, ...]
    total: int
    open: int
    """How many can still be sent again."""
