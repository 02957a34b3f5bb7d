"""Questions of a decider to the requester; they decide nothing (A46)."""

from dataclasses import replace

from services.actor import Actor
from services.errors import Invalid, NotFound
from services.invitation.decide import get_decidable
from services.invitation.events import InvitationAnswered, InvitationQuestioned
from services.invitation.model import (
    INVITATION_ID_MAX_CHARS,
    REQUEST_QUESTION_MAX_CHARS,
    REQUEST_QUESTIONS_MAX,
    Invitation,
    InvitationKind,
    Question,
)
from services.invitation.refusals import AlreadyAnswered, NoRequester, NotQuestioned, TooManyQuestions
from services.permissions import Permission
from services.unit_of_work import UnitOfWork


async def get_questionable(uow: UnitOfWork, actor: Actor, ref: str) -> Invitation:
    """Return the invitation that the actor may question now, for the form. Raises the refusal that forbids it."""
    actor.require(Permission.INVITATION_DECIDE)
    wanted = await get_decidable(uow, actor, ref)
    if wanted.kind is not InvitationKind.MEMBER:
        raise NoRequester(wanted.ref)
    return wanted


async def question(uow: UnitOfWork, actor: Actor, ref: str, text: str) -> Question:
    """Ask the requester, in the direct chat."""
    team_id = actor.require(Permission.INVITATION_DECIDE)
    await uow.teams.get_for_update(team_id)
    wanted = await get_questionable(uow, actor, ref)
    if await uow.invitations.count_questions(team_id, wanted.invitation_id) >= REQUEST_QUESTIONS_MAX:
        raise TooManyQuestions(wanted.ref)
    asked = Question(
        team_id=team_id,
        question_id=uow.new_id(),
        invitation_id=wanted.invitation_id,
        text=_line(text),
        asked_by=actor.user_id,
        asked_at=uow.now,
        asked_by_name=actor.name,
        number=wanted.number,
        email=wanted.email,
        requested_by=wanted.requested_by,
        requested_by_name=wanted.requested_by_name,
    )
    await uow.invitations.add_question(asked)
    uow.emit(
        InvitationQuestioned(
            subject=wanted.ref,
            invitation_id=wanted.invitation_id,
            kind=wanted.kind,
            question_id=asked.question_id,
            asked_of=wanted.requested_by,
        ),
        by=actor,
    )
    return asked


async def get_answerable(uow: UnitOfWork, actor: Actor, question_id: str) -> Question:
    """Return the question that the actor may answer now, for the form. Raises the refusal that forbids it."""
    team_id = actor.require(Permission.INVITATION_ANSWER)
    asked = await uow.invitations.get_question(team_id, question_id.strip()[:INVITATION_ID_MAX_CHARS])
    if asked is None or actor.user_id not in {asked.requested_by, asked.asked_by}:
        raise NotFound("invitation")
    if actor.user_id != asked.requested_by:
        raise NotQuestioned(asked.ref, asked.requested_by_name)
    if asked.answered_at is not None:
        raise AlreadyAnswered(asked.ref)
    return asked


async def answer(uow: UnitOfWork, actor: Actor, question_id: str, text: str) -> Question:
    """Answer a question once; the decider reads the answer in the direct chat."""
    team_id = actor.require(Permission.INVITATION_ANSWER)
    asked = await get_answerable(uow, actor, question_id)
    said = _line(text)
    if not await uow.invitations.answer_question(team_id, asked.question_id, said, uow.now):
        raise AlreadyAnswered(asked.ref)
    uow.emit(
        InvitationAnswered(
            subject=asked.ref,
            invitation_id=asked.invitation_id,
            kind=InvitationKind.MEMBER,
            question_id=asked.question_id,
            asked_by=asked.asked_by,
        ),
        by=actor,
    )
    return replace(asked, answer=said, answered_at=uow.now)


def _line(typed: str) -> str:
    text = " ".join(typed.split())
    if not text:
        raise Invalid("text", "missing")
    if len(text) > REQUEST_QUESTION_MAX_CHARS:
        raise Invalid("text", "too_long", REQUEST_QUESTION_MAX_CHARS)
    return text
