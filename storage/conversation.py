"""The places in which the bot is or was."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, and_, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.conversation.model import Conversation
from services.people import NO_TEAM, PlaceKind, TeamId
from storage.tables import conversations, teams

_KEY: Final = (conversations.c.platform, conversations.c.tenant, conversations.c.conversation_id)
_PLACE: Final = (
    conversations.c.platform == bindparam("p_platform"),
    conversations.c.tenant == bindparam("p_tenant"),
    conversations.c.conversation_id == bindparam("p_conversation_id"),
)
_TEAM: Final = conversations.c.team_id == bindparam("p_team_id")
_LIVING: Final = and_(teams.c.team_id == conversations.c.team_id, teams.c.deleted_at.is_(None))
_READ: Final = select(
    conversations.c.platform,
    conversations.c.tenant,
    conversations.c.conversation_id,
    conversations.c.kind,
    conversations.c.name,
    conversations.c.reference,
    conversations.c.installed,
    teams.c.team_id,
)

_CONNECTED: Final = (
    _READ.select_from(conversations.join(teams, _LIVING))
    .where(_TEAM, conversations.c.installed)
    .order_by(conversations.c.name, *_KEY)
)
_FIND: Final = _READ.select_from(conversations.outerjoin(teams, _LIVING)).where(*_PLACE)
_INSERT: Final = insert(conversations)
_KEEP: Final = _INSERT.on_conflict_do_update(
    index_elements=list(_KEY),
    set_={
        "kind": _INSERT.excluded.kind,
        # Not every message says what its channel is called.
        "name": _INSERT.excluded.name,
        "reference": _INSERT.excluded.reference,
        "installed": True,
    },
)
_KEEP_NAMELESS: Final = _INSERT.on_conflict_do_update(
    index_elements=list(_KEY),
    set_={"kind": _INSERT.excluded.kind, "reference": _INSERT.excluded.reference, "installed": True},
)
_NOTE: Final = _INSERT.on_conflict_do_nothing(index_elements=list(_KEY))
_ENDED: Final = select(teams.c.team_id).where(teams.c.deleted_at.is_not(None))
_CONNECT: Final = (
    update(conversations)
    .where(*_PLACE, or_(conversations.c.team_id.is_(None), _TEAM, conversations.c.team_id.in_(_ENDED)))
    .values(team_id=bindparam("p_team_id"), connected_at=bindparam("p_at"))
    .returning(*_KEY)
)
_DISCONNECT: Final = (
    update(conversations).where(*_PLACE, _TEAM).values(team_id=None, connected_at=None).returning(*_KEY)
)
_MARK_LEFT: Final = update(conversations).where(*_PLACE).values(installed=False)

_OF_TENANT: Final = (
    update(conversations)
    .where(conversations.c.platform == bindparam("p_platform"), conversations.c.tenant == bindparam("p_tenant"))
    .where(conversations.c.installed)
    .values(installed=False)
)
_OF_WORKSPACE: Final = _OF_TENANT.where(conversations.c.reference["workspace"].as_string() == bindparam("p_workspace"))


class SqlConversations:
    """Implements the conversations of the services."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def connected(self, team_id: str) -> list[Conversation]:
        rows = await self._connection.execute(_CONNECTED, {"p_team_id": team_id})
        return [_conversation(row) for row in rows.mappings()]

    async def find(self, platform: str, tenant: str, conversation_id: str) -> Conversation | None:
        found = await self._connection.execute(_FIND, _place(platform, tenant, conversation_id))
        row = found.mappings().one_or_none()
        return None if row is None else _conversation(row)

    async def keep(self, conversation: Conversation) -> None:
        row = {
            "platform": conversation.platform,
            "tenant": conversation.tenant,
            "conversation_id": conversation.conversation_id,
            "kind": conversation.kind,
            "name": conversation.name,
            "reference": dict(conversation.reference),
            "installed": conversation.installed,
        }
        keep = _KEEP if conversation.name else _KEEP_NAMELESS
        await self._connection.execute(keep if conversation.installed else _NOTE, row)

    async def connect(
        self, team_id: str, platform: str, tenant: str, conversation_id: str, at: datetime
    ) -> Conversation | None:
        values = {**_place(platform, tenant, conversation_id), "p_team_id": team_id, "p_at": at}
        if (await self._connection.execute(_CONNECT, values)).one_or_none() is None:
            return None
        return await self.find(platform, tenant, conversation_id)

    async def disconnect(self, team_id: str, platform: str, tenant: str, conversation_id: str) -> bool:
        values = {**_place(platform, tenant, conversation_id), "p_team_id": team_id}
        return (await self._connection.execute(_DISCONNECT, values)).one_or_none() is not None

    async def mark_left(self, platform: str, tenant: str, conversation_id: str) -> None:
        await self._connection.execute(_MARK_LEFT, _place(platform, tenant, conversation_id))

    async def mark_all_left(self, platform: str, tenant: str, workspace: str) -> None:
        values = {"p_platform": platform, "p_tenant": tenant}
        if workspace:
            await self._connection.execute(_OF_WORKSPACE, {**values, "p_workspace": workspace})
        else:
            await self._connection.execute(_OF_TENANT, values)


def _place(platform: str, tenant: str, conversation_id: str) -> dict[str, Any]:
    return {"p_platform": platform, "p_tenant": tenant, "p_conversation_id": conversation_id}


def _conversation(row: RowMapping) -> Conversation:
    return Conversation(
        row["platform"],
        row["tenant"],
        row["conversation_id"],
        PlaceKind(row["kind"]),
        row["name"],
        TeamId(row["team_id"] or NO_TEAM),
        row["reference"],
        row["installed"],
    )
