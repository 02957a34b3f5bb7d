"""A colleague: a person's membership in a team, with one role."""

from dataclasses import dataclass
from datetime import datetime

from services.people import TeamId, UserId
from services.permissions import Role

LISTED_MAX = 200

GIVEN_ROLES = (Role.ADMIN, Role.MEMBER, Role.VIEWER)
"""What can be given by an invitation or a change of role: ownership is only transferred (A45, A74)."""


@dataclass(frozen=True, slots=True)
class Member:
    """An active colleague."""

    team_id: TeamId
    user_id: UserId
    name: str
    role: Role
    joined_at: datetime
    may_delegate: bool = False
    """Responsible colleague (B17)."""
    email: str = ""
    """The address of the invitation, confirmed by its link."""


@dataclass(frozen=True, slots=True)
class Row:
    """A colleague in the list, with what the reader may do with him."""

    user_id: str
    name: str
    role: Role
    may_delegate: bool
    is_self: bool = False
    may_change: bool = False
    may_remove: bool = False


@dataclass(frozen=True, slots=True)
class ListedMembers:
    """The colleagues of a team."""

    team_name: str
    rows: tuple[Row, ...]
    total: int
    taken: int
    limit: int
    may_invite: bool
    may_request: bool
    may_transfer: bool


@dataclass(frozen=True, slots=True)
class ChangedMember:
    """A colleague after a change of role or flag."""

    user_id: str
    name: str
    role: Role
    may_delegate: bool
    old_role: Role


@dataclass(frozen=True, slots=True)
class RemovedMember:
    """Somebody who is a colleague no longer."""

    name: str
    team_name: str
    is_self: bool = False


@dataclass(frozen=True, slots=True)
class TransferredTeam:
    """The team with its new owner."""

    team_name: str
    owner_name: str
