"""The statements of the scheduled jobs about leads: offers that end, reminders, stalled leads."""

from typing import Final

from sqlalchemy import Integer, and_, select, tuple_, update

from services.lead.model import LeadState
from storage.lead_statements import LEAD
from storage.rows import param
from storage.tables import Moment, leads, marketplaces

_NOW: Final = param("now", Moment)
_LIMIT: Final = param("limit", Integer)
_VERSION: Final = leads.c.version + 1
_DUE: Final = (leads.c.state.in_([LeadState.OFFERED, LeadState.ASSIGNED]), leads.c.offered_until <= _NOW)
EXPIRE: Final = (
    update(leads)
    .where(
        *_DUE,
        tuple_(leads.c.team_id, leads.c.lead_id).in_(
            select(leads.c.team_id, leads.c.lead_id).where(*_DUE).order_by(leads.c.offered_until).limit(_LIMIT)
        ),
    )
    .values(state=LeadState.FAILED, version=_VERSION)
    .returning(*LEAD)
)
REMINDER_DAYS: Final = select(marketplaces.c.reminder_days).distinct()
STALL_DAYS: Final = select(marketplaces.c.stall_days).distinct()
_ACCEPTED: Final = leads.join(
    marketplaces,
    and_(marketplaces.c.team_id == leads.c.operator_team_id, marketplaces.c.marketplace_id == leads.c.marketplace_id),
)
_IDLE: Final = (leads.c.state == LeadState.PICKED, leads.c.worked_at <= param("before", Moment))
_DAYS: Final = param("days", Integer)
REMIND: Final = (
    update(leads)
    .where(
        *_IDLE,
        leads.c.reminded_at.is_(None),
        tuple_(leads.c.team_id, leads.c.lead_id).in_(
            select(leads.c.team_id, leads.c.lead_id)
            .select_from(_ACCEPTED)
            .where(*_IDLE, leads.c.reminded_at.is_(None), marketplaces.c.reminder_days == _DAYS)
            .order_by(leads.c.worked_at)
            .limit(_LIMIT)
        ),
    )
    .values(reminded_at=_NOW, version=_VERSION)
    .returning(*LEAD)
)
STALLED: Final = (
    select(*LEAD)
    .select_from(_ACCEPTED)
    .where(*_IDLE, leads.c.reminded_at.is_not(None), marketplaces.c.stall_days == _DAYS)
    .order_by(leads.c.worked_at)
    .limit(_LIMIT)
)
