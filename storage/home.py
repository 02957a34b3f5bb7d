"""Whose home can change with a team: the cards that its colleagues read alone."""

from typing import Final

from sqlalchemy import bindparam, select

from storage.tables import members, posts

READ_BY: Final = (
    select(posts.c.key)
    .distinct()
    .select_from(posts.join(members, members.c.user_id == posts.c.user_id))
    .where(
        members.c.team_id == bindparam("_team_id"),
        members.c.removed_at.is_(None),
        posts.c.view == bindparam("_view"),
        posts.c.gone_at.is_(None),
    )
    .limit(bindparam("_limit"))
)
