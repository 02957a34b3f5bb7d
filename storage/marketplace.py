"""Marketplaces and their partners, in the database."""

from datetime import datetime
from typing import Final

from sqlalchemy import (
    JSON,
    Integer,
    Text,
    and_,
    delete,
    exists,
    insert,
    select,
    update,
)

from services.marketplace.model import Marketplace, MarketplaceMembership, Partner, PartnerState
from services.people import TeamId
from storage.rows import Rows, nested, param, row_of
from storage.tables import Moment, marketplaces, partners, teams

_TEAM: Final = param("team_id", Text)
_THIS_MARKETPLACE: Final = param("marketplace_id", Text)
_PARTNER: Final = param("partner_id", Text)
_NOW: Final = param("now", Moment)
_LIMIT: Final = param("limit", Integer)

_ADD: Final = insert(marketplaces)
_FIND: Final = select(marketplaces).where(
    marketplaces.c.team_id == _TEAM, marketplaces.c.marketplace_id == _THIS_MARKETPLACE
)
_CHANGE: Final = (
    update(marketplaces)
    .where(marketplaces.c.team_id == _TEAM, marketplaces.c.marketplace_id == _THIS_MARKETPLACE)
    .values(
        offer_window_minutes=param("offer_window_minutes", Integer),
        return_window_hours=param("return_window_hours", Integer),
        reminder_days=param("reminder_days", Integer),
        stall_days=param("stall_days", Integer),
        questions=param("questions", JSON),
    )
)
_OF_MARKET: Final = and_(
    marketplaces.c.team_id == partners.c.team_id, marketplaces.c.marketplace_id == partners.c.marketplace_id
)
_MEMBERSHIPS: Final = (
    select(
        *nested("marketplace", tuple(marketplaces.c)),
        *nested("partner", tuple(partners.c)),
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
    .where(_OURS, partners.c.marketplace_id == _THIS_MARKETPLACE)
    .order_by(partners.c.created_at, partners.c.partner_id)
    .limit(_LIMIT)
)
_TAKERS: Final = (
    select(partners)
    .join(teams, and_(teams.c.team_id == partners.c.partner_team_id, teams.c.deleted_at.is_(None)))
    .where(
        _OURS,
        partners.c.marketplace_id == _THIS_MARKETPLACE,
        partners.c.state == PartnerState.ACTIVE,
        partners.c.takes,
    )
    .order_by(partners.c.name, partners.c.partner_id)
)
_GET_PARTNER: Final = select(partners).where(_OURS, partners.c.partner_id == _PARTNER)
_INVITED: Final = select(partners).where(_OURS, partners.c.invitation_id == param("invitation_id", Text))
_ADD_PARTNER: Final = insert(partners)
_MOVE: Final = (
    update(partners)
    .where(_OURS, partners.c.partner_id == _PARTNER, partners.c.state == param("was", Text))
    .values(state=param("to", Text), changed_at=_NOW)
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
            _others.c.partner_team_id == param("partner_team_id", Text),
            _others.c.state == PartnerState.ACTIVE,
        ),
    )
    .values(
        state=PartnerState.ACTIVE,
        partner_team_id=param("partner_team_id", Text),
        name=param("name", Text),
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
        await self._insert(_ADD, [row_of(marketplace, marketplaces)])

    async def update(self, marketplace: Marketplace) -> None:
        await self._execute(
            _CHANGE,
            team_id=marketplace.team_id,
            marketplace_id=marketplace.marketplace_id,
            offer_window_minutes=marketplace.offer_window_minutes,
            return_window_hours=marketplace.return_window_hours,
            reminder_days=marketplace.reminder_days,
            stall_days=marketplace.stall_days,
            questions=list(marketplace.questions),
        )

    async def get(self, team_id: TeamId, marketplace_id: str) -> Marketplace | None:
        return await self._model(Marketplace, _FIND, team_id=team_id, marketplace_id=marketplace_id)

    async def list_memberships(self, team_id: TeamId, limit: int) -> list[MarketplaceMembership]:
        return await self._models(MarketplaceMembership, _MEMBERSHIPS, team_id=team_id, limit=limit)

    async def list_partners(self, team_id: TeamId, marketplace_id: str, limit: int) -> list[Partner]:
        return await self._models(Partner, _PARTNERS, team_id=team_id, marketplace_id=marketplace_id, limit=limit)

    async def list_takers(self, team_id: TeamId, marketplace_id: str) -> list[Partner]:
        return await self._models(Partner, _TAKERS, team_id=team_id, marketplace_id=marketplace_id)

    async def get_partner(self, team_id: TeamId, partner_id: str) -> Partner | None:
        return await self._model(Partner, _GET_PARTNER, team_id=team_id, partner_id=partner_id)

    async def find_partner_by_invitation(self, team_id: TeamId, invitation_id: str) -> Partner | None:
        return await self._model(Partner, _INVITED, team_id=team_id, invitation_id=invitation_id)

    async def add_partner(self, partner: Partner) -> None:
        await self._insert(_ADD_PARTNER, [row_of(partner, partners)])

    async def change_partner_state(
        self, team_id: TeamId, partner_id: str, was: PartnerState, to: PartnerState, now: datetime
    ) -> bool:
        return await self._has_changed(_MOVE, team_id=team_id, partner_id=partner_id, was=was, to=to, now=now)

    async def activate_partner(
        self, team_id: TeamId, partner_id: str, partner_team_id: TeamId, name: str, now: datetime
    ) -> bool:
        return await self._has_changed(
            _ACTIVATE, team_id=team_id, partner_id=partner_id, partner_team_id=partner_team_id, name=name, now=now
        )

    async def delete_partner(self, team_id: TeamId, partner_id: str) -> bool:
        return await self._has_changed(_REMOVE, team_id=team_id, partner_id=partner_id)
