"""Invitations: requested, sent, decided, accepted on a page, used once."""

from services.codes import WrongCode as WrongCode
from services.invitation.decide import approve as approve, decline as decline, resend as resend, revoke as revoke
from services.invitation.invite import (
    create as create,
    invite_partner as invite_partner,
    join_request as join_request,
    request as request,
)
from services.invitation.model import (
    Invitation as Invitation,
    InvitationKind as InvitationKind,
    InvitationPage as InvitationPage,
    InvitationState as InvitationState,
    JoinedTeam as JoinedTeam,
    ListedInvitations as ListedInvitations,
    Question as Question,
    ShownInvitation as ShownInvitation,
)
from services.invitation.question import (
    answer as answer,
    question as question,
    to_answer as to_answer,
    to_question as to_question,
)
from services.invitation.show import list_ as list_, show as show
from services.invitation.tokens import token_of as token_of
