"""From a Teams activity to an interaction: surface, sender, conversation, and what is wanted."""

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Final

from bot.commands.extensions import LEAD_PAGE
from bot.dispatch.interaction import ConversationProfile, Interaction, InteractionKind, Sender
from bot.platforms.ingress import RequestRejected, is_object
from bot.platforms.teams.activity import (
    CARD_ACTION,
    CONVERSATION_UPDATE,
    FILE_CONSENT,
    INSTALLATION_UPDATE,
    INVOKE,
    MESSAGE,
    Activity,
)
from bot.platforms.teams.cards import CANCEL, REFRESH, ButtonPayload, list_cards, list_urls, read_button
from bot.platforms.teams.directory import TeamsDirectory
from bot.platforms.teams.files import read_attachments
from bot.platforms.teams.text import read_mentions, read_text, to_plain
from cards.render.text import find_zone
from services.people import PlaceKind

PLATFORM: Final = "teams"
NAME_MAX_CHARS: Final = 120
HELP: Final = "help"

_INSTALLATION_KINDS: Final = {"add": InteractionKind.INSTALLED, "remove": InteractionKind.REMOVED}


class TeamsSurface(Enum):
    """Where an interaction happened; it decides how the answer is returned."""

    MESSAGE = auto()  # a message to the bot
    CARD_ACTION = auto()  # Action.Execute, whose invoke response is the answer
    CARD_SUBMIT = auto()  # Action.Submit, which older clients send as a message
    EXTENSION = auto()  # a dialog of a message extension
    FILE_CONSENT = auto()  # the user's decision about a file
    EVENT = auto()  # the bot was added or removed


@dataclass(frozen=True, slots=True)
class TeamsInteraction:
    """An activity that concerns the bot, with its surface and the platform-neutral `Incoming`."""

    activity: Activity
    surface: TeamsSurface
    incoming: Interaction
    button: ButtonPayload | None = None
    """None for a button of an unknown version, and for interactions without a button."""

    @property
    def is_understood(self) -> bool:
        return self.button is not None or self.surface in {TeamsSurface.MESSAGE, TeamsSurface.EVENT}

    @property
    def is_direct(self) -> bool:
        """Whether it happened in the user's direct chat with the bot."""
        return self.incoming.conversation.kind is PlaceKind.PERSONAL


async def read_interaction(activity: Activity, directory: TeamsDirectory) -> TeamsInteraction | None:
    """Read an activity; None for one that does not concern the bot. Raises RequestRejected for a malformed click."""
    value: object = activity.value
    match activity.type:
        case _ if activity.type == MESSAGE and is_from_bot(activity):
            return None
        case _ if activity.type == MESSAGE and is_object(value) and ("cmd" in value or not activity.text):
            return _read_button_click(activity, TeamsSurface.CARD_SUBMIT, value, is_refresh=False)
        case _ if activity.type == MESSAGE:
            return await _read_message(activity, directory)
        case _ if activity.type == INVOKE:
            return _read_invoke(activity)
        case _ if activity.type in {INSTALLATION_UPDATE, CONVERSATION_UPDATE}:
            return _read_membership(activity)
        case _:
            return None


def is_from_bot(activity: Activity) -> bool:
    """Return whether a bot sent the activity: another one, or this one."""
    return activity.sender.id.startswith("28:") or activity.sender.id == activity.bot.id


async def _read_message(activity: Activity, directory: TeamsDirectory) -> TeamsInteraction | None:
    entities = read_mentions(activity.entities)
    user_ids = await directory.identify(activity, entities)
    text, mentions = read_text(activity.text or "", activity.bot.id, entities, user_ids)
    attachments = activity.attachments
    if not text and not read_attachments(attachments) and (cards := list_cards(attachments)):
        # A forwarded card of a lead means that lead; other cards are no message to the bot.
        text = next((url for card in cards for url in list_urls(card) if LEAD_PAGE in url), "")
        if not text and activity.kind is PlaceKind.PERSONAL:
            return None
    incoming = build_incoming(activity, InteractionKind.MESSAGE)
    # A bare mention of the bot is a request for help.
    message = replace(incoming, text=text or HELP, mentions=mentions, message_id=activity.id)
    return TeamsInteraction(activity, TeamsSurface.MESSAGE, message)


def _read_invoke(activity: Activity) -> TeamsInteraction | None:
    if activity.name == CARD_ACTION:
        return _read_card_action(activity)
    if activity.name == FILE_CONSENT:
        incoming = replace(build_incoming(activity, InteractionKind.CLICK), message_id=activity.reply_to_id or "")
        return TeamsInteraction(activity, TeamsSurface.FILE_CONSENT, incoming)
    return None


def _read_card_action(activity: Activity) -> TeamsInteraction:
    value: object = activity.value
    action: object = value.get("action") if is_object(value) else None
    if not is_object(value) or not is_object(action):
        raise RequestRejected(400, "malformed")
    is_refresh = value.get("trigger") == "automatic" or action.get("verb") == REFRESH
    return _read_button_click(activity, TeamsSurface.CARD_ACTION, action.get("data"), is_refresh=is_refresh)


def _read_button_click(
    activity: Activity, surface: TeamsSurface, data: object, *, is_refresh: bool
) -> TeamsInteraction:
    button = read_button(data)
    kind = InteractionKind.REFRESH if is_refresh else InteractionKind.CLICK
    incoming = replace(build_incoming(activity, kind), message_id=activity.reply_to_id or "")
    if button is None:
        return TeamsInteraction(activity, surface, incoming)
    if button.command == CANCEL and button.back and surface is TeamsSurface.CARD_ACTION:
        # Cancel in a private answer shows the card that it had replaced.
        back = replace(incoming, kind=InteractionKind.REFRESH, command=button.back.command, args=button.back.args)
        return TeamsInteraction(activity, surface, back, button)
    return TeamsInteraction(activity, surface, replace(incoming, command=button.command, args=button.args), button)


def _read_membership(activity: Activity) -> TeamsInteraction | None:
    """Read that the bot was added or removed; None for other members."""
    kind = None
    if activity.type == INSTALLATION_UPDATE:
        kind = _INSTALLATION_KINDS.get(activity.action or "")
    elif any(member.id == activity.bot.id for member in activity.members_added or ()):
        kind = InteractionKind.INSTALLED
    elif any(member.id == activity.bot.id for member in activity.members_removed or ()):
        kind = InteractionKind.REMOVED
    return TeamsInteraction(activity, TeamsSurface.EVENT, build_incoming(activity, kind)) if kind else None


def build_incoming(activity: Activity, kind: InteractionKind) -> Interaction:
    """Return sender and conversation of an activity; the caller adds what is wanted."""
    name, reference = _find_conversation_name(activity), build_conversation_reference(activity)
    return Interaction(
        platform=PLATFORM,
        tenant=activity.tenant,
        kind=kind,
        interaction_id=f"{activity.conversation.id}|{activity.id}",
        sender=_build_sender(activity),
        conversation=ConversationProfile(activity.conversation_id, activity.kind, name, reference),
    )


def _build_sender(activity: Activity) -> Sender:
    client = _find_client_info(activity)
    zone = client.get("timezone")
    locale = activity.locale or client.get("locale")
    return Sender(
        activity.user_id,
        to_plain(activity.sender.name or "")[:NAME_MAX_CHARS],
        language_hint=locale if isinstance(locale, str) else "",
        zone_hint=zone if isinstance(zone, str) and find_zone(zone).key == zone else "",
        reference=build_user_reference(activity),
    )


def _find_client_info(activity: Activity) -> dict[str, Any]:
    """Return the entity with the client's locale and time zone."""
    for entity in activity.entities or ():
        if entity.get("type") == "clientInfo":
            return entity
    return {}


def _find_conversation_name(activity: Activity) -> str:
    """Return the name of a conversation; Teams omits it for General and in many activities."""
    if activity.kind is PlaceKind.PERSONAL:
        return ""
    team, channel = activity.data.team, activity.data.channel
    if channel and channel.name:
        return to_plain(channel.name)
    if team and team.name and team.id == activity.conversation_id:
        return to_plain(team.name)
    return to_plain(activity.conversation.name or "") if activity.kind is PlaceKind.GROUP else ""


def build_conversation_reference(activity: Activity) -> dict[str, Any]:
    """Return what the bot needs to write there later; a shared one names no user, so that it is equal for all."""
    if activity.kind is PlaceKind.PERSONAL:
        return build_user_reference(activity)
    return {"serviceUrl": activity.service_url, "tenant": activity.tenant, "bot": activity.bot.id}


def build_user_reference(activity: Activity) -> dict[str, Any]:
    """Return what the bot needs to open a direct chat; Teams requires its own id of the user, not the Entra ID."""
    return {
        "serviceUrl": activity.service_url,
        "tenant": activity.tenant,
        "bot": activity.bot.id,
        "user": activity.sender.id,
    }
