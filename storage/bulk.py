"""Bulk invitations and their lines, in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Boolean,
    Integer,
    RowMapping,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from services.bulk.model import Bulk, BulkState, Fated, Line, LineState, Problem, fate_of
from services.delivery import Kind, State
from services.invitation.model import SENT_STATES, InvitationState
from services.marketplace.model import Part
from services.people import Language, TeamId, UserId
from storage.rows import Rows
from storage.tables import Moment, bulk_lines, bulks, deliveries, invitations

_TEAM: Final = bindparam("_team", type_=Text)
_BULK: Final = bindparam("_bulk", type_=Text)
_NOW: Final = bindparam("_now", type_=Moment)
_LIMIT: Final = bindparam("_limit", type_=Integer)
_THIS: Final = (bulks.c.team_id == _TEAM, bulks.c.bulk_id == _BULK)
_LINES: Final = (bulk_lines.c.team_id == _TEAM, bulk_lines.c.bulk_id == _BULK)
_OF_INVITATION_ID: Final = bulk_lines.c.invitation_id == bindparam("_invitation", type_=Text)
_AFTER: Final = bindparam("_after", type_=Text)

_ADD: Final = insert(bulks)
_ADD_LINES: Final = insert(bulk_lines)
_GET: Final = select(bulks).where(*_THIS)
_SENT: Final = (bulks.c.team_id == _TEAM, bulks.c.state.not_in([BulkState.DRAFT, BulkState.DROPPED]))
_COUNT: Final = select(func.count()).select_from(bulks).where(*_SENT)
_LATEST: Final = select(bulks.c.bulk_id).where(*_SENT).order_by(bulks.c.bulk_id.desc()).limit(1)
_BEGIN: Final = (
    update(bulks)
    .where(*_THIS, bulks.c.state == BulkState.DRAFT)
    .values(
        state=BulkState.RUNNING,
        user_id=bindparam("_user", type_=Text),
        platform=bindparam("_platform", type_=Text),
        is_moving=True,
        changed_at=_NOW,
        looked_at=_NOW,
    )
    .returning(bulks.c.bulk_id)
)
_MOVE: Final = (
    update(bulks)
    .where(*_THIS, bulks.c.state == bindparam("_was", type_=Text))
    .values(state=bindparam("_to", type_=Text), changed_at=_NOW)
    .returning(bulks.c.bulk_id)
)
_DRAFTS: Final = select(bulks.c.bulk_id).where(
    bulks.c.team_id == _TEAM,
    bulks.c.user_id == bindparam("_user", type_=Text),
    bulks.c.state.in_([BulkState.DRAFT, BulkState.DROPPED]),
)
_DROP: Final = (
    delete(bulks)
    .where(bulks.c.team_id == _TEAM, bulks.c.bulk_id.in_(bindparam("_bulks", expanding=True)))
    .returning(bulks.c.bulk_id)
)
_DROP_LINES: Final = delete(bulk_lines).where(
    bulk_lines.c.team_id == _TEAM, bulk_lines.c.bulk_id.in_(bindparam("_bulks", expanding=True))
)
_FATED: Final = (
    select(
        bulk_lines,
        invitations.c.state.label("invited"),
        invitations.c.expires_at,
        deliveries.c.state.label("mailed"),
        deliveries.c.reason,
    )
    .select_from(
        bulk_lines.outerjoin(
            invitations,
            and_(
                invitations.c.team_id == bulk_lines.c.team_id,
                invitations.c.invitation_id == bulk_lines.c.invitation_id,
            ),
        ).outerjoin(
            deliveries,
            and_(
                deliveries.c.team_id == bulk_lines.c.team_id,
                deliveries.c.key == bulk_lines.c.invitation_id,
                deliveries.c.kind == Kind.MAIL,
                deliveries.c.event_id > bulk_lines.c.mailed_after,
            ),
        )
    )
    .where(*_LINES)
    .order_by(bulk_lines.c.line, deliveries.c.delivery_id)
)
_WAITING: Final = (
    select(bulk_lines).where(*_LINES, bulk_lines.c.state == LineState.WAITING).order_by(bulk_lines.c.line).limit(_LIMIT)
)
_SETTLE: Final = (
    update(bulk_lines)
    .where(*_LINES, bulk_lines.c.line == bindparam("_line", type_=Integer), bulk_lines.c.state == LineState.WAITING)
    .values(
        state=bindparam("_state", type_=Text),
        problem=bindparam("_problem", type_=Text),
        invitation_id=bindparam("_invitation", type_=Text),
        mailed_after=_AFTER,
    )
    .returning(bulk_lines.c.line)
)
_MAIL_AGAIN: Final = (
    update(bulk_lines)
    .where(*_LINES, _OF_INVITATION_ID, bulk_lines.c.mailed_after == bindparam("_was", type_=Text))
    .values(mailed_after=_AFTER)
    .returning(bulk_lines.c.line)
)
_MAILED_AFTER: Final = select(bulk_lines.c.invitation_id, bulk_lines.c.mailed_after).where(
    *_LINES, bulk_lines.c.invitation_id.is_not(None)
)
_OF_INVITATION: Final = select(bulk_lines.c.bulk_id).where(bulk_lines.c.team_id == _TEAM, _OF_INVITATION_ID)
_MOVING: Final = select(bulks).where(bulks.c.is_moving).order_by(bulks.c.looked_at, bulks.c.bulk_id).limit(_LIMIT)
_LOOK: Final = (
    update(bulks)
    .where(*_THIS)
    .values(shown=bindparam("_shown", type_=Text), is_moving=bindparam("_moving", type_=Boolean), looked_at=_NOW)
)
_OLD: Final = (
    select(bulks.c.team_id, bulks.c.bulk_id)
    .where(
        ~bulks.c.is_moving,
        or_(
            and_(
                bulks.c.state.in_([BulkState.DRAFT, BulkState.DROPPED]),
                bulks.c.changed_at < bindparam("_drafts_before", type_=Moment),
            ),
            bulks.c.changed_at < bindparam("_before", type_=Moment),
        ),
    )
    .order_by(bulks.c.changed_at)
    .limit(_LIMIT)
)
_KEYS: Final[BindParameter[Any]] = bindparam("_keys", expanding=True)
_FORGET_LINES: Final = delete(bulk_lines).where(tuple_(bulk_lines.c.team_id, bulk_lines.c.bulk_id).in_(_KEYS))
_FORGET: Final = delete(bulks).where(tuple_(bulks.c.team_id, bulks.c.bulk_id).in_(_KEYS))


class SqlBulks(Rows):
    """Implements `services.bulk.store.Bulks`."""

    async def add(self, bulk: Bulk, lines: Sequence[Line]) -> None:
        await self._connection.execute(_ADD, _bulk_row(bulk))
        rows = [_line_row(bulk, line) for line in lines]
        if rows:
            await self._connection.execute(_ADD_LINES, rows)

    async def get(self, team_id: TeamId, bulk_id: str) -> Bulk | None:
        rows = await self._rows(_GET, _team=team_id, _bulk=bulk_id)
        return _bulk(rows[0]) if rows else None

    async def latest(self, team_id: TeamId) -> str | None:
        return (await self._connection.execute(_LATEST, {"_team": team_id})).scalar_one_or_none()

    async def count(self, team_id: TeamId) -> int:
        return (await self._connection.execute(_COUNT, {"_team": team_id})).scalar_one()

    async def begin(self, team_id: TeamId, bulk_id: str, user_id: UserId, platform: str, now: datetime) -> bool:
        return await self._held(_BEGIN, _team=team_id, _bulk=bulk_id, _user=user_id, _platform=platform, _now=now)

    async def move(self, team_id: TeamId, bulk_id: str, was: BulkState, to: BulkState, now: datetime) -> bool:
        return await self._held(_MOVE, _team=team_id, _bulk=bulk_id, _was=was, _to=to, _now=now)

    async def drop_drafts(self, team_id: TeamId, user_id: UserId) -> int:
        drafts = [row["bulk_id"] for row in await self._rows(_DRAFTS, _team=team_id, _user=user_id)]
        if drafts:
            await self._connection.execute(_DROP_LINES, {"_team": team_id, "_bulks": drafts})
            await self._connection.execute(_DROP, {"_team": team_id, "_bulks": drafts})
        return len(drafts)

    async def fated(self, team_id: TeamId, bulk_id: str, now: datetime) -> list[Fated]:
        latest = {row["line"]: row for row in await self._rows(_FATED, _team=team_id, _bulk=bulk_id)}
        return [_fated(row, now) for row in latest.values()]

    async def waiting(self, team_id: TeamId, bulk_id: str, limit: int) -> list[Line]:
        return [_line(row) for row in await self._rows(_WAITING, _team=team_id, _bulk=bulk_id, _limit=limit)]

    async def settle(self, team_id: TeamId, bulk_id: str, line: Line, mailed_after: str) -> bool:
        return await self._held(
            _SETTLE,
            _team=team_id,
            _bulk=bulk_id,
            _line=line.line,
            _state=line.state,
            _problem=line.problem,
            _invitation=line.invitation_id,
            _after=mailed_after,
        )

    async def mail_again(
        self, team_id: TeamId, bulk_id: str, invitation_id: str, was_after: str, mailed_after: str
    ) -> bool:
        return await self._held(
            _MAIL_AGAIN,
            _team=team_id,
            _bulk=bulk_id,
            _invitation=invitation_id,
            _was=was_after,
            _after=mailed_after,
        )

    async def mailed_after(self, team_id: TeamId, bulk_id: str) -> dict[str, str]:
        rows = await self._rows(_MAILED_AFTER, _team=team_id, _bulk=bulk_id)
        return {row["invitation_id"]: row["mailed_after"] for row in rows}

    async def of_invitation(self, team_id: TeamId, invitation_id: str) -> str | None:
        rows = await self._rows(_OF_INVITATION, _team=team_id, _invitation=invitation_id)
        return rows[0]["bulk_id"] if rows else None

    async def moving(self, limit: int) -> list[Bulk]:
        return [_bulk(row) for row in await self._rows(_MOVING, _limit=limit)]

    async def look(self, team_id: TeamId, bulk_id: str, shown: str, now: datetime, *, is_moving: bool) -> None:
        values = {"_team": team_id, "_bulk": bulk_id, "_shown": shown, "_now": now, "_moving": is_moving}
        await self._connection.execute(_LOOK, values)

    async def forget(self, drafts_before: datetime, before: datetime, limit: int) -> int:
        old = await self._rows(_OLD, _drafts_before=drafts_before, _before=before, _limit=limit)
        keys = [(row["team_id"], row["bulk_id"]) for row in old]
        if keys:
            await self._connection.execute(_FORGET_LINES, {"_keys": keys})
            await self._connection.execute(_FORGET, {"_keys": keys})
        return len(keys)


def _bulk(row: RowMapping) -> Bulk:
    return Bulk(
        team_id=TeamId(row["team_id"]),
        bulk_id=row["bulk_id"],
        marketplace_id=row["marketplace_id"],
        user_id=UserId(row["user_id"]),
        platform=row["platform"],
        text=row["text"],
        state=BulkState(row["state"]),
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        shown=row["shown"],
    )


def _bulk_row(bulk: Bulk) -> dict[str, object]:
    return {
        "team_id": bulk.team_id,
        "bulk_id": bulk.bulk_id,
        "marketplace_id": bulk.marketplace_id,
        "user_id": bulk.user_id,
        "platform": bulk.platform,
        "text": bulk.text,
        "state": bulk.state,
        "created_at": bulk.created_at,
        "changed_at": bulk.changed_at,
        "looked_at": bulk.created_at,
    }


def _line(row: RowMapping) -> Line:
    return Line(
        line=row["line"],
        firm=row["firm"],
        email=row["email"],
        part=Part(row["part"]),
        language=Language(row["language"]),
        state=LineState(row["state"]),
        problem=Problem(row["problem"]) if row["problem"] else None,
        invitation_id=row["invitation_id"],
    )


def _line_row(bulk: Bulk, line: Line) -> dict[str, object]:
    return {
        "team_id": bulk.team_id,
        "bulk_id": bulk.bulk_id,
        "line": line.line,
        "firm": line.firm,
        "email": line.email,
        "part": line.part,
        "language": line.language,
        "state": line.state,
        "problem": line.problem,
        "invitation_id": line.invitation_id,
    }


def _fated(row: RowMapping, now: datetime) -> Fated:
    line = _line(row)
    invited = InvitationState(row["invited"]) if row["invited"] else None
    if invited in SENT_STATES and row["expires_at"] is not None and row["expires_at"] <= now:
        invited = InvitationState.EXPIRED
    mailed = State(row["mailed"]) if row["mailed"] else None
    return Fated(line=line, fate=fate_of(line, invited, mailed), reason=row["reason"] or "")
