"""What Slack sends, as far as the bot reads it: typed, bounded, everything else ignored."""

from enum import Enum, auto
from typing import Annotated, Any, Final

import msgspec

from bot.platforms.ingress import Json, Turned
from bot.platforms.slack.api import Workspace

ID: Final = r"^[A-Za-z0-9_.:|-]{1,255}\Z"
"""Ids stand in addresses and, of a mentioned person, in the middle of a typed command."""
STAMP: Final = r"^\d{1,20}\.\d{1,10}\Z"
"""By its time Slack knows a message."""
ACTIONS_MAX: Final = 25
AUTHORIZATIONS_MAX: Final = 100

Id = Annotated[str, msgspec.Meta(pattern=ID)]
MaybeId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.:|-]{0,255}\Z")]
Stamp = Annotated[str, msgspec.Meta(pattern=STAMP)]
ShortText = Annotated[str, msgspec.Meta(max_length=1_000)]
Address = Annotated[str, msgspec.Meta(max_length=2_048)]


class Sort(Enum):
    """What came in."""

    EVENT = auto()
    COMMAND = auto()
    CLICK = auto()
    SHORTCUT = auto()  # chosen in a menu of Slack: beside the line in which people write, or of a message
    SUBMISSION = auto()  # of a modal


class _Part(msgspec.Struct, frozen=True):
    """A piece of a payload; what it does not name is ignored."""


class Named(_Part, frozen=True):
    """A workspace, an enterprise, a channel."""

    id: MaybeId | None = None
    name: ShortText | None = None


class User(_Part, frozen=True):
    """Whoever presses, with the workspace that is his own."""

    id: Id
    team_id: MaybeId | None = None


class Message(_Part, frozen=True):
    """A message in whose card somebody presses, or from whose menu he asks."""

    ts: Stamp | None = None
    thread_ts: Stamp | None = None
    text: str | None = None
    blocks: list[dict[str, Any]] | None = None
    team: MaybeId | None = None


class Container(_Part, frozen=True):
    """Where a pressed button stands."""

    type: ShortText = ""
    message_ts: Stamp | None = None
    thread_ts: Stamp | None = None
    channel_id: MaybeId | None = None
    is_ephemeral: bool = False


class State(_Part, frozen=True):
    """What is filled in, by block and by input."""

    values: dict[str, dict[str, dict[str, Any]]] = {}


class View(_Part, frozen=True):
    """A modal or a home, as it was shown."""

    id: Id
    type: ShortText = ""
    hash: ShortText | None = None
    private_metadata: Annotated[str, msgspec.Meta(max_length=3_000)] = ""
    app_installed_team_id: MaybeId | None = None
    state: State | None = None


class Action(_Part, frozen=True):
    """What was pressed or chosen."""

    type: ShortText = ""
    action_id: ShortText = ""
    value: str | None = None
    selected_option: dict[str, Any] | None = None


class Authorization(_Part, frozen=True):
    """For which installation an event comes."""

    enterprise_id: MaybeId | None = None
    team_id: MaybeId | None = None
    user_id: MaybeId | None = None


class Event(_Part, frozen=True):
    """Something that happened. `channel` is an id or, of a renamed one, an object."""

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
    """All that comes in has some of these."""

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
    team: Named | None = None
    enterprise: Named | None = None
    user: User | None = None
    channel: Named | None = None
    callback_id: ShortText | None = None
    message: Message | None = None
    container: Container | None = None
    actions: Annotated[list[Action], msgspec.Meta(max_length=ACTIONS_MAX)] | None = None
    view: View | None = None
    state: State | None = None


class Spoken(_Part, frozen=True):
    """A payload with all that makes it somebody's, in a workspace."""

    sort: Sort
    payload: Payload
    where: Workspace
    id: str
    """Of this interaction; the same again is the same interaction."""
    user_id: str
    user_team: str = ""
    """The workspace or enterprise that is the person's own, as far as it was told."""
    channel_id: str = ""
    """Empty where nobody said where: in a home, in the menu beside the line in which people write."""
    thread: str = ""
    message_id: str = ""
    event: Event | None = None
    raw: Json = {}
    """The event as it came, for whoever reads more of it."""
    bot_user_id: str = ""

    @property
    def trigger_id(self) -> str:
        return self.payload.trigger_id or ""

    @property
    def response_url(self) -> str:
        return self.payload.response_url or ""

    @property
    def view(self) -> View | None:
        return self.payload.view


SORTS: Final = {
    "event_callback": Sort.EVENT,
    "block_actions": Sort.CLICK,
    "shortcut": Sort.SHORTCUT,
    "message_action": Sort.SHORTCUT,
    "view_submission": Sort.SUBMISSION,
}


def read_payload(document: Json) -> Payload:
    """What a verified document says. Raises Turned."""
    try:
        return msgspec.convert(document, Payload)
    except (msgspec.ValidationError, RecursionError) as malformed:
        raise Turned(400, "malformed") from malformed


def spoken(payload: Payload) -> Spoken | None:
    """The payload with its place and person; None for what the bot does not listen to. Raises Turned."""
    sort = Sort.COMMAND if payload.command is not None else SORTS.get(payload.type)
    if sort is None:
        return None
    if sort is Sort.EVENT:
        return _happened(payload)
    return _commanded(payload) if sort is Sort.COMMAND else _pressed(sort, payload)


def _happened(payload: Payload) -> Spoken:
    try:
        event = msgspec.convert(payload.event, Event)
    except msgspec.ValidationError as malformed:
        raise Turned(400, "malformed") from malformed
    first = payload.authorizations[0] if payload.authorizations else Authorization()
    workspace = payload.context_team_id or first.team_id or payload.team_id
    enterprise = payload.context_enterprise_id or first.enterprise_id or payload.enterprise_id
    if not payload.event_id or not (workspace or enterprise):
        raise Turned(400, "malformed")
    user = event.user if isinstance(event.user, str) else ""
    return Spoken(
        Sort.EVENT,
        payload,
        Workspace(enterprise or workspace or "", workspace or ""),
        payload.event_id,
        _id(user or event.inviter or event.actor_id or ""),
        event.user_team or event.source_team or event.team or "",
        _id(event.channel if isinstance(event.channel, str) else ""),
        event.thread_ts or "",
        event.ts or "",
        event,
        payload.event or {},
        first.user_id or "",
    )


def _commanded(payload: Payload) -> Spoken:
    if not (payload.team_id and payload.user_id and payload.channel_id and payload.trigger_id):
        raise Turned(400, "malformed")
    where = Workspace(payload.enterprise_id or payload.team_id, payload.team_id)
    return Spoken(
        Sort.COMMAND, payload, where, payload.trigger_id, payload.user_id, payload.team_id, payload.channel_id
    )


def _pressed(sort: Sort, payload: Payload) -> Spoken:
    """A click, a shortcut or a submission."""
    user, view = payload.user, payload.view
    container, message = payload.container or Container(), payload.message or Message()
    # Slack names a view anew whenever it changes: what is sent again unchanged is the same submission.
    of_view = f"{view.id}|{view.hash}" if view is not None and view.hash and sort is Sort.SUBMISSION else None
    interaction_id = of_view or payload.trigger_id
    is_complete = view is not None if sort is Sort.SUBMISSION else payload.trigger_id
    where = _installed(sort, payload)
    if not (user and interaction_id and is_complete and where):
        raise Turned(400, "malformed")
    return Spoken(
        sort,
        payload,
        where,
        interaction_id,
        user.id,
        user.team_id or (payload.team.id if payload.team else None) or "",
        (payload.channel.id if payload.channel else None) or container.channel_id or "",
        message.thread_ts or container.thread_ts or "",
        container.message_ts or message.ts or "",
    )


def _installed(sort: Sort, payload: Payload) -> Workspace | None:
    """The workspace whose bot is asked: of a person from elsewhere, Slack names his own workspace first."""
    told = payload.team.id if payload.team else None
    enterprise = payload.enterprise.id if payload.enterprise else None
    own = payload.view.app_installed_team_id if payload.view else None
    if sort is Sort.CLICK and payload.message:
        own = own or payload.message.team
    if own and told and own != told:
        return Workspace(own, own)
    workspace = own or told or (payload.user.team_id if payload.user else None)
    tenant = enterprise or workspace
    return Workspace(tenant, workspace or "") if tenant else None


def _id(value: str) -> str:
    """An id that an event names in a place where it may also stand something else."""
    try:
        return msgspec.convert(value, MaybeId)
    except msgspec.ValidationError as malformed:
        raise Turned(400, "malformed") from malformed
