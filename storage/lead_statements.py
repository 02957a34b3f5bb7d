"""The statements about leads, built once."""

from typing import Any, Final

from sqlalchemy import (
    JSON,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    union,
    union_all,
    update,
)

from services.lead.model import DUPLICATES_SHOWN, LEAD_PAGE_ROWS, LeadFilter, LeadState, OfferStatus
from storage.rows import inline_literal, nested, or_empty, param, params
from storage.tables import Moment, lead_sights, leads, marketplaces, teams, users

_TEAM: Final = param("team_id", Text)
_LEAD: Final = param("lead_id", Text)
_USER: Final = param("user_id", Text)
_NOW: Final = param("now", Moment)
_LIMIT: Final = param("limit", Integer)
# Written out, because a planner that does not know the limit reads whole tables to be ready for any.
_PAGE: Final = inline_literal(LEAD_PAGE_ROWS + 1)
_MINE_MAX: Final = inline_literal(1000)
_DUPLICATES: Final = inline_literal(DUPLICATES_SHOWN)

_giver = teams.alias("giver")
_taker = teams.alias("taker")
_responsible = users.alias("responsible")
_picker = users.alias("picker")
_closer = users.alias("closer")


def select_seen(these: Subquery | None = None) -> Select[Any]:
    """Select leads with a team's visibility and all names; with `these` given, the joins begin with them.

    The order is explicit because PostgreSQL does not reorder more than eight joins (join_collapse_limit).
    """
    sights: FromClause = lead_sights
    if these is not None:
        keys = [lead_sights.c[key] == these.c[key] for key in ("team_id", "lead_id") if key in these.c]
        sights = these.join(lead_sights, and_(*keys))
    return select(*_COLUMNS).select_from(
        sights.join(
            leads, and_(leads.c.team_id == lead_sights.c.giver_team_id, leads.c.lead_id == lead_sights.c.lead_id)
        )
        .join(_giver, _giver.c.team_id == leads.c.team_id)
        .outerjoin(
            marketplaces,
            and_(
                marketplaces.c.team_id == leads.c.operator_team_id,
                marketplaces.c.marketplace_id == leads.c.marketplace_id,
            ),
        )
        .outerjoin(_taker, _taker.c.team_id == leads.c.picked_team_id)
        .outerjoin(_responsible, _responsible.c.user_id == leads.c.responsible_id)
        .outerjoin(_picker, _picker.c.user_id == leads.c.picked_by)
        .outerjoin(_closer, _closer.c.user_id == leads.c.closed_by)
    )


_FLAT: Final = (
    "team_id",
    "lead_id",
    "state",
    "operator_team_id",
    "marketplace_id",
    "offered_until",
    "picked_team_id",
    "picked_by",
    "picked_at",
    "responsible_id",
    "step",
    "worked_at",
    "reminded_at",
    "closed_by",
    "closed_at",
    "won_cents",
    "lost_reason",
    "created_by",
    "created_at",
)
_l = leads.c
LEAD: Final = (
    *(_l[name] for name in _FLAT),
    *nested("contact", (_l.email, _l.phone, _l.company, _l.postcode, _l.country), name=_l.contact_name),
    *nested("enquiry", (_l.title, _l.value_cents, _l.currency, _l.source, _l.campaign, _l.fields), text=_l.body),
    *nested("keys", (), email=_l.email_key, phone=_l.phone_key),
)
"""The columns of a `Lead`."""
_COLUMNS: Final = (
    *nested("lead", LEAD),
    *nested("sight", tuple(column for column in lead_sights.c if column is not lead_sights.c.changed_at)),
    _giver.c.name.label("giver"),
    or_empty(_taker.c.name, "taker"),
    or_empty(marketplaces.c.name, "marketplace"),
    func.coalesce(marketplaces.c.return_window_hours, 0).label("return_window_hours"),
    or_empty(_responsible.c.name, "responsible"),
    or_empty(_picker.c.name, "picked_by"),
    or_empty(_closer.c.name, "closed_by"),
)
GET: Final = select_seen().where(lead_sights.c.team_id == _TEAM, lead_sights.c.lead_id == _LEAD)
FIND_BY_NUMBER: Final = select_seen().where(lead_sights.c.team_id == _TEAM, lead_sights.c.number == param("number"))


def _newest(*conditions: ColumnElement[bool]) -> Subquery:
    """Select the team's newest rows below a number: a walk along one index that stops after a page."""
    return (
        select(lead_sights.c.team_id, lead_sights.c.lead_id)
        .where(lead_sights.c.team_id == _TEAM, lead_sights.c.number < param("before"), *conditions)
        .order_by(lead_sights.c.number.desc())
        .limit(_PAGE)
        .subquery()
    )


def _listed(*parts: Subquery) -> Select[Any]:
    """Select the newest of several parts. The team comes with them: a second condition on it made PostgreSQL scan."""
    page = union_all(*(select(part.c.team_id, part.c.lead_id) for part in parts)).subquery()
    return select_seen(page).order_by(lead_sights.c.number.desc()).limit(_PAGE)


def _is(offer: OfferStatus) -> ColumnElement[bool]:
    """Compare with a literal: a planner that does not know the offer scans all of the team's leads for a rare one."""
    return lead_sights.c.offer == inline_literal(offer)


def _offers(*offers: OfferStatus) -> Select[Any]:
    """List leads with one of the offers, a part for each: no index is ordered by number across several of them."""
    return _listed(*(_newest(_is(offer)) for offer in offers))


_BACKGROUND: Final = or_(lead_sights.c.gives, lead_sights.c.operates)
# The limit also keeps SQLite from starting at the other end, with every lead of the team.
_mine = (
    select(leads.c.lead_id)
    .where(leads.c.picked_team_id == _TEAM, leads.c.responsible_id == _USER, leads.c.state == LeadState.PICKED)
    .limit(_MINE_MAX)
    .subquery()
)

PAGES: Final = {
    LeadFilter.CURRENT: _offers(OfferStatus.OPEN, OfferStatus.ASSIGNED, OfferStatus.HELD),
    LeadFilter.OFFERED: _offers(OfferStatus.OPEN, OfferStatus.ASSIGNED),
    LeadFilter.WORK: _offers(OfferStatus.HELD),
    LeadFilter.CLOSED: _offers(OfferStatus.CLOSED),
    LeadFilter.GIVEN: _listed(
        *(
            _newest(_is(offer), _BACKGROUND)
            for offer in (OfferStatus.NONE, OfferStatus.NOT_PICKED, OfferStatus.RETURNED)
        )
    ),
    LeadFilter.MINE: select_seen(_mine)
    .where(lead_sights.c.team_id == _TEAM, lead_sights.c.number < param("before"))
    .order_by(lead_sights.c.number.desc())
    .limit(_PAGE),
}

_NOTHING: Final = inline_literal("")
HAS_EMAIL: Final = leads.c.email_key != _NOTHING
HAS_PHONE: Final = leads.c.phone_key != _NOTHING
"""With a literal, because both planners use the partial indexes only where they can read the condition."""
_EMAIL: Final = param("email", Text)
_PHONE: Final = param("phone", Text)
_MARKETPLACE: Final = param("marketplace_id", Text)
_SAME: Final = union(
    select(leads.c.lead_id).where(leads.c.team_id == _TEAM, leads.c.email_key == _EMAIL, HAS_EMAIL),
    select(leads.c.lead_id).where(leads.c.team_id == _TEAM, leads.c.phone_key == _PHONE, HAS_PHONE),
    select(leads.c.lead_id).where(leads.c.marketplace_id == _MARKETPLACE, leads.c.email_key == _EMAIL, HAS_EMAIL),
    select(leads.c.lead_id).where(leads.c.marketplace_id == _MARKETPLACE, leads.c.phone_key == _PHONE, HAS_PHONE),
).subquery()
# A team that neither gave nor operates a lead must not learn from a duplicate that it exists (B9).
DUPLICATES: Final = (
    select_seen(_SAME)
    .where(
        lead_sights.c.team_id == _TEAM,
        lead_sights.c.lead_id != param("but"),
        or_(_BACKGROUND, lead_sights.c.offer.in_([OfferStatus.HELD, OfferStatus.CLOSED])),
    )
    .order_by(lead_sights.c.number.desc())
    .limit(_DUPLICATES)
)

LIST_VISIBILITY: Final = select(lead_sights).where(lead_sights.c.lead_id == _LEAD).order_by(lead_sights.c.team_id)


ADD: Final = insert(leads)
ADD_VISIBILITY: Final = insert(lead_sights)

_VERSION: Final = leads.c.version + 1
_MAY_PICK: Final = exists().where(
    lead_sights.c.team_id == _TEAM,
    lead_sights.c.lead_id == _LEAD,
    lead_sights.c.offer.in_([OfferStatus.OPEN, OfferStatus.ASSIGNED]),
)
_OURS: Final = (leads.c.lead_id == _LEAD, leads.c.picked_team_id == _TEAM, leads.c.state == LeadState.PICKED)
_UNPICKED: Final[dict[str, Any]] = {
    "picked_team_id": None,
    "picked_by": None,
    "picked_at": None,
    "responsible_id": None,
    "step": "",
    "worked_at": None,
    "reminded_at": None,
}

PICK: Final = (
    update(leads)
    .where(
        leads.c.lead_id == _LEAD,
        leads.c.state.in_([LeadState.OPEN, LeadState.OFFERED, LeadState.ASSIGNED]),
        or_(leads.c.offered_until.is_(None), leads.c.offered_until > _NOW),
        _MAY_PICK,
    )
    .values(
        state=LeadState.PICKED,
        picked_team_id=_TEAM,
        picked_by=_USER,
        picked_at=_NOW,
        responsible_id=_USER,
        step=param("step"),
        worked_at=_NOW,
        reminded_at=None,
        version=_VERSION,
    )
    .returning(leads.c.lead_id)
)
# Guarded by the winner: the transaction that won the pick changes the visibility of the other teams.
_WON: Final = exists().where(leads.c.lead_id == _LEAD, leads.c.picked_team_id == _TEAM)
UPDATE_VISIBILITY_AFTER_PICK: Final = (
    update(lead_sights)
    .where(lead_sights.c.lead_id == _LEAD, lead_sights.c.offer.in_([OfferStatus.OPEN, OfferStatus.ASSIGNED]), _WON)
    .values(
        offer=case(
            (lead_sights.c.team_id == _TEAM, OfferStatus.HELD),
            (_BACKGROUND, OfferStatus.NOT_PICKED),
            else_=OfferStatus.HIDDEN,
        ),
        changed_at=_NOW,
    )
)
ASSIGN_IF_UNASSIGNED: Final = (
    update(leads)
    .where(*_OURS, leads.c.responsible_id.is_(None))
    .values(responsible_id=_USER, worked_at=_NOW, reminded_at=None, version=_VERSION)
    .returning(leads.c.lead_id)
)
_own_visibility = lead_sights.alias("own")
_HOLDS: Final = exists().where(
    _own_visibility.c.team_id == _TEAM, _own_visibility.c.lead_id == _LEAD, _own_visibility.c.offer == OfferStatus.HELD
)
UPDATE_VISIBILITY_AFTER_UNDO: Final = (
    update(lead_sights)
    .where(
        lead_sights.c.lead_id == _LEAD,
        lead_sights.c.offer.in_([OfferStatus.HELD, OfferStatus.HIDDEN, OfferStatus.NOT_PICKED]),
        _HOLDS,
    )
    .values(offer=case((lead_sights.c.team_id == _TEAM, param("offer", Text)), else_=OfferStatus.OPEN), changed_at=_NOW)
)
WORK: Final = update(leads).where(*_OURS).values(worked_at=_NOW, reminded_at=None, version=_VERSION)
STEP: Final = WORK.values(step=param("step")).returning(leads.c.lead_id)
DELEGATE: Final = (
    update(leads)
    .where(*_OURS, leads.c.responsible_id == param("was"))
    .values(responsible_id=_USER, worked_at=_NOW, reminded_at=None, version=_VERSION)
    .returning(leads.c.lead_id)
)
CLOSE: Final = (
    update(leads)
    .where(*_OURS)
    .values(
        state=param("state"),
        closed_by=_USER,
        closed_at=_NOW,
        won_cents=param("won_cents"),
        lost_reason=param("reason"),
        version=_VERSION,
    )
    .returning(leads.c.lead_id)
)
_RELEASE: Final = (
    update(leads)
    .where(*_OURS)
    .values(**_UNPICKED, state=param("state"), offered_until=param("offered_until", Moment), version=_VERSION)
    .returning(leads.c.lead_id)
)
RETURN: Final = _RELEASE.where(leads.c.picked_at >= param("picked_after", Moment))
RELEASE_IF_STALLED: Final = _RELEASE.where(leads.c.worked_at == param("worked_at", Moment))
_BROKERED: Final = (leads.c.lead_id == _LEAD, or_(leads.c.team_id == _TEAM, leads.c.operator_team_id == _TEAM))
OFFER: Final = (
    update(leads)
    .where(*_BROKERED, leads.c.state.in_(params("was")))
    .values(
        state=param("state"),
        operator_team_id=param("operator_team_id"),
        marketplace_id=param("marketplace_id"),
        offered_until=param("offered_until", Moment),
        version=_VERSION,
    )
    .returning(leads.c.lead_id)
)
UPDATE_FIELDS: Final = update(leads).where(*_BROKERED).values(fields=param("fields", JSON), version=_VERSION)
SET_OFFER: Final = (
    update(lead_sights)
    .where(lead_sights.c.lead_id == _LEAD, lead_sights.c.team_id.in_(params("team_ids")))
    .values(offer=param("offer"), changed_at=_NOW)
)
CLEAR_OFFERS: Final = (
    update(lead_sights)
    .where(
        lead_sights.c.lead_id == _LEAD,
        lead_sights.c.offer.in_([OfferStatus.OPEN, OfferStatus.ASSIGNED, OfferStatus.HIDDEN, OfferStatus.NOT_PICKED]),
    )
    .values(offer=OfferStatus.NONE, changed_at=_NOW)
)
UPDATE_OPERATOR: Final = (
    update(lead_sights)
    .where(lead_sights.c.team_id == _TEAM, lead_sights.c.lead_id == _LEAD)
    .values(operates=True)
    .returning(lead_sights.c.lead_id)
)
VACATE: Final = (
    update(leads)
    .where(leads.c.picked_team_id == _TEAM, leads.c.responsible_id == _USER, leads.c.state == LeadState.PICKED)
    .values(responsible_id=None, version=_VERSION)
    .returning(leads.c.lead_id)
)
VISIBILITY_OF_LEAD: Final = select(lead_sights).where(
    lead_sights.c.team_id == _TEAM, lead_sights.c.lead_id.in_(params("lead_ids"))
)
_ON_MARKET: Final = exists().where(
    leads.c.team_id == lead_sights.c.giver_team_id,
    leads.c.lead_id == lead_sights.c.lead_id,
    leads.c.marketplace_id == _MARKETPLACE,
)
# A lead that is gone comes back when its pick is undone, but not to a team that has left the marketplace.
_BARELY_GONE: Final = exists().where(
    leads.c.team_id == lead_sights.c.giver_team_id,
    leads.c.lead_id == lead_sights.c.lead_id,
    leads.c.marketplace_id == _MARKETPLACE,
    leads.c.state == LeadState.PICKED,
    leads.c.picked_at >= param("picked_after", Moment),
)
END_OFFERS: Final = (
    update(lead_sights)
    .where(
        lead_sights.c.team_id == _TEAM,
        or_(
            and_(lead_sights.c.offer.in_([OfferStatus.OPEN, OfferStatus.ASSIGNED]), _ON_MARKET),
            and_(lead_sights.c.offer.in_([OfferStatus.HIDDEN, OfferStatus.NOT_PICKED]), _BARELY_GONE),
        ),
    )
    .values(offer=OfferStatus.NONE, changed_at=_NOW)
    .returning(lead_sights.c.lead_id)
)
