"""What people ask in the menus of Microsoft Teams: a form, what was filled in, a search, a link.

The bot need not be where they ask: of such a place it learns nothing that it could rely on.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from bot.commands.extensions import CAPTURE, OUTLINE, SEARCH, TEXT, find_lead_link
from bot.dispatch.interaction import Interaction, InteractionKind
from bot.platforms.ingress import Turned, is_object
from bot.platforms.teams.activity import CHAT_WITH_BOT, NOWHERE, Spoken
from bot.platforms.teams.cards import Pressed, read_pressed
from bot.platforms.teams.interactions import incoming_of
from bot.platforms.teams.text import readable
from services.people import PlaceKind

FETCH: Final = "composeExtension/fetchTask"
SUBMIT: Final = "composeExtension/submitAction"
QUERY: Final = "composeExtension/query"
LINK: Final = "composeExtension/queryLink"
ANONYMOUS: Final = "composeExtension/anonymousQueryLink"
"""Asked for people who do not have the app; Teams does not say who."""

MESSAGE_MAX_CHARS: Final = 20_000
PARAMETERS_MAX: Final = 10
_ONCE: Final = re.compile(r"[0-9a-f]{16}")
_MESSAGE_ID: Final = re.compile(r"\d{1,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """Something asked in a menu."""

    name: str
    spoken: Spoken
    incoming: Interaction | None
    """None for what the bot does not understand."""
    pressed: Pressed | None = None
    once: str = ""
    """Names one form that was handed out, so that sending it twice is sending it once."""
    of: str = ""
    """The message from whose menu it was asked for."""

    @property
    def is_page(self) -> bool:
        """Whether more of a list is wanted."""
        return self.incoming is not None and bool(self.incoming.args.get("skip"))


class _Body(msgspec.Struct, frozen=True, rename="camel"):
    content: str = ""


class _Message(msgspec.Struct, frozen=True, rename="camel"):
    """A message from whose menu something was asked."""

    id: str | None = None
    reply_to_id: str | None = None
    subject: str | None = None
    body: _Body | None = None


class _Parameter(msgspec.Struct, frozen=True):
    name: str
    value: str | bool | float | None = None


class _Page(msgspec.Struct, frozen=True):
    skip: int = 0
    count: int = 10


class _Value(msgspec.Struct, frozen=True, rename="camel"):
    """The value of every request from a menu; what it does not name is ignored."""

    command_id: str = ""
    message_payload: _Message | None = None
    data: Any = None
    parameters: list[_Parameter] = []
    query_options: _Page = _Page()
    url: str = ""


def read_asked(spoken: Spoken, public_url: str) -> Asked | None:
    """What is asked; None for an invoke that comes from no menu. Raises Turned for what makes no sense."""
    name = spoken.activity.name or ""
    reader = READERS.get(name)
    if reader is None:
        return None
    if not is_object(spoken.activity.value):
        raise Turned(400, "malformed")
    try:
        value = msgspec.convert(spoken.activity.value, _Value)
    except msgspec.ValidationError as malformed:
        raise Turned(400, "malformed") from malformed
    of = _message_of(value)
    return replace(reader(name, _located(spoken, of), value, public_url), of=of)


def _fetched(name: str, spoken: Spoken, value: _Value, public_url: str) -> Asked:
    """A form, filled from the message in whose menu it was asked for."""
    del public_url
    if value.command_id != CAPTURE:
        return Asked(name, spoken, None)
    incoming = replace(_incoming(spoken), command=CAPTURE, args={"message": _text(value.message_payload)})
    return Asked(name, spoken, incoming, once=secrets.token_hex(8))


def _submitted(name: str, spoken: Spoken, value: _Value, public_url: str) -> Asked:
    """What was filled in."""
    del public_url
    pressed = read_pressed(value.data)
    if pressed is None or not is_object(value.data):
        return Asked(name, spoken, None)
    incoming = replace(_incoming(spoken), command=pressed.command, args=pressed.args)
    once = value.data.get("once")
    if not isinstance(once, str) or not _ONCE.fullmatch(once):
        return Asked(name, spoken, incoming, pressed, secrets.token_hex(8))
    return Asked(name, spoken, replace(incoming, interaction_id=f"{spoken.person_id}|{once}"), pressed, once)


def _searched(name: str, spoken: Spoken, value: _Value, public_url: str) -> Asked:
    """What to look for; nothing, when the search has just been opened."""
    del public_url
    if value.command_id != SEARCH or len(value.parameters) > PARAMETERS_MAX:
        return Asked(name, spoken, None)
    text = next((one.value for one in value.parameters if one.name == TEXT), "")
    page = value.query_options
    args = {"search": text if isinstance(text, str) else "", "skip": page.skip, "count": page.count}
    return Asked(name, spoken, replace(_incoming(spoken), command=SEARCH, args=args))


def _linked(name: str, spoken: Spoken, value: _Value, public_url: str) -> Asked:
    """The lead behind one of our links."""
    lead_id = find_lead_link(public_url, value.url)
    if not lead_id:
        return Asked(name, spoken, None)
    return Asked(name, spoken, replace(_incoming(spoken), command=OUTLINE, args={"lead": lead_id}))


READERS: Final[Mapping[str, Callable[[str, Spoken, _Value, str], Asked]]] = {
    FETCH: _fetched,
    SUBMIT: _submitted,
    QUERY: _searched,
    LINK: _linked,
}


def _incoming(spoken: Spoken) -> Interaction:
    """As if from a place in which others read along, unless it is certainly the chat with the bot.

    A chat of two people calls itself personal, too.
    """
    incoming = incoming_of(spoken, InteractionKind.DIALOG)
    is_ours = spoken.conversation.id.startswith(CHAT_WITH_BOT)
    kind = PlaceKind.PERSONAL if is_ours else _public(spoken.kind)
    thread = spoken.conversation.id if ";" in spoken.conversation.id else ""
    return replace(
        incoming, conversation=replace(incoming.conversation, kind=kind, thread=thread, is_bot_there=is_ours)
    )


def _public(kind: PlaceKind) -> PlaceKind:
    return PlaceKind.GROUP if kind is PlaceKind.PERSONAL else kind


def _message_of(value: _Value) -> str:
    """The message that begins the thread; a form carries it along, because it is not always told again."""
    message = value.message_payload
    if message is None:
        told: object = value.data.get("of") if is_object(value.data) else None
    else:
        told = message.reply_to_id or message.id
    return told if isinstance(told, str) and _MESSAGE_ID.fullmatch(told) else ""


def _located(spoken: Spoken, of: str) -> Spoken:
    """In the thread of the message, which Teams does not always name itself."""
    place = spoken.conversation.id
    if not of or spoken.kind is not PlaceKind.CHANNEL or ";" in place or place.startswith(NOWHERE):
        return spoken
    thread = msgspec.structs.replace(spoken.conversation, id=f"{place};messageid={of}")
    return msgspec.structs.replace(spoken, conversation=thread)


def _text(message: _Message | None) -> str:
    """What the message says, its subject first."""
    if message is None:
        return ""
    body = readable(message.body.content) if message.body else ""
    text = f"Subject: {readable(message.subject)}\n{body}" if message.subject else body
    return text[:MESSAGE_MAX_CHARS]
