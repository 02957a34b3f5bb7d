"""The statements about deliveries that were lost together, and about the posts in one channel."""

from typing import Final

from sqlalchemy import Text, case, func, select, update

from services.delivery import DeliveryState
from storage.rows import nested, or_empty, param
from storage.tables import deliveries, posts

_d: Final = deliveries.c
DELIVERY: Final = (*(column for column in _d if column is not _d.sweep_id), or_empty(_d.sweep_id, "sweep_id"))
"""The columns of a `Delivery`."""
_TEAM: Final = _d.team_id == param("team_id")
_SWEEP_ID: Final = param("sweep_id", Text)
LATEST_SWEEP: Final = (
    select(_d.sweep_id)
    .where(
        _TEAM,
        _d.state == DeliveryState.UNKNOWN,
        _d.done_at >= param("since"),
        _d.sweep_id.is_not(None),
        _d.delivery_id != param("but"),
    )
    .order_by(_d.done_at.desc(), _d.delivery_id.desc())
    .limit(1)
)
JOIN_SWEEP: Final = update(deliveries).where(_TEAM, _d.delivery_id == param("delivery_id")).values(sweep_id=_SWEEP_ID)
_IS_OPEN: Final = case((_d.state == DeliveryState.UNKNOWN, 1), else_=0)
SWEEP: Final = (
    select(
        *nested(
            "lost",
            (*nested("delivery", DELIVERY), func.coalesce(_d.done_at, _d.created_at).label("at")),
        ),
        func.count().over().label("total"),
        func.sum(_IS_OPEN).over().label("open"),
    )
    .where(_TEAM, _d.sweep_id == _SWEEP_ID)
    .order_by(_IS_OPEN.desc(), _d.delivery_id)
    .limit(param("limit"))
)
LIST_POSTS_IN_CHANNEL: Final = (
    select(posts)
    .where(
        posts.c.team_id == param("team_id"),
        posts.c.platform == param("platform"),
        posts.c.tenant == param("tenant"),
        posts.c.conversation_id == param("conversation_id"),
        posts.c.user_id.is_(None),
        posts.c.gone_at.is_(None),
    )
    .order_by(posts.c.posted_at.desc(), posts.c.post_id.desc())
    .limit(param("limit"))
)
