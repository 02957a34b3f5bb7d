"""The history of leads: its statements, built once, and its rows."""

from typing import Any, Final

from sqlalchemy import Integer, RowMapping, Text, bindparam, exists, func, insert, select

from services.lead.model import Entry, NewEntry, What
from storage.tables import Moment, lead_history, lead_sights, teams, users

_TEAM: Final = bindparam("_team", type_=Text)
_LEAD: Final = bindparam("_lead", type_=Text)
_LIMIT: Final = bindparam("_limit", type_=Integer)

_acting = users.alias("acting")
_concerned = users.alias("concerned")
HISTORY: Final = (
    select(
        lead_history,
        teams.c.name.label("team"),
        _acting.c.name.label("user"),
        _concerned.c.name.label("concerned"),
    )
    .select_from(
        lead_history.join(teams, teams.c.team_id == lead_history.c.team_id)
        .outerjoin(_acting, _acting.c.user_id == lead_history.c.user_id)
        .outerjoin(_concerned, _concerned.c.user_id == lead_history.c.subject_user_id)
    )
    .where(
        lead_history.c.lead_id == _LEAD,
        exists().where(lead_sights.c.team_id == _TEAM, lead_sights.c.lead_id == _LEAD),
    )
    .order_by(lead_history.c.at.desc(), lead_history.c.entry_id.desc())
    .limit(_LIMIT)
)
LAST: Final = HISTORY.where(lead_history.c.what.in_(bindparam("_whats", expanding=True)))
NOTES: Final = (
    select(func.count().over().label("count"), _acting.c.name.label("user"), lead_history.c.at)
    .select_from(lead_history.outerjoin(_acting, _acting.c.user_id == lead_history.c.user_id))
    .where(
        lead_history.c.lead_id == _LEAD,
        lead_history.c.team_id == _TEAM,
        lead_history.c.what == What.NOTED,
        lead_history.c.at >= bindparam("_since", type_=Moment),
    )
    .order_by(lead_history.c.at.desc(), lead_history.c.entry_id.desc())
    .limit(1)
)
"""How many notes the team has written since it picked the lead, with the last one's author and time."""
RECORD: Final = insert(lead_history)


def entry_of(row: RowMapping) -> Entry:
    """An entry with its names."""
    return Entry(
        entry_id=row["entry_id"],
        at=row["at"],
        what=What(row["what"]),
        team_id=row["team_id"],
        team=row["team"],
        user=row["user"] or "",
        text=row["text"],
        subject=row["concerned"] or "",
        reverses=row["reverses"],
    )


def row_of(entry: NewEntry) -> dict[str, Any]:
    """An entry as it is kept."""
    return {
        "giver_team_id": entry.giver_team_id,
        "lead_id": entry.lead_id,
        "entry_id": entry.entry_id,
        "team_id": entry.team_id,
        "user_id": entry.user_id,
        "at": entry.at,
        "what": entry.what,
        "text": entry.text,
        "subject_user_id": entry.subject_user_id,
        "reverses": entry.reverses,
    }
