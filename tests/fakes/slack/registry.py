"""Methods of Slack's Web API that the fake implements, with their scopes."""

from collections.abc import Callable
from typing import TypeAlias

from tests.fakes.slack import methods, uploads, views
from tests.fakes.slack.model import Json, Workspace
from tests.fakes.slack.state import State

Method: TypeAlias = Callable[[State, Workspace, Json], Json]

METHODS: dict[str, Method] = {
    "apps.uninstall": methods.apps_uninstall,
    "auth.test": methods.auth_test,
    "chat.delete": methods.chat_delete,
    "chat.postEphemeral": methods.chat_post_ephemeral,
    "chat.postMessage": methods.chat_post_message,
    "chat.unfurl": methods.chat_unfurl,
    "chat.update": methods.chat_update,
    "conversations.history": methods.conversations_history,
    "conversations.info": methods.conversations_info,
    "conversations.members": methods.conversations_members,
    "conversations.open": methods.conversations_open,
    "conversations.replies": methods.conversations_replies,
    "files.completeUploadExternal": uploads.files_complete_upload,
    "files.delete": uploads.files_delete,
    "files.getUploadURLExternal": uploads.files_upload_url,
    "files.info": uploads.files_info,
    "team.info": methods.team_info,
    "users.info": methods.users_info,
    "views.open": views.views_open,
    "views.publish": views.views_publish,
    "views.push": views.views_push,
    "views.update": views.views_update,
}
READS_FORMS_ONLY = frozenset(
    {
        "conversations.history",
        "conversations.info",
        "conversations.members",
        "conversations.replies",
        "files.getUploadURLExternal",
        "files.info",
        "team.info",
        "users.info",
    }
)
NEEDS = {
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.unfurl": ("links:write",),
    "chat.update": ("chat:write",),
    "conversations.open": ("im:write",),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.info": ("files:read",),
    "users.info": ("users:read",),
}
"""Scopes of which one is enough."""
READS = {"conversations.history": "history", "conversations.info": "read", "conversations.replies": "history"}
"""Scope prefixes that each kind of channel completes."""
KINDS = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


def required_scopes(state: State, method: str, arguments: Json) -> tuple[str, ...]:
    """Return the scopes of which the call needs one."""
    channel = state.channels.get(str(arguments.get("channel")))
    if method in READS and channel is not None:
        return (f"{KINDS[channel.kind]}:{READS[method]}",)
    return NEEDS.get(method, ())
