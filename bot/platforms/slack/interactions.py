"""From a Slack request to an interaction: surface, sender, conversation, and what is wanted."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Final

import msgspec

from bot.commands.extensions import CAPTURE, CREATE
from bot.dispatch.interaction import ConversationProfile, Interaction, InteractionKind, Sender
from bot.platforms.ingress import is_object
from bot.platforms.slack.cards import ModalOrigin, read_origin
from bot.platforms.slack.directory import SlackDirectory, SlackUser
from bot.platforms.slack.payload import Event, RequestKind, SlackRequest
from bot.platforms.slack.text import list_mentioned, read_text, to_plain
from cards.render import blockkit
from cards.render.blockkit_actions import OPEN_URL, ParsedCommand
from cards.render.text import find_zone
from services.people import EXTERNAL_USERS_KEY, PlaceKind

PLATFORM: Final = "slack"
HELP: Final = "help"
HOME: Final = "home.show"
MESSAGE_MAX_CHARS: Final = 20_000
NOWHERE: Final = "nowhere:"
"""Prefix of the conversation id for a user whose direct chat Slack does not name."""
USER_SUBTYPES: Final = frozenset({None, "file_share", "thread_broadcast"})
"""Subtypes of messages that a user wrote; the others report edits, deletions, joins."""
LEFT: Final = frozenset(
    {"channel_archive", "channel_deleted", "channel_left", "group_archive", "group_deleted", "group_left"}
)
MEMBER_JOINED: Final = "member_joined_channel"
MEMBER_LEFT: Final = "member_left_channel"

NO_ORIGIN: Final = ModalOrigin()


class SlackSurface(Enum):
    """Where an interaction happened; it decides where the answer appears."""

    COMMAND = auto()  # a slash command
    MESSAGE = auto()  # a message to the bot
    SHARED_MESSAGE = auto()  # a button in a message that several users read
    OWN_MESSAGE = auto()  # a button in a message that only this user reads
    MODAL = auto()  # a button in a modal
    SUBMISSION = auto()  # a submitted modal
    HOME = auto()  # a button in the App Home
    SHORTCUT = auto()  # a shortcut of Slack's menus
    EVENT = auto()  # the bot was added or removed


@dataclass(frozen=True, slots=True)
class SlackInteraction:
    """A request that concerns the bot, with its surface and the platform-neutral `Incoming`."""

    request: SlackRequest
    surface: SlackSurface
    incoming: Interaction
    is_understood: bool = True
    """False for a button of an unknown version."""
    origin: ModalOrigin = NO_ORIGIN
    """Where the modal of the interaction was opened."""

    @property
    def is_direct(self) -> bool:
        """Whether it happened in the user's direct chat with the bot."""
        return self.incoming.conversation.kind is PlaceKind.PERSONAL


async def read_interaction(
    request: SlackRequest, directory: SlackDirectory, bot_user_id: str
) -> SlackInteraction | None:
    """Read a request; None for one that does not concern the bot."""
    match request.kind:
        case RequestKind.COMMAND:
            text = request.payload.text or ""
            return await _read_text(request, directory, SlackSurface.COMMAND, text, bot_user_id)
        case RequestKind.CLICK:
            return await _read_click(request, directory)
        case RequestKind.SUBMISSION:
            return await _read_submission(request, directory)
        case RequestKind.SHORTCUT:
            return await _read_shortcut(request, directory)
        case RequestKind.EVENT:
            return await _read_event(request, directory, bot_user_id)


async def read_home_opening(request: SlackRequest, directory: SlackDirectory) -> Interaction:
    """Read the opening of the App Home, which belongs to the direct chat with the bot."""
    if request.channel_id.startswith("D"):
        directory.note_direct_chat(request.workspace, request.user_id, request.channel_id)
    # Without the named channel: the App Home is private, so no shared channel may decide what it shows.
    direct = msgspec.structs.replace(request, channel_id="")
    incoming = await build_incoming(direct, directory, InteractionKind.CLICK)
    return replace(incoming, command=HOME, args={"stays": True})


async def read_channel_change(request: SlackRequest, directory: SlackDirectory, bot_user_id: str) -> Interaction | None:
    """Read a changed name or audience of a channel, as if the bot had been added to it again."""
    channel_id = _get_channel_id(request.event) if request.event else ""
    changed = msgspec.structs.replace(request, channel_id=channel_id)
    directory.forget_channel(request.workspace, channel_id)
    if not channel_id or not (await directory.channel(request.workspace, channel_id)).is_bot_member:
        return None
    return (await _read_membership(changed, directory, InteractionKind.INSTALLED, bot_user_id)).incoming


async def _read_event(request: SlackRequest, directory: SlackDirectory, bot_user_id: str) -> SlackInteraction | None:
    event = request.event
    if event is None or not request.channel_id:
        return None
    is_direct = request.channel_id.startswith("D")
    if event.type == ("message" if is_direct else "app_mention"):
        if event.subtype not in USER_SUBTYPES or event.bot_id or request.user_id in {"", bot_user_id} or not event.ts:
            return None  # another bot, the bot's own message, or an edited one
        if is_direct:
            directory.note_direct_chat(request.workspace, request.user_id, request.channel_id)
        return await _read_text(request, directory, SlackSurface.MESSAGE, event.text or "", bot_user_id)
    kind = _find_membership_kind(event, bot_user_id)
    return await _read_membership(request, directory, kind, bot_user_id) if kind else None


def _find_membership_kind(event: Event, bot_user_id: str) -> InteractionKind | None:
    """Return whether the bot was added or removed; None for other users."""
    if event.type in LEFT:
        return InteractionKind.REMOVED
    kinds = {MEMBER_JOINED: InteractionKind.INSTALLED, MEMBER_LEFT: InteractionKind.REMOVED}
    return kinds.get(event.type) if event.user == bot_user_id else None


async def _read_membership(
    request: SlackRequest, directory: SlackDirectory, kind: InteractionKind, bot_user_id: str
) -> SlackInteraction:
    """Read that the bot was added or removed. Where Slack names no actor, it was the creator of the channel."""
    directory.forget_channel(request.workspace, request.channel_id)
    event = request.event
    actor_id = event.inviter if event and kind is InteractionKind.INSTALLED else event and event.actor_id
    if not actor_id or actor_id == bot_user_id:
        user_id = request.user_id if request.user_id != bot_user_id else ""
        creator = (await directory.channel(request.workspace, request.channel_id)).creator if not user_id else ""
        actor_id = user_id or creator or bot_user_id
    acted = msgspec.structs.replace(request, user_id=actor_id, user_workspace="")
    return SlackInteraction(acted, SlackSurface.EVENT, await build_incoming(acted, directory, kind))


async def _read_text(
    request: SlackRequest, directory: SlackDirectory, surface: SlackSurface, markup: str, bot_user_id: str
) -> SlackInteraction:
    names = await directory.names(request.workspace, list_mentioned(markup, bot_user_id))
    text, mentions = read_text(markup, bot_user_id, names)
    incoming = await build_incoming(request, directory, InteractionKind.MESSAGE)
    # A bare mention of the bot is a request for help.
    message = replace(incoming, text=text or HELP, mentions=mentions, message_id=request.message_id)
    return SlackInteraction(request, surface, message)


async def _read_click(request: SlackRequest, directory: SlackDirectory) -> SlackInteraction | None:
    payload = request.payload
    action = payload.actions[0] if payload.actions else None
    chosen = action.selected_option or {} if action else {}
    if action is None or action.action_id.partition("#")[0] == OPEN_URL or chosen.get("value") == OPEN_URL:
        return None  # a link button: the client opens the URL by itself
    view = request.view
    state = (view.state if view else payload.state) or None
    option = {"selected_option": action.selected_option} if action.selected_option else {}
    button = blockkit.parse_action({"value": action.value, **option}, state.values if state else {})
    if view is not None:
        surface = SlackSurface.HOME if view.type == "home" else SlackSurface.MODAL
        return await _read_in_modal(request, directory, surface, button, read_origin(view.private_metadata))
    incoming = await build_incoming(request, directory, InteractionKind.CLICK)
    is_private = incoming.conversation.kind is PlaceKind.PERSONAL or (
        payload.container and payload.container.is_ephemeral
    )
    surface = SlackSurface.OWN_MESSAGE if is_private else SlackSurface.SHARED_MESSAGE
    return _build_click(request, surface, incoming, button)


async def _read_submission(request: SlackRequest, directory: SlackDirectory) -> SlackInteraction | None:
    view = request.view
    if view is None:
        return None
    button = blockkit.parse_submission(view.private_metadata, view.state.values if view.state else {})
    origin = read_origin(view.private_metadata)
    return await _read_in_modal(request, directory, SlackSurface.SUBMISSION, button, origin)


async def _read_in_modal(
    request: SlackRequest,
    directory: SlackDirectory,
    surface: SlackSurface,
    button: ParsedCommand | None,
    origin: ModalOrigin,
) -> SlackInteraction:
    """Read a click in a modal as a click in the conversation where the modal was opened."""
    if surface is SlackSurface.HOME:
        origin = msgspec.structs.replace(origin, is_home=True)
    located = msgspec.structs.replace(
        request, channel_id=origin.channel, thread=origin.thread or "", message_id=origin.message or ""
    )
    incoming = await build_incoming(
        located, directory, InteractionKind.DIALOG if origin.is_menu else InteractionKind.CLICK
    )
    if origin.is_menu:
        incoming = replace(incoming, conversation=replace(incoming.conversation, thread=located.thread))
    return _build_click(located, surface, incoming, button, origin)


def _build_click(
    request: SlackRequest,
    surface: SlackSurface,
    incoming: Interaction,
    button: ParsedCommand | None,
    origin: ModalOrigin = NO_ORIGIN,
) -> SlackInteraction:
    incoming = replace(incoming, message_id=request.message_id)
    if button is None:
        return SlackInteraction(request, surface, incoming, is_understood=False, origin=origin)
    command = replace(incoming, command=button.command, args=button.args)
    return SlackInteraction(request, surface, command, origin=origin)


async def _read_shortcut(request: SlackRequest, directory: SlackDirectory) -> SlackInteraction | None:
    """Read a shortcut; one in the menu of a message prefills the form with that message."""
    payload = request.payload
    commands: Mapping[str, tuple[str, dict[str, Any]]] = {
        "message_action": (CAPTURE, {"message": _get_message_text(request)}),
        "shortcut": (CREATE, {}),
    }
    command, args = commands[payload.type]
    if payload.callback_id != command:
        return None
    # The card of the lead will be posted in the thread of the message.
    thread = request.thread or request.message_id
    located = msgspec.structs.replace(request, thread=thread)
    incoming = await build_incoming(located, directory, InteractionKind.DIALOG)
    where = replace(incoming.conversation, thread=thread)
    origin = ModalOrigin(request.channel_id, thread or None, request.message_id or None, is_menu=True)
    form = replace(incoming, command=command, args=args, conversation=where)
    return SlackInteraction(located, SlackSurface.SHORTCUT, form, origin=origin)


def _get_message_text(request: SlackRequest) -> str:
    message = request.payload.message
    return to_plain(message.text or "")[:MESSAGE_MAX_CHARS] if message else ""


async def build_incoming(request: SlackRequest, directory: SlackDirectory, kind: InteractionKind) -> Interaction:
    """Return sender and conversation of a request; the caller adds what is wanted."""
    async with asyncio.TaskGroup() as group:
        user = group.create_task(directory.user(request.workspace, request.user_id))
        where = group.create_task(_find_conversation(request, directory))
    return Interaction(
        platform=PLATFORM,
        tenant=request.workspace.tenant,
        kind=kind,
        interaction_id=request.id,
        sender=_build_sender(request, user.result()),
        conversation=where.result(),
    )


def _build_sender(request: SlackRequest, user: SlackUser) -> Sender:
    return Sender(
        request.user_id,
        user.name,
        user.email,
        user.locale,
        zone_hint=user.zone if user.zone and find_zone(user.zone).key == user.zone else "",
        reference=build_reference(request),
        is_external=_is_external(request, user),
    )


def _is_external(request: SlackRequest, user: SlackUser) -> bool:
    """Return whether a user belongs to another workspace, outside this enterprise."""
    home, workspace = request.user_workspace or user.workspace, request.workspace
    return home not in {"", workspace.workspace_id, workspace.tenant} and user.enterprise != workspace.tenant


async def _find_conversation(request: SlackRequest, directory: SlackDirectory) -> ConversationProfile:
    """Return the conversation. A direct chat counts as personal only if it is the one with the bot."""
    channel_id, reference = request.channel_id, build_reference(request)
    if not channel_id or channel_id.startswith("D"):
        chat_id = await directory.direct_chat(request.workspace, request.user_id)
        if chat_id and channel_id in {"", chat_id}:
            return ConversationProfile(chat_id, PlaceKind.PERSONAL, "", reference)
        channel_id = channel_id or f"{NOWHERE}{request.user_id}"
        return ConversationProfile(channel_id, PlaceKind.GROUP, "", reference, is_bot_there=False)
    channel = await directory.channel(request.workspace, channel_id)
    # While Slack does not answer, the channel counts as shared with external users.
    external = {EXTERNAL_USERS_KEY: True} if channel.is_shared or not channel.is_known else {}
    # Events arrive only from channels with the bot; commands and their buttons work in every channel.
    is_there = request.kind is RequestKind.EVENT or channel.is_bot_member
    return ConversationProfile(channel_id, channel.kind, channel.name, {**reference, **external}, is_bot_there=is_there)


def build_reference(request: SlackRequest) -> dict[str, Any]:
    """Return what the bot needs to write there later; it names no user, so that it is equal for all of them."""
    return {"workspace": request.workspace.workspace_id}


def _get_channel_id(event: Event) -> str:
    """Return the channel of a channel event, which Slack sends as an id or as an object."""
    channel: object = event.channel
    channel_id: object = channel.get("id") if is_object(channel) else channel
    return channel_id if isinstance(channel_id, str) else ""
