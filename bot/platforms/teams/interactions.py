"""From what Microsoft Teams sends to what the bot understands: who, where, and what is wanted."""

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Final

from bot.commands.extensions import LEAD_PAGE
from bot.dispatch.incoming import Incoming, Kind, Sender, Where
from bot.platforms.ingress import Turned, is_object
from bot.platforms.teams.activity import CARD_ACTION, FILE_CONSENT, Spoken
from bot.platforms.teams.cards import CANCEL, REFRESH, Pressed, cards_of, links_of, read_pressed
from bot.platforms.teams.files import read_attached
from bot.platforms.teams.people import People
from bot.platforms.teams.text import plain, read_mentions, read_text
from cards.render.text import find_zone
from services.people import PlaceKind

PLATFORM: Final = "teams"
NAME_MAX_CHARS: Final = 120
HELP: Final = "help"

_INSTALLATION: Final = {"add": Kind.INSTALLED, "remove": Kind.REMOVED}


class How(Enum):
    """By which way it came; the answer takes the same."""

    TYPED = auto()
    EXECUTED = auto()  # a click that waits for its answer
    SUBMITTED = auto()  # a click of a client that sends it as a message
    DECIDED = auto()  # where a file may go
    HAPPENED = auto()  # nobody said anything


@dataclass(frozen=True, slots=True)
class Heard:
    """An activity that concerns the bot."""

    spoken: Spoken
    how: How
    incoming: Incoming
    pressed: Pressed | None = None
    """None for a button that the bot does not understand, and for everything that is no button."""

    @property
    def is_understood(self) -> bool:
        return self.pressed is not None or self.how in {How.TYPED, How.HAPPENED}


async def hear(spoken: Spoken, people: People) -> Heard | None:
    """What is wanted; None for what does not concern the bot. Raises Turned for a click that makes no sense."""
    activity = spoken.activity
    match activity.type:
        case "message" if spoken.sender.id.startswith("28:") or spoken.sender.id == spoken.bot.id:
            return None  # another bot, or our own words
        case "message" if is_object(activity.value) and ("cmd" in activity.value or not activity.text):
            return _pressed(spoken, How.SUBMITTED, activity.value, is_refresh=False)
        case "message":
            return await _typed(spoken, people)
        case "invoke":
            return _invoked(spoken)
        case "installationUpdate" | "conversationUpdate":
            return _happened(spoken)
        case _:
            return None


async def _typed(spoken: Spoken, people: People) -> Heard | None:
    named = read_mentions(spoken.activity.entities)
    known = await people.identify(spoken, named)
    text, mentions = read_text(spoken.activity.text or "", spoken.bot.id, named, known)
    attached = spoken.activity.attachments
    if not text and not read_attached(attached) and (cards := cards_of(attached)):
        # Whoever sends the card of a lead means that lead; any other card is nothing that was said to the bot.
        text = next((link for card in cards for link in links_of(card) if LEAD_PAGE in link), "")
        if not text and spoken.kind is PlaceKind.PERSONAL:
            return None
    incoming = incoming_of(spoken, Kind.MESSAGE)
    # Whoever only calls the bot by its name wants to know what it can do.
    return Heard(spoken, How.TYPED, replace(incoming, text=text or HELP, mentions=mentions, message_id=spoken.id))


def _invoked(spoken: Spoken) -> Heard | None:
    """What waits for its answer."""
    activity = spoken.activity
    if activity.name == CARD_ACTION:
        return _executed(spoken)
    if activity.name == FILE_CONSENT:
        incoming = replace(incoming_of(spoken, Kind.CLICK), message_id=activity.reply_to_id or "")
        return Heard(spoken, How.DECIDED, incoming)
    return None


def _executed(spoken: Spoken) -> Heard:
    value: object = spoken.activity.value
    action: object = value.get("action") if is_object(value) else None
    if not is_object(value) or not is_object(action):
        raise Turned(400, "malformed")
    is_refresh = value.get("trigger") == "automatic" or action.get("verb") == REFRESH
    return _pressed(spoken, How.EXECUTED, action.get("data"), is_refresh=is_refresh)


def _pressed(spoken: Spoken, how: How, data: object, *, is_refresh: bool) -> Heard:
    pressed = read_pressed(data)
    incoming = replace(
        incoming_of(spoken, Kind.REFRESH if is_refresh else Kind.CLICK), message_id=spoken.activity.reply_to_id or ""
    )
    if pressed is None:
        return Heard(spoken, how, incoming)
    if pressed.command == CANCEL and pressed.back and how is How.EXECUTED:
        # What stood in place of a card goes, and the card is there again.
        back = replace(incoming, kind=Kind.REFRESH, command=pressed.back.command, args=pressed.back.args)
        return Heard(spoken, how, back, pressed)
    return Heard(spoken, how, replace(incoming, command=pressed.command, args=pressed.args), pressed)


def _happened(spoken: Spoken) -> Heard | None:
    """The bot came or went; people who do the same are no news."""
    activity = spoken.activity
    kind = None
    if activity.type == "installationUpdate":
        kind = _INSTALLATION.get(activity.action or "")
    elif any(one.id == spoken.bot.id for one in activity.members_added or ()):
        kind = Kind.INSTALLED
    elif any(one.id == spoken.bot.id for one in activity.members_removed or ()):
        kind = Kind.REMOVED
    return Heard(spoken, How.HAPPENED, incoming_of(spoken, kind)) if kind else None


def incoming_of(spoken: Spoken, kind: Kind) -> Incoming:
    """Who speaks where; what is wanted is for the caller to say."""
    return Incoming(
        platform=PLATFORM,
        tenant=spoken.tenant,
        kind=kind,
        interaction_id=f"{spoken.conversation.id}|{spoken.id}",
        sender=_sender(spoken),
        where=Where(spoken.place_id, spoken.kind, _place_name(spoken), place_reference(spoken)),
    )


def _sender(spoken: Spoken) -> Sender:
    client = _client(spoken)
    zone = client.get("timezone")
    locale = spoken.activity.locale or client.get("locale")
    return Sender(
        spoken.person_id,
        plain(spoken.sender.name or "")[:NAME_MAX_CHARS],
        language_hint=locale if isinstance(locale, str) else "",
        zone_hint=zone if isinstance(zone, str) and find_zone(zone).key == zone else "",
        reference=person_reference(spoken),
    )


def _client(spoken: Spoken) -> dict[str, Any]:
    """What the client tells about itself."""
    for entity in spoken.activity.entities or ():
        if entity.get("type") == "clientInfo":
            return entity
    return {}


def _place_name(spoken: Spoken) -> str:
    """What Teams calls the place; a team's first channel has no name of its own, others not in every activity."""
    if spoken.kind is PlaceKind.PERSONAL:
        return ""
    team, channel = spoken.data.team, spoken.data.channel
    if channel and channel.name:
        return plain(channel.name)
    if team and team.name and team.id == spoken.place_id:
        return plain(team.name)
    return plain(spoken.conversation.name or "") if spoken.kind is PlaceKind.GROUP else ""


def place_reference(spoken: Spoken) -> dict[str, Any]:
    """What it takes to write here unasked. In a place of many it names nobody, so that it is the same for all."""
    if spoken.kind is PlaceKind.PERSONAL:
        return person_reference(spoken)
    return {"serviceUrl": spoken.activity.service_url, "tenant": spoken.tenant, "bot": spoken.bot.id}


def person_reference(spoken: Spoken) -> dict[str, Any]:
    """What it takes to open a chat with the person: Teams wants its own id of him, not the tenant's."""
    return {
        "serviceUrl": spoken.activity.service_url,
        "tenant": spoken.tenant,
        "bot": spoken.bot.id,
        "user": spoken.sender.id,
    }
