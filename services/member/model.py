"""A colleague: a person's membership in a team, with one role."""

from dataclasses import dataclass
from datetime import datetime

from services.errors import Refusal
from services.events import Event
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


class MemberEvent(Event, frozen=True, kw_only=True):
    """Something that happened to a membership; `member_id` is the user concerned."""

    member_id: str


class MemberJoined(MemberEvent, frozen=True, kw_only=True, tag="member.joined"):
    """Somebody is a colleague now (A73)."""

    role: str
    invitation: str = ""


class MemberRoleChanged(MemberEvent, frozen=True, kw_only=True, tag="member.role_changed"):
    """A colleague has another role from the next action on (A74)."""

    old: str
    new: str


class MemberFlagged(MemberEvent, frozen=True, kw_only=True, tag="member.flagged"):
    """A colleague is, or no longer is, a responsible colleague (B17)."""

    may_delegate: bool


class MemberRemoved(MemberEvent, frozen=True, kw_only=True, tag="member.removed"):
    """A colleague's access ended at once (A75)."""

    role: str


class MemberLeft(MemberEvent, frozen=True, kw_only=True, tag="member.left"):
    """A colleague left the team himself."""

    role: str


class TeamTransferred(MemberEvent, frozen=True, kw_only=True, tag="team.transferred"):
    """Another colleague owns the team; the old owner is an admin (A76)."""

    old_owner_id: str


class MemberRefusal(Refusal):
    """The rules of membership say no."""


@dataclass(eq=False)
class OwnerStays(MemberRefusal):
    """The owner can be neither removed nor changed; ownership is transferred first (A74, A75)."""

    name: str
    is_self: bool = False


@dataclass(eq=False)
class OwnershipNotGiven(MemberRefusal):
    """Owner is no role that a change of role can give; the owner can transfer the team (A74, A76)."""


@dataclass(eq=False)
class IsOwnerAlready(MemberRefusal):
    """The team cannot be transferred to the one who owns it."""


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
