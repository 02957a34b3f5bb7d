"""Payloads of Slack: typed and bounded structs, and one `SlackRequest` whatever kind of payload it came from."""

from collections.abc import Callable
from enum import Enum, auto
from typing import Annotated, Any, Final

import msgspec
from slack_bolt.request import payload_utils

from bot.platforms.ingress import Json, RequestRejected
from bot.platforms.slack.api import Workspace

ID: Final = r"^[A-Za-z0-9_.:|-]{1,255}\Z"
"""Ids become part of URLs and, for a mentioned user, one word of a typed command."""
STAMP: Final = r"^\d{1,20}\.\d{1,10}\Z"
"""The `ts` of a message, which Slack uses as its id."""
ACTIONS_MAX: Final = 25
AUTHORIZATIONS_MAX: Final = 100

Id = Annotated[str, msgspec.Meta(pattern=ID)]
MaybeId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.:|-]{0,255}\Z")]
Stamp = Annotated[str, msgspec.Meta(pattern=STAMP)]
ShortText = Annotated[str, msgspec.Meta(max_length=1_000)]
Address = Annotated[str, msgspec.Meta(max_length=2_048)]


class RequestKind(Enum):
    """The kinds of payload that the bot serves."""

    EVENT = auto()
    COMMAND = auto()
    CLICK = auto()
    SHORTCUT = auto()  # a global shortcut, or one in the menu of a message
    SUBMISSION = auto()  # of a modal


class _Part(msgspec.Struct, frozen=True):
    """A part of a payload; fields that it does not name are ignored."""


class IdAndName(_Part, frozen=True):
    """A workspace, an enterprise, a channel."""

    id: MaybeId | None = None
    name: ShortText | None = None


class User(_Part, frozen=True):
    """The acting user, with their home workspace."""

    id: Id
    team_id: MaybeId | None = None


class Message(_Part, frozen=True):
    """The message whose button or menu was used."""

    ts: Stamp | None = None
    thread_ts: Stamp | None = None
    text: str | None = None
    blocks: list[dict[str, Any]] | None = None
    team: MaybeId | None = None


class Container(_Part, frozen=True):
    """The container of a pressed button."""

    type: ShortText = ""
    message_ts: Stamp | None = None
    thread_ts: Stamp | None = None
    channel_id: MaybeId | None = None
    is_ephemeral: bool = False


class State(_Part, frozen=True):
    """Input values, by block and by input."""

    values: dict[str, dict[str, dict[str, Any]]] = {}


class View(_Part, frozen=True):
    """A modal or an App Home, as it was displayed."""

    id: Id
    type: ShortText = ""
    hash: ShortText | None = None
    private_metadata: Annotated[str, msgspec.Meta(max_length=3_000)] = ""
    app_installed_team_id: MaybeId | None = None
    state: State | None = None


class Action(_Part, frozen=True):
    """A pressed button, or a chosen option."""

    type: ShortText = ""
    action_id: ShortText = ""
    value: str | None = None
    selected_option: dict[str, Any] | None = None


class Authorization(_Part, frozen=True):
    """The installation that an event is delivered for."""

    enterprise_id: MaybeId | None = None
    team_id: MaybeId | None = None
    user_id: MaybeId | None = None


class Event(_Part, frozen=True):
    """An event. `channel` is an id, or an object in channel_rename."""

    type: ShortText
    subtype: ShortText | None = None
    user: Any = None
    bot_id: ShortText | None = None
    channel: Any = None
    channel_type: ShortText | None = None
    text: str | None = None
    ts: Stamp | None = None
    thread_ts: Stamp | None = None
    user_team: MaybeId | None = None
    source_team: MaybeId | None = None
    team: MaybeId | None = None
    inviter: MaybeId | None = None
    actor_id: MaybeId | None = None
    files: list[dict[str, Any]] | None = None


class Payload(_Part, frozen=True):
    """The union of the fields of every kind of payload."""

    type: ShortText = ""
    api_app_id: ShortText | None = None
    # of an event
    event: dict[str, Any] | None = None
    event_id: Id | None = None
    authorizations: Annotated[list[Authorization], msgspec.Meta(max_length=AUTHORIZATIONS_MAX)] | None = None
    context_team_id: MaybeId | None = None
    context_enterprise_id: MaybeId | None = None
    team_id: MaybeId | None = None
    enterprise_id: MaybeId | None = None
    # of a command
    command: ShortText | None = None
    text: str | None = None
    user_id: MaybeId | None = None
    channel_id: MaybeId | None = None
    channel_name: ShortText | None = None
    # of a click, a shortcut, a submission
    trigger_id: ShortText | None = None
    response_url: Address | None = None
    team: IdAndName | None = None
    enterprise: IdAndName | None = None
    user: User | None = None
    channel: IdAndName | None = None
    callback_id: ShortText | None = None
    message: Message | None = None
    container: Container | None = None
    actions: Annotated[list[Action], msgspec.Meta(max_length=ACTIONS_MAX)] | None = None
    view: View | None = None
    state: State | None = None


class SlackRequest(_Part, frozen=True):
    """A payload with its kind, workspace, user and interaction id: the same fields for every kind."""

    kind: RequestKind
    payload: Payload
    workspace: Workspace
    id: str
    """Identifies the interaction; Slack repeats a request with the same id."""
    user_id: str
    user_workspace: str = ""
    """The user's home workspace or enterprise, where Slack names it."""
    channel_id: str = ""
    """Empty where Slack names none: in the App Home, in a global shortcut."""
    thread: str = ""
    message_id: str = ""
    event: Event | None = None
    raw_event: Json = {}
    """The event with the fields that `Event` leaves out."""

    @property
    def trigger_id(self) -> str:
        return self.payload.trigger_id or ""

    @property
    def response_url(self) -> str:
        return self.payload.response_url or ""

    @property
    def view(self) -> View | None:
        return self.payload.view


PREDICATES: Final[tuple[tuple[Callable[[Json], bool], RequestKind], ...]] = (
    (payload_utils.is_slash_command, RequestKind.COMMAND),
    (payload_utils.is_event, RequestKind.EVENT),
    (payload_utils.is_block_actions, RequestKind.CLICK),
    (payload_utils.is_view_submission, RequestKind.SUBMISSION),
    (payload_utils.is_shortcut, RequestKind.SHORTCUT),
)
SERVED_TYPES: Final = frozenset({"event_callback", "block_actions", "view_submission", "shortcut", "message_action"})
"""A payload of these types that no predicate recognises lacks a required field."""


def read_request(document: Json) -> SlackRequest | None:
    """Read a verified document; None for a kind of payload that the bot does not serve. Raises RequestRejected."""
    try:
        payload = msgspec.convert(document, Payload)
    except (msgspec.ValidationError, RecursionError) as malformed:
        raise RequestRejected(400, "malformed") from malformed
    match _find_kind(document, payload):
        case None:
            return None
        case RequestKind.EVENT:
            return _read_event(payload)
        case RequestKind.COMMAND:
            return _read_command(payload)
        case kind:
            return _read_click(kind, payload)


def _find_kind(document: Json, payload: Payload) -> RequestKind | None:
    """Recognise the payload with Bolt's own predicates. Raises RequestRejected."""
    # Bolt's predicates look into these two without checking that they are objects.
    if (payload.type == "event_callback" and payload.event is None) or (
        payload.type == "view_submission" and payload.view is None
    ):
        raise RequestRejected(400, "malformed")
    kind = next((kind for is_kind, kind in PREDICATES if is_kind(document)), None)
    if kind is None and payload.type in SERVED_TYPES:
        raise RequestRejected(400, "malformed")
    return kind


def _read_event(payload: Payload) -> SlackRequest:
    try:
        event = msgspec.convert(payload.event, Event)
    except msgspec.ValidationError as malformed:
        raise RequestRejected(400, "malformed") from malformed
    authorization = payload.authorizations[0] if payload.authorizations else Authorization()
    workspace = payload.context_team_id or authorization.team_id or payload.team_id
    enterprise = payload.context_enterprise_id or authorization.enterprise_id or payload.enterprise_id
    if not payload.event_id or not (workspace or enterprise):
        raise RequestRejected(400, "malformed")
    user = event.user if isinstance(event.user, str) else ""
    return SlackRequest(
        RequestKind.EVENT,
        payload,
        Workspace(enterprise or workspace or "", workspace or ""),
        payload.event_id,
        _require_id(user or event.inviter or event.actor_id or ""),
        user_workspace=event.user_team or event.source_team or event.team or "",
        channel_id=_require_id(event.channel if isinstance(event.channel, str) else ""),
        thread=event.thread_ts or "",
        message_id=event.ts or "",
        event=event,
        raw_event=payload.event or {},
    )


def _read_command(payload: Payload) -> SlackRequest:
    if not (payload.team_id and payload.user_id and payload.channel_id and payload.trigger_id):
        raise RequestRejected(400, "malformed")
    return SlackRequest(
        RequestKind.COMMAND,
        payload,
        Workspace(payload.enterprise_id or payload.team_id, payload.team_id),
        payload.trigger_id,
        payload.user_id,
        user_workspace=payload.team_id,
        channel_id=payload.channel_id,
    )


def _read_click(kind: RequestKind, payload: Payload) -> SlackRequest:
    """Read a click, a shortcut or a submission."""
    user, view = payload.user, payload.view
    container, message = payload.container or Container(), payload.message or Message()
    is_submission = kind is RequestKind.SUBMISSION
    # The hash changes with the view: the same view with the same hash is the same submission sent again.
    view_id = f"{view.id}|{view.hash}" if view is not None and view.hash and is_submission else None
    interaction_id = view_id or payload.trigger_id
    workspace = _find_workspace(kind, payload)
    if not (user and interaction_id and workspace and (is_submission or payload.trigger_id)):
        raise RequestRejected(400, "malformed")
    return SlackRequest(
        kind,
        payload,
        workspace,
        interaction_id,
        user.id,
        user_workspace=user.team_id or (payload.team.id if payload.team else None) or "",
        channel_id=(payload.channel.id if payload.channel else None) or container.channel_id or "",
        thread=message.thread_ts or container.thread_ts or "",
        message_id=container.message_ts or message.ts or "",
    )


def _find_workspace(kind: RequestKind, payload: Payload) -> Workspace | None:
    """Return the workspace that has the app installed: for an external user, `team` is the user's own workspace."""
    user_team = payload.team.id if payload.team else None
    enterprise = payload.enterprise.id if payload.enterprise else None
    app_team = payload.view.app_installed_team_id if payload.view else None
    if kind is RequestKind.CLICK and payload.message:
        app_team = app_team or payload.message.team
    if app_team and user_team and app_team != user_team:
        return Workspace(app_team, app_team)
    workspace = app_team or user_team or (payload.user.team_id if payload.user else None)
    tenant = enterprise or workspace
    return Workspace(tenant, workspace or "") if tenant else None


def _require_id(value: str) -> str:
    """Return an id from a field that may hold other values. Raises RequestRejected."""
    try:
        return msgspec.convert(value, MaybeId)
    except msgspec.ValidationError as malformed:
        raise RequestRejected(400, "malformed") from malformed
