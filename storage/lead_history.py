"""The history of leads: its statements, built once."""

from typing import Final

from sqlalchemy import Integer, Text, exists, func, insert, select

from services.lead.model import ActivityType
from storage.rows import or_empty, param, params
from storage.tables import Moment, lead_history, lead_sights, teams, users

_TEAM: Final = param("team_id", Text)
_LEAD: Final = param("lead_id", Text)
_LIMIT: Final = param("limit", Integer)

_acting = users.alias("acting")
_concerned = users.alias("concerned")
HISTORY: Final = (
    select(
        lead_history.c.entry_id,
        lead_history.c.at,
        lead_history.c.what,
        lead_history.c.team_id,
        lead_history.c.text,
        lead_history.c.reverses,
        teams.c.name.label("team"),
        or_empty(_acting.c.name, "user"),
        or_empty(_concerned.c.name, "subject"),
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
LAST: Final = HISTORY.where(lead_history.c.what.in_(params("whats")))
NOTES: Final = (
    select(func.count().over().label("count"), or_empty(_acting.c.name, "by"), lead_history.c.at)
    .select_from(lead_history.outerjoin(_acting, _acting.c.user_id == lead_history.c.user_id))
    .where(
        lead_history.c.lead_id == _LEAD,
        lead_history.c.team_id == _TEAM,
        lead_history.c.what == ActivityType.NOTED,
        lead_history.c.at >= param("since", Moment),
    )
    .order_by(lead_history.c.at.desc(), lead_history.c.entry_id.desc())
    .limit(1)
)
"""How many notes the team has written since it picked the lead, with the last one's author and time."""
RECORD: Final = insert(lead_history)
