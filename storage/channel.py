"""Channels on their way to a team."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, and_, bindparam, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.channel.model import OPEN_STATES, ChannelOffer, OfferState
from services.people import OUTSIDERS, Place, TeamId
from storage.tables import channel_offers, conversations, teams, users

_o: Final = channel_offers.c
_TEAM: Final = _o.team_id == bindparam("p_team_id")
_THIS: Final = (_TEAM, _o.offer_id == bindparam("p_offer_id"))
_READ: Final = select(
    channel_offers,
    func.coalesce(users.c.name, "").label("offered_by_name"),
    func.coalesce(conversations.c.name, "").label("channel"),
    conversations.c.reference,
).select_from(
    channel_offers.join(teams, and_(teams.c.team_id == _o.team_id, teams.c.deleted_at.is_(None)))
    .outerjoin(users, users.c.user_id == _o.offered_by)
    .outerjoin(
        conversations,
        and_(
            conversations.c.platform == _o.platform,
            conversations.c.tenant == _o.tenant,
            conversations.c.conversation_id == _o.conversation_id,
        ),
    )
)
_GET: Final = _READ.where(*_THIS)
_CODED: Final = _READ.where(_o.code_hash.in_(bindparam("p_digests", expanding=True)), _o.state == OfferState.ASKED)
_ADD: Final = insert(channel_offers)
_END_OTHERS: Final = delete(channel_offers).where(
    _TEAM, _o.asked_by == bindparam("p_asked_by"), _o.state.in_(OPEN_STATES)
)
_CLAIM: Final = (
    update(channel_offers)
    .where(*_THIS, _o.state == OfferState.ASKED)
    .values(
        state=OfferState.OFFERED,
        code_hash=None,
        offered_by=bindparam("p_by"),
        platform=bindparam("p_platform"),
        tenant=bindparam("p_tenant"),
        conversation_id=bindparam("p_conversation_id"),
        expires_at=bindparam("p_expires_at"),
    )
    .returning(_o.offer_id)
)
_DECIDE: Final = (
    update(channel_offers)
    .where(*_THIS, _o.state.in_(OPEN_STATES))
    .values(state=bindparam("p_to"), code_hash=None, expires_at=bindparam("p_at"))
    .returning(_o.offer_id)
)
_KEY: Final = (_o.team_id, _o.offer_id)
_OLD: Final = select(*_KEY).where(_o.expires_at <= bindparam("p_before")).limit(bindparam("p_limit"))
_FORGET: Final = delete(channel_offers).where(tuple_(*_KEY).in_(_OLD))


class SqlChannelOffers:
    """Implements the channel offers of the services."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, offer: ChannelOffer, digest: str) -> None:
        await self._connection.execute(_END_OTHERS, {"p_team_id": offer.team_id, "p_asked_by": offer.asked_by})
        row = {
            "team_id": offer.team_id,
            "offer_id": offer.offer_id,
            "state": offer.state,
            "asked_by": offer.asked_by,
            "code_hash": digest,
            "created_at": offer.created_at,
            "expires_at": offer.expires_at,
        }
        await self._connection.execute(_ADD, row)

    async def get(self, team_id: str, offer_id: str) -> ChannelOffer | None:
        return await self._one(_GET, {"p_team_id": team_id, "p_offer_id": offer_id})

    async def coded(self, digests: Collection[str]) -> ChannelOffer | None:
        return await self._one(_CODED, {"p_digests": list(digests)})

    async def claim(self, team_id: str, offer_id: str, by: str, place: Place, expires_at: datetime) -> bool:
        values = {
            "p_team_id": team_id,
            "p_offer_id": offer_id,
            "p_by": by,
            "p_platform": place.platform,
            "p_tenant": place.tenant,
            "p_conversation_id": place.conversation_id,
            "p_expires_at": expires_at,
        }
        return (await self._connection.execute(_CLAIM, values)).one_or_none() is not None

    async def decide(self, team_id: str, offer_id: str, to: OfferState, at: datetime) -> bool:
        values = {"p_team_id": team_id, "p_offer_id": offer_id, "p_to": to, "p_at": at}
        return (await self._connection.execute(_DECIDE, values)).one_or_none() is not None

    async def forget(self, before: datetime, limit: int) -> int:
        return (await self._connection.execute(_FORGET, {"p_before": before, "p_limit": limit})).rowcount

    async def _one(self, statement: Any, values: dict[str, Any]) -> ChannelOffer | None:  # noqa: ANN401 - a select
        row = (await self._connection.execute(statement, values)).mappings().one_or_none()
        return None if row is None else _offer(row)


def _offer(row: RowMapping) -> ChannelOffer:
    reference: dict[str, Any] = row["reference"] or {}
    return ChannelOffer(
        team_id=TeamId(row["team_id"]),
        offer_id=row["offer_id"],
        state=OfferState(row["state"]),
        asked_by=row["asked_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        offered_by=row["offered_by"],
        platform=row["platform"],
        tenant=row["tenant"],
        conversation_id=row["conversation_id"],
        offered_by_name=row["offered_by_name"],
        channel=row["channel"],
        has_outsiders=bool(reference.get(OUTSIDERS)),
    )
