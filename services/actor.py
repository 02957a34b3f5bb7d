"""The actor that every use case is given: a user, acting for a team in a place."""

from dataclasses import dataclass

from services.errors import NotColleague, NotPermitted
from services.people import Language, Place, TeamId, UserId
from services.permissions import INTO_A_TEAM, Grant, Permission, Role, grant


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting for a team (B1), with the role that was read from the database for this very action."""

    user_id: UserId
    name: str
    team_id: TeamId
    role: Role
    language: Language
    zone: str
    """IANA name of the person's time zone."""
    place: Place
    platform_user_id: str = ""
    """By what the platform knows the person here; empty where the bot writes unasked."""
    may_delegate: bool = False
    """Responsible colleague (B17): may delegate any lead of the team."""
    is_visiting: bool = False
    """A colleague of some team in the place of another one, where he acts for neither."""
    is_outsider: bool = False
    """Of another organisation than the place, and no colleague of a team here: helped, let in, and told nothing."""

    def may(self, permission: Permission, *, own: bool = False) -> bool:
        """Whether the role grants the permission; `own` says that the thing concerned is this person's."""
        given = grant(self.role, permission)
        return given is Grant.YES or (given is Grant.OWN and own)

    def is_offered(self, permission: Permission) -> bool:
        """Whether it is worth showing: granted at least for what is this person's own, and of use where he is."""
        return self.may(permission, own=True) and not (self.is_visiting and permission in INTO_A_TEAM)

    def require(self, permission: Permission, *, own: bool = False) -> TeamId:
        """The team in whose name the person may do this.

        Raises NotColleague for somebody outside the team, NotPermitted for a role without the permission.
        """
        if not self.may(permission, own=own):
            raise self._outside(permission) if self.role is Role.GUEST else NotPermitted(permission)
        return self.team_id

    def _outside(self, permission: Permission) -> NotColleague:
        return NotColleague(permission, self.place if self.is_visiting else None)
