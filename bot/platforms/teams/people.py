"""Who is in a conversation of Microsoft Teams, asked once and remembered for a while."""

import asyncio
import time
from collections.abc import Callable, Hashable, Iterable
from typing import Final
from weakref import WeakValueDictionary

import msgspec
import structlog

from bot.platforms.base import SendFailed
from bot.platforms.teams.activity import Account, Spoken, person_id
from bot.platforms.teams.connector import Connector
from bot.platforms.teams.text import Named
from bot.platforms.ttl_cache import Remembered

IDENTITY_KEPT_S: Final = 24 * 3600.0
ROSTER_KEPT_S: Final = 10 * 60.0
FAILURE_KEPT_S: Final = 60.0
ASKED_AT_MOST_S: Final = 4.0
"""A click waits for its answer meanwhile."""

READERS_MAX: Final = 60
"""For so many people Teams asks for an own view of a card."""

LOOKUPS_MAX: Final = 5
"""So many mentioned people of one message are looked up."""

_log: Final[structlog.stdlib.BoundLogger] = structlog.get_logger("teams.people")


class _Member(msgspec.Struct, rename="camel"):
    """A member of a conversation; Teams names the tenant's id of a person in two ways."""

    id: str
    aad_object_id: str | None = None
    object_id: str | None = None


class People:
    """Asks Teams about people. Whatever it cannot find out in time is simply not known."""

    def __init__(self, connector: Connector, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._connector = connector
        self._identities: Remembered[tuple[str, str], str] = Remembered(timer)
        self._readers: Remembered[str, tuple[str, ...]] = Remembered(timer)
        self._asking: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    async def identify(self, spoken: Spoken, named: Iterable[Named]) -> dict[str, str]:
        """By what each mentioned person is known, under Teams' own id of him."""
        people = {one.account.id: one.account for one in named if is_person(one.account, spoken.bot.id)}
        found = {id_: self._known(spoken.tenant, account) for id_, account in people.items()}
        found[spoken.sender.id] = spoken.person_id
        unknown = [id_ for id_, known in found.items() if known is None][:LOOKUPS_MAX]
        if unknown:
            async with asyncio.TaskGroup() as group:
                asked = [group.create_task(self._look_up(spoken, id_)) for id_ in unknown]
            found.update(zip(unknown, (task.result() for task in asked), strict=True))
        return {id_: known or id_ for id_, known in found.items()}

    def note(self, spoken: Spoken) -> None:
        """Whoever writes or clicks says by what he is known."""
        if spoken.sender.aad_object_id:
            self._identities.put((spoken.tenant, spoken.sender.id), spoken.person_id, IDENTITY_KEPT_S)

    async def readers(self, service_url: str, conversation_id: str) -> tuple[str, ...]:
        """Those in a conversation for whom Teams may ask for an own view; nobody when that cannot be found out."""
        known = self._readers.get(conversation_id)
        if known is not None:
            return known
        async with self._lock(conversation_id):
            known = self._readers.get(conversation_id)
            return await self._ask_readers(service_url, conversation_id) if known is None else known

    def forget_readers(self, conversation_id: str) -> None:
        """Somebody came or left."""
        self._readers.forget(conversation_id)

    def _known(self, tenant: str, account: Account) -> str | None:
        if account.aad_object_id:
            return person_id(account)
        return self._identities.get((tenant, account.id))

    async def _look_up(self, spoken: Spoken, account_id: str) -> str:
        key = (spoken.tenant, account_id)
        async with self._lock(key):
            if (known := self._identities.get(key)) is not None:
                return known
            try:
                async with asyncio.timeout(ASKED_AT_MOST_S):
                    found = await self._connector.member(spoken.activity.service_url, spoken.place_id, account_id)
                member = msgspec.convert(found, _Member)
            except (SendFailed, TimeoutError, msgspec.ValidationError) as error:
                _log.info("teams_member_unknown", error=type(error).__name__)
                self._identities.put(key, account_id, FAILURE_KEPT_S)
                return account_id
            tenants_id = member.aad_object_id or member.object_id
            known = tenants_id.casefold() if tenants_id else account_id
            self._identities.put(key, known, IDENTITY_KEPT_S)
            return known

    async def _ask_readers(self, service_url: str, conversation_id: str) -> tuple[str, ...]:
        try:
            async with asyncio.timeout(ASKED_AT_MOST_S):
                roster = await self._connector.members(service_url, conversation_id, READERS_MAX)
            found = tuple(msgspec.convert(member, _Member).id for member in roster.members)
        except (SendFailed, TimeoutError, msgspec.ValidationError) as error:
            _log.info("teams_members_unknown", error=type(error).__name__)
            self._readers.put(conversation_id, (), FAILURE_KEPT_S)
            return ()
        self._readers.put(conversation_id, found, ROSTER_KEPT_S)
        return found

    def _lock(self, key: Hashable) -> asyncio.Lock:
        """One caller asks, the others wait for what he learns; the lock lives as long as somebody holds it."""
        return self._asking.setdefault(key, asyncio.Lock())


def is_person(account: Account, bot_id: str) -> bool:
    """Channels, teams and tags have ids of conversations; bots have ids of apps."""
    return account.id != bot_id and not account.id.startswith(("19:", "28:"))
