"""Events about memberships."""

from services.events import Event


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
