"""A request: somebody asks a colleague with the right to do something for him."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.errors import Refusal
from services.events import Event
from services.people import TeamId
from services.permissions import Permission

ARGS_MAX_CHARS = 2_000
OPEN_MAX = 20
"""Open requests of one person; beyond that somebody decides first."""


class RequestState(StrEnum):
    """Where it stands."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as its row says, with the names of the people in it."""

    team_id: TeamId
    request_id: str
    command: str
    permission: Permission
    asked_by: str
    asked_at: datetime
    args: Mapping[str, Any] = field(default_factory=dict[str, Any])
    state: RequestState = RequestState.OPEN
    decided_by: str | None = None
    decided_at: datetime | None = None
    asked_by_name: str = ""
    decided_by_name: str = ""


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


class RequestRefusal(Refusal):
    """The rules of asking say no."""


@dataclass(eq=False)
class NotAskable(RequestRefusal):
    """This can be asked of nobody: it is everybody's right, or it only makes sense in person."""


@dataclass(eq=False)
class RequestDecided(RequestRefusal):
    """The first decision has won."""

    state: RequestState
    by: str = ""
    at: datetime | None = None


@dataclass(eq=False)
class OwnQuestion(RequestRefusal):
    """Nobody decides on his own request."""


@dataclass(eq=False)
class TooManyRequests(RequestRefusal):
    """More open requests of one person than anybody wants to read."""

    limit: int


@dataclass(frozen=True, slots=True)
class ShownRequest:
    """A request as a reader sees it."""

    request: Request
    about: tuple[tuple[str, str], ...] = ()
    """Its arguments as people read them: a colleague's name instead of an id."""
    may_decide: bool = False


@dataclass(frozen=True, slots=True)
class AskedRequest:
    """A request that is on its way, and to whom."""

    request: Request
    deciders: tuple[str, ...]
