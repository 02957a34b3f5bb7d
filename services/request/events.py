"""Events about requests."""

from services.events import Event


class RequestEvent(Event, frozen=True, kw_only=True):
    """Something that happened to a request."""

    request_id: str
    command: str
    asked_by: str


class RequestAsked(RequestEvent, frozen=True, kw_only=True, tag="request.asked"):
    """Somebody asks for what his role does not allow."""

    permission: str


class RequestApproved(RequestEvent, frozen=True, kw_only=True, tag="request.approved"):
    """A colleague with the right did it for him."""


class RequestDeclined(RequestEvent, frozen=True, kw_only=True, tag="request.declined"):
    """A colleague with the right will not do it."""


class RequestWithdrawn(RequestEvent, frozen=True, kw_only=True, tag="request.withdrawn"):
    """Whoever asked is a colleague no longer."""
