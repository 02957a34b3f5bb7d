"""Invitations, and the requests for them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Executable, RowMapping, Text, and_, bindparam, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.invitation.model import OPEN_STATES, SENT_STATES, Invitation, InvitationKind, InvitationState, Question
from services.people import Language, TeamId
from services.permissions import Role
from storage.tables import invitation_questions, invitations, users

_askers: Final = users.alias("askers")
_deciders: Final = users.alias("deciders")
_joiners: Final = users.alias("joiners")

_TEAM: Final = invitations.c.team_id == bindparam("p_team_id")
_THIS: Final = (_TEAM, invitations.c.invitation_id == bindparam("p_invitation_id"))
_IN: Final = invitations.c.state.in_(bindparam("p_states", expanding=True))
_OPEN: Final = invitations.c.state.in_(OPEN_STATES)
_SENT: Final = invitations.c.state.in_(SENT_STATES)
_COLLEAGUES: Final = invitations.c.kind != InvitationKind.PARTNER

_READ: Final = select(
    invitations,
    _askers.c.name.label("requested_by_name"),
    func.coalesce(_deciders.c.name, "").label("decided_by_name"),
    func.coalesce(_joiners.c.name, "").label("user_name"),
).select_from(
    invitations.join(_askers, _askers.c.user_id == invitations.c.requested_by)
    .outerjoin(_deciders, _deciders.c.user_id == invitations.c.decided_by)
    .outerjoin(_joiners, _joiners.c.user_id == invitations.c.user_id)
)

_ADD: Final = insert(invitations).on_conflict_do_nothing().returning(invitations.c.invitation_id)
_GET: Final = _READ.where(*_THIS)
_NUMBERED: Final = _READ.where(_TEAM, invitations.c.number == bindparam("p_number"))
_OPEN_TO: Final = _READ.where(_TEAM, _OPEN, invitations.c.email == bindparam("p_email"))
_OPEN_ON: Final = (
    select(invitations.c.email)
    .where(
        _TEAM,
        _SENT,
        invitations.c.marketplace_id == bindparam("p_marketplace_id"),
        invitations.c.expires_at > bindparam("p_now"),
    )
    .limit(bindparam("p_limit"))
)
_PAGE: Final = (
    _READ.where(_TEAM, _COLLEAGUES)
    .order_by(case((_OPEN, 0), else_=1), invitations.c.number.desc())
    .limit(bindparam("p_limit"))
)
_COUNT_OPEN: Final = select(func.count()).select_from(invitations).where(_TEAM, _OPEN)
_SEATS_HELD: Final = (
    select(func.count())
    .select_from(invitations)
    .where(
        _TEAM,
        _COLLEAGUES,
        _SENT,
        invitations.c.expires_at > bindparam("p_now"),
        invitations.c.invitation_id != bindparam("p_besides"),
    )
)
_LINKED: Final = _READ.where(invitations.c.invitation_id == bindparam("p_invitation_id"))
_CODED: Final = _READ.where(
    invitations.c.code_hash.in_(bindparam("p_digests", expanding=True)),
    invitations.c.state == InvitationState.ACCEPTED,
)
_MOVE: Final = (
    update(invitations)
    .where(*_THIS, _IN)
    .values(
        state=bindparam("p_to"),
        decided_by=func.coalesce(bindparam("p_by", type_=Text()), invitations.c.decided_by),
        decided_at=func.coalesce(bindparam("p_at", type_=invitations.c.decided_at.type), invitations.c.decided_at),
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
        expires_at=bindparam("p_expires_at"),
        generation=invitations.c.generation + 1,
        code_hash=None,
        code_expires_at=None,
    )
    .returning(invitations.c.invitation_id)
)
_ACCEPT: Final = (
    update(invitations)
    .where(*_THIS, _SENT, invitations.c.generation == bindparam("p_generation"))
    .values(
        state=InvitationState.ACCEPTED,
        code_hash=bindparam("p_digest"),
        code_expires_at=bindparam("p_code_expires_at"),
    )
    .returning(invitations.c.invitation_id)
)
_JOIN: Final = (
    update(invitations)
    .where(*_THIS, _IN)
    .values(state=InvitationState.JOINED, user_id=bindparam("p_user_id"), code_hash=None, code_expires_at=None)
    .returning(invitations.c.invitation_id)
)
_ASKED_BY: Final = _READ.where(
    _TEAM,
    invitations.c.state == InvitationState.REQUESTED,
    or_(invitations.c.requested_by == bindparam("p_user_id"), invitations.c.user_id == bindparam("p_user_id")),
)
_WISHES: Final = _READ.where(
    invitations.c.state == InvitationState.REQUESTED,
    invitations.c.kind == InvitationKind.JOIN,
    invitations.c.user_id == bindparam("p_user_id"),
)
_EXPIRED: Final = (
    _READ.where(_SENT, invitations.c.expires_at <= bindparam("p_now"))
    .order_by(invitations.c.expires_at)
    .limit(bindparam("p_limit"))
)
_ADD_QUESTION: Final = insert(invitation_questions)
_COUNT_QUESTIONS: Final = (
    select(func.count())
    .select_from(invitation_questions)
    .where(
        invitation_questions.c.team_id == bindparam("p_team_id"),
        invitation_questions.c.invitation_id == bindparam("p_invitation_id"),
    )
)
_THIS_QUESTION: Final = (
    invitation_questions.c.team_id == bindparam("p_team_id"),
    invitation_questions.c.question_id == bindparam("p_question_id"),
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
_ANSWER: Final = (
    update(invitation_questions)
    .where(*_THIS_QUESTION, invitation_questions.c.answered_at.is_(None))
    .values(
        answer=bindparam("p_answer", type_=Text()),
        answered_at=bindparam("p_at", type_=invitation_questions.c.answered_at.type),
    )
    .returning(invitation_questions.c.question_id)
)


class SqlInvitations:
    """Implements the invitations of the services."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, invitation: Invitation) -> bool:
        return (await self._connection.execute(_ADD, _row(invitation))).one_or_none() is not None

    async def get(self, team_id: str, invitation_id: str) -> Invitation | None:
        return await self._one(_GET, {"p_team_id": team_id, "p_invitation_id": invitation_id})

    async def numbered(self, team_id: str, number: int) -> Invitation | None:
        return await self._one(_NUMBERED, {"p_team_id": team_id, "p_number": number})

    async def open_to(self, team_id: str, email: str) -> list[Invitation]:
        return await self._many(_OPEN_TO, {"p_team_id": team_id, "p_email": email})

    async def open_on(self, team_id: str, marketplace_id: str, now: datetime, limit: int) -> list[str]:
        values = {"p_team_id": team_id, "p_marketplace_id": marketplace_id, "p_now": now, "p_limit": limit}
        return list((await self._connection.execute(_OPEN_ON, values)).scalars())

    async def page(self, team_id: str, limit: int) -> list[Invitation]:
        return await self._many(_PAGE, {"p_team_id": team_id, "p_limit": limit})

    async def count_open(self, team_id: str) -> int:
        return (await self._connection.execute(_COUNT_OPEN, {"p_team_id": team_id})).scalar_one()

    async def seats_held(self, team_id: str, now: datetime, besides: str = "") -> int:
        values = {"p_team_id": team_id, "p_now": now, "p_besides": besides}
        return (await self._connection.execute(_SEATS_HELD, values)).scalar_one()

    async def linked(self, invitation_id: str) -> Invitation | None:
        return await self._one(_LINKED, {"p_invitation_id": invitation_id})

    async def coded(self, digests: Collection[str]) -> Invitation | None:
        return await self._one(_CODED, {"p_digests": list(digests)})

    async def move(
        self,
        team_id: str,
        invitation_id: str,
        states: Collection[InvitationState],
        to: InvitationState,
        *,
        by: str | None = None,
        at: datetime | None = None,
    ) -> bool:
        return await self._changed(
            _MOVE, team_id, invitation_id, {"p_states": list(states), "p_to": to, "p_by": by, "p_at": at}
        )

    async def send(
        self, team_id: str, invitation_id: str, states: Collection[InvitationState], expires_at: datetime
    ) -> bool:
        values = {"p_states": list(states), "p_expires_at": expires_at}
        return await self._changed(_SEND, team_id, invitation_id, values)

    async def accept(
        self, team_id: str, invitation_id: str, generation: int, digest: str, code_expires_at: datetime
    ) -> bool:
        values = {"p_generation": generation, "p_digest": digest, "p_code_expires_at": code_expires_at}
        return await self._changed(_ACCEPT, team_id, invitation_id, values)

    async def join(self, team_id: str, invitation_id: str, states: Collection[InvitationState], user_id: str) -> bool:
        values = {"p_states": list(states), "p_user_id": user_id}
        return await self._changed(_JOIN, team_id, invitation_id, values)

    async def add_question(self, question: Question) -> None:
        row = {
            "team_id": question.team_id,
            "question_id": question.question_id,
            "invitation_id": question.invitation_id,
            "text": question.text,
            "asked_by": question.asked_by,
            "asked_at": question.asked_at,
        }
        await self._connection.execute(_ADD_QUESTION, row)

    async def count_questions(self, team_id: str, invitation_id: str) -> int:
        values = {"p_team_id": team_id, "p_invitation_id": invitation_id}
        return (await self._connection.execute(_COUNT_QUESTIONS, values)).scalar_one()

    async def question(self, team_id: str, question_id: str) -> Question | None:
        values = {"p_team_id": team_id, "p_question_id": question_id}
        row = (await self._connection.execute(_QUESTION, values)).mappings().one_or_none()
        return None if row is None else Question(**row)

    async def answer(self, team_id: str, question_id: str, text: str, at: datetime) -> bool:
        values = {"p_team_id": team_id, "p_question_id": question_id, "p_answer": text, "p_at": at}
        return (await self._connection.execute(_ANSWER, values)).one_or_none() is not None

    async def withdraw(self, team_id: str, user_id: str) -> list[Invitation]:
        asked = await self._many(_ASKED_BY, {"p_team_id": team_id, "p_user_id": user_id})
        requested = (InvitationState.REQUESTED,)
        return [one for one in asked if await self.move(team_id, one.invitation_id, requested, InvitationState.REVOKED)]

    async def wishes(self, user_id: str) -> list[Invitation]:
        return await self._many(_WISHES, {"p_user_id": user_id})

    async def expired(self, now: datetime, limit: int) -> list[Invitation]:
        return await self._many(_EXPIRED, {"p_now": now, "p_limit": limit})

    async def _one(self, statement: Executable, values: dict[str, Any]) -> Invitation | None:
        row = (await self._connection.execute(statement, values)).mappings().one_or_none()
        return None if row is None else _invitation(row)

    async def _many(self, statement: Executable, values: dict[str, Any]) -> list[Invitation]:
        return [_invitation(row) for row in (await self._connection.execute(statement, values)).mappings()]

    async def _changed(self, statement: Executable, team_id: str, invitation_id: str, values: dict[str, Any]) -> bool:
        key = {"p_team_id": team_id, "p_invitation_id": invitation_id}
        return (await self._connection.execute(statement, {**key, **values})).one_or_none() is not None


def _row(invitation: Invitation) -> dict[str, Any]:
    return {
        "team_id": invitation.team_id,
        "invitation_id": invitation.invitation_id,
        "number": invitation.number,
        "kind": invitation.kind,
        "email": invitation.email,
        "name": invitation.name,
        "role": invitation.role,
        "state": invitation.state,
        "user_id": invitation.user_id,
        "requested_by": invitation.requested_by,
        "from_outside": invitation.from_outside,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
        "generation": invitation.generation,
        "text": invitation.text,
        "marketplace_id": invitation.marketplace_id,
        "language": invitation.language,
    }


def _invitation(row: RowMapping) -> Invitation:
    return Invitation(
        team_id=TeamId(row["team_id"]),
        invitation_id=row["invitation_id"],
        number=row["number"],
        kind=InvitationKind(row["kind"]),
        role=Role(row["role"]),
        state=InvitationState(row["state"]),
        requested_by=row["requested_by"],
        created_at=row["created_at"],
        language=Language(row["language"]),
        email=row["email"],
        name=row["name"],
        user_id=row["user_id"],
        from_outside=row["from_outside"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        expires_at=row["expires_at"],
        generation=row["generation"],
        code_expires_at=row["code_expires_at"],
        text=row["text"],
        marketplace_id=row["marketplace_id"],
        requested_by_name=row["requested_by_name"],
        decided_by_name=row["decided_by_name"],
        user_name=row["user_name"],
    )
