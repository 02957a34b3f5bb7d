"""Refusals about requests: each is named by the state that refuses."""

from dataclasses import dataclass
from datetime import datetime

from services.errors import Refusal
from services.request.model import RequestState


class RequestRefusal(Refusal):
    """A rule about requests forbids it."""


@dataclass(eq=False)
class NotRequestable(RequestRefusal):
    """The command cannot be requested: every member may perform it, or only in person."""


@dataclass(eq=False)
class RequestDecided(RequestRefusal):
    """Another decision came first."""

    state: RequestState
    decided_by: str = ""
    decided_at: datetime | None = None


@dataclass(eq=False)
class RequesterDecides(RequestRefusal):
    """A user may not decide their own request."""


@dataclass(eq=False)
class TooManyRequests(RequestRefusal):
    """The user has the maximum of open requests."""

    limit: int
