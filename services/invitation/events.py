"""Events about invitations."""

from services.events import Event


class InvitationEvent(Event, frozen=True, kw_only=True):
    """Something that happened to an invitation."""

    invitation_id: str
    kind: str


class InvitationRequested(InvitationEvent, frozen=True, kw_only=True, tag="invitation.requested"):
    """A colleague, or somebody in the channel, asks for an invitation (A46)."""

    role: str
    email: str = ""


class InvitationCreated(InvitationEvent, frozen=True, kw_only=True, tag="invitation.created"):
    """An invitation is on its way (A45)."""

    role: str
    email: str = ""
    bulk_id: str = ""
    """The bulk invitation that it came with, whose report says what became of the mail."""


class InvitationApproved(InvitationEvent, frozen=True, kw_only=True, tag="invitation.approved"):
    """Somebody with the right said yes to a request (A46)."""

    asked_by: str


class InvitationDeclined(InvitationEvent, frozen=True, kw_only=True, tag="invitation.declined"):
    """Somebody with the right said no to a request (A46)."""

    asked_by: str


class InvitationQuestioned(InvitationEvent, frozen=True, kw_only=True, tag="invitation.questioned"):
    """Somebody who may decide asks whoever wants the invitation something first."""

    question_id: str
    asked_of: str


class InvitationAnswered(InvitationEvent, frozen=True, kw_only=True, tag="invitation.answered"):
    """Whoever wants the invitation has answered."""

    question_id: str
    asked_by: str


class InvitationRefused(InvitationEvent, frozen=True, kw_only=True, tag="invitation.refused"):
    """The invitee said no on the page."""


class InvitationAccepted(InvitationEvent, frozen=True, kw_only=True, tag="invitation.accepted"):
    """The invitee said yes on the page and has a code."""

    silent: bool = True


class InvitationJoined(InvitationEvent, frozen=True, kw_only=True, tag="invitation.joined"):
    """The invitation was used, once and for all."""


class InvitationRevoked(InvitationEvent, frozen=True, kw_only=True, tag="invitation.revoked"):
    """The team took it back."""


class InvitationResent(InvitationEvent, frozen=True, kw_only=True, tag="invitation.resent"):
    """A new link is on its way; the old one is void."""

    bulk_id: str = ""


class InvitationExpired(InvitationEvent, frozen=True, kw_only=True, tag="invitation.expired"):
    """Its seven days have passed."""
