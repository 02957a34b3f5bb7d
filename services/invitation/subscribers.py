"""Subscribers about invitations: the members who decide, the member who asked, and the invitee (A46, A73)."""

from typing import Final

from services.invitation.decide import is_owner_decision
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
from services.invitation.model import InvitationKind
from services.notices import DirectChat, MailRecipient, Notice, Subscribers, TeamChannels, TellUser, UpdateCards
from services.people import TeamId
from services.permissions import Role
from services.unit_of_work import UnitOfWork

INVITATION_DECIDERS_MAX: Final = 50
DECIDED: Final = "invitation.decided"
UPDATE: Final = UpdateCards("invitation_id")
TELL_REQUESTER: Final = TellUser("requested_by", DECIDED, "invitation_id")


def _to(user_id: str, view: str, event: InvitationEvent) -> Notice:
    return Notice(DirectChat(user_id), event.invitation_id, view, TeamId(event.team_id))


def _mail(event: InvitationEvent, otherwise: str) -> Notice:
    """The link, by e-mail; if none can be sent, as a card to the user `otherwise`."""
    return Notice(MailRecipient(otherwise), event.invitation_id, "invitation.mail", TeamId(event.team_id))


async def ask_deciders(uow: UnitOfWork, event: InvitationRequested) -> list[Notice]:
    """Ask the members who may decide, except the requester, and the channels (A46)."""
    wanted = await uow.invitations.get(event.team_id, event.invitation_id)
    if wanted is None:
        return []
    roles = (Role.OWNER,) if await is_owner_decision(uow, wanted) else (Role.OWNER, Role.ADMIN)
    deciders = await uow.members.list_by_role(event.team_id, roles, INVITATION_DECIDERS_MAX)
    approvals = [
        _to(decider.user_id, "invitation.approval", event) for decider in deciders if decider.user_id != event.actor_id
    ]
    return [*approvals, Notice(TeamChannels(), event.invitation_id, "invitation.approval", TeamId(event.team_id))]


async def mail_invitee(uow: UnitOfWork, event: InvitationCreated | InvitationResent) -> list[Notice]:
    """Send the link to the invitee (A73). A bulk invitation has a report instead of a card for each e-mail not sent."""
    del uow
    return [_mail(event, "" if event.bulk_id else event.actor_id or "")]


async def notify_approved(uow: UnitOfWork, event: InvitationApproved) -> list[Notice]:
    """Send the link to the invitee; a user who asked to join is a member already."""
    del uow
    return [] if event.kind == InvitationKind.JOIN else [_mail(event, event.requested_by)]


async def notify_inviter(uow: UnitOfWork, event: InvitationRefused | InvitationExpired) -> list[Notice]:
    """Tell the inviter; partners are a matter of the marketplace's subscribers."""
    wanted = await uow.invitations.get(event.team_id, event.invitation_id)
    if wanted is None or wanted.kind is InvitationKind.PARTNER or not wanted.requested_by:
        return []
    return [_to(wanted.requested_by, DECIDED, event)]


SUBSCRIBERS: Final[Subscribers] = {
    InvitationAnswered: (UpdateCards("question_id"), TellUser("asked_by", "invitation.answer", "question_id")),
    InvitationApproved: (UPDATE, TELL_REQUESTER, notify_approved),
    InvitationCreated: (UPDATE, mail_invitee),
    InvitationDeclined: (UPDATE, TELL_REQUESTER),
    InvitationExpired: (UPDATE, notify_inviter),
    InvitationJoined: (UPDATE,),
    InvitationQuestioned: (TellUser("asked_of", "invitation.question", "question_id"),),
    InvitationRefused: (UPDATE, notify_inviter),
    InvitationRequested: (ask_deciders,),
    InvitationResent: (UPDATE, mail_invitee),
    InvitationRevoked: (UPDATE,),
}
