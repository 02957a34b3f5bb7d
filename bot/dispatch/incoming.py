"""One message, click or event from any platform, and what the bot answers to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from bot.platforms.base import Reader, Sent
from cards.model import Card, File
from services.actor import Actor
from services.file import OpenedFile, ReceivedFile
from services.people import PlaceKind


class Kind(StrEnum):
    """What happened on the platform."""

    MESSAGE = "message"  # somebody typed
    CLICK = "click"  # somebody pressed a button of a card
    DIALOG = "dialog"  # somebody sent a form, searched or pasted a link in a window of the client, beside the messages
    REFRESH = "refresh"  # a reader's client asks for this reader's view of a card
    INSTALLED = "installed"  # the bot was added to a conversation
    REMOVED = "removed"  # the bot was taken out of a conversation


@dataclass(frozen=True, slots=True)
class Sender:
    """A person as the platform knows him; the e-mail address is a hint, never a proof."""

    platform_user_id: str
    name: str
    email_hint: str = ""
    language_hint: str = ""
    zone_hint: str = ""
    reference: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the platform needs to write to this person unasked, wherever he was met."""
    is_outsider: bool = False
    """Of another organisation than the one that took the bot in here, and met in a place that both share."""


@dataclass(frozen=True, slots=True)
class Where:
    """The conversation as the platform knows it."""

    conversation_id: str
    kind: PlaceKind
    name: str = ""
    reference: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the platform needs to write here unasked; `outsiders`: people of other organisations read along."""
    thread: str = ""
    """Under which message of the conversation it was asked, as the platform needs it to write there."""
    is_bot_there: bool = True
    """Whether what came in proves that the bot is a member: people use its menus where it is none, too."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody named with @; in the message's text he stands as `@<platform_user_id>`, one word without spaces."""

    platform_user_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """What came in, verified by its platform. Only `sender` and `where` are trusted; `args` never are (X2)."""

    platform: str
    tenant: str
    kind: Kind
    interaction_id: str
    """Unique per platform; the same id again is the same interaction (inbox)."""
    sender: Sender
    where: Where
    text: str = ""
    mentions: tuple[Mention, ...] = ()
    command: str = ""
    args: Mapping[str, Any] = field(default_factory=dict[str, Any])
    files: tuple[ReceivedFile, ...] = ()
    """What came along with a message."""
    message_id: str = ""
    """The message whose button was pressed, or that asks for a reader's view."""


class Placement(StrEnum):
    """Where an answer appears."""

    NEW = "new"  # a message for everybody in this conversation
    PRIVATE = "private"  # for the asking person alone
    REPLACE = "replace"  # in place of the clicked card, in this person's view


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform shows the person who asked."""

    card: Card
    placement: Placement
    reader: Reader
    choices: tuple[Card, ...] = ()
    """Cards of which the person puts one into a message of his own: drawn for whoever may read it."""

    @property
    def files(self) -> tuple[File, ...]:
        """What the platform hands over besides, to this person alone."""
        return tuple(block for block in self.card.body if isinstance(block, File))


def aside(incoming: Incoming, actor: Actor) -> Placement:
    """What concerns the person alone: beside the clicked card, or, where nobody else reads, as the next message."""
    return Placement.PRIVATE if actor.place.is_public or incoming.kind is not Kind.MESSAGE else Placement.NEW


class Chat(Protocol):
    """The one way in: every platform hands over what came in and shows what comes back."""

    async def receive(self, incoming: Incoming) -> Answer | None:
        """Carry out what came in; nothing to show for a repeated or silent event. Never raises for a defect."""
        ...

    async def fetch(self, incoming: Incoming, file_id: str) -> OpenedFile | Answer | None:
        """A file that was made for this person, or why it is not handed over; the latter is a CLICK. Never raises."""
        ...

    async def posted(self, incoming: Incoming, answer: Answer, sent: Sent) -> None:
        """Note that a NEW answer now exists as a message, so that it follows its subject."""
        ...
