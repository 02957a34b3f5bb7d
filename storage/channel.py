"""Channels on their way to a team."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import and_, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from services.channel.model import OPEN_OFFER_STATES, ChannelOffer, ChannelOfferState
from services.people import EXTERNAL_USERS_KEY, Place
from storage.rows import Rows, or_empty, param, params, row_of
from storage.tables import channel_offers, conversations, teams, users

_o: Final = channel_offers.c
_TEAM: Final = _o.team_id == param("team_id")
_THIS: Final = (_TEAM, _o.offer_id == param("offer_id"))
_READ: Final = select(
    channel_offers,
    or_empty(users.c.name, "offered_by_name"),
    or_empty(conversations.c.name, "channel"),
    func.coalesce(conversations.c.reference[EXTERNAL_USERS_KEY].as_boolean(), False).label("has_outsiders"),
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
_CODED: Final = _READ.where(_o.code_hash.in_(params("digests")), _o.state == ChannelOfferState.ISSUED)
_ADD: Final = insert(channel_offers)
_END_OTHERS: Final = delete(channel_offers).where(
    _TEAM, _o.asked_by == param("asked_by"), _o.state.in_(OPEN_OFFER_STATES)
)
_CLAIM: Final = (
    update(channel_offers)
    .where(*_THIS, _o.state == ChannelOfferState.ISSUED)
    .values(
        state=ChannelOfferState.CLAIMED,
        code_hash=None,
        offered_by=param("by"),
        platform=param("platform"),
        tenant=param("tenant"),
        conversation_id=param("conversation_id"),
        expires_at=param("expires_at"),
    )
    .returning(_o.offer_id)
)
_DECIDE: Final = (
    update(channel_offers)
    .where(*_THIS, _o.state.in_(OPEN_OFFER_STATES))
    .values(state=param("to"), code_hash=None, expires_at=param("at"))
    .returning(_o.offer_id)
)
_KEY: Final = (_o.team_id, _o.offer_id)
_OLD: Final = select(*_KEY).where(_o.expires_at <= param("before")).limit(param("limit"))
_PURGE: Final = delete(channel_offers).where(tuple_(*_KEY).in_(_OLD))


class SqlChannelOffers(Rows):
    """Implements `services.channel.store.ChannelOffers`."""

    async def add(self, offer: ChannelOffer, digest: str) -> None:
        await self._execute(_END_OTHERS, team_id=offer.team_id, asked_by=offer.asked_by)
        await self._insert(_ADD, [row_of(offer, channel_offers, code_hash=digest)])

    async def get(self, team_id: str, offer_id: str) -> ChannelOffer | None:
        return await self._model(ChannelOffer, _GET, team_id=team_id, offer_id=offer_id)

    async def find_by_code(self, digests: Collection[str]) -> ChannelOffer | None:
        return await self._model(ChannelOffer, _CODED, digests=list(digests))

    async def claim(self, team_id: str, offer_id: str, by: str, place: Place, expires_at: datetime) -> bool:
        return await self._has_changed(
            _CLAIM,
            team_id=team_id,
            offer_id=offer_id,
            by=by,
            platform=place.platform,
            tenant=place.tenant,
            conversation_id=place.conversation_id,
            expires_at=expires_at,
        )

    async def decide(self, team_id: str, offer_id: str, to: ChannelOfferState, at: datetime) -> bool:
        return await self._has_changed(_DECIDE, team_id=team_id, offer_id=offer_id, to=to, at=at)

    async def purge(self, before: datetime, limit: int) -> int:
        return await self._count_changed(_PURGE, before=before, limit=limit)
