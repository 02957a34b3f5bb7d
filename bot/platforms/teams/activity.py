"""Activities of Microsoft Teams: one typed and bounded struct, complete with sender, conversation and tenant."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from botbuilder.schema import ActivityTypes

from bot.platforms.ingress import RequestRejected
from services.people import PlaceKind

ID: Final = r"^[^\s\x00-\x1f\x7f\"„“”<>]{1,1000}\Z"
"""An id is one word: it becomes part of URLs and, for a mentioned user, of a typed command."""

MESSAGE: Final = ActivityTypes.message.value
INVOKE: Final = ActivityTypes.invoke.value
CONVERSATION_UPDATE: Final = ActivityTypes.conversation_update.value
INSTALLATION_UPDATE: Final = ActivityTypes.installation_update.value
SERVED: Final = frozenset({MESSAGE, INVOKE, CONVERSATION_UPDATE, INSTALLATION_UPDATE})

EXTENSION: Final = "composeExtension/"
"""Prefix of the names of invokes from message extensions."""
NOWHERE: Final = "nowhere:"
"""Prefix of the conversation id for an extension invoke that names no conversation."""
CHAT_WITH_BOT: Final = "a:"
"""Prefix of the id of a user's direct chat with the bot, and of no other conversation."""
CARD_ACTION: Final = "adaptiveCard/action"
FILE_CONSENT: Final = "fileConsent/invoke"
GROUP_SIZE_MAX: Final = 10_000

Id = Annotated[str, msgspec.Meta(pattern=ID)]
ShortText = Annotated[str, msgspec.Meta(max_length=1_000)]


class _Part(msgspec.Struct, frozen=True, rename="camel"):
    """A part of an activity; fields that it does not name are ignored."""


class Account(_Part, frozen=True):
    """A user or a bot: `id` is per bot, `aad_object_id` is the Entra ID of the user."""

    id: Id
    name: ShortText | None = None
    aad_object_id: Id | None = None


class Conversation(_Part, frozen=True):
    """A conversation; the id of a channel carries the thread behind a semicolon."""

    id: Id
    name: ShortText | None = None
    conversation_type: ShortText | None = None
    tenant_id: Id | None = None


class IdAndName(_Part, frozen=True):
    """A team, a channel or a tenant."""

    id: Id | None = None
    name: ShortText | None = None


class ChannelData(_Part, frozen=True):
    """The part of an activity that only Teams sends."""

    tenant: IdAndName | None = None
    team: IdAndName | None = None
    channel: IdAndName | None = None


class Activity(_Part, frozen=True):
    """An activity of the Bot Framework protocol, as far as the bot reads it."""

    type: ShortText
    channel_id: ShortText
    service_url: Annotated[str, msgspec.Meta(max_length=2_048)]
    sender: Account = msgspec.field(name="from")
    bot: Account = msgspec.field(name="recipient")
    activity_id: Id | None = msgspec.field(name="id", default=None)
    timestamp: Id | None = None
    named_conversation: Conversation | None = msgspec.field(name="conversation", default=None)
    text: str | None = None
    value: Any = None
    name: ShortText | None = None
    action: ShortText | None = None
    locale: ShortText | None = None
    reply_to_id: Id | None = None
    entities: list[dict[str, Any]] | None = None
    attachments: list[dict[str, Any]] | None = None
    members_added: Annotated[list[Account], msgspec.Meta(max_length=GROUP_SIZE_MAX)] | None = None
    members_removed: Annotated[list[Account], msgspec.Meta(max_length=GROUP_SIZE_MAX)] | None = None
    channel_data: ChannelData | None = None

    @property
    def id(self) -> str:
        """The id; events have none, but a repeated event repeats its timestamp."""
        return self.activity_id or self.timestamp or ""

    @property
    def conversation(self) -> Conversation:
        """The conversation; a placeholder for an extension invoke that names none."""
        return self.named_conversation or Conversation(f"{NOWHERE}{self.sender.id}"[:1_000])

    @property
    def data(self) -> ChannelData:
        return self.channel_data or ChannelData()

    @property
    def tenant(self) -> str:
        return (self.data.tenant.id if self.data.tenant else None) or self.conversation.tenant_id or ""

    @property
    def conversation_id(self) -> str:
        """The conversation without the thread."""
        return self.conversation.id.partition(";")[0]

    @property
    def user_id(self) -> str:
        """The id under which the sender is stored: the Entra ID, which all bots and chats share.

        Teams sends it with every message and click of a member of a tenant. Users without an account in a tenant have
        none, and are stored under the bot's own id for them.
        """
        return get_user_id(self.sender)

    @property
    def kind(self) -> PlaceKind:
        """The kind of the conversation; unknown ones count as read by several users."""
        kinds = {"personal": PlaceKind.PERSONAL, "channel": PlaceKind.CHANNEL, "groupChat": PlaceKind.GROUP}
        if kind := kinds.get(self.conversation.conversation_type or ""):
            return kind
        return PlaceKind.CHANNEL if self.data.channel or self.data.team else PlaceKind.GROUP


def get_user_id(account: Account) -> str:
    """Return the id under which an account is stored."""
    return account.aad_object_id.casefold() if account.aad_object_id else account.id


def read_activity(document: Mapping[str, Any]) -> Activity:
    """Read a verified document. Raises RequestRejected where sender, conversation, tenant or id is missing."""
    try:
        activity = msgspec.convert(document, Activity)
    except (msgspec.ValidationError, RecursionError) as malformed:
        raise RequestRejected(400, "malformed") from malformed
    is_placed = activity.named_conversation is not None or (activity.name or "").startswith(EXTENSION)
    if not (activity.id and is_placed and activity.tenant) or activity.conversation.id.startswith(";"):
        raise RequestRejected(400, "malformed")
    return activity
