"""What the app asks of a workspace: each permission with its reason, each event with the permissions behind it.

The manifest, the installation and the tests read it here; whoever needs another permission adds its reason.
"""

from collections.abc import Mapping
from typing import Final

EVENTS_PATH: Final = "/slack/events"
"""Events, commands, clicks and shortcuts all come in here."""
INSTALL_PATH: Final = "/slack/install"
REDIRECT_PATH: Final = "/slack/oauth_redirect"
"""Where Slack sends whoever has agreed to the installation."""

SCOPES: Final[Mapping[str, str]] = {
    "app_mentions:read": "hears what is said to it by its name in a channel",
    "channels:history": "finds its own message again after a send of which nobody knows whether it arrived",
    "channels:read": "knows a channel's name, and whether people from outside are in it",
    "chat:write": "writes, changes its own messages, and answers to one person alone",
    "commands": "offers the slash command and the shortcuts",
    "files:read": "takes the list that somebody sends in the direct chat",
    "files:write": "gives the exports and the audit log to whoever asked for them",
    "groups:history": "finds its own message again, in private channels",
    "groups:read": "knows a private channel's name, and whether people from outside are in it",
    "im:history": "hears what people write to it directly",
    "im:write": "opens the direct chat with somebody who is to hear of something",
    "links:read": "notices a link to one of its leads",
    "links:write": "shows the lead below such a link, without contact details",
    "mpim:history": "finds its own message again, in group chats",
    "mpim:read": "knows what a group chat is",
    "users:read": "knows people's names, languages and time zones",
    "users:read.email": "recognises somebody who was invited by mail; a hint, never a proof",
}
"""Of the bot alone: it asks for nothing in the name of a person."""

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
"""What the app hears of, as Slack names it when one subscribes."""
