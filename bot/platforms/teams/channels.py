"""What a channel of Microsoft Teams is called, asked where an activity does not say it."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import structlog
from msgspec.structs import replace

from bot.platforms.base import SendFailed
from bot.platforms.teams.activity import Named, Spoken
from bot.platforms.teams.bot_adapter import INVOKE
from bot.platforms.teams.connector import Connector
from bot.platforms.ttl_cache import Remembered
from services.people import PlaceKind

NAME_MAX_CHARS: Final = 120
NAME_KEPT_S: Final = 24 * 3600.0
FAILURE_KEPT_S: Final = 10 * 60.0
ASKED_AT_MOST_S: Final = 2.0
"""Somebody waits for an answer to what he wrote; the name may come with the next message."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams.places")


class Places:
    """Asks Teams for the names of channels; one that it cannot find out in time stays empty."""

    def __init__(self, connector: Connector, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._connector = connector
        self._names: Remembered[tuple[str, str], str] = Remembered(timer)

    async def named(self, spoken: Spoken) -> Spoken:
        """The same, with the name of its channel. Clicks are not kept waiting: a message was there before them."""
        team_id = spoken.data.team.id if spoken.data.team else None
        if not team_id or _is_named(spoken) or spoken.activity.type == INVOKE:
            return spoken
        key = spoken.tenant, spoken.place_id
        name = self._names.get(key)
        if name is None:
            name = await self._ask(spoken, team_id)
            self._names.put(key, name, NAME_KEPT_S if name else FAILURE_KEPT_S)
        data = replace(spoken.data, channel=Named(spoken.place_id, name or None))
        return replace(spoken, activity=replace(spoken.activity, channel_data=data))

    async def _ask(self, spoken: Spoken, team_id: str) -> str:
        """The first channel of a team is known by the name of the team."""
        url = spoken.activity.service_url
        try:
            async with asyncio.timeout(ASKED_AT_MOST_S):
                if team_id == spoken.place_id:
                    return (await self._connector.team_name(url, team_id))[:NAME_MAX_CHARS]
                return (await self._connector.channels(url, team_id)).get(spoken.place_id, "")[:NAME_MAX_CHARS]
        except (SendFailed, TimeoutError) as error:
            _log.info("teams_channel_unnamed", error=type(error).__name__)
            return ""


def _is_named(spoken: Spoken) -> bool:
    team, channel = spoken.data.team, spoken.data.channel
    if spoken.kind is not PlaceKind.CHANNEL or (channel and channel.name):
        return True
    return bool(team and team.name and team.id == spoken.place_id)
