"""Bulk invitations and their lines, in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Boolean,
    Integer,
    Text,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from services.bulk.model import Bulk, BulkLine, BulkLineResult, BulkState, LineState, derive_outcome
from services.delivery import DeliveryKind, DeliveryState
from services.invitation.model import SENT_STATES, InvitationState
from services.people import TeamId, UserId
from storage.rows import Rows, nested, or_empty, param, params, row_of
from storage.tables import Moment, bulk_lines, bulks, deliveries, invitations

_TEAM: Final = param("team_id", Text)
_BULK: Final = param("bulk_id", Text)
_NOW: Final = param("now", Moment)
_LIMIT: Final = param("limit", Integer)
_THIS: Final = (bulks.c.team_id == _TEAM, bulks.c.bulk_id == _BULK)
_LINES: Final = (bulk_lines.c.team_id == _TEAM, bulk_lines.c.bulk_id == _BULK)
_OF_INVITATION_ID: Final = bulk_lines.c.invitation_id == param("invitation_id", Text)
_AFTER: Final = param("mailed_after", Text)

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
        user_id=param("user_id", Text),
        platform=param("platform", Text),
        is_moving=True,
        changed_at=_NOW,
        looked_at=_NOW,
    )
    .returning(bulks.c.bulk_id)
)
_MOVE: Final = (
    update(bulks)
    .where(*_THIS, bulks.c.state == param("was", Text))
    .values(state=param("to", Text), changed_at=_NOW)
    .returning(bulks.c.bulk_id)
)
_DRAFTS: Final = select(bulks.c.bulk_id).where(
    bulks.c.team_id == _TEAM,
    bulks.c.user_id == param("user_id", Text),
    bulks.c.state.in_([BulkState.DRAFT, BulkState.DROPPED]),
)
_DROP: Final = (
    delete(bulks).where(bulks.c.team_id == _TEAM, bulks.c.bulk_id.in_(params("bulk_ids"))).returning(bulks.c.bulk_id)
)
_DROP_LINES: Final = delete(bulk_lines).where(
    bulk_lines.c.team_id == _TEAM, bulk_lines.c.bulk_id.in_(params("bulk_ids"))
)
_FATED: Final = (
    select(
        *nested("line", tuple(bulk_lines.c)),
        invitations.c.state.label("invited"),
        invitations.c.expires_at,
        deliveries.c.state.label("mailed"),
        or_empty(deliveries.c.reason, "reason"),
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
                deliveries.c.kind == DeliveryKind.MAIL,
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
_RESOLVE_LINE: Final = (
    update(bulk_lines)
    .where(*_LINES, bulk_lines.c.line == param("line", Integer), bulk_lines.c.state == LineState.WAITING)
    .values(
        state=param("state", Text),
        problem=param("problem", Text),
        invitation_id=param("invitation_id", Text),
        mailed_after=_AFTER,
    )
    .returning(bulk_lines.c.line)
)
_MAIL_AGAIN: Final = (
    update(bulk_lines)
    .where(*_LINES, _OF_INVITATION_ID, bulk_lines.c.mailed_after == param("was_after", Text))
    .values(mailed_after=_AFTER)
    .returning(bulk_lines.c.line)
)
_MAILED_AFTER: Final = select(bulk_lines.c.invitation_id, bulk_lines.c.mailed_after).where(
    *_LINES, bulk_lines.c.invitation_id.is_not(None)
)
_OF_INVITATION: Final = select(bulk_lines.c.bulk_id).where(bulk_lines.c.team_id == _TEAM, _OF_INVITATION_ID)
_MOVING: Final = select(bulks).where(bulks.c.is_moving).order_by(bulks.c.looked_at, bulks.c.bulk_id).limit(_LIMIT)
_UPDATE_SHOWN: Final = (
    update(bulks)
    .where(*_THIS)
    .values(shown=param("shown", Text), is_moving=param("is_moving", Boolean), looked_at=_NOW)
)
_OLD: Final = (
    select(bulks.c.team_id, bulks.c.bulk_id)
    .where(
        ~bulks.c.is_moving,
        or_(
            and_(
                bulks.c.state.in_([BulkState.DRAFT, BulkState.DROPPED]),
                bulks.c.changed_at < param("drafts_before", Moment),
            ),
            bulks.c.changed_at < param("before", Moment),
        ),
    )
    .order_by(bulks.c.changed_at)
    .limit(_LIMIT)
)
_BULK_IDS: Final[BindParameter[Any]] = params("keys")
_PURGE_LINES: Final = delete(bulk_lines).where(tuple_(bulk_lines.c.team_id, bulk_lines.c.bulk_id).in_(_BULK_IDS))
_PURGE: Final = delete(bulks).where(tuple_(bulks.c.team_id, bulks.c.bulk_id).in_(_BULK_IDS))


class SqlBulks(Rows):
    """Implements `services.bulk.store.Bulks`."""

    async def add(self, bulk: Bulk, lines: Sequence[BulkLine]) -> None:
        await self._insert(_ADD, [row_of(bulk, bulks, looked_at=bulk.created_at)])
        key = {"team_id": bulk.team_id, "bulk_id": bulk.bulk_id}
        await self._insert(_ADD_LINES, [row_of(line, bulk_lines, **key) for line in lines])

    async def get(self, team_id: TeamId, bulk_id: str) -> Bulk | None:
        return await self._model(Bulk, _GET, team_id=team_id, bulk_id=bulk_id)

    async def find_latest_id(self, team_id: TeamId) -> str | None:
        return await self._scalar(_LATEST, team_id=team_id)

    async def count_sent(self, team_id: TeamId) -> int:
        return await self._scalar(_COUNT, team_id=team_id)

    async def start(self, team_id: TeamId, bulk_id: str, user_id: UserId, platform: str, now: datetime) -> bool:
        return await self._has_changed(
            _BEGIN, team_id=team_id, bulk_id=bulk_id, user_id=user_id, platform=platform, now=now
        )

    async def change_state(self, team_id: TeamId, bulk_id: str, was: BulkState, to: BulkState, now: datetime) -> bool:
        return await self._has_changed(_MOVE, team_id=team_id, bulk_id=bulk_id, was=was, to=to, now=now)

    async def delete_drafts(self, team_id: TeamId, user_id: UserId) -> int:
        drafts = await self._scalars(_DRAFTS, team_id=team_id, user_id=user_id)
        if drafts:
            await self._execute(_DROP_LINES, team_id=team_id, bulk_ids=drafts)
            await self._execute(_DROP, team_id=team_id, bulk_ids=drafts)
        return len(drafts)

    async def list_outcomes(self, team_id: TeamId, bulk_id: str, now: datetime) -> list[BulkLineResult]:
        found = await self._models(_Outcome, _FATED, team_id=team_id, bulk_id=bulk_id)
        # A line that was mailed again has several deliveries: the last one counts.
        latest = {outcome.line.line: outcome for outcome in found}
        return [outcome.at(now) for outcome in latest.values()]

    async def list_waiting_lines(self, team_id: TeamId, bulk_id: str, limit: int) -> list[BulkLine]:
        return await self._models(BulkLine, _WAITING, team_id=team_id, bulk_id=bulk_id, limit=limit)

    async def resolve_line(self, team_id: TeamId, bulk_id: str, line: BulkLine, mailed_after: str) -> bool:
        return await self._has_changed(
            _RESOLVE_LINE,
            team_id=team_id,
            bulk_id=bulk_id,
            line=line.line,
            state=line.state,
            problem=line.problem,
            invitation_id=line.invitation_id,
            mailed_after=mailed_after,
        )

    async def update_mailed_after(
        self, team_id: TeamId, bulk_id: str, invitation_id: str, was_after: str, mailed_after: str
    ) -> bool:
        return await self._has_changed(
            _MAIL_AGAIN,
            team_id=team_id,
            bulk_id=bulk_id,
            invitation_id=invitation_id,
            was_after=was_after,
            mailed_after=mailed_after,
        )

    async def list_mailed_after(self, team_id: TeamId, bulk_id: str) -> dict[str, str]:
        rows = await self._rows(_MAILED_AFTER, team_id=team_id, bulk_id=bulk_id)
        return {row["invitation_id"]: row["mailed_after"] for row in rows}

    async def find_id_by_invitation(self, team_id: TeamId, invitation_id: str) -> str | None:
        return await self._scalar(_OF_INVITATION, team_id=team_id, invitation_id=invitation_id)

    async def list_moving(self, limit: int) -> list[Bulk]:
        return await self._models(Bulk, _MOVING, limit=limit)

    async def update_shown(self, team_id: TeamId, bulk_id: str, shown: str, now: datetime, *, is_moving: bool) -> None:
        await self._execute(_UPDATE_SHOWN, team_id=team_id, bulk_id=bulk_id, shown=shown, now=now, is_moving=is_moving)

    async def purge(self, drafts_before: datetime, before: datetime, limit: int) -> int:
        keys = [
            tuple(row) for row in await self._execute(_OLD, drafts_before=drafts_before, before=before, limit=limit)
        ]
        if keys:
            await self._execute(_PURGE_LINES, keys=keys)
            await self._execute(_PURGE, keys=keys)
        return len(keys)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A line, and what its invitation and its mail say, where it has them."""

    line: BulkLine
    invited: InvitationState | None
    expires_at: datetime | None
    mailed: DeliveryState | None
    reason: str

    def at(self, now: datetime) -> BulkLineResult:
        """Tell what became of the line: the clock may not have ended its invitation yet."""
        invited = self.invited
        if invited in SENT_STATES and self.expires_at is not None and self.expires_at <= now:
            invited = InvitationState.EXPIRED
        return BulkLineResult(
            line=self.line, outcome=derive_outcome(self.line, invited, self.mailed), reason=self.reason
        )
