"""The statements that find the open home pages of a team's members, or of some users."""

from typing import Final

from sqlalchemy import select

from services.home.model import HOME_VIEW
from storage.rows import inline_literal, param, params
from storage.tables import members, posts

_LIVE: Final = (posts.c.view == inline_literal(HOME_VIEW), posts.c.gone_at.is_(None))
LIST_HOME_KEYS: Final = (
    select(posts.c.key)
    .distinct()
    .select_from(posts.join(members, members.c.user_id == posts.c.user_id))
    .where(members.c.team_id == param("team_id"), members.c.removed_at.is_(None), *_LIVE)
    .limit(param("limit"))
)
LIST_HOME_KEYS_OF_USERS: Final = select(posts.c.key).distinct().where(posts.c.user_id.in_(params("user_ids")), *_LIVE)
