"""State of the fake Slack and the methods with which tests fill it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from mimetypes import guess_type
from urllib.parse import quote

from tests.fakes.slack.model import (
    APP_ID,
    BOT_ID,
    BOT_TOKEN,
    BOT_USER_ID,
    TEAM_ID,
    Channel,
    Ephemeral,
    File,
    Given,
    Hook,
    Json,
    Message,
    Refused,
    Trigger,
    User,
    View,
    Workspace,
)

TRIGGER = timedelta(seconds=3)
HOOK = timedelta(minutes=30)
HOOK_USES = 5


class State:
    """One Slack with, initially, one workspace that has installed the app."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.origin = ""
        self.workspaces: dict[str, Workspace] = {}
        self.tokens: dict[str, Workspace] = {}
        self.revoked: set[str] = set()
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[tuple[str, str], Message] = {}
        """Messages by channel and ts, in order of posting."""
        self.ephemerals: list[Ephemeral] = []
        self.triggers: dict[str, Trigger] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        """App Home by user."""
        self.hooks: dict[str, Hook] = {}
        self.files: dict[str, File] = {}
        self.codes: dict[str, Json] = {}
        """Responses of `oauth.v2.access` by code; each code works once."""
        self.history_limit = 999
        """Messages per page; Slack returns 15 to an unlisted app."""
        self._count = 0
        self._micros = 0
        self.add_workspace(TEAM_ID, "Solarhaus", token=BOT_TOKEN)

    def new_id(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count:08d}"

    def new_ts(self) -> str:
        """Return a unique ts."""
        self._micros = max(self._micros + 1, int(self.clock().timestamp() * 1_000_000))
        return f"{self._micros // 1_000_000}.{self._micros % 1_000_000:06d}"

    def add_workspace(
        self, team_id: str, name: str, *, token: str, enterprise_id: str | None = None, bot_user_id: str = BOT_USER_ID
    ) -> Workspace:
        """Add a workspace that has installed the app with this token."""
        made = Workspace(team_id, name, token, enterprise_id, bot_user_id, BOT_ID)
        self.workspaces[team_id] = self.tokens[token] = made
        self.users[bot_user_id] = User(bot_user_id, team_id, "kollega", is_bot=True)
        return made

    def revoke(self, team_id: str) -> None:
        """Uninstall the app from the workspace."""
        token = self.workspaces[team_id].token
        self.tokens.pop(token, None)
        self.revoked.add(token)

    def add_user(self, user_id: str, name: str, *, team_id: str = TEAM_ID, **details: Given) -> User:
        """Add a user; the details are e-mail, locale and time zone."""
        self.users[user_id] = User(user_id, team_id, name, **details)
        return self.users[user_id]

    def add_channel(
        self,
        channel_id: str,
        name: str,
        members: Iterable[str] = (),
        *,
        kind: str = "channel",
        team_id: str = TEAM_ID,
        is_ext_shared: bool = False,
        has_bot: bool = True,
    ) -> Channel:
        """Add a channel (`channel`), private channel (`group`) or group chat (`mpim`)."""
        bot = [self.workspaces[team_id].bot_user_id] if has_bot else []
        made = Channel(channel_id, name, team_id, kind, [*bot, *members], is_ext_shared)
        self.channels[channel_id] = made
        return made

    def direct(self, user_id: str, team_id: str = TEAM_ID) -> Channel:
        """Return the user's direct chat with the app and create it if needed."""
        bot_user_id = self.workspaces[team_id].bot_user_id
        pair = [bot_user_id, user_id]
        known = next(
            (channel for channel in self.channels.values() if channel.kind == "im" and channel.members == pair), None
        )
        if known is None:
            known = Channel(self.new_id("D"), "", team_id, "im", pair)
            self.channels[known.channel_id] = known
        return known

    def messages_in(self, channel_id: str, *, thread_ts: str | None = None) -> list[Message]:
        """Return the messages of a channel, oldest first; with `thread_ts` those below the root message."""
        found = [message for message in self.messages.values() if message.channel_id == channel_id]
        return found if thread_ts is None else [message for message in found if message.thread_ts == thread_ts]

    def ephemerals_in(self, channel_id: str, user_id: str) -> list[Ephemeral]:
        """Return the ephemeral messages of a user in a channel."""
        return [
            ephemeral
            for ephemeral in self.ephemerals
            if (ephemeral.channel_id, ephemeral.user_id) == (channel_id, user_id) and not ephemeral.is_deleted
        ]

    def says(self, user_id: str, channel_id: str, text: str, *, thread_ts: str = "") -> Message:
        """Post a message of a user without sending an event."""
        made = Message(channel_id, self.new_ts(), user_id, text, thread_ts=thread_ts)
        self.messages[channel_id, made.ts] = made
        return made

    def drop_files(self, user_id: str, channel_id: str, files: Mapping[str, bytes]) -> Message:
        """Post a message with files of a user; the files are described as in an event."""
        message = self.says(user_id, channel_id, "")
        for name, content in files.items():
            mimetype = guess_type(name)[0] or "application/octet-stream"
            file = File(
                self.new_id("F"), name, user_id, content, mimetype, len(content), [channel_id], is_complete=True
            )
            self.files[file.file_id] = file
            message.files.append(self.describe_file(file))
        return message

    def describe_file(self, file: File) -> Json:
        return {
            "id": file.file_id,
            "name": file.name,
            "title": file.name,
            "mimetype": file.mimetype,
            "filetype": file.name.rpartition(".")[2].lower(),
            "user": file.author,
            "size": file.length,
            "mode": "hosted",
            "is_external": False,
            "file_access": "visible",
            "channels": file.channels,
            "url_private": f"{self.origin}/files-pri/{file.file_id}/{quote(file.name)}",
            "url_private_download": f"{self.origin}/files-pri/{file.file_id}/download/{quote(file.name)}",
        }

    def trigger(self, user_id: str, view_id: str = "") -> str:
        """Return a trigger_id that opens one modal."""
        trigger_id = self.new_id("trigger.")
        self.triggers[trigger_id] = Trigger(user_id, self.clock(), view_id=view_id)
        return trigger_id

    def hook(self, channel_id: str, user_id: str, message_ts: str = "") -> str:
        """Return a response_url."""
        hook_id = self.new_id("hook")
        self.hooks[hook_id] = Hook(channel_id, user_id, self.clock(), message_ts)
        return f"{self.origin}/hooks/{hook_id}"

    def issue_code(
        self,
        team_id: str,
        installer: str,
        *,
        scopes: Iterable[str],
        org_wide: bool = False,
        redirect_uri: str = "",
    ) -> str:
        """Approve the installation and return the OAuth code."""
        code = self.new_id("code.")
        self.codes[code] = {
            "team": team_id,
            "user": installer,
            "scope": ",".join(scopes),
            "org_wide": org_wide,
            "redirect_uri": redirect_uri,
        }
        return code

    # ---- lookups for methods ----

    def channel_for(self, workspace: Workspace, channel_id: Given) -> Channel:
        """Return a channel that the app may read."""
        found = self.channels.get(channel_id) if isinstance(channel_id, str) else None
        if found is None or (found.kind != "channel" and workspace.bot_user_id not in found.members):
            raise Refused("channel_not_found")
        if found.team_id != workspace.team_id and workspace.bot_user_id not in found.members:
            raise Refused("channel_not_found")
        return found

    def writable(self, workspace: Workspace, channel_id: Given) -> Channel:
        """Return a channel to which the app may post."""
        if isinstance(channel_id, str) and channel_id in self.users:
            return self.open_direct(workspace, [channel_id])
        found = self.channel_for(workspace, channel_id)
        if found.is_archived:
            raise Refused("is_archived")
        if workspace.bot_user_id not in found.members:
            raise Refused("not_in_channel")
        return found

    def open_direct(self, workspace: Workspace, user_ids: list[str]) -> Channel:
        for user_id in user_ids:
            user = self.users.get(user_id)
            if user is None:
                raise Refused("user_not_found")
            if user.is_deleted:
                raise Refused("user_disabled")
            if user.is_bot:
                raise Refused("cannot_dm_bot")
        if len(user_ids) != 1:
            raise Refused("method_not_supported_for_channel_type")
        return self.direct(user_ids[0], workspace.team_id)

    def describe_user(self, user: User) -> Json:
        return {
            "id": user.user_id,
            "team_id": user.team_id,
            "name": user.name.lower().replace(" ", "."),
            "real_name": user.name,
            "deleted": user.is_deleted,
            "is_bot": user.is_bot,
            "is_app_user": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "tz": user.zone,
            "profile": {
                "real_name": user.name,
                "display_name": "",
                "team": user.team_id,
                **({"email": user.email} if user.email else {}),
            },
        }

    def describe_message(self, message: Message) -> Json:
        """Return a message as the history shows it."""
        author = self.users[message.author]
        about_bot = {"bot_id": BOT_ID, "app_id": APP_ID} if author.is_bot else {}
        return {
            "type": "message",
            "user": message.author,
            "text": message.text,
            "ts": message.ts,
            "team": author.team_id,
            **about_bot,
            **({"blocks": message.blocks} if message.blocks else {}),
            **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
            **({"files": message.files} if message.files else {}),
        }
