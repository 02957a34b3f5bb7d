"""Events about requests."""

from services.events import Event


class RequestEvent(Event, frozen=True, kw_only=True):
    """An event of a request."""

    request_id: str
    command: str
    asked_by: str


class RequestAsked(RequestEvent, frozen=True, kw_only=True, tag="request.asked"):
    """A member asks for a command that their role does not grant."""

    permission: str


class RequestApproved(RequestEvent, frozen=True, kw_only=True, tag="request.approved"):
    """An approver performed the command."""


class RequestDeclined(RequestEvent, frozen=True, kw_only=True, tag="request.declined"):
    """An approver declined the request."""


class RequestWithdrawn(RequestEvent, frozen=True, kw_only=True, tag="request.withdrawn"):
    """The requester left the team."""
