"""Names of Teams channels, looked up where an activity omits them."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import structlog
from msgspec.structs import replace

from bot.platforms.base import SendFailed
from bot.platforms.teams.activity import INVOKE, Activity, IdAndName
from bot.platforms.teams.connector import Connector
from bot.platforms.ttl_cache import TtlCache
from services.people import PlaceKind

NAME_MAX_CHARS: Final = 120
NAME_TTL_S: Final = 24 * 3600.0
FAILURE_TTL_S: Final = 10 * 60.0
LOOKUP_LIMIT_S: Final = 2.0
"""A lookup delays the answer to a message; the next message repeats it."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams.channels")


class ChannelNames:
    """Looks up names of channels; after a failed lookup the name stays empty."""

    def __init__(self, connector: Connector, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._connector = connector
        self._names: TtlCache[tuple[str, str], str] = TtlCache(timer)

    async def complete(self, activity: Activity) -> Activity:
        """Return the activity with the name of its channel. Invokes are skipped: a message precedes every card."""
        team_id = activity.data.team.id if activity.data.team else None
        if not team_id or _is_named(activity) or activity.type == INVOKE:
            return activity
        key = activity.tenant, activity.conversation_id
        name = self._names.get(key)
        if name is None:
            name = await self._load_name(activity, team_id)
            self._names.put(key, name, NAME_TTL_S if name else FAILURE_TTL_S)
        data = replace(activity.data, channel=IdAndName(activity.conversation_id, name or None))
        return replace(activity, channel_data=data)

    async def _load_name(self, activity: Activity, team_id: str) -> str:
        """Return the name of a channel; General has none, and gets the name of its team."""
        url = activity.service_url
        try:
            async with asyncio.timeout(LOOKUP_LIMIT_S):
                if team_id == activity.conversation_id:
                    return (await self._connector.team_name(url, team_id))[:NAME_MAX_CHARS]
                return (await self._connector.channels(url, team_id)).get(activity.conversation_id, "")[:NAME_MAX_CHARS]
        except (SendFailed, TimeoutError) as error:
            _log.info("channel_lookup_failed", platform="teams", error=type(error).__name__)
            return ""


def _is_named(activity: Activity) -> bool:
    team, channel = activity.data.team, activity.data.channel
    if activity.kind is not PlaceKind.CHANNEL or (channel and channel.name):
        return True
    return bool(team and team.name and team.id == activity.conversation_id)
