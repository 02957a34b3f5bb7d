"""What two people have and did, as one person's: every column that names a user, and where it is looked for."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BindParameter, Column, ColumnElement, Update, and_, exists, func, or_, select, update

from services.delivery import DeliveryState
from storage.rows import Rows, param
from storage.tables import (
    bulks,
    channel_offers,
    deliveries,
    files,
    identities,
    invitation_questions,
    invitations,
    lead_history,
    lead_imports,
    lead_sights,
    leads,
    marketplaces,
    members,
    posts,
    requests,
    teams,
)

KEPT_COLUMNS: Final = frozenset(
    {
        "audit.user_id",  # append-only: the old id leads to the person
        "identities.user_id",
        "identity_links.other_user_id",
        "identity_links.user_id",
        "inbox.user_id",  # a repetition finds nothing to repeat
        "members.user_id",
        "users.merged_into",
        "users.user_id",
    }
)
"""Columns that name a user and are not rewritten here."""

_INTO: Final[BindParameter[str]] = param("into")
_GONE: Final[BindParameter[str]] = param("gone")
_TEAMS: Final = select(members.c.team_id).where(members.c.user_id.in_((_INTO, _GONE)))
_TENANTS: Final = identities.c.user_id == _GONE


def _move(column: Column[Any], *where: ColumnElement[bool]) -> Update:
    return update(column.table).where(column == _GONE, *where).values({column: _INTO})


def _in_teams(column: Column[Any], team: Column[Any]) -> Update:
    return _move(column, team.in_(_TEAMS))


def _decided_by_another_user(*others: Column[Any]) -> ColumnElement[bool]:
    """Leave out what one user asked for and the other one decided: a request is never decided by its author."""
    return and_(*(func.coalesce(other, "") != _INTO for other in others))


_q, _d, _p, _v, _r = invitation_questions.c, deliveries.c, posts.c, invitations.c, requests.c
_existing: Final = deliveries.alias("there")
_ON_ITS_WAY: Final = _d.state.in_((DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.UNKNOWN))
_IS_DUPLICATE: Final = exists().where(
    _existing.c.user_id == _INTO,
    *(
        _existing.c[name] == _d[name]
        for name in ("event_id", "kind", "view", "key", "platform", "tenant", "conversation_id")
    ),
)
_OF_THEIR_LEADS: Final = lead_history.c.lead_id.in_(
    select(lead_sights.c.lead_id).where(lead_sights.c.team_id.in_(_TEAMS))
)
_IN_THEIR_TENANTS: Final = exists().where(
    _TENANTS, identities.c.platform == _p.platform, identities.c.tenant == _p.tenant
)

USER_UPDATES: Final = (
    _in_teams(teams.c.created_by, teams.c.team_id),
    _in_teams(marketplaces.c.created_by, marketplaces.c.team_id),
    _in_teams(channel_offers.c.asked_by, channel_offers.c.team_id),
    _move(channel_offers.c.offered_by),
    _in_teams(leads.c.created_by, leads.c.team_id),
    _in_teams(leads.c.picked_by, leads.c.picked_team_id),
    _in_teams(leads.c.responsible_id, leads.c.picked_team_id),
    _in_teams(leads.c.closed_by, leads.c.picked_team_id),
    _move(lead_history.c.user_id, _OF_THEIR_LEADS),
    _move(lead_history.c.subject_user_id, _OF_THEIR_LEADS),
    _in_teams(bulks.c.user_id, bulks.c.team_id),
    _in_teams(lead_imports.c.user_id, lead_imports.c.team_id),
    _in_teams(files.c.user_id, files.c.team_id),
    _in_teams(_q.asked_by, _q.team_id),
    _move(_v.requested_by, _decided_by_another_user(_v.decided_by)),
    _move(_v.user_id, or_(_v.kind != "join", _decided_by_another_user(_v.decided_by))),
    _move(_v.decided_by, _decided_by_another_user(_v.requested_by, _v.user_id)),
    _in_teams(_r.asked_by, _r.team_id).where(_decided_by_another_user(_r.decided_by)),
    _in_teams(_r.decided_by, _r.team_id).where(_decided_by_another_user(_r.asked_by)),
    _move(_p.user_id, _IN_THEIR_TENANTS),
    _move(_d.user_id, _ON_ITS_WAY, ~_IS_DUPLICATE),
)
"""Each finds its rows by the teams in which one of the two is or was a colleague."""

_m: Final = members.c
_OF_USER: Final = select(members).where(_m.user_id == param("user_id"))
_ROW: Final = (_m.team_id == param("team_id"), _m.user_id == param("user_id"))
_HAND_OVER: Final = update(members).where(*_ROW).values(user_id=param("into"))
_END: Final = update(members).where(*_ROW, _m.removed_at.is_(None)).values(removed_at=param("at"))
_REVIVE: Final = (
    update(members)
    .where(*_ROW)
    .values(
        role=param("role"),
        email=param("email"),
        may_delegate=param("may_delegate"),
        joined_at=param("joined_at"),
        removed_at=None,
    )
)


class Memberships(Rows):
    """Merges the memberships of two users."""

    async def merge(self, into: str, gone: str, at: datetime) -> None:
        """Leave one membership: the first user's where there is one, else the second user's; end all others."""
        ours = (await self._execute(_OF_USER, user_id=into)).all()
        theirs = (await self._execute(_OF_USER, user_id=gone)).all()
        known, is_member = {row.team_id for row in ours}, any(row.removed_at is None for row in ours)
        for row in theirs:
            is_active = row.removed_at is None
            if is_active and is_member:
                await self._execute(_END, team_id=row.team_id, user_id=gone, at=at)
            elif row.team_id not in known:
                await self._execute(_HAND_OVER, team_id=row.team_id, user_id=gone, into=into)
            elif is_active:
                await self._execute(_END, team_id=row.team_id, user_id=gone, at=at)
                given = {name: getattr(row, name) for name in ("role", "email", "may_delegate", "joined_at")}
                await self._execute(_REVIVE, team_id=row.team_id, user_id=into, **given)
