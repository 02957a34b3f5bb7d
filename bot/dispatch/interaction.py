"""The two forms that platforms and the dispatcher exchange: one interaction, one response."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from bot.platforms.base import Reader, Sent
from cards.model import Card, File
from services.actor import Actor
from services.file import FileWithContent, ReceivedFile
from services.people import PlaceKind


class InteractionKind(StrEnum):
    """What happened on the platform."""

    MESSAGE = "message"  # a user typed
    CLICK = "click"  # a user pressed a button of a card
    DIALOG = "dialog"  # a user sent a form, searched or pasted a link in a window of the client, beside the messages
    REFRESH = "refresh"  # a client asks for its user's view of a card
    INSTALLED = "installed"  # the bot was added to a conversation
    REMOVED = "removed"  # the bot was removed from a conversation


@dataclass(frozen=True, slots=True)
class Sender:
    """The profile of a user as the platform sends it; the e-mail address is a hint, never a proof."""

    platform_user_id: str
    name: str
    email_hint: str = ""
    language_hint: str = ""
    zone_hint: str = ""
    reference: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the platform needs to start a direct chat with the user, from whichever conversation it was learnt."""
    is_external: bool = False
    """Whether the user belongs to another organisation than the one that installed the bot in this conversation."""


@dataclass(frozen=True, slots=True)
class ConversationProfile:
    """The conversation as the platform describes it."""

    conversation_id: str
    kind: PlaceKind
    name: str = ""
    reference: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the platform needs to post here later; `outsiders`: external users read the conversation."""
    thread: str = ""
    """The message under which the interaction happened, as the platform needs it to post there."""
    is_bot_there: bool = True
    """Whether the interaction proves that the bot is a member: its menus work where it is none, too."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A user named with @; the text of the message has `@<platform_user_id>`, one word without spaces."""

    platform_user_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Interaction:
    """What a platform received and verified. `sender` and `conversation` are trusted; `args` never are (X2)."""

    platform: str
    tenant: str
    kind: InteractionKind
    interaction_id: str
    """Unique per platform; the same id again is the same interaction (inbox)."""
    sender: Sender
    conversation: ConversationProfile
    text: str = ""
    mentions: tuple[Mention, ...] = ()
    command: str = ""
    args: Mapping[str, Any] = field(default_factory=dict[str, Any])
    files: tuple[ReceivedFile, ...] = ()
    """Files attached to a message."""
    message_id: str = ""
    """The message whose button was pressed, or that asks for a reader's view."""


class Placement(StrEnum):
    """Where a response appears."""

    NEW = "new"  # a message for every member of the conversation
    PRIVATE = "private"  # for the sender alone
    REPLACE = "replace"  # in place of the clicked card, in the sender's view


@dataclass(frozen=True, slots=True)
class Response:
    """What the platform shows the sender."""

    card: Card
    placement: Placement
    reader: Reader
    choices: tuple[Card, ...] = ()
    """Cards of which the sender puts one into a message of their own; masked for every possible reader."""

    @property
    def files(self) -> tuple[File, ...]:
        """Files that the platform hands over besides, to the sender alone."""
        return tuple(block for block in self.card.body if isinstance(block, File))


def private_placement(interaction: Interaction, actor: Actor) -> Placement:
    """Place a private response beside the clicked card, or as the next message where no other user reads."""
    is_message = interaction.kind is InteractionKind.MESSAGE
    return Placement.PRIVATE if actor.place.is_public or not is_message else Placement.NEW


class Dispatcher(Protocol):
    """Handles the interactions of every platform."""

    async def receive(self, interaction: Interaction) -> Response | None:
        """Run the command; None for a repeated or silent event. Never raises for a defect."""
        ...

    async def fetch_file(self, interaction: Interaction, file_id: str) -> FileWithContent | Response | None:
        """Open a file that was made for the sender, or respond why not; the interaction is a CLICK. Never raises."""
        ...

    async def record_post(self, interaction: Interaction, response: Response, sent: Sent) -> None:
        """Record that a NEW response now exists as a message, so that it follows its subject."""
        ...
