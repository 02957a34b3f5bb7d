"""A request: somebody asks a colleague with the right to do something for him."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

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
