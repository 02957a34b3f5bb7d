"""Marketplaces and their partners, in the database."""

from datetime import datetime
from typing import Final

from sqlalchemy import (
    JSON,
    Integer,
    RowMapping,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)

from services.marketplace.model import Marketplace, Membership, Partner, PartnerState
from services.people import TeamId
from storage.rows import Rows
from storage.tables import Moment, marketplaces, partners, teams

_TEAM: Final = bindparam("_team", type_=Text)
_MARKET: Final = bindparam("_market", type_=Text)
_PARTNER: Final = bindparam("_partner", type_=Text)
_NOW: Final = bindparam("_now", type_=Moment)
_LIMIT: Final = bindparam("_limit", type_=Integer)

_ADD: Final = insert(marketplaces)
_FIND: Final = select(marketplaces).where(marketplaces.c.team_id == _TEAM, marketplaces.c.marketplace_id == _MARKET)
_CHANGE: Final = (
    update(marketplaces)
    .where(marketplaces.c.team_id == _TEAM, marketplaces.c.marketplace_id == _MARKET)
    .values(
        offer_window_minutes=bindparam("_offer", type_=Integer),
        return_window_hours=bindparam("_return", type_=Integer),
        reminder_days=bindparam("_reminder", type_=Integer),
        stall_days=bindparam("_stall", type_=Integer),
        questions=bindparam("_questions", type_=JSON),
    )
)
_OF_MARKET: Final = and_(
    marketplaces.c.team_id == partners.c.team_id, marketplaces.c.marketplace_id == partners.c.marketplace_id
)
_MEMBERSHIPS: Final = (
    select(
        *(column.label(f"market_{column.name}") for column in marketplaces.c),
        *partners.c,
        teams.c.name.label("operator"),
    )
    .select_from(
        partners.join(marketplaces, _OF_MARKET).join(
            teams, and_(teams.c.team_id == partners.c.team_id, teams.c.deleted_at.is_(None))
        )
    )
    .where(partners.c.partner_team_id == _TEAM, partners.c.state == PartnerState.ACTIVE)
    .order_by(marketplaces.c.name, marketplaces.c.marketplace_id)
    .limit(_LIMIT)
)
_OURS: Final = partners.c.team_id == _TEAM
_PARTNERS: Final = (
    select(partners)
    .where(_OURS, partners.c.marketplace_id == _MARKET)
    .order_by(partners.c.created_at, partners.c.partner_id)
    .limit(_LIMIT)
)
_TAKERS: Final = (
    select(partners)
    .join(teams, and_(teams.c.team_id == partners.c.partner_team_id, teams.c.deleted_at.is_(None)))
    .where(
        _OURS,
        partners.c.marketplace_id == _MARKET,
        partners.c.state == PartnerState.ACTIVE,
        partners.c.takes,
    )
    .order_by(partners.c.name, partners.c.partner_id)
)
_PARTNER_OF: Final = select(partners).where(_OURS, partners.c.partner_id == _PARTNER)
_INVITED: Final = select(partners).where(_OURS, partners.c.invitation_id == bindparam("_invitation", type_=Text))
_ADD_PARTNER: Final = insert(partners)
_MOVE: Final = (
    update(partners)
    .where(_OURS, partners.c.partner_id == _PARTNER, partners.c.state == bindparam("_was", type_=Text))
    .values(state=bindparam("_to", type_=Text), changed_at=_NOW)
    .returning(partners.c.partner_id)
)
_others = partners.alias("others")
_ACTIVATE: Final = (
    update(partners)
    .where(
        _OURS,
        partners.c.partner_id == _PARTNER,
        partners.c.state == PartnerState.PENDING,
        ~exists().where(
            _others.c.team_id == partners.c.team_id,
            _others.c.marketplace_id == partners.c.marketplace_id,
            _others.c.partner_team_id == bindparam("_firm", type_=Text),
            _others.c.state == PartnerState.ACTIVE,
        ),
    )
    .values(
        state=PartnerState.ACTIVE,
        partner_team_id=bindparam("_firm", type_=Text),
        name=bindparam("_name", type_=Text),
        changed_at=_NOW,
    )
    .returning(partners.c.partner_id)
)
_REMOVE: Final = (
    delete(partners)
    .where(
        _OURS,
        partners.c.partner_id == _PARTNER,
        partners.c.state.in_([PartnerState.PENDING, PartnerState.DECLINED]),
    )
    .returning(partners.c.partner_id)
)


class SqlMarketplaces(Rows):
    """Implements `services.marketplace.store.Marketplaces`."""

    async def add(self, marketplace: Marketplace) -> None:
        await self._connection.execute(_ADD, _market_row(marketplace))

    async def change(self, marketplace: Marketplace) -> None:
        values = {
            "_team": marketplace.team_id,
            "_market": marketplace.marketplace_id,
            "_offer": marketplace.offer_window_minutes,
            "_return": marketplace.return_window_hours,
            "_reminder": marketplace.reminder_days,
            "_stall": marketplace.stall_days,
            "_questions": list(marketplace.questions),
        }
        await self._connection.execute(_CHANGE, values)

    async def find(self, team_id: TeamId, marketplace_id: str) -> Marketplace | None:
        rows = await self._rows(_FIND, _team=team_id, _market=marketplace_id)
        return _marketplace(rows[0]) if rows else None

    async def memberships(self, team_id: TeamId, limit: int) -> list[Membership]:
        rows = await self._rows(_MEMBERSHIPS, _team=team_id, _limit=limit)
        return [Membership(_marketplace(row, "market_"), row["operator"], _partner(row)) for row in rows]

    async def partners(self, team_id: TeamId, marketplace_id: str, limit: int) -> list[Partner]:
        return [
            _partner(row) for row in await self._rows(_PARTNERS, _team=team_id, _market=marketplace_id, _limit=limit)
        ]

    async def takers(self, team_id: TeamId, marketplace_id: str) -> list[Partner]:
        return [_partner(row) for row in await self._rows(_TAKERS, _team=team_id, _market=marketplace_id)]

    async def partner(self, team_id: TeamId, partner_id: str) -> Partner | None:
        rows = await self._rows(_PARTNER_OF, _team=team_id, _partner=partner_id)
        return _partner(rows[0]) if rows else None

    async def invited(self, team_id: TeamId, invitation_id: str) -> Partner | None:
        rows = await self._rows(_INVITED, _team=team_id, _invitation=invitation_id)
        return _partner(rows[0]) if rows else None

    async def add_partner(self, partner: Partner) -> None:
        await self._connection.execute(_ADD_PARTNER, _partner_row(partner))

    async def move(self, team_id: TeamId, partner_id: str, was: PartnerState, to: PartnerState, now: datetime) -> bool:
        return await self._held(_MOVE, _team=team_id, _partner=partner_id, _was=was, _to=to, _now=now)

    async def activate(
        self, team_id: TeamId, partner_id: str, partner_team_id: TeamId, name: str, now: datetime
    ) -> bool:
        return await self._held(
            _ACTIVATE, _team=team_id, _partner=partner_id, _firm=partner_team_id, _name=name, _now=now
        )

    async def remove(self, team_id: TeamId, partner_id: str) -> bool:
        return await self._held(_REMOVE, _team=team_id, _partner=partner_id)


def _marketplace(row: RowMapping, prefix: str = "") -> Marketplace:
    return Marketplace(
        team_id=row[f"{prefix}team_id"],
        marketplace_id=row[f"{prefix}marketplace_id"],
        name=row[f"{prefix}name"],
        offer_window_minutes=row[f"{prefix}offer_window_minutes"],
        return_window_hours=row[f"{prefix}return_window_hours"],
        reminder_days=row[f"{prefix}reminder_days"],
        stall_days=row[f"{prefix}stall_days"],
        questions=tuple(row[f"{prefix}questions"]),
        created_by=row[f"{prefix}created_by"],
        created_at=row[f"{prefix}created_at"],
    )


def _market_row(marketplace: Marketplace) -> dict[str, object]:
    return {
        "team_id": marketplace.team_id,
        "marketplace_id": marketplace.marketplace_id,
        "name": marketplace.name,
        "offer_window_minutes": marketplace.offer_window_minutes,
        "return_window_hours": marketplace.return_window_hours,
        "reminder_days": marketplace.reminder_days,
        "stall_days": marketplace.stall_days,
        "questions": list(marketplace.questions),
        "created_by": marketplace.created_by,
        "created_at": marketplace.created_at,
    }


def _partner(row: RowMapping) -> Partner:
    return Partner(
        team_id=row["team_id"],
        marketplace_id=row["marketplace_id"],
        partner_id=row["partner_id"],
        partner_team_id=row["partner_team_id"],
        name=row["name"],
        email=row["email"],
        gives=row["gives"],
        takes=row["takes"],
        state=PartnerState(row["state"]),
        invitation_id=row["invitation_id"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
    )


def _partner_row(partner: Partner) -> dict[str, object]:
    return {
        "team_id": partner.team_id,
        "marketplace_id": partner.marketplace_id,
        "partner_id": partner.partner_id,
        "partner_team_id": partner.partner_team_id,
        "name": partner.name,
        "email": partner.email,
        "gives": partner.gives,
        "takes": partner.takes,
        "state": partner.state,
        "invitation_id": partner.invitation_id,
        "created_at": partner.created_at,
        "changed_at": partner.changed_at,
    }
