"""Users, channels and direct chats of Slack, looked up once and cached."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog

from bot.platforms.base import SendFailed
from bot.platforms.slack.api import SlackApi, Workspace
from bot.platforms.slack.text import to_plain
from bot.platforms.ttl_cache import LookupCache
from services.people import PlaceKind

NAME_MAX_CHARS: Final = 120
USER_TTL_S: Final = 24 * 3600.0
CHANNEL_TTL_S: Final = 10 * 60.0
"""The event that a channel is shared now reaches one process; the others read it after this time."""
FAILURE_TTL_S: Final = 60.0
LOOKUP_LIMIT_S: Final = 1.0
"""A lookup delays the response, which Slack expects within 3 seconds."""
LOOKUPS_MAX: Final = 5
"""Mentioned users of one message that are looked up; each costs a call of users.info."""

CacheKey = tuple[str, str]

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.directory")


@dataclass(frozen=True, slots=True)
class SlackUser:
    """A user's profile; empty where the lookup failed."""

    name: str = ""
    email: str = ""
    locale: str = ""
    zone: str = ""
    workspace: str = ""
    enterprise: str = ""


@dataclass(frozen=True, slots=True)
class SlackChannel:
    """A channel; `is_known` is False where the lookup failed."""

    name: str = ""
    kind: PlaceKind = PlaceKind.CHANNEL
    is_shared: bool = False
    """Whether users of another organisation are members (Slack Connect)."""
    is_bot_member: bool = False
    creator: str = ""
    is_known: bool = True


class _Profile(msgspec.Struct):
    real_name: str = ""
    display_name: str = ""
    email: str | None = None


class _EnterpriseUser(msgspec.Struct):
    enterprise_id: str = ""


class _User(msgspec.Struct):
    name: str = ""
    real_name: str | None = None
    locale: str | None = None
    tz: str | None = None
    team_id: str | None = None
    profile: _Profile = msgspec.field(default_factory=_Profile)
    enterprise_user: _EnterpriseUser | None = None


class _Channel(msgspec.Struct):
    name: str | None = None
    is_mpim: bool = False
    is_im: bool = False
    is_ext_shared: bool = False
    is_member: bool = False
    creator: str | None = None


class SlackDirectory:
    """Looks up users and channels; a lookup that fails or takes too long returns an empty record."""

    def __init__(self, api: SlackApi, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._users: LookupCache[CacheKey, SlackUser] = LookupCache(timer)
        self._channels: LookupCache[CacheKey, SlackChannel] = LookupCache(timer)
        self._direct_chats: LookupCache[CacheKey, str] = LookupCache(timer)

    async def user(self, workspace: Workspace, user_id: str) -> SlackUser:
        """Return a user's name, language and time zone."""
        key = workspace.tenant, user_id
        return await self._users.get_or_load(key, lambda: self._load_user(workspace, user_id))

    def cached_locale(self, workspace: Workspace, user_id: str) -> str:
        """Return a user's locale without a lookup; empty where it is not cached."""
        user = self._users.get((workspace.tenant, user_id))
        return user.locale if user else ""

    async def names(self, workspace: Workspace, user_ids: Iterable[str]) -> Mapping[str, str]:
        """Return the names of users by id; users whose lookup failed are left out."""
        requested = list(user_ids)[:LOOKUPS_MAX]
        if not requested:
            return {}
        async with asyncio.TaskGroup() as group:
            tasks = {user_id: group.create_task(self.user(workspace, user_id)) for user_id in requested}
        return {user_id: task.result().name for user_id, task in tasks.items() if task.result().name}

    async def channel(self, workspace: Workspace, channel_id: str) -> SlackChannel:
        """Return a channel's name and audience."""
        key = workspace.tenant, channel_id
        return await self._channels.get_or_load(key, lambda: self._load_channel(workspace, channel_id))

    async def direct_chat(self, workspace: Workspace, user_id: str) -> str:
        """Return the id of a user's direct chat with the bot; empty where the lookup failed."""
        key = workspace.tenant, user_id
        return await self._direct_chats.get_or_load(key, lambda: self._load_direct_chat(workspace, user_id))

    def note_direct_chat(self, workspace: Workspace, user_id: str, channel_id: str) -> None:
        """Cache the direct chat that a user has written in; the bot receives messages of no other one."""
        self._direct_chats.put((workspace.tenant, user_id), channel_id, USER_TTL_S)

    def forget_user(self, workspace: Workspace, user_id: str) -> None:
        self._users.delete((workspace.tenant, user_id))

    def forget_channel(self, workspace: Workspace, channel_id: str) -> None:
        self._channels.delete((workspace.tenant, channel_id))

    async def _load_user(self, workspace: Workspace, user_id: str) -> tuple[SlackUser, float]:
        try:
            async with asyncio.timeout(LOOKUP_LIMIT_S):
                arguments = {"user": user_id, "include_locale": True}
                response = await self._api.call("users.info", workspace, arguments)
            user = msgspec.convert(response.get("user"), _User)
        except (SendFailed, TimeoutError, msgspec.ValidationError) as error:
            _log.info("user_lookup_failed", platform="slack", error=type(error).__name__)
            return SlackUser(), FAILURE_TTL_S
        name = user.profile.display_name or user.profile.real_name or user.real_name or user.name
        profile = SlackUser(
            name=to_plain(name)[:NAME_MAX_CHARS],
            email=user.profile.email or "",
            locale=user.locale or "",
            zone=user.tz or "",
            workspace=user.team_id or "",
            enterprise=user.enterprise_user.enterprise_id if user.enterprise_user else "",
        )
        return profile, USER_TTL_S

    async def _load_channel(self, workspace: Workspace, channel_id: str) -> tuple[SlackChannel, float]:
        try:
            async with asyncio.timeout(LOOKUP_LIMIT_S):
                response = await self._api.call("conversations.info", workspace, {"channel": channel_id})
            channel = msgspec.convert(response.get("channel"), _Channel)
        except (SendFailed, TimeoutError, msgspec.ValidationError) as error:
            _log.info("channel_lookup_failed", platform="slack", error=type(error).__name__)
            return SlackChannel(is_known=False), FAILURE_TTL_S
        is_group = channel.is_mpim or channel.is_im
        # The name of a group chat is generated by Slack from the members' handles.
        name = "" if is_group else to_plain(channel.name or "")[:NAME_MAX_CHARS]
        kind = PlaceKind.GROUP if is_group else PlaceKind.CHANNEL
        found = SlackChannel(name, kind, channel.is_ext_shared, channel.is_member, channel.creator or "")
        return found, CHANNEL_TTL_S

    async def _load_direct_chat(self, workspace: Workspace, user_id: str) -> tuple[str, float]:
        try:
            async with asyncio.timeout(LOOKUP_LIMIT_S):
                response = await self._api.call("conversations.open", workspace, {"users": user_id})
            chat_id = msgspec.convert(response.get("channel"), dict[str, object]).get("id")
        except (SendFailed, TimeoutError, msgspec.ValidationError) as error:
            _log.info("direct_chat_lookup_failed", platform="slack", error=type(error).__name__)
            return "", FAILURE_TTL_S
        return (chat_id, USER_TTL_S) if isinstance(chat_id, str) else ("", FAILURE_TTL_S)
