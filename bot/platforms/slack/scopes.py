"""OAuth scopes and events of the Slack app: each scope with its reason, each event with the scopes it requires.

The manifest, the installation and the tests read them here; a new scope needs a reason.
"""

from collections.abc import Mapping
from typing import Final

EVENTS_PATH: Final = "/slack/events"
"""Request URL of events, commands, clicks and shortcuts."""
INSTALL_PATH: Final = "/slack/install"
REDIRECT_PATH: Final = "/slack/oauth_redirect"
"""Where Slack redirects the browser after consent to the installation."""

SCOPES: Final[Mapping[str, str]] = {
    "app_mentions:read": "receives messages that mention it in a channel",
    "channels:history": "looks up its own message after a send with unknown outcome",
    "channels:read": "reads a channel's name, and whether it has external users",
    "chat:write": "posts and updates its messages, and sends ephemeral answers",
    "commands": "offers the slash command and the shortcuts",
    "files:read": "imports a file that a user sends in the direct chat",
    "files:write": "delivers exports and the audit log to the user who asked for them",
    "groups:history": "looks up its own message, in private channels",
    "groups:read": "reads a private channel's name, and whether it has external users",
    "im:history": "receives the direct messages of its users",
    "im:write": "opens the direct chat with a user who gets a notice",
    "links:read": "receives links to its leads",
    "links:write": "unfurls such a link as the lead without contact details",
    "mpim:history": "looks up its own message, in group chats",
    "mpim:read": "recognises group chats and their members",
    "users:read": "reads users' names, languages and time zones",
    "users:read.email": "recognises a user who was invited by e-mail; a hint, never a proof",
}
"""Bot scopes; the app requests no user scopes."""

_CHANNELS: Final = ("channels:read", "groups:read")

EVENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "channel_archive": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "channel_left": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_shared": _CHANNELS,
    "channel_unshared": _CHANNELS,
    "group_archive": ("groups:read",),
    "group_deleted": ("groups:read",),
    "group_left": ("groups:read",),
    "group_rename": ("groups:read",),
    "link_shared": ("links:read",),
    "member_joined_channel": _CHANNELS,
    "message.im": ("im:history",),
    "tokens_revoked": (),
    "user_change": ("users:read",),
}
"""Subscribed events, by the names of the manifest."""
