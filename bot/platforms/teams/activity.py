"""What Microsoft Teams sends, as far as the bot reads it: typed, bounded, everything else ignored."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec

from bot.platforms.ingress import Turned
from services.people import PlaceKind

ID: Final = r"^[^\s\x00-\x1f\x7f\"„“”<>]{1,1000}\Z"
"""One word: an id stands in addresses and, of a mentioned person, in the middle of a typed command."""

MENUS: Final = "composeExtension/"
"""So begins the name of whatever is asked in a menu."""
NOWHERE: Final = "nowhere:"
"""So begins our own name for the place of a menu of which Teams does not say where it was opened."""
CHAT_WITH_BOT: Final = "a:"
"""So begins the id of a person's own chat with the bot, and of nothing else."""
CARD_ACTION: Final = "adaptiveCard/action"
FILE_CONSENT: Final = "fileConsent/invoke"
GROUP_SIZE_MAX: Final = 10_000

Id = Annotated[str, msgspec.Meta(pattern=ID)]
ShortText = Annotated[str, msgspec.Meta(max_length=1_000)]


class _Part(msgspec.Struct, frozen=True, rename="camel"):
    """A piece of an activity; what it does not name is ignored."""


class Account(_Part, frozen=True):
    """A person or a bot. `id` is this bot's own name for him, `aad_object_id` his tenant's."""

    id: Id
    name: ShortText | None = None
    aad_object_id: Id | None = None


class Conversation(_Part, frozen=True):
    """Where it happened; the id of a channel carries the thread behind a semicolon."""

    id: Id
    name: ShortText | None = None
    conversation_type: ShortText | None = None
    tenant_id: Id | None = None


class Named(_Part, frozen=True):
    """A team, a channel or a tenant."""

    id: Id | None = None
    name: ShortText | None = None


class ChannelData(_Part, frozen=True):
    """What only Teams adds."""

    tenant: Named | None = None
    team: Named | None = None
    channel: Named | None = None


class Activity(_Part, frozen=True):
    """One thing that happened."""

    type: ShortText
    channel_id: ShortText
    service_url: Annotated[str, msgspec.Meta(max_length=2_048)]
    id: Id | None = None
    timestamp: Id | None = None
    conversation: Conversation | None = None
    sender: Account | None = msgspec.field(name="from", default=None)
    recipient: Account | None = None
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


class Spoken(_Part, frozen=True):
    """An activity with all that makes it somebody's, somewhere."""

    activity: Activity
    id: str
    sender: Account
    bot: Account
    conversation: Conversation
    tenant: str

    @property
    def data(self) -> ChannelData:
        return self.activity.channel_data or ChannelData()

    @property
    def place_id(self) -> str:
        """The conversation without the thread."""
        return self.conversation.id.partition(";")[0]

    @property
    def person_id(self) -> str:
        """By what the person is known: the tenant's id of him, which all bots and all chats share.

        It depends on nothing but this activity: Teams names it with every message and click of a colleague, and
        never for people without an account in a tenant, who are known by the bot's own id for them.
        """
        return person_id(self.sender)

    @property
    def kind(self) -> PlaceKind:
        """What is neither certainly personal nor certainly a channel is read by several."""
        kinds = {"personal": PlaceKind.PERSONAL, "channel": PlaceKind.CHANNEL, "groupChat": PlaceKind.GROUP}
        if kind := kinds.get(self.conversation.conversation_type or ""):
            return kind
        return PlaceKind.CHANNEL if self.data.channel or self.data.team else PlaceKind.GROUP


def _nowhere(activity: Activity) -> Conversation | None:
    """Teams does not always say in which chat somebody has opened a menu."""
    if activity.sender is None or not (activity.name or "").startswith(MENUS):
        return None
    return Conversation(f"{NOWHERE}{activity.sender.id}"[:1_000])


def person_id(account: Account) -> str:
    return account.aad_object_id.casefold() if account.aad_object_id else account.id


def read_activity(document: Mapping[str, Any]) -> Activity:
    """The activity in a verified document. Raises Turned."""
    try:
        return msgspec.convert(document, Activity)
    except (msgspec.ValidationError, RecursionError) as malformed:
        raise Turned(400, "malformed") from malformed


def spoken(activity: Activity) -> Spoken:
    """The activity with its sender, place and tenant. Raises Turned when one of them is missing."""
    data = activity.channel_data
    conversation = activity.conversation or _nowhere(activity)
    tenant = (data.tenant.id if data and data.tenant else None) or (conversation.tenant_id if conversation else None)
    # Events need no id; whoever repeats one repeats its time.
    activity_id = activity.id or activity.timestamp
    if not (activity_id and activity.sender and activity.recipient and conversation and tenant):
        raise Turned(400, "malformed")
    if conversation.id.startswith(";"):
        raise Turned(400, "malformed")
    return Spoken(activity, activity_id, activity.sender, activity.recipient, conversation, tenant)
