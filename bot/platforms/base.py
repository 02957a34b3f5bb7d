"""The Protocol of a chat platform: send a card, update it, look it up, and report how a call failed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol, runtime_checkable

from cards.model import Card
from services import user
from services.people import Language

NOT_ASKED: Final = 0
"""The status of a call that was rejected in this process, before any request to the platform."""


@dataclass(frozen=True, slots=True)
class Target:
    """The destination of a message: a conversation, or a user's direct chat with the bot."""

    tenant: str
    conversation_id: str = ""
    user_id: str = ""
    """The platform's id of the user, where the direct chat is not known yet."""
    reference: dict[str, Any] = field(default_factory=dict[str, Any])
    """What the platform needs to write there unprompted (its service URL, for one), as stored."""


@dataclass(frozen=True, slots=True)
class Reader:
    """The reader that a card is rendered for: language and zone of a user or, in a channel, of its team."""

    language: Language
    zone: str
    user_id: str = ""
    """The platform's id of the only reader; empty in a channel."""


def reader_of_locale(locale: str) -> Reader:
    """Return the reader of a text for a user of whom only the client's locale is known."""
    return Reader(user.parse_language(locale), "UTC")


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform's ids of a message that exists now."""

    conversation_id: str
    message_id: str
    reference: dict[str, Any] = field(default_factory=dict[str, Any])


class SendFailed(Exception):
    """A call failed, or its outcome is unknown."""


@dataclass(eq=False)
class RateLimited(SendFailed):
    """Certainly not accepted; the platform permits another try after this time."""

    retry_after_s: float


@dataclass(eq=False)
class Rejected(SendFailed):
    """Certainly not accepted, and a retry without a change fails again."""

    status: int
    reason: str = ""
    """The platform's error code, where it has one."""


@dataclass(eq=False)
class Unavailable(SendFailed):
    """Certainly not accepted (nothing was written to the wire), or a repeatable call failed."""

    reason: str


@dataclass(eq=False)
class Ambiguous(SendFailed):
    """Outcome unknown: never retried before a lookup, and shown to the admins where a lookup is impossible."""

    reason: str


@dataclass(eq=False)
class Gone(SendFailed):
    """The conversation or the message no longer exists for the bot."""

    status: int
    reason: str = ""
    """The platform's error code, where it has one."""


class Platform(Protocol):
    """A chat platform, as the relay uses it."""

    name: str

    async def send(self, target: Target, card: Card, reader: Reader, *, key: str) -> Sent:
        """Post a card. `key` identifies the message for a later lookup. Raises SendFailed."""
        ...

    async def update(self, target: Target, message_id: str, card: Card, reader: Reader) -> None:
        """Replace a posted card for all readers; idempotent. Raises SendFailed."""
        ...


@runtime_checkable
class SupportsLookup(Protocol):
    """A platform that finds a message by its key."""

    async def find(self, target: Target, key: str, since: datetime) -> Sent | None:
        """Return the message sent with this key at or after `since`; None only if it certainly does not exist.

        Raises SendFailed where the lookup fails.
        """
        ...
