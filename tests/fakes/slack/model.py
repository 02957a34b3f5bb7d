"""Objects of the fake Slack: workspaces, users, channels, messages, views and files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from tests.fakes.bot_connector import CannedResponse

Json: TypeAlias = dict[str, Any]
Given: TypeAlias = Any
"""Unvalidated input."""

APP_ID = "A0KOLLEGA"
TEAM_ID = "T0KOLLEGA"
BOT_USER_ID = "U0BOT"
BOT_ID = "B0BOT"
BOT_TOKEN = "xoxb-only-for-this-test-T0KOLLEGA"
APP_TOKEN = "xapp-only-for-this-test"
SIGNING_SECRET = "also-only-for-this-test"
CLIENT_ID = "10000.20000"
CLIENT_SECRET = "and-this-one-too"


class Refused(Exception):
    """An error code of Slack."""

    def __init__(self, word: str, **details: Given) -> None:
        super().__init__(word)
        self.word = word
        self.details = details


def ratelimited(retry_after_s: int) -> CannedResponse:
    """Return a rate limit with a retry time."""
    return CannedResponse(429, {"Retry-After": str(retry_after_s)}, b'{"ok": false, "error": "ratelimited"}')


def refused(word: str) -> CannedResponse:
    """Return an error response."""
    return CannedResponse(200, body=b'{"ok": false, "error": "%s"}' % word.encode())


def list_argument(given: Given) -> list[Json]:
    """Return a list argument, or an empty list if it is missing."""
    return list(given or ())


@dataclass(slots=True)
class Workspace:
    """A workspace with its installation of the app."""

    team_id: str
    name: str
    token: str
    enterprise_id: str | None = None
    bot_user_id: str = BOT_USER_ID
    bot_id: str = BOT_ID
    scopes: set[str] | None = None
    """Granted scopes; None for all."""
    is_org_wide: bool = False
    """Whether the token opens every workspace of the enterprise."""

    @property
    def tenant(self) -> str:
        return self.enterprise_id or self.team_id


@dataclass(slots=True)
class User:
    """A user or bot."""

    user_id: str
    team_id: str
    name: str
    email: str = ""
    locale: str = "en-US"
    zone: str = "Europe/Berlin"
    is_bot: bool = False
    is_deleted: bool = False


@dataclass(slots=True)
class Channel:
    """A channel, group or direct chat; `kind` is channel, group, mpim or im."""

    channel_id: str
    name: str
    team_id: str
    kind: str = "channel"
    members: list[str] = field(default_factory=list[str])
    is_ext_shared: bool = False
    is_archived: bool = False


@dataclass(slots=True)
class Message:
    """A message in a channel."""

    channel_id: str
    ts: str
    author: str
    text: str
    blocks: list[Json] = field(default_factory=list[Json])
    thread_ts: str = ""
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list[Json])
    unfurls: Json = field(default_factory=dict[str, Any])
    """Previews of its links."""
    edits: int = 0
    sent: Json = field(default_factory=dict[str, Any])
    """Arguments of the call."""


@dataclass(slots=True)
class Ephemeral:
    """A message for one user."""

    channel_id: str
    user_id: str
    ts: str
    text: str
    blocks: list[Json] = field(default_factory=list[Json])
    thread_ts: str = ""
    is_deleted: bool = False


@dataclass(slots=True)
class View:
    """A modal or a user's App Home."""

    view_id: str
    user_id: str
    content: Json
    hash: str
    root_id: str = ""
    previous_id: str | None = None
    is_open: bool = True


@dataclass(slots=True)
class Trigger:
    """A trigger_id that opens one modal."""

    user_id: str
    created_at: datetime
    is_used: bool = False
    view_id: str = ""
    """The modal whose button was clicked."""


@dataclass(slots=True)
class Hook:
    """A response_url of a command or click."""

    channel_id: str
    user_id: str
    created_at: datetime
    message_ts: str = ""
    """The message whose button was clicked."""
    uses: int = 0
    responses: list[Json] = field(default_factory=list[Json])
    """Messages sent to the URL."""


@dataclass(slots=True)
class File:
    """A file in Slack."""

    file_id: str
    name: str
    author: str
    content: bytes = b""
    mimetype: str = "text/csv"
    length: int = 0
    channels: list[str] = field(default_factory=list[str])
    is_complete: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One received request."""

    method: str
    arguments: Mapping[str, Any]
    token: str
    channel: str
    connection: tuple[str, int]
    received_at: datetime
    accepted: bool
    problem: str = ""
    """Reason of a rejection, for debugging."""
