"""Who people are and what places are called in Slack, asked once and remembered for a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar
from weakref import WeakValueDictionary

import msgspec
import structlog

from bot.platforms.base import SendFailed
from bot.platforms.slack.api import SlackApi, Workspace
from bot.platforms.slack.text import plain
from bot.platforms.ttl_cache import Remembered
from services.people import PlaceKind

NAME_MAX_CHARS: Final = 120
PERSON_KEPT_S: Final = 24 * 3600.0
PLACE_KEPT_S: Final = 10 * 60.0
"""Another process may have heard that a channel is shared with another organisation now."""
FAILURE_KEPT_S: Final = 60.0
ASKED_AT_MOST_S: Final = 1.0
"""Somebody waits for an answer meanwhile, of whom Slack expects it within three seconds."""
LOOKUPS_MAX: Final = 5
"""So many mentioned people of one message are looked up."""

Key = tuple[str, str]
Known = TypeVar("Known")

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("slack.people")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as far as Slack told; empty where it did not."""

    name: str = ""
    email: str = ""
    locale: str = ""
    zone: str = ""
    workspace: str = ""
    enterprise: str = ""

    @property
    def is_known(self) -> bool:
        return bool(self.name)


@dataclass(frozen=True, slots=True)
class Channel:
    """A place, as far as Slack told."""

    name: str = ""
    kind: PlaceKind = PlaceKind.CHANNEL
    is_shared: bool = False
    """Whether people of another organisation are in it."""
    is_bot_there: bool = False
    creator: str = ""
    is_known: bool = True


class _Profile(msgspec.Struct):
    real_name: str = ""
    display_name: str = ""
    email: str | None = None


class _Grid(msgspec.Struct):
    enterprise_id: str = ""


class _User(msgspec.Struct):
    name: str = ""
    real_name: str | None = None
    locale: str | None = None
    tz: str | None = None
    team_id: str | None = None
    profile: _Profile = msgspec.field(default_factory=_Profile)
    enterprise_user: _Grid | None = None


class _Channel(msgspec.Struct):
    name: str | None = None
    is_mpim: bool = False
    is_im: bool = False
    is_ext_shared: bool = False
    is_member: bool = False
    creator: str | None = None


class People:
    """Asks Slack about people and places. Whatever it cannot find out in time is simply not known."""

    def __init__(self, api: SlackApi, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._people: Remembered[Key, Person] = Remembered(timer)
        self._channels: Remembered[Key, Channel] = Remembered(timer)
        self._chats: Remembered[Key, str] = Remembered(timer)
        self._asking: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = WeakValueDictionary()

    async def person(self, where: Workspace, user_id: str) -> Person:
        """Somebody's name, language and zone."""
        key = where.tenant, user_id
        return await self._known(self._people, key, "person", lambda: self._ask_person(where, user_id))

    def locale(self, where: Workspace, user_id: str) -> str:
        """The language of somebody who is known already."""
        known = self._people.get((where.tenant, user_id))
        return known.locale if known else ""

    async def names(self, where: Workspace, user_ids: Iterable[str]) -> Mapping[str, str]:
        """The names of some people; those that cannot be found out are left out."""
        asked = list(user_ids)[:LOOKUPS_MAX]
        if not asked:
            return {}
        async with asyncio.TaskGroup() as group:
            found = {one: group.create_task(self.person(where, one)) for one in asked}
        return {one: task.result().name for one, task in found.items() if task.result().name}

    async def channel(self, where: Workspace, channel_id: str) -> Channel:
        """What a place is called, and who reads there."""
        key = where.tenant, channel_id
        return await self._known(self._channels, key, "channel", lambda: self._ask_channel(where, channel_id))

    async def chat(self, where: Workspace, user_id: str) -> str:
        """The person's own chat with the bot; empty where that cannot be found out."""
        key = where.tenant, user_id
        return await self._known(self._chats, key, "chat", lambda: self._ask_chat(where, user_id))

    def note_chat(self, where: Workspace, user_id: str, channel_id: str) -> None:
        """Somebody has written there, and nobody else can."""
        self._chats.put((where.tenant, user_id), channel_id, PERSON_KEPT_S)

    def forget_person(self, where: Workspace, user_id: str) -> None:
        self._people.forget((where.tenant, user_id))

    def forget_channel(self, where: Workspace, channel_id: str) -> None:
        self._channels.forget((where.tenant, channel_id))

    async def _known(
        self, kept: Remembered[Key, Known], key: Key, what: str, ask: Callable[[], Awaitable[tuple[Known, float]]]
    ) -> Known:
        """One caller asks, the others wait for what he learns; the lock lives as long as somebody holds it."""
        known = kept.get(key)
        if known is not None:
            return known
        async with self._asking.setdefault((what, *key), asyncio.Lock()):
            known = kept.get(key)
            if known is None:
                known, seconds = await ask()
                kept.put(key, known, seconds)
            return known

    async def _ask_person(self, where: Workspace, user_id: str) -> tuple[Person, float]:
        try:
            async with asyncio.timeout(ASKED_AT_MOST_S):
                told = await self._api.call("users.info", where, {"user": user_id, "include_locale": True})
            user = msgspec.convert(told.get("user"), _User)
        except (SendFailed, TimeoutError, msgspec.ValidationError) as error:
            _log.info("slack_person_unknown", error=type(error).__name__)
            return Person(), FAILURE_KEPT_S
        name = user.profile.display_name or user.profile.real_name or user.real_name or user.name
        enterprise = user.enterprise_user.enterprise_id if user.enterprise_user else ""
        person = Person(
            plain(name)[:NAME_MAX_CHARS],
            user.profile.email or "",
            user.locale or "",
            user.tz or "",
            user.team_id or "",
            enterprise,
        )
        return person, PERSON_KEPT_S

    async def _ask_channel(self, where: Workspace, channel_id: str) -> tuple[Channel, float]:
        try:
            async with asyncio.timeout(ASKED_AT_MOST_S):
                told = await self._api.call("conversations.info", where, {"channel": channel_id})
            found = msgspec.convert(told.get("channel"), _Channel)
        except (SendFailed, TimeoutError, msgspec.ValidationError) as error:
            _log.info("slack_channel_unknown", error=type(error).__name__)
            return Channel(is_known=False), FAILURE_KEPT_S
        is_many = found.is_mpim or found.is_im
        # Slack makes up a name for a chat of several people, out of their handles.
        name = "" if is_many else plain(found.name or "")[:NAME_MAX_CHARS]
        kind = PlaceKind.GROUP if is_many else PlaceKind.CHANNEL
        return Channel(name, kind, found.is_ext_shared, found.is_member, found.creator or ""), PLACE_KEPT_S

    async def _ask_chat(self, where: Workspace, user_id: str) -> tuple[str, float]:
        try:
            async with asyncio.timeout(ASKED_AT_MOST_S):
                opened = await self._api.call("conversations.open", where, {"users": user_id})
            found = msgspec.convert(opened.get("channel"), dict[str, object]).get("id")
        except (SendFailed, TimeoutError, msgspec.ValidationError) as error:
            _log.info("slack_chat_unknown", error=type(error).__name__)
            return "", FAILURE_KEPT_S
        return (found, PERSON_KEPT_S) if isinstance(found, str) else ("", FAILURE_KEPT_S)
