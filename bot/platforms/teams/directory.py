"""Members of Teams conversations, looked up once and cached."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Final

import msgspec
import structlog

from bot.platforms.base import SendFailed
from bot.platforms.teams.activity import Account, Activity, get_user_id
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.text import MentionEntity
from bot.platforms.ttl_cache import LookupCache

USER_ID_TTL_S: Final = 24 * 3600.0
READERS_TTL_S: Final = 10 * 60.0
FAILURE_TTL_S: Final = 60.0
LOOKUP_LIMIT_S: Final = 4.0
"""A lookup delays the response of a click."""

READERS_MAX: Final = 60
"""Teams accepts at most 60 user ids in `refresh.userIds` of a card."""

LOOKUPS_MAX: Final = 5
"""Mentioned users of one message that are looked up; each costs a call of the Bot Connector."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams.directory")


class _Member(msgspec.Struct, rename="camel"):
    """A member; the Bot Connector names the Entra ID `aadObjectId` or `objectId`."""

    id: str
    aad_object_id: str | None = None
    object_id: str | None = None


class TeamsDirectory:
    """Looks up members; a lookup that fails or takes too long is treated as unknown."""

    def __init__(self, connector: Connector, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._connector = connector
        self._user_ids: LookupCache[tuple[str, str], str] = LookupCache(timer)
        self._readers: LookupCache[str, tuple[str, ...]] = LookupCache(timer)

    async def identify(self, activity: Activity, entities: Iterable[MentionEntity]) -> dict[str, str]:
        """Return the stored user id of each mentioned user, by the bot's id of the user."""
        accounts = {
            entity.account.id: entity.account for entity in entities if is_user(entity.account, activity.bot.id)
        }
        user_ids = {id_: self._find_cached(activity.tenant, account) for id_, account in accounts.items()}
        user_ids[activity.sender.id] = activity.user_id
        missing = [id_ for id_, user_id in user_ids.items() if user_id is None][:LOOKUPS_MAX]
        if missing:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._look_up(activity, id_)) for id_ in missing]
            user_ids.update(zip(missing, (task.result() for task in tasks), strict=True))
        return {id_: user_id or id_ for id_, user_id in user_ids.items()}

    def note_sender(self, activity: Activity) -> None:
        """Cache the Entra ID of a sender, which the activity carries."""
        if activity.sender.aad_object_id:
            self._user_ids.put((activity.tenant, activity.sender.id), activity.user_id, USER_ID_TTL_S)

    async def list_reader_ids(self, service_url: str, conversation_id: str) -> tuple[str, ...]:
        """Return the members whose clients may refresh a card; none where the lookup failed."""
        return await self._readers.get_or_load(
            conversation_id, lambda: self._load_readers(service_url, conversation_id)
        )

    def forget_readers(self, conversation_id: str) -> None:
        """Drop the cached members after one was added or removed."""
        self._readers.delete(conversation_id)

    def _find_cached(self, tenant: str, account: Account) -> str | None:
        if account.aad_object_id:
            return get_user_id(account)
        return self._user_ids.get((tenant, account.id))

    async def _look_up(self, activity: Activity, account_id: str) -> str:
        key = activity.tenant, account_id
        return await self._user_ids.get_or_load(key, lambda: self._load_user_id(activity, account_id))

    async def _load_user_id(self, activity: Activity, account_id: str) -> tuple[str, float]:
        try:
            async with asyncio.timeout(LOOKUP_LIMIT_S):
                found = await self._connector.member(activity.service_url, activity.conversation_id, account_id)
            member = msgspec.convert(found, _Member)
        except (SendFailed, TimeoutError, msgspec.ValidationError) as error:
            _log.info("user_lookup_failed", platform="teams", error=type(error).__name__)
            return account_id, FAILURE_TTL_S
        entra_id = member.aad_object_id or member.object_id
        return (entra_id.casefold() if entra_id else account_id), USER_ID_TTL_S

    async def _load_readers(self, service_url: str, conversation_id: str) -> tuple[tuple[str, ...], float]:
        try:
            async with asyncio.timeout(LOOKUP_LIMIT_S):
                roster = await self._connector.members(service_url, conversation_id, READERS_MAX)
            return tuple(msgspec.convert(member, _Member).id for member in roster.members), READERS_TTL_S
        except (SendFailed, TimeoutError, msgspec.ValidationError) as error:
            _log.info("members_lookup_failed", platform="teams", error=type(error).__name__)
            return (), FAILURE_TTL_S


def is_user(account: Account, bot_id: str) -> bool:
    """Return whether an account is a user: channels, teams and tags have ids with `19:`, bots with `28:`."""
    return account.id != bot_id and not account.id.startswith(("19:", "28:"))
