"""Who hears of invitations: those who decide, those who asked, and the invitee (A46, A73)."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from services.events import Event
from services.invitation.decide import waits_for_owner
from services.invitation.events import (
    InvitationAnswered,
    InvitationApproved,
    InvitationCreated,
    InvitationDeclined,
    InvitationEvent,
    InvitationExpired,
    InvitationJoined,
    InvitationQuestioned,
    InvitationRefused,
    InvitationRequested,
    InvitationResent,
    InvitationRevoked,
)
from services.invitation.model import Invitation, InvitationKind
from services.notices import Channels, Copies, Mail, Notice, Person
from services.people import TeamId
from services.permissions import Role
from services.unit_of_work import UnitOfWork

DECIDERS_MAX: Final = 50


def _copies(event: InvitationEvent) -> Notice:
    return Notice(Copies(), event.invitation_id, team_id=TeamId(event.team_id))


def _to(user_id: str, view: str, event: InvitationEvent) -> Notice:
    return Notice(Person(user_id), event.invitation_id, view, TeamId(event.team_id))


def _mail(event: InvitationEvent, otherwise: str) -> Notice:
    """The link, by mail; where no mail can be sent, as a card to whoever wanted the invitation."""
    return Notice(Mail(otherwise), event.invitation_id, "invitation.mail", TeamId(event.team_id))


async def requested(uow: UnitOfWork, event: InvitationRequested) -> list[Notice]:
    """Everybody who may decide, and the channels; whoever asked is not asked (A46)."""
    wanted = await uow.invitations.get(event.team_id, event.invitation_id)
    if wanted is None:
        return []
    roles = (Role.OWNER,) if await waits_for_owner(uow, wanted) else (Role.OWNER, Role.ADMIN)
    deciders = await uow.members.holders(event.team_id, roles, DECIDERS_MAX)
    asked = [_to(one.user_id, "invitation.approval", event) for one in deciders if one.user_id != event.actor_id]
    return [*asked, Notice(Channels(), event.invitation_id, "invitation.approval", TeamId(event.team_id))]


async def sent(uow: UnitOfWork, event: InvitationCreated | InvitationResent) -> list[Notice]:
    """The invitee, by mail (A73); of many the report tells which mails did not leave, and nobody gets a card each."""
    del uow
    return [_copies(event), _mail(event, "" if event.bulk_id else event.actor_id or "")]


async def approved(uow: UnitOfWork, event: InvitationApproved) -> list[Notice]:
    """Every copy of the card, whoever asked, and the invitee by mail."""
    del uow
    told = [_copies(event), _to(event.asked_by, "invitation.decided", event)]
    return told if event.kind == InvitationKind.JOIN else [*told, _mail(event, event.asked_by)]


async def declined(uow: UnitOfWork, event: InvitationDeclined) -> list[Notice]:
    """Every copy of the card, and whoever asked."""
    del uow
    return [_copies(event), _to(event.asked_by, "invitation.decided", event)]


async def ended(uow: UnitOfWork, event: InvitationRefused | InvitationExpired) -> list[Notice]:
    """Every copy of the card, and whoever invited; the marketplace tells of its partners itself."""
    wanted = await uow.invitations.get(event.team_id, event.invitation_id)
    if wanted is None or wanted.kind is InvitationKind.PARTNER:
        return [_copies(event)]
    return [_copies(event), *(_to(user_id, "invitation.decided", event) for user_id in _concerned(wanted))]


def _concerned(wanted: Invitation) -> list[str]:
    return [wanted.requested_by] if wanted.requested_by else []


async def moved(uow: UnitOfWork, event: InvitationJoined | InvitationRevoked) -> list[Notice]:
    """Every copy of the card."""
    del uow
    return [_copies(event)]


async def questioned(uow: UnitOfWork, event: InvitationQuestioned) -> list[Notice]:
    """Whoever wants the invitation."""
    del uow
    return [Notice(Person(event.asked_of), event.question_id, "invitation.question", TeamId(event.team_id))]


async def answered(uow: UnitOfWork, event: InvitationAnswered) -> list[Notice]:
    """Whoever asked; the question itself says that it is answered."""
    del uow
    team_id = TeamId(event.team_id)
    told = Notice(Person(event.asked_by), event.question_id, "invitation.answer", team_id)
    return [Notice(Copies(), event.question_id, team_id=team_id), told]


HEARS: Final[dict[type[Event], Callable[[UnitOfWork, Any], Coroutine[Any, Any, list[Notice]]]]] = {
    InvitationAnswered: answered,
    InvitationApproved: approved,
    InvitationCreated: sent,
    InvitationDeclined: declined,
    InvitationExpired: ended,
    InvitationJoined: moved,
    InvitationQuestioned: questioned,
    InvitationRefused: ended,
    InvitationRequested: requested,
    InvitationResent: sent,
    InvitationRevoked: moved,
}
