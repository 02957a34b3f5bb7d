"""The actor that every use case is given: a user, acting for a team in a place."""

from dataclasses import dataclass

from services.errors import NotMember, NotPermitted
from services.people import Language, Place, TeamId, UserId
from services.permissions import JOINING_PERMISSIONS, Grant, Permission, Role, get_grant


@dataclass(frozen=True, slots=True)
class Actor:
    """User acting for a team (B1), with the role read from the database for this action."""

    user_id: UserId
    name: str
    team_id: TeamId
    role: Role
    language: Language
    zone: str
    """IANA name of the user's time zone."""
    place: Place
    platform_user_id: str = ""
    """Platform's id of the user; empty where the bot writes without a request."""
    may_delegate: bool = False
    """Whether the user is a responsible member (B17), who may delegate any lead of the team."""
    is_visiting: bool = False
    """Whether a member of one team acts in the place of another, and thus for neither."""
    is_external: bool = False
    """Whether the user is external and no member of a team here: may get help and join, but sees nothing."""

    def may(self, permission: Permission, *, own: bool = False) -> bool:
        """Return whether the role grants the permission; `own` says that the subject is the user's own."""
        given = get_grant(self.role, permission)
        return given is Grant.YES or (given is Grant.OWN and own)

    def may_see(self, permission: Permission) -> bool:
        """Return whether to show the command: granted at least for the user's own subjects, and usable here."""
        return self.may(permission, own=True) and not (self.is_visiting and permission in JOINING_PERMISSIONS)

    def require(self, permission: Permission, *, own: bool = False) -> TeamId:
        """Return the team for which the actor may do this.

        Raises NotMember for a user outside the team, NotPermitted for a role without the permission.
        """
        if not self.may(permission, own=own):
            raise self._not_member(permission) if self.role is Role.GUEST else NotPermitted(permission)
        return self.team_id

    def _not_member(self, permission: Permission) -> NotMember:
        return NotMember(permission, self.place if self.is_visiting else None)
