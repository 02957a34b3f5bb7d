"""Chat identities that become one person: the requests, and what linking and taking apart change."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Boolean, RowMapping, and_, bindparam, case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.delivery import State
from services.identity.model import OPEN_STATES, Link, LinkState, Side
from services.user.model import Identity, User
from storage import merge_users
from storage.tables import deliveries, identities, identity_links, posts, users

_l: Final = identity_links.c
_i: Final = identities.c
_firsts: Final = users.alias("firsts")
_others: Final = users.alias("others")
_heirs: Final = users.alias("heirs")

_THIS: Final = _l.link_id == bindparam("p_link_id")
_IN: Final = _l.state.in_(bindparam("p_states", expanding=True))
_READ: Final = select(
    identity_links,
    _firsts.c.name.label("name"),
    _firsts.c.email_hint.label("email_hint"),
    func.coalesce(_others.c.name, "").label("other_name"),
    func.coalesce(_others.c.email_hint, "").label("other_email_hint"),
).select_from(
    identity_links.join(_firsts, _firsts.c.user_id == _l.user_id).outerjoin(
        _others, _others.c.user_id == _l.other_user_id
    )
)
_ASK: Final = insert(identity_links)
_END_OTHERS: Final = delete(identity_links).where(_l.user_id == bindparam("p_user_id"), _l.state.in_(OPEN_STATES))
_GET: Final = _READ.where(_THIS)
_CODED: Final = _READ.where(_l.code_hash.in_(bindparam("p_digests", expanding=True)), _l.state == LinkState.ASKED)
_CLAIM: Final = (
    update(identity_links)
    .where(_THIS, _l.state == LinkState.ASKED)
    .values(
        state=LinkState.TYPED,
        code_hash=None,
        other_user_id=bindparam("p_user_id"),
        other_platform=bindparam("p_platform"),
        other_tenant=bindparam("p_tenant"),
        other_platform_user_id=bindparam("p_platform_user_id"),
        expires_at=bindparam("p_expires_at"),
    )
    .returning(_l.link_id)
)
_MOVE: Final = (
    update(identity_links)
    .where(_THIS, _IN)
    .values(state=bindparam("p_to"), code_hash=None, expires_at=bindparam("p_expires_at"))
    .returning(_l.link_id)
)
_OVER: Final = select(_l.link_id).where(_l.expires_at <= bindparam("p_before")).limit(bindparam("p_limit"))
_FORGET: Final = delete(identity_links).where(_l.link_id.in_(_OVER))
_MERGED: Final = (
    select(_l.user_id, _l.other_user_id)
    .where(_l.state == LinkState.LINKED, _l.expires_at > bindparam("p_since"))
    .limit(bindparam("p_limit"))
)

_CURRENT: Final = select(func.coalesce(users.c.merged_into, users.c.user_id)).where(
    users.c.user_id == bindparam("p_user_id")
)
_LOCK: Final = (
    select(users.c.user_id)
    .where(users.c.user_id.in_(bindparam("p_user_ids", expanding=True)))
    .order_by(users.c.user_id)
    .with_for_update()
)
_PERSON: Final = users.c.user_id == bindparam("p_gone")
_LEAD_TO: Final = (
    update(users)
    .where(or_(_PERSON, users.c.merged_into == bindparam("p_gone")))
    .values(merged_into=bindparam("p_into"))
)
_second: Final = select(_heirs).where(_heirs.c.user_id == bindparam("p_gone")).subquery()
_GETS_LANGUAGE: Final = and_(users.c.language_chosen.is_(False), select(_second.c.language_chosen).scalar_subquery())
_TAKE_OVER: Final = (
    update(users)
    .where(users.c.user_id == bindparam("p_into"))
    .values(
        language=case((_GETS_LANGUAGE, select(_second.c.language).scalar_subquery()), else_=users.c.language),
        language_chosen=or_(users.c.language_chosen, select(_second.c.language_chosen).scalar_subquery()),
        email_hint=case(
            (users.c.email_hint == "", select(_second.c.email_hint).scalar_subquery()), else_=users.c.email_hint
        ),
    )
)
_OF: Final = _i.user_id == bindparam("p_user_id")
_JOIN: Final = (
    update(identities)
    .where(_i.user_id == bindparam("p_gone"))
    .values(user_id=bindparam("p_into"), is_main=False, is_latest=False)
)
_KEY: Final = (
    _i.platform == bindparam("p_platform"),
    _i.tenant == bindparam("p_tenant"),
    _i.platform_user_id == bindparam("p_platform_user_id"),
)
_ADD_PERSON: Final = insert(users)
_PART: Final = update(identities).where(*_KEY).values(user_id=bindparam("p_new"), is_main=True, is_latest=True)
_ID: Final = (_i.platform, _i.tenant, _i.platform_user_id)
_LEFT: Final = select(*_ID, _i.is_main, _i.is_latest).where(_OF).order_by(*_ID)
_MARK: Final = (
    update(identities)
    .where(*_KEY)
    .values(
        is_main=or_(_i.is_main, bindparam("p_main", type_=Boolean())),
        is_latest=or_(_i.is_latest, bindparam("p_latest", type_=Boolean())),
    )
)
_THERE: Final = (
    posts.c.platform == bindparam("p_platform"),
    posts.c.tenant == bindparam("p_tenant"),
    posts.c.user_id == bindparam("p_user_id"),
)
_LEFT_AT: Final = bindparam("p_at", type_=posts.c.gone_at.type)
_IN_HIS_CHAT: Final = or_(
    bindparam("p_alone", type_=Boolean()), posts.c.conversation_id == bindparam("p_conversation_id")
)
_LEAVE_CARDS: Final = (
    update(posts)
    .where(*_THERE, _IN_HIS_CHAT)
    .values(user_id=bindparam("p_new"), gone_at=func.coalesce(posts.c.gone_at, _LEFT_AT))
)
_LEAVE_WAITING: Final = (
    update(deliveries)
    .where(
        deliveries.c.platform == bindparam("p_platform"),
        deliveries.c.tenant == bindparam("p_tenant"),
        deliveries.c.conversation_id == bindparam("p_conversation_id"),
        deliveries.c.user_id == bindparam("p_user_id"),
        deliveries.c.state == State.PENDING,
    )
    .values(state=State.SUPPRESSED, reason="unlinked", done_at=bindparam("p_at"))
)


class SqlIdentities:
    """Implements the identities of the services."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def ask(self, link: Link, digest: str) -> None:
        await self._connection.execute(_END_OTHERS, {"p_user_id": link.first.user_id})
        row = {
            "link_id": link.link_id,
            "state": link.state,
            "user_id": link.first.user_id,
            "platform": link.first.platform,
            "tenant": link.first.tenant,
            "platform_user_id": link.first.platform_user_id,
            "code_hash": digest,
            "created_at": link.created_at,
            "expires_at": link.expires_at,
        }
        await self._connection.execute(_ASK, row)

    async def get(self, link_id: str) -> Link | None:
        row = (await self._connection.execute(_GET, {"p_link_id": link_id})).mappings().one_or_none()
        return None if row is None else _link(row)

    async def coded(self, digests: Collection[str]) -> Link | None:
        row = (await self._connection.execute(_CODED, {"p_digests": list(digests)})).mappings().one_or_none()
        return None if row is None else _link(row)

    async def claim(self, link_id: str, other: Side, expires_at: datetime) -> bool:
        values = {
            "p_link_id": link_id,
            "p_user_id": other.user_id,
            "p_platform": other.platform,
            "p_tenant": other.tenant,
            "p_platform_user_id": other.platform_user_id,
            "p_expires_at": expires_at,
        }
        return (await self._connection.execute(_CLAIM, values)).one_or_none() is not None

    async def move(self, link_id: str, was: Collection[LinkState], to: LinkState, expires_at: datetime) -> bool:
        values = {"p_link_id": link_id, "p_states": list(was), "p_to": to, "p_expires_at": expires_at}
        return (await self._connection.execute(_MOVE, values)).one_or_none() is not None

    async def current(self, user_id: str) -> str:
        found = await self._connection.execute(_CURRENT, {"p_user_id": user_id})
        return found.scalar_one_or_none() or user_id

    async def lock(self, user_ids: Collection[str]) -> None:
        await self._connection.execute(_LOCK, {"p_user_ids": sorted(user_ids)})

    async def merge(self, into: str, gone: str, at: datetime) -> None:
        people = {"p_into": into, "p_gone": gone}
        for move in merge_users.MOVES:
            await self._connection.execute(move, people)
        await merge_users.merge_members(self._connection, into, gone, at)
        for statement in (_TAKE_OVER, _LEAD_TO, _JOIN):
            await self._connection.execute(statement, people)

    async def part(self, identity: Identity, user: User, at: datetime) -> None:
        old, new = identity.user_id, user.user_id
        key = {
            "p_platform": identity.platform,
            "p_tenant": identity.tenant,
            "p_platform_user_id": identity.platform_user_id,
        }
        await self._connection.execute(_ADD_PERSON, _person(user, at))
        await self._connection.execute(_PART, {**key, "p_new": new})
        left = (await self._connection.execute(_LEFT, {"p_user_id": old})).all()
        await self._mark(left)
        place = {**key, "p_user_id": old, "p_conversation_id": identity.direct_conversation_id, "p_at": at}
        del place["p_platform_user_id"]
        alone = all((one.platform, one.tenant) != (identity.platform, identity.tenant) for one in left)
        await self._connection.execute(_LEAVE_CARDS, {**place, "p_new": new, "p_alone": alone})
        await self._connection.execute(_LEAVE_WAITING, place)

    async def _mark(self, left: Any) -> None:  # noqa: ANN401 - rows of a result
        """Of those that stay, one says what the person is called, and one is written to."""
        first = left[0]
        values = {
            "p_platform": first.platform,
            "p_tenant": first.tenant,
            "p_platform_user_id": first.platform_user_id,
            "p_main": not any(one.is_main for one in left),
            "p_latest": not any(one.is_latest for one in left),
        }
        await self._connection.execute(_MARK, values)

    async def forget(self, before: datetime, limit: int) -> int:
        return (await self._connection.execute(_FORGET, {"p_before": before, "p_limit": limit})).rowcount

    async def merged(self, since: datetime, limit: int) -> list[tuple[str, str]]:
        rows = await self._connection.execute(_MERGED, {"p_since": since, "p_limit": limit})
        return [(into, gone) for into, gone in rows]


def _person(user: User, at: datetime) -> dict[str, Any]:
    return {
        "user_id": user.user_id,
        "name": user.name,
        "email_hint": user.email_hint,
        "language": user.language,
        "zone": user.zone,
        "language_chosen": user.language_chosen,
        "created_at": at,
    }


def _link(row: RowMapping) -> Link:
    first = Side(
        row["user_id"], row["platform"], row["tenant"], row["platform_user_id"], row["name"], row["email_hint"]
    )
    other = Side(
        row["other_user_id"],
        row["other_platform"],
        row["other_tenant"],
        row["other_platform_user_id"],
        row["other_name"],
        row["other_email_hint"],
    )
    return Link(
        link_id=row["link_id"],
        state=LinkState(row["state"]),
        first=first,
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        other=other if row["other_user_id"] else None,
    )
