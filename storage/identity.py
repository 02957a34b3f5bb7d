"""Chat identities that become one person: the requests, and what linking and taking apart change."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Boolean, Row, and_, case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from services.delivery import DeliveryState
from services.identity.model import OPEN_LINK_STATES, LinkRequest, LinkSide, LinkState
from services.user.model import Identity, User
from storage import merge_users
from storage.rows import Rows, nested, param, params, row_of
from storage.tables import deliveries, identities, identity_links, posts, users

_l: Final = identity_links.c
_i: Final = identities.c
_firsts: Final = users.alias("firsts")
_others: Final = users.alias("others")
_heirs: Final = users.alias("heirs")

_THIS: Final = _l.link_id == param("link_id")
_IN: Final = _l.state.in_(params("states"))
_READ: Final = select(
    _l.link_id,
    _l.state,
    _l.created_at,
    _l.expires_at,
    *nested(
        "first",
        (_l.user_id, _l.platform, _l.tenant, _l.platform_user_id, _firsts.c.name, _firsts.c.email_hint),
    ),
    *nested(
        "other",
        (_others.c.name, _others.c.email_hint),
        user_id=_l.other_user_id,
        platform=_l.other_platform,
        tenant=_l.other_tenant,
        platform_user_id=_l.other_platform_user_id,
    ),
).select_from(
    identity_links.join(_firsts, _firsts.c.user_id == _l.user_id).outerjoin(
        _others, _others.c.user_id == _l.other_user_id
    )
)
_ASK: Final = insert(identity_links)
_END_OTHERS: Final = delete(identity_links).where(_l.user_id == param("user_id"), _l.state.in_(OPEN_LINK_STATES))
_GET: Final = _READ.where(_THIS)
_CODED: Final = _READ.where(_l.code_hash.in_(params("digests")), _l.state == LinkState.ISSUED)
_CLAIM: Final = (
    update(identity_links)
    .where(_THIS, _l.state == LinkState.ISSUED)
    .values(
        state=LinkState.CLAIMED,
        code_hash=None,
        other_user_id=param("user_id"),
        other_platform=param("platform"),
        other_tenant=param("tenant"),
        other_platform_user_id=param("platform_user_id"),
        expires_at=param("expires_at"),
    )
    .returning(_l.link_id)
)
_MOVE: Final = (
    update(identity_links)
    .where(_THIS, _IN)
    .values(state=param("to"), code_hash=None, expires_at=param("expires_at"))
    .returning(_l.link_id)
)
_ENDED: Final = select(_l.link_id).where(_l.expires_at <= param("before")).limit(param("limit"))
_PURGE: Final = delete(identity_links).where(_l.link_id.in_(_ENDED))
_MERGED: Final = (
    select(_l.user_id, _l.other_user_id)
    .where(_l.state == LinkState.LINKED, _l.expires_at > param("since"))
    .limit(param("limit"))
)

_CURRENT: Final = select(func.coalesce(users.c.merged_into, users.c.user_id)).where(users.c.user_id == param("user_id"))
_LOCK: Final = (
    select(users.c.user_id).where(users.c.user_id.in_(params("user_ids"))).order_by(users.c.user_id).with_for_update()
)
_PERSON: Final = users.c.user_id == param("gone")
_LEAD_TO: Final = (
    update(users).where(or_(_PERSON, users.c.merged_into == param("gone"))).values(merged_into=param("into"))
)
_second: Final = select(_heirs).where(_heirs.c.user_id == param("gone")).subquery()
_GETS_LANGUAGE: Final = and_(users.c.language_chosen.is_(False), select(_second.c.language_chosen).scalar_subquery())
_TAKE_ENDED: Final = (
    update(users)
    .where(users.c.user_id == param("into"))
    .values(
        language=case((_GETS_LANGUAGE, select(_second.c.language).scalar_subquery()), else_=users.c.language),
        language_chosen=or_(users.c.language_chosen, select(_second.c.language_chosen).scalar_subquery()),
        email_hint=case(
            (users.c.email_hint == "", select(_second.c.email_hint).scalar_subquery()), else_=users.c.email_hint
        ),
    )
)
_OF: Final = _i.user_id == param("user_id")
_JOIN: Final = (
    update(identities).where(_i.user_id == param("gone")).values(user_id=param("into"), is_main=False, is_latest=False)
)
_KEY: Final = (
    _i.platform == param("platform"),
    _i.tenant == param("tenant"),
    _i.platform_user_id == param("platform_user_id"),
)
_ADD_PERSON: Final = insert(users)
_PART: Final = update(identities).where(*_KEY).values(user_id=param("new"), is_main=True, is_latest=True)
_ID: Final = (_i.platform, _i.tenant, _i.platform_user_id)
_REMAINING: Final = select(*_ID, _i.is_main, _i.is_latest).where(_OF).order_by(*_ID)
_MARK: Final = (
    update(identities)
    .where(*_KEY)
    .values(
        is_main=or_(_i.is_main, param("is_main", Boolean)),
        is_latest=or_(_i.is_latest, param("is_latest", Boolean)),
    )
)
_IN_CHAT: Final = (
    posts.c.platform == param("platform"),
    posts.c.tenant == param("tenant"),
    posts.c.user_id == param("user_id"),
)
_LEFT_AT: Final = param("at", posts.c.gone_at.type)
_IN_THEIR_CHAT: Final = or_(param("is_alone", Boolean), posts.c.conversation_id == param("conversation_id"))
_LEAVE_CARDS: Final = (
    update(posts)
    .where(*_IN_CHAT, _IN_THEIR_CHAT)
    .values(user_id=param("new"), gone_at=func.coalesce(posts.c.gone_at, _LEFT_AT))
)
_LEAVE_WAITING: Final = (
    update(deliveries)
    .where(
        deliveries.c.platform == param("platform"),
        deliveries.c.tenant == param("tenant"),
        deliveries.c.conversation_id == param("conversation_id"),
        deliveries.c.user_id == param("user_id"),
        deliveries.c.state == DeliveryState.PENDING,
    )
    .values(state=DeliveryState.SUPPRESSED, reason="unlinked", done_at=param("at"))
)


class SqlIdentities(Rows):
    """Implements `services.identity.store.Identities`."""

    async def add_link(self, link: LinkRequest, digest: str) -> None:
        await self._execute(_END_OTHERS, user_id=link.first.user_id)
        first = row_of(link.first, identity_links)
        await self._insert(_ASK, [row_of(link, identity_links, **first, code_hash=digest)])

    async def get_link(self, link_id: str) -> LinkRequest | None:
        return await self._model(LinkRequest, _GET, link_id=link_id)

    async def find_link_by_code(self, digests: Collection[str]) -> LinkRequest | None:
        return await self._model(LinkRequest, _CODED, digests=list(digests))

    async def claim_link(self, link_id: str, other: LinkSide, expires_at: datetime) -> bool:
        return await self._has_changed(
            _CLAIM,
            link_id=link_id,
            user_id=other.user_id,
            platform=other.platform,
            tenant=other.tenant,
            platform_user_id=other.platform_user_id,
            expires_at=expires_at,
        )

    async def change_link_state(
        self, link_id: str, was: Collection[LinkState], to: LinkState, expires_at: datetime
    ) -> bool:
        return await self._has_changed(_MOVE, link_id=link_id, states=list(was), to=to, expires_at=expires_at)

    async def find_current_user_id(self, user_id: str) -> str:
        return await self._scalar(_CURRENT, user_id=user_id) or user_id

    async def lock(self, user_ids: Collection[str]) -> None:
        await self._execute(_LOCK, user_ids=sorted(user_ids))

    async def merge(self, into: str, gone: str, at: datetime) -> None:
        for move in merge_users.USER_UPDATES:
            await self._execute(move, into=into, gone=gone)
        await merge_users.Memberships(self._connection).merge(into, gone, at)
        for statement in (_TAKE_ENDED, _LEAD_TO, _JOIN):
            await self._execute(statement, into=into, gone=gone)

    async def split(self, identity: Identity, user: User, at: datetime) -> None:
        old, new = identity.user_id, user.user_id
        place = {"platform": identity.platform, "tenant": identity.tenant}
        await self._insert(_ADD_PERSON, [row_of(user, users, created_at=at)])
        await self._execute(_PART, **place, platform_user_id=identity.platform_user_id, new=new)
        remaining = (await self._execute(_REMAINING, user_id=old)).all()
        await self._mark(remaining)
        chat = {**place, "user_id": old, "conversation_id": identity.direct_conversation_id, "at": at}
        is_alone = all((row.platform, row.tenant) != (identity.platform, identity.tenant) for row in remaining)
        await self._execute(_LEAVE_CARDS, **chat, new=new, is_alone=is_alone)
        await self._execute(_LEAVE_WAITING, **chat)

    async def _mark(self, remaining: Sequence[Row[Any]]) -> None:
        """Let one remaining identity give the name, and one be written to, where the parted one did."""
        first = remaining[0]
        await self._execute(
            _MARK,
            platform=first.platform,
            tenant=first.tenant,
            platform_user_id=first.platform_user_id,
            is_main=not any(row.is_main for row in remaining),
            is_latest=not any(row.is_latest for row in remaining),
        )

    async def purge_links(self, before: datetime, limit: int) -> int:
        return await self._count_changed(_PURGE, before=before, limit=limit)

    async def list_merged(self, since: datetime, limit: int) -> list[tuple[str, str]]:
        rows = await self._execute(_MERGED, since=since, limit=limit)
        return [(row.user_id, row.other_user_id) for row in rows]
