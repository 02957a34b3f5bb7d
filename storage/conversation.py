"""The places in which the bot is or was."""

from datetime import datetime
from typing import Final

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from services.conversation.model import Conversation
from services.people import NO_TEAM
from storage.rows import Rows, param, row_of
from storage.tables import conversations, teams

_KEY: Final = (conversations.c.platform, conversations.c.tenant, conversations.c.conversation_id)
_THIS_CONVERSATION: Final = (
    conversations.c.platform == param("platform"),
    conversations.c.tenant == param("tenant"),
    conversations.c.conversation_id == param("conversation_id"),
)
_TEAM: Final = conversations.c.team_id == param("team_id")
_LIVING: Final = and_(teams.c.team_id == conversations.c.team_id, teams.c.deleted_at.is_(None))
_READ: Final = select(
    conversations.c.platform,
    conversations.c.tenant,
    conversations.c.conversation_id,
    conversations.c.kind,
    conversations.c.name,
    conversations.c.reference,
    conversations.c.installed,
    func.coalesce(teams.c.team_id, NO_TEAM).label("team_id"),
)

_CONNECTED: Final = (
    _READ.select_from(conversations.join(teams, _LIVING))
    .where(_TEAM, conversations.c.installed)
    .order_by(conversations.c.name, *_KEY)
)
_FIND: Final = _READ.select_from(conversations.outerjoin(teams, _LIVING)).where(*_THIS_CONVERSATION)
_FIND_CONNECTED: Final = _FIND.where(_TEAM)
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
    .where(*_THIS_CONVERSATION, or_(conversations.c.team_id.is_(None), _TEAM, conversations.c.team_id.in_(_ENDED)))
    .values(team_id=param("team_id"), connected_at=param("at"))
    .returning(*_KEY)
)
_DISCONNECT: Final = (
    update(conversations).where(*_THIS_CONVERSATION, _TEAM).values(team_id=None, connected_at=None).returning(*_KEY)
)
_MARK_LEFT: Final = update(conversations).where(*_THIS_CONVERSATION).values(installed=False)

_OF_TENANT: Final = (
    update(conversations)
    .where(conversations.c.platform == param("platform"), conversations.c.tenant == param("tenant"))
    .where(conversations.c.installed)
    .values(installed=False)
)
_OF_WORKSPACE: Final = _OF_TENANT.where(conversations.c.reference["workspace"].as_string() == param("workspace"))


class SqlConversations(Rows):
    """Implements `services.conversation.store.Conversations`."""

    async def list_connected(self, team_id: str) -> list[Conversation]:
        return await self._models(Conversation, _CONNECTED, team_id=team_id)

    async def get(self, platform: str, tenant: str, conversation_id: str) -> Conversation | None:
        return await self._model(Conversation, _FIND, platform=platform, tenant=tenant, conversation_id=conversation_id)

    async def upsert(self, conversation: Conversation) -> None:
        keep = _KEEP if conversation.name else _KEEP_NAMELESS
        # The team of a place is changed by `connect` alone.
        row = row_of(conversation, conversations, team_id=None)
        await self._insert(keep if conversation.installed else _NOTE, [row])

    async def connect(
        self, team_id: str, platform: str, tenant: str, conversation_id: str, at: datetime
    ) -> Conversation | None:
        place = {"platform": platform, "tenant": tenant, "conversation_id": conversation_id}
        if not await self._has_changed(_CONNECT, **place, team_id=team_id, at=at):
            return None
        return await self._model(Conversation, _FIND_CONNECTED, **place, team_id=team_id)

    async def disconnect(self, team_id: str, platform: str, tenant: str, conversation_id: str) -> bool:
        return await self._has_changed(
            _DISCONNECT, team_id=team_id, platform=platform, tenant=tenant, conversation_id=conversation_id
        )

    async def update_left(self, platform: str, tenant: str, conversation_id: str) -> None:
        await self._execute(_MARK_LEFT, platform=platform, tenant=tenant, conversation_id=conversation_id)

    async def update_all_left(self, platform: str, tenant: str, workspace: str) -> None:
        if workspace:
            await self._execute(_OF_WORKSPACE, platform=platform, tenant=tenant, workspace=workspace)
        else:
            await self._execute(_OF_TENANT, platform=platform, tenant=tenant)
