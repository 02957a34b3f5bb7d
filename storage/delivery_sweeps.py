"""The statements about messages that were lost together, and about all that stands in one place, built once."""

from typing import Final

from sqlalchemy import Text, bindparam, case, func, select, update

from services.delivery import State
from storage.tables import deliveries, posts

_d: Final = deliveries.c
_TEAM: Final = _d.team_id == bindparam("_team_id")
_SWEEP_ID: Final = bindparam("_sweep_id", type_=Text)
LATEST_SWEEP: Final = (
    select(_d.sweep_id)
    .where(
        _TEAM,
        _d.state == State.UNKNOWN,
        _d.done_at >= bindparam("_since"),
        _d.sweep_id.is_not(None),
        _d.delivery_id != bindparam("_but"),
    )
    .order_by(_d.done_at.desc(), _d.delivery_id.desc())
    .limit(1)
)
JOIN_SWEEP: Final = (
    update(deliveries).where(_TEAM, _d.delivery_id == bindparam("_delivery_id")).values(sweep_id=_SWEEP_ID)
)
_IS_OPEN: Final = case((_d.state == State.UNKNOWN, 1), else_=0)
SWEEP: Final = (
    select(deliveries, func.count().over().label("total"), func.sum(_IS_OPEN).over().label("open"))
    .where(_TEAM, _d.sweep_id == _SWEEP_ID)
    .order_by(_IS_OPEN.desc(), _d.delivery_id)
    .limit(bindparam("_limit"))
)
STANDING: Final = (
    select(posts)
    .where(
        posts.c.team_id == bindparam("_team_id"),
        posts.c.platform == bindparam("_platform"),
        posts.c.tenant == bindparam("_tenant"),
        posts.c.conversation_id == bindparam("_conversation_id"),
        posts.c.user_id.is_(None),
        posts.c.gone_at.is_(None),
    )
    .order_by(posts.c.posted_at.desc(), posts.c.post_id.desc())
    .limit(bindparam("_limit"))
)
