"""Invitations: asked for, sent, decided, accepted on a page, used once."""

from services.codes import WrongCode
from services.invitation.deciding import approve, decline, resend, revoke
from services.invitation.inviting import create, invite_partner, join_request, request
from services.invitation.joining import join
from services.invitation.linking import token_of
from services.invitation.model import (
    Invitation,
    InvitationKind,
    InvitationPage,
    InvitationState,
    JoinedTeam,
    ListedInvitations,
    Question,
    ShownInvitation,
)
from services.invitation.questioning import answer, question, to_answer, to_question
from services.invitation.showing import list_, show

__all__ = [
    "Invitation",
    "InvitationKind",
    "InvitationPage",
    "InvitationState",
    "JoinedTeam",
    "ListedInvitations",
    "Question",
    "ShownInvitation",
    "WrongCode",
    "answer",
    "approve",
    "create",
    "decline",
    "invite_partner",
    "join",
    "join_request",
    "list_",
    "question",
    "request",
    "resend",
    "revoke",
    "show",
    "to_answer",
    "to_question",
    "token_of",
]
