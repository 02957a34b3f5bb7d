"""Events about invitations."""

from services.events import Event


class InvitationEvent(Event, frozen=True, kw_only=True):
    """An event of an invitation."""

    invitation_id: str
    kind: str


class InvitationRequested(InvitationEvent, frozen=True, kw_only=True, tag="invitation.requested"):
    """A member, or a user in the channel, asks for an invitation (A46)."""

    role: str
    email: str = ""


class InvitationCreated(InvitationEvent, frozen=True, kw_only=True, tag="invitation.created"):
    """An invitation is being sent (A45)."""

    role: str
    email: str = ""
    bulk_id: str = ""
    """Bulk invitation that it belongs to, whose report shows the outcome of the mail."""


class InvitationApproved(InvitationEvent, frozen=True, kw_only=True, tag="invitation.approved"):
    """A decider approved a request (A46)."""

    requested_by: str


class InvitationDeclined(InvitationEvent, frozen=True, kw_only=True, tag="invitation.declined"):
    """A decider declined a request (A46)."""

    requested_by: str


class InvitationQuestioned(InvitationEvent, frozen=True, kw_only=True, tag="invitation.questioned"):
    """A decider asked the requester a question."""

    question_id: str
    asked_of: str


class InvitationAnswered(InvitationEvent, frozen=True, kw_only=True, tag="invitation.answered"):
    """The requester answered."""

    question_id: str
    asked_by: str


class InvitationRefused(InvitationEvent, frozen=True, kw_only=True, tag="invitation.refused"):
    """The invitee declined on the page."""


class InvitationAccepted(InvitationEvent, frozen=True, kw_only=True, tag="invitation.accepted"):
    """The invitee accepted on the page and got a code."""

    is_silent: bool = True


class InvitationJoined(InvitationEvent, frozen=True, kw_only=True, tag="invitation.joined"):
    """The invitation was used; it cannot be used again."""


class InvitationRevoked(InvitationEvent, frozen=True, kw_only=True, tag="invitation.revoked"):
    """The team revoked it."""


class InvitationResent(InvitationEvent, frozen=True, kw_only=True, tag="invitation.resent"):
    """A new link is being sent; the old one is void."""

    bulk_id: str = ""


class InvitationExpired(InvitationEvent, frozen=True, kw_only=True, tag="invitation.expired"):
    """Its seven days have passed."""
