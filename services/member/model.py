"""Member: a user's role in a team."""

from dataclasses import dataclass
from datetime import datetime

from services.people import TeamId, UserId
from services.permissions import Role

MEMBERS_LISTED_MAX = 200

ASSIGNABLE_ROLES = (Role.ADMIN, Role.MEMBER, Role.VIEWER)
"""Roles that an invitation or a change of role can assign: ownership is only transferred (A45, A74)."""


@dataclass(frozen=True, slots=True)
class Member:
    """Active member of a team."""

    team_id: TeamId
    user_id: UserId
    name: str
    role: Role
    joined_at: datetime
    may_delegate: bool = False
    """Whether the member is a responsible one (B17)."""
    email: str = ""
    """Address of the invitation, confirmed by its link."""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Member in the list, with the reader's actions."""

    user_id: str
    name: str
    role: Role
    may_delegate: bool
    is_self: bool = False
    may_change: bool = False
    may_remove: bool = False


@dataclass(frozen=True, slots=True)
class MemberList:
    """Members of a team."""

    team_name: str
    rows: tuple[MemberRow, ...]
    total: int
    seats_taken: int
    seats_limit: int
    may_invite: bool
    may_request: bool
    may_transfer: bool


@dataclass(frozen=True, slots=True)
class ChangedMember:
    """Member after a change of role or flag."""

    user_id: str
    name: str
    role: Role
    may_delegate: bool
    old_role: Role


@dataclass(frozen=True, slots=True)
class RemovedMember:
    """Former member."""

    name: str
    team_name: str
    is_self: bool = False


@dataclass(frozen=True, slots=True)
class TransferredTeam:
    """Team with its new owner."""

    team_name: str
    owner_name: str
