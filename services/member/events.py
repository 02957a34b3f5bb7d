"""Events about memberships."""

from services.events import Event


class MemberEvent(Event, frozen=True, kw_only=True):
    """An event of a membership; `member_id` is the user concerned."""

    member_id: str


class MemberJoined(MemberEvent, frozen=True, kw_only=True, tag="member.joined"):
    """A user became a member (A73)."""

    role: str
    invitation: str = ""


class MemberRoleChanged(MemberEvent, frozen=True, kw_only=True, tag="member.role_changed"):
    """A member has another role from the next action on (A74)."""

    old: str
    new: str


class MemberFlagged(MemberEvent, frozen=True, kw_only=True, tag="member.flagged"):
    """A member became a responsible member, or ceased to be one (B17)."""

    may_delegate: bool


class MemberRemoved(MemberEvent, frozen=True, kw_only=True, tag="member.removed"):
    """A member's access ended at once (A75)."""

    role: str


class MemberLeft(MemberEvent, frozen=True, kw_only=True, tag="member.left"):
    """A member left the team by choice."""

    role: str


class TeamTransferred(MemberEvent, frozen=True, kw_only=True, tag="team.transferred"):
    """Another member owns the team; the old owner is an admin (A76)."""

    old_owner_id: str
