"""What every chat platform can do: speak into a place, change what it said, and say how that failed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol, runtime_checkable

from cards.model import Card
from services.people import Language

NOT_ASKED: Final = 0
"""The status of a call that was refused here, before the platform was asked."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes: a conversation, or a person's direct chat with the bot."""

    tenant: str
    conversation_id: str = ""
    user_id: str = ""
    """The platform's id of the person, when there is no conversation with him yet."""
    reference: dict[str, Any] = field(default_factory=dict[str, Any])
    """What the platform needs to reach it again (its service URL, say), as it was stored."""


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a card is drawn: the language and zone of a person or, in a channel, of its team."""

    language: Language
    zone: str
    user_id: str = ""
    """The platform's id of the only person who sees it; empty in a channel."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What the platform calls the message that now exists."""

    conversation_id: str
    message_id: str
    reference: dict[str, Any] = field(default_factory=dict[str, Any])


class SendFailed(Exception):
    """A message did not, or perhaps did not, arrive."""


@dataclass(eq=False)
class RateLimited(SendFailed):
    """Certainly not accepted; the platform wants to be asked again after this time."""

    retry_after_s: float


@dataclass(eq=False)
class Rejected(SendFailed):
    """Certainly not accepted, and asking again will not help unless something changes."""

    status: int
    reason: str = ""
    """The platform's own word for it, where it has one."""


@dataclass(eq=False)
class Unavailable(SendFailed):
    """Certainly not accepted (nothing was written to the wire, or an update that may be repeated failed)."""

    reason: str


@dataclass(eq=False)
class Ambiguous(SendFailed):
    """Perhaps accepted: never repeated before it was looked up, and shown to the admins where it cannot be."""

    reason: str


@dataclass(eq=False)
class Gone(SendFailed):
    """The place or the message no longer exists for the bot."""

    status: int
    reason: str = ""
    """The platform's own word for it, where it has one."""


class Platform(Protocol):
    """A chat platform as the relay and the dispatch see it."""

    name: str

    async def send(self, target: Target, card: Card, reader: Reader, *, key: str) -> Sent:
        """Post a card. `key` names this very message, for platforms that can look it up. Raises SendFailed."""
        ...

    async def update(self, target: Target, message_id: str, card: Card, reader: Reader) -> None:
        """Replace a posted card for everybody. Repeating it is harmless. Raises SendFailed."""
        ...


@runtime_checkable
class Findable(Protocol):
    """A platform on which a message can be looked up by its key."""

    async def find(self, target: Target, key: str, since: datetime) -> Sent | None:
        """The message that was sent with this key at that time or later; None only if it is certainly not there.

        Raises SendFailed where that cannot be found out now.
        """
        ...
