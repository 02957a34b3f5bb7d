"""Request: a member asks an approver to perform a command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.people import TeamId
from services.permissions import Permission

REQUEST_ARGS_MAX_CHARS = 2_000
OPEN_REQUESTS_MAX = 20
"""Open requests per user; beyond that some must be decided first."""


class RequestState(StrEnum):
    """State of a request."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Request:
    """Request row with the names of its people."""

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


@dataclass(frozen=True, slots=True)
class RequestView:
    """Request as a reader sees it."""

    request: Request
    arguments: tuple[tuple[str, str], ...] = ()
    """Arguments for display: a member's name instead of an id."""
    may_decide: bool = False


@dataclass(frozen=True, slots=True)
class SentRequest:
    """Sent request, with its deciders."""

    request: Request
    deciders: tuple[str, ...]
