"""Invitations: requested, sent, decided, accepted on a page, used once."""

from services.codes import WrongCode as WrongCode
from services.invitation.decide import approve as approve, decline as decline, resend as resend, revoke as revoke
from services.invitation.invite import (
    create as create,
    invite_partner as invite_partner,
    request as request,
    request_to_join as request_to_join,
)
from services.invitation.model import (
    Invitation as Invitation,
    InvitationKind as InvitationKind,
    InvitationList as InvitationList,
    InvitationPage as InvitationPage,
    InvitationState as InvitationState,
    InvitationView as InvitationView,
    JoinedTeam as JoinedTeam,
    Question as Question,
)
from services.invitation.question import (
    answer as answer,
    get_answerable as get_answerable,
    get_questionable as get_questionable,
    question as question,
)
from services.invitation.show import list_ as list_, show as show
from services.invitation.tokens import build_token as build_token
