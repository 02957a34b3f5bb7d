"""Invitations, and the requests for them."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import Text, and_, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from services.invitation.model import (
    OPEN_INVITATION_STATES,
    SENT_STATES,
    Invitation,
    InvitationKind,
    InvitationState,
    Question,
)
from storage.rows import Rows, or_empty, param, params, row_of
from storage.tables import invitation_questions, invitations, users

_askers: Final = users.alias("askers")
_deciders: Final = users.alias("deciders")
_joiners: Final = users.alias("joiners")

_TEAM: Final = invitations.c.team_id == param("team_id")
_THIS: Final = (_TEAM, invitations.c.invitation_id == param("invitation_id"))
_IN: Final = invitations.c.state.in_(params("states"))
_OPEN: Final = invitations.c.state.in_(OPEN_INVITATION_STATES)
_SENT: Final = invitations.c.state.in_(SENT_STATES)
_MEMBER_INVITATIONS: Final = invitations.c.kind != InvitationKind.PARTNER

_READ: Final = select(
    invitations,
    _askers.c.name.label("requested_by_name"),
    or_empty(_deciders.c.name, "decided_by_name"),
    or_empty(_joiners.c.name, "user_name"),
).select_from(
    invitations.join(_askers, _askers.c.user_id == invitations.c.requested_by)
    .outerjoin(_deciders, _deciders.c.user_id == invitations.c.decided_by)
    .outerjoin(_joiners, _joiners.c.user_id == invitations.c.user_id)
)

_ADD: Final = insert(invitations).on_conflict_do_nothing().returning(invitations.c.invitation_id)
_GET: Final = _READ.where(*_THIS)
_NUMBERED: Final = _READ.where(_TEAM, invitations.c.number == param("number"))
_OPEN_TO: Final = _READ.where(_TEAM, _OPEN, invitations.c.email == param("email"))
_OPEN_ON: Final = (
    select(invitations.c.email)
    .where(
        _TEAM,
        _SENT,
        invitations.c.marketplace_id == param("marketplace_id"),
        invitations.c.expires_at > param("now"),
    )
    .limit(param("limit"))
)
_PAGE: Final = (
    _READ.where(_TEAM, _MEMBER_INVITATIONS)
    .order_by(case((_OPEN, 0), else_=1), invitations.c.number.desc())
    .limit(param("limit"))
)
_COUNT_OPEN: Final = select(func.count()).select_from(invitations).where(_TEAM, _OPEN)
_SEATS_HELD: Final = (
    select(func.count())
    .select_from(invitations)
    .where(
        _TEAM,
        _MEMBER_INVITATIONS,
        _SENT,
        invitations.c.expires_at > param("now"),
        invitations.c.invitation_id != param("besides"),
    )
)
_LINKED: Final = _READ.where(invitations.c.invitation_id == param("invitation_id"))
_CODED: Final = _READ.where(
    invitations.c.code_hash.in_(params("digests")),
    invitations.c.state == InvitationState.ACCEPTED,
)
_MOVE: Final = (
    update(invitations)
    .where(*_THIS, _IN)
    .values(
        state=param("to"),
        decided_by=func.coalesce(param("by", Text), invitations.c.decided_by),
        decided_at=func.coalesce(param("at", invitations.c.decided_at.type), invitations.c.decided_at),
        code_hash=None,
        code_expires_at=None,
    )
    .returning(invitations.c.invitation_id)
)
_SEND: Final = (
    update(invitations)
    .where(*_THIS, _IN)
    .values(
        state=InvitationState.PENDING,
        decided_by=func.coalesce(param("by", Text), invitations.c.decided_by),
        decided_at=func.coalesce(param("at", invitations.c.decided_at.type), invitations.c.decided_at),
        expires_at=param("expires_at"),
        generation=invitations.c.generation + 1,
        code_hash=None,
        code_expires_at=None,
    )
    .returning(invitations.c.invitation_id)
)
_ACCEPT: Final = (
    update(invitations)
    .where(*_THIS, _SENT, invitations.c.generation == param("generation"))
    .values(
        state=InvitationState.ACCEPTED,
        code_hash=param("digest"),
        code_expires_at=param("code_expires_at"),
    )
    .returning(invitations.c.invitation_id)
)
_JOIN: Final = (
    update(invitations)
    .where(*_THIS, _IN)
    .values(state=InvitationState.JOINED, user_id=param("user_id"), code_hash=None, code_expires_at=None)
    .returning(invitations.c.invitation_id)
)
_ASKED_BY: Final = _READ.where(
    _TEAM,
    invitations.c.state == InvitationState.REQUESTED,
    or_(invitations.c.requested_by == param("user_id"), invitations.c.user_id == param("user_id")),
)
_WISHES: Final = _READ.where(
    invitations.c.state == InvitationState.REQUESTED,
    invitations.c.kind == InvitationKind.JOIN,
    invitations.c.user_id == param("user_id"),
)
_EXPIRED: Final = (
    _READ.where(_SENT, invitations.c.expires_at <= param("now"))
    .order_by(invitations.c.expires_at)
    .limit(param("limit"))
)
_ADD_QUESTION: Final = insert(invitation_questions)
_COUNT_QUESTIONS: Final = (
    select(func.count())
    .select_from(invitation_questions)
    .where(
        invitation_questions.c.team_id == param("team_id"),
        invitation_questions.c.invitation_id == param("invitation_id"),
    )
)
_THIS_QUESTION: Final = (
    invitation_questions.c.team_id == param("team_id"),
    invitation_questions.c.question_id == param("question_id"),
)
_QUESTION: Final = (
    select(
        invitation_questions,
        invitations.c.number,
        invitations.c.email,
        invitations.c.requested_by,
        _askers.c.name.label("requested_by_name"),
        _deciders.c.name.label("asked_by_name"),
    )
    .select_from(
        invitation_questions.join(
            invitations,
            and_(
                invitations.c.team_id == invitation_questions.c.team_id,
                invitations.c.invitation_id == invitation_questions.c.invitation_id,
            ),
        )
        .join(_askers, _askers.c.user_id == invitations.c.requested_by)
        .join(_deciders, _deciders.c.user_id == invitation_questions.c.asked_by)
    )
    .where(*_THIS_QUESTION)
)
_ANSWER_QUESTION: Final = (
    update(invitation_questions)
    .where(*_THIS_QUESTION, invitation_questions.c.answered_at.is_(None))
    .values(
        answer=param("answer", Text),
        answered_at=param("at", invitation_questions.c.answered_at.type),
    )
    .returning(invitation_questions.c.question_id)
)


class SqlInvitations(Rows):
    """Implements `services.invitation.store.Invitations`."""

    async def add(self, invitation: Invitation) -> bool:
        return (await self._connection.execute(_ADD, row_of(invitation, invitations))).first() is not None

    async def get(self, team_id: str, invitation_id: str) -> Invitation | None:
        return await self._model(Invitation, _GET, team_id=team_id, invitation_id=invitation_id)

    async def find_by_number(self, team_id: str, number: int) -> Invitation | None:
        return await self._model(Invitation, _NUMBERED, team_id=team_id, number=number)

    async def list_open_to(self, team_id: str, email: str) -> list[Invitation]:
        return await self._models(Invitation, _OPEN_TO, team_id=team_id, email=email)

    async def list_open_emails(self, team_id: str, marketplace_id: str, now: datetime, limit: int) -> list[str]:
        return await self._scalars(_OPEN_ON, team_id=team_id, marketplace_id=marketplace_id, now=now, limit=limit)

    async def list_members_invitations(self, team_id: str, limit: int) -> list[Invitation]:
        return await self._models(Invitation, _PAGE, team_id=team_id, limit=limit)

    async def count_open(self, team_id: str) -> int:
        return await self._scalar(_COUNT_OPEN, team_id=team_id)

    async def count_held_seats(self, team_id: str, now: datetime, besides: str = "") -> int:
        return await self._scalar(_SEATS_HELD, team_id=team_id, now=now, besides=besides)

    async def find_by_link(self, invitation_id: str) -> Invitation | None:
        return await self._model(Invitation, _LINKED, invitation_id=invitation_id)

    async def find_by_code(self, digests: Collection[str]) -> Invitation | None:
        return await self._model(Invitation, _CODED, digests=list(digests))

    async def change_state(
        self,
        team_id: str,
        invitation_id: str,
        states: Collection[InvitationState],
        to: InvitationState,
        *,
        by: str | None = None,
        at: datetime | None = None,
    ) -> bool:
        return await self._has_changed(
            _MOVE, team_id=team_id, invitation_id=invitation_id, states=list(states), to=to, by=by, at=at
        )

    async def send(
        self,
        team_id: str,
        invitation_id: str,
        states: Collection[InvitationState],
        expires_at: datetime,
        *,
        by: str | None = None,
        at: datetime | None = None,
    ) -> bool:
        values = {"team_id": team_id, "invitation_id": invitation_id, "states": list(states), "by": by, "at": at}
        return await self._has_changed(_SEND, expires_at=expires_at, **values)

    async def accept(
        self, team_id: str, invitation_id: str, generation: int, digest: str, code_expires_at: datetime
    ) -> bool:
        return await self._has_changed(
            _ACCEPT,
            team_id=team_id,
            invitation_id=invitation_id,
            generation=generation,
            digest=digest,
            code_expires_at=code_expires_at,
        )

    async def join(self, team_id: str, invitation_id: str, states: Collection[InvitationState], user_id: str) -> bool:
        return await self._has_changed(
            _JOIN, team_id=team_id, invitation_id=invitation_id, states=list(states), user_id=user_id
        )

    async def add_question(self, question: Question) -> None:
        await self._insert(_ADD_QUESTION, [row_of(question, invitation_questions)])

    async def count_questions(self, team_id: str, invitation_id: str) -> int:
        return await self._scalar(_COUNT_QUESTIONS, team_id=team_id, invitation_id=invitation_id)

    async def get_question(self, team_id: str, question_id: str) -> Question | None:
        return await self._model(Question, _QUESTION, team_id=team_id, question_id=question_id)

    async def answer_question(self, team_id: str, question_id: str, text: str, at: datetime) -> bool:
        return await self._has_changed(_ANSWER_QUESTION, team_id=team_id, question_id=question_id, answer=text, at=at)

    async def revoke_requested_by(self, team_id: str, user_id: str) -> list[Invitation]:
        asked = await self._models(Invitation, _ASKED_BY, team_id=team_id, user_id=user_id)
        requested, revoked = (InvitationState.REQUESTED,), InvitationState.REVOKED
        return [each for each in asked if await self.change_state(team_id, each.invitation_id, requested, revoked)]

    async def list_join_requests(self, user_id: str) -> list[Invitation]:
        return await self._models(Invitation, _WISHES, user_id=user_id)

    async def list_expired(self, now: datetime, limit: int) -> list[Invitation]:
        return await self._models(Invitation, _EXPIRED, now=now, limit=limit)
