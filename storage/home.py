"""Whose homes can change: those of a team's colleagues, or of some people."""

from typing import Final

from sqlalchemy import bindparam, select

from services.home.model import VIEW
from storage.rows import written
from storage.tables import members, posts

_LIVE: Final = (posts.c.view == written(VIEW), posts.c.gone_at.is_(None))
HOMES: Final = (
    select(posts.c.key)
    .distinct()
    .select_from(posts.join(members, members.c.user_id == posts.c.user_id))
    .where(members.c.team_id == bindparam("_team_id"), members.c.removed_at.is_(None), *_LIVE)
    .limit(bindparam("_limit"))
)
HOMES_OF: Final = (
    select(posts.c.key).distinct().where(posts.c.user_id.in_(bindparam("_user_ids", expanding=True)), *_LIVE)
)
