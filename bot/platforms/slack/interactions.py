"""From what Slack sends to what the bot understands: who, where, and what is wanted."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Final

import msgspec

from bot.commands.extensions import CAPTURE, CREATE
from bot.dispatch.incoming import Incoming, Kind, Sender, Where
from bot.platforms.ingress import is_object
from bot.platforms.slack.cards import Opened, read_opened
from bot.platforms.slack.payload import Event, Sort, Spoken
from bot.platforms.slack.people import People, Person
from bot.platforms.slack.text import mentioned, plain, read_text
from cards.render import blockkit
from cards.render.blockkit_actions import OPEN_URL, ParsedCommand
from cards.render.text import find_zone
from services.people import OUTSIDERS, PlaceKind

PLATFORM: Final = "slack"
HELP: Final = "help"
HOME: Final = "home.show"
MESSAGE_MAX_CHARS: Final = 20_000
NOWHERE: Final = "nowhere:"
"""So begins our own name for the place of somebody whose chat with the bot cannot be found out."""
SAID: Final = frozenset({None, "file_share", "thread_broadcast"})
"""Kinds of messages that are somebody's words."""
LEFT: Final = frozenset(
    {"channel_archive", "channel_deleted", "channel_left", "group_archive", "group_deleted", "group_left"}
)
JOINED: Final = "member_joined_channel"
PARTED: Final = "member_left_channel"


SOMEWHERE: Final = Opened()


class At(Enum):
    """Where it was said or pressed; the answer goes by that."""

    COMMAND = auto()  # typed behind a slash
    MESSAGE = auto()  # written to the bot
    SHARED = auto()  # pressed in a message that many read
    OWN = auto()  # pressed in a message for this person alone
    WINDOW = auto()  # pressed in a window
    SENT = auto()  # a window that was sent
    HOME = auto()  # pressed in the App Home
    MENU = auto()  # chosen in a menu of Slack
    EVENT = auto()  # nobody said anything


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that concerns the bot."""

    spoken: Spoken
    at: At
    incoming: Incoming
    is_understood: bool = True
    """Whether the bot knows what was pressed."""
    opened: Opened = SOMEWHERE
    """Where the window was opened in which it happened."""

    @property
    def is_alone(self) -> bool:
        """Whether nobody else reads where it happened."""
        return self.incoming.where.kind is PlaceKind.PERSONAL


async def hear(spoken: Spoken, people: People, bot_user_id: str) -> Heard | None:
    """What is wanted; None for what does not concern the bot."""
    match spoken.sort:
        case Sort.COMMAND:
            return await _typed(spoken, people, At.COMMAND, spoken.payload.text or "", bot_user_id)
        case Sort.CLICK:
            return await _pressed(spoken, people)
        case Sort.SUBMISSION:
            return await _submitted(spoken, people)
        case Sort.SHORTCUT:
            return await _chosen(spoken, people)
        case Sort.EVENT:
            return await _happened(spoken, people, bot_user_id)


async def looked(spoken: Spoken, people: People) -> Incoming:
    """Somebody looks at the App Home, which belongs to the chat with the bot."""
    if spoken.channel_id.startswith("D"):
        people.note_chat(spoken.where, spoken.user_id, spoken.channel_id)
    # Whatever place is told: nothing of a place where others read belongs into somebody's home.
    own = msgspec.structs.replace(spoken, channel_id="")
    incoming = await _incoming(own, people, Kind.CLICK)
    return replace(incoming, command=HOME, args={"stays": True})


async def _happened(spoken: Spoken, people: People, bot_user_id: str) -> Heard | None:
    event = spoken.event
    if event is None or not spoken.channel_id:
        return None
    is_direct = spoken.channel_id.startswith("D")
    if event.type == ("message" if is_direct else "app_mention"):
        if event.subtype not in SAID or event.bot_id or spoken.user_id in {"", bot_user_id} or not event.ts:
            return None  # another bot, our own words, a message that was changed
        if is_direct:
            people.note_chat(spoken.where, spoken.user_id, spoken.channel_id)
        return await _typed(spoken, people, At.MESSAGE, event.text or "", bot_user_id)
    kind = _coming_or_going(event, bot_user_id)
    return await _moved(spoken, people, kind, bot_user_id) if kind else None


def _coming_or_going(event: Event, bot_user_id: str) -> Kind | None:
    """Whether the bot came or went; people who do the same are no news."""
    if event.type in LEFT:
        return Kind.REMOVED
    moves = {JOINED: Kind.INSTALLED, PARTED: Kind.REMOVED}
    return moves.get(event.type) if event.user == bot_user_id else None


async def renewed(spoken: Spoken, people: People, bot_user_id: str) -> Incoming | None:
    """A channel that is called otherwise now, or read by others, as if the bot had come there again."""
    channel_id = renamed(spoken.event) if spoken.event else ""
    there = msgspec.structs.replace(spoken, channel_id=channel_id)
    people.forget_channel(spoken.where, channel_id)
    if not channel_id or not (await people.channel(spoken.where, channel_id)).is_bot_there:
        return None
    return (await _moved(there, people, Kind.INSTALLED, bot_user_id)).incoming


async def _moved(spoken: Spoken, people: People, kind: Kind, bot_user_id: str) -> Heard:
    """Somebody has brought the bot or taken it away; where Slack does not say who, it was whoever made the channel."""
    people.forget_channel(spoken.where, spoken.channel_id)
    by = spoken.event.inviter if spoken.event and kind is Kind.INSTALLED else spoken.event and spoken.event.actor_id
    if not by or by == bot_user_id:
        own = spoken.user_id if spoken.user_id != bot_user_id else ""
        by = own or (await people.channel(spoken.where, spoken.channel_id)).creator or bot_user_id
    told = msgspec.structs.replace(spoken, user_id=by, user_team="")
    return Heard(told, At.EVENT, await _incoming(told, people, kind))


async def _typed(spoken: Spoken, people: People, at: At, said: str, bot_user_id: str) -> Heard:
    named = mentioned(said, bot_user_id)
    names = await people.names(spoken.where, named)
    text, mentions = read_text(said, bot_user_id, names)
    incoming = await _incoming(spoken, people, Kind.MESSAGE)
    # Whoever only calls the bot by its name wants to know what it can do.
    return Heard(spoken, at, replace(incoming, text=text or HELP, mentions=mentions, message_id=spoken.message_id))


async def _pressed(spoken: Spoken, people: People) -> Heard | None:
    payload = spoken.payload
    action = payload.actions[0] if payload.actions else None
    chosen = action.selected_option or {} if action else {}
    if action is None or action.action_id.partition("#")[0] == OPEN_URL or chosen.get("value") == OPEN_URL:
        return None  # Slack opens the address by itself
    view = spoken.view
    state = (view.state if view else payload.state) or None
    option = {"selected_option": action.selected_option} if action.selected_option else {}
    pressed = blockkit.parse_action({"value": action.value, **option}, state.values if state else {})
    if view is not None:
        opened = read_opened(view.private_metadata)
        return await _in_window(spoken, people, At.HOME if view.type == "home" else At.WINDOW, pressed, opened)
    incoming = await _incoming(spoken, people, Kind.CLICK)
    is_own = incoming.where.kind is PlaceKind.PERSONAL or (payload.container and payload.container.is_ephemeral)
    return _heard(spoken, At.OWN if is_own else At.SHARED, incoming, pressed)


async def _submitted(spoken: Spoken, people: People) -> Heard | None:
    view = spoken.view
    if view is None:
        return None
    pressed = blockkit.parse_submission(view.private_metadata, view.state.values if view.state else {})
    return await _in_window(spoken, people, At.SENT, pressed, read_opened(view.private_metadata))


async def _in_window(spoken: Spoken, people: People, at: At, pressed: ParsedCommand | None, opened: Opened) -> Heard:
    """As if it were pressed where the window was opened."""
    home = msgspec.structs.replace(opened, is_home=True) if at is At.HOME else opened
    there = msgspec.structs.replace(
        spoken, channel_id=home.channel, thread=home.thread or "", message_id=home.message or ""
    )
    incoming = await _incoming(there, people, Kind.DIALOG if home.is_menu else Kind.CLICK)
    if home.is_menu:
        incoming = replace(incoming, where=replace(incoming.where, thread=there.thread))
    return _heard(there, at, incoming, pressed, home)


def _heard(
    spoken: Spoken, at: At, incoming: Incoming, pressed: ParsedCommand | None, opened: Opened = SOMEWHERE
) -> Heard:
    incoming = replace(incoming, message_id=spoken.message_id)
    if pressed is None:
        return Heard(spoken, at, incoming, is_understood=False, opened=opened)
    return Heard(spoken, at, replace(incoming, command=pressed.command, args=pressed.args), opened=opened)


async def _chosen(spoken: Spoken, people: People) -> Heard | None:
    """A form, filled from the message in whose menu it was asked for; beside the messages there is none."""
    payload = spoken.payload
    commands: Mapping[str, tuple[str, dict[str, Any]]] = {
        "message_action": (CAPTURE, {"message": _written(spoken)}),
        "shortcut": (CREATE, {}),
    }
    command, args = commands[payload.type]
    if payload.callback_id != command:
        return None
    # The card of the lead will stand under the message.
    thread = spoken.thread or spoken.message_id
    there = msgspec.structs.replace(spoken, thread=thread)
    incoming = await _incoming(there, people, Kind.DIALOG)
    where = replace(incoming.where, thread=thread)
    opened = Opened(spoken.channel_id, thread or None, spoken.message_id or None, is_menu=True)
    return Heard(there, At.MENU, replace(incoming, command=command, args=args, where=where), opened=opened)


def _written(spoken: Spoken) -> str:
    message = spoken.payload.message
    return plain(message.text or "")[:MESSAGE_MAX_CHARS] if message else ""


async def _incoming(spoken: Spoken, people: People, kind: Kind) -> Incoming:
    """Who speaks where; what is wanted is for the caller to say."""
    async with asyncio.TaskGroup() as group:
        person = group.create_task(people.person(spoken.where, spoken.user_id))
        where = group.create_task(_where(spoken, people))
    return Incoming(
        platform=PLATFORM,
        tenant=spoken.where.tenant,
        kind=kind,
        interaction_id=spoken.id,
        sender=_sender(spoken, person.result()),
        where=where.result(),
    )


def _sender(spoken: Spoken, person: Person) -> Sender:
    return Sender(
        spoken.user_id,
        person.name,
        person.email,
        person.locale,
        zone_hint=person.zone if person.zone and find_zone(person.zone).key == person.zone else "",
        reference=reference(spoken),
        is_outsider=_is_outsider(spoken, person),
    )


def _is_outsider(spoken: Spoken, person: Person) -> bool:
    """Whether somebody belongs to another workspace, and that not to the same enterprise."""
    own, where = spoken.user_team or person.workspace, spoken.where
    return own not in {"", where.workspace_id, where.tenant} and person.enterprise != where.tenant


async def _where(spoken: Spoken, people: People) -> Where:
    """The place. Other people's chats look like the one with the bot: it is certainly that, or others read along."""
    channel_id = spoken.channel_id
    if not channel_id or channel_id.startswith("D"):
        chat_id = await people.chat(spoken.where, spoken.user_id)
        if chat_id and channel_id in {"", chat_id}:
            return Where(chat_id, PlaceKind.PERSONAL, "", reference(spoken))
        channel_id = channel_id or f"{NOWHERE}{spoken.user_id}"
        return Where(channel_id, PlaceKind.GROUP, "", reference(spoken), is_bot_there=False)
    channel = await people.channel(spoken.where, channel_id)
    # As long as Slack does not tell, nobody can be sure that nobody else reads along.
    outsiders = {OUTSIDERS: True} if channel.is_shared or not channel.is_known else {}
    # Of an event the bot hears only where it is; a command works, and its answers can be pressed, anywhere.
    is_there = spoken.sort is Sort.EVENT or channel.is_bot_there
    return Where(channel_id, channel.kind, channel.name, {**reference(spoken), **outsiders}, is_bot_there=is_there)


def reference(spoken: Spoken) -> dict[str, Any]:
    """What it takes to write here unasked. It names nobody, so that it is the same for all."""
    return {"workspace": spoken.where.workspace_id}


async def linked(spoken: Spoken, people: People) -> Incoming:
    """Somebody has put a link into a message of his own."""
    return await _incoming(spoken, people, Kind.DIALOG)


def renamed(event: Event) -> str:
    """The channel of an event about a channel, of which Slack writes the id or the whole."""
    channel: object = event.channel
    told: object = channel.get("id") if is_object(channel) else channel
    return told if isinstance(told, str) else ""
