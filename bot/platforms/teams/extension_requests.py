"""Requests of message extensions: open a form, submit it, search, unfurl a link.

The bot need not be a member of the conversation, and the request proves nothing about it.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from bot.commands.extensions import CAPTURE, OUTLINE, SEARCH, TEXT, find_lead_link
from bot.dispatch.interaction import Interaction, InteractionKind
from bot.platforms.ingress import RequestRejected, is_object
from bot.platforms.teams.activity import CHAT_WITH_BOT, NOWHERE, Activity
from bot.platforms.teams.cards import ButtonPayload, read_button
from bot.platforms.teams.interactions import build_incoming
from bot.platforms.teams.text import to_plain_message
from services.people import PlaceKind

FETCH: Final = "composeExtension/fetchTask"
SUBMIT: Final = "composeExtension/submitAction"
QUERY: Final = "composeExtension/query"
LINK: Final = "composeExtension/queryLink"
ANONYMOUS: Final = "composeExtension/anonymousQueryLink"
"""Sent for users without the app; it names no user."""

MESSAGE_MAX_CHARS: Final = 20_000
PARAMETERS_MAX: Final = 10
_FORM_ID: Final = re.compile(r"[0-9a-f]{16}")
_MESSAGE_ID: Final = re.compile(r"\d{1,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ExtensionRequest:
    """A request of a message extension."""

    name: str
    activity: Activity
    incoming: Interaction | None
    """None for a command that the bot does not know."""
    button: ButtonPayload | None = None
    form_id: str = ""
    """Identifies one form, so that a repeated submission is one interaction."""
    message_id: str = ""
    """The message whose menu was used."""

    @property
    def is_page(self) -> bool:
        """Return whether the client requests a further page of a search."""
        return self.incoming is not None and bool(self.incoming.args.get("skip"))


class _Body(msgspec.Struct, frozen=True, rename="camel"):
    content: str = ""


class _Message(msgspec.Struct, frozen=True, rename="camel"):
    """The message whose menu was used."""

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
    """The value of every extension invoke; fields that it does not name are ignored."""

    command_id: str = ""
    message_payload: _Message | None = None
    data: Any = None
    parameters: list[_Parameter] = []
    query_options: _Page = _Page()
    url: str = ""


def read_extension_request(activity: Activity, public_url: str) -> ExtensionRequest | None:
    """Read an invoke; None where it is not of a message extension. Raises RequestRejected."""
    name = activity.name or ""
    reader = READERS.get(name)
    if reader is None:
        return None
    if not is_object(activity.value):
        raise RequestRejected(400, "malformed")
    try:
        value = msgspec.convert(activity.value, _Value)
    except msgspec.ValidationError as malformed:
        raise RequestRejected(400, "malformed") from malformed
    message_id = _find_message_id(value)
    request = reader(name, _locate_in_thread(activity, message_id), value, public_url)
    return replace(request, message_id=message_id)


def _read_fetch(name: str, activity: Activity, value: _Value, public_url: str) -> ExtensionRequest:
    """Read a request for a form, prefilled with the message whose menu was used."""
    del public_url
    if value.command_id != CAPTURE:
        return ExtensionRequest(name, activity, None)
    incoming = replace(
        _build_incoming(activity), command=CAPTURE, args={"message": _read_message_text(value.message_payload)}
    )
    return ExtensionRequest(name, activity, incoming, form_id=secrets.token_hex(8))


def _read_submission(name: str, activity: Activity, value: _Value, public_url: str) -> ExtensionRequest:
    """Read a submitted form."""
    del public_url
    button = read_button(value.data)
    if button is None or not is_object(value.data):
        return ExtensionRequest(name, activity, None)
    incoming = replace(_build_incoming(activity), command=button.command, args=button.args)
    form_id = value.data.get("once")
    if not isinstance(form_id, str) or not _FORM_ID.fullmatch(form_id):
        return ExtensionRequest(name, activity, incoming, button, secrets.token_hex(8))
    return ExtensionRequest(
        name, activity, replace(incoming, interaction_id=f"{activity.user_id}|{form_id}"), button, form_id
    )


def _read_search(name: str, activity: Activity, value: _Value, public_url: str) -> ExtensionRequest:
    """Read a search; its text is empty when the search is opened."""
    del public_url
    if value.command_id != SEARCH or len(value.parameters) > PARAMETERS_MAX:
        return ExtensionRequest(name, activity, None)
    text = next((parameter.value for parameter in value.parameters if parameter.name == TEXT), "")
    page = value.query_options
    args = {"search": text if isinstance(text, str) else "", "skip": page.skip, "count": page.count}
    return ExtensionRequest(name, activity, replace(_build_incoming(activity), command=SEARCH, args=args))


def _read_link(name: str, activity: Activity, value: _Value, public_url: str) -> ExtensionRequest:
    """Read a link to a lead."""
    lead_id = find_lead_link(public_url, value.url)
    if not lead_id:
        return ExtensionRequest(name, activity, None)
    return ExtensionRequest(name, activity, replace(_build_incoming(activity), command=OUTLINE, args={"lead": lead_id}))


READERS: Final[Mapping[str, Callable[[str, Activity, _Value, str], ExtensionRequest]]] = {
    FETCH: _read_fetch,
    SUBMIT: _read_submission,
    QUERY: _read_search,
    LINK: _read_link,
}


def _build_incoming(activity: Activity) -> Interaction:
    """Return sender and conversation; only the direct chat with the bot counts as personal.

    Teams reports a chat of two users as `personal`, too.
    """
    incoming = build_incoming(activity, InteractionKind.DIALOG)
    is_direct = activity.conversation.id.startswith(CHAT_WITH_BOT)
    kind = PlaceKind.PERSONAL if is_direct else _to_shared_kind(activity.kind)
    thread = activity.conversation.id if ";" in activity.conversation.id else ""
    return replace(
        incoming, conversation=replace(incoming.conversation, kind=kind, thread=thread, is_bot_there=is_direct)
    )


def _to_shared_kind(kind: PlaceKind) -> PlaceKind:
    return PlaceKind.GROUP if kind is PlaceKind.PERSONAL else kind


def _find_message_id(value: _Value) -> str:
    """Return the first message of the thread; the form carries it, because a submission may omit it."""
    message = value.message_payload
    if message is None:
        message_id: object = value.data.get("of") if is_object(value.data) else None
    else:
        message_id = message.reply_to_id or message.id
    return message_id if isinstance(message_id, str) and _MESSAGE_ID.fullmatch(message_id) else ""


def _locate_in_thread(activity: Activity, message_id: str) -> Activity:
    """Return the activity in the thread of a message, which Teams does not always name."""
    conversation_id = activity.conversation.id
    if (
        not message_id
        or activity.kind is not PlaceKind.CHANNEL
        or ";" in conversation_id
        or conversation_id.startswith(NOWHERE)
    ):
        return activity
    thread = msgspec.structs.replace(activity.conversation, id=f"{conversation_id};messageid={message_id}")
    return msgspec.structs.replace(activity, named_conversation=thread)


def _read_message_text(message: _Message | None) -> str:
    """Return the text of a message, its subject first."""
    if message is None:
        return ""
    body = to_plain_message(message.body.content) if message.body else ""
    text = f"Subject: {to_plain_message(message.subject)}\n{body}" if message.subject else body
    return text[:MESSAGE_MAX_CHARS]
