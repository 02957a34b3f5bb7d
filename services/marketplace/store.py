"""What the rules about marketplaces ask of storage."""

from datetime import datetime
from typing import Protocol

from services.marketplace.model import Marketplace, Membership, Partner, PartnerState
from services.people import TeamId


class Marketplaces(Protocol):
    """Marketplaces and their partners."""

    async def add(self, marketplace: Marketplace) -> None:
        """A new marketplace of its operator."""
        ...

    async def change(self, marketplace: Marketplace) -> None:
        """Its windows and questions, as they are now."""
        ...

    async def find(self, team_id: TeamId, marketplace_id: str) -> Marketplace | None:
        """A marketplace that this team runs."""
        ...

    async def memberships(self, team_id: TeamId, limit: int) -> list[Membership]:
        """The marketplaces in which the team takes part now, also as operator, by name."""
        ...

    async def partners(self, team_id: TeamId, marketplace_id: str, limit: int) -> list[Partner]:
        """The partners of a marketplace that this team runs, in the order of their invitation."""
        ...

    async def takers(self, team_id: TeamId, marketplace_id: str) -> list[Partner]:
        """The active takers of a marketplace that this team runs."""
        ...

    async def partner(self, team_id: TeamId, partner_id: str) -> Partner | None:
        """A partner of a marketplace that this team runs."""
        ...

    async def invited(self, team_id: TeamId, invitation_id: str) -> Partner | None:
        """The partner that an invitation of this team stands for."""
        ...

    async def add_partner(self, partner: Partner) -> None:
        """A firm that is invited or takes part."""
        ...

    async def move(self, team_id: TeamId, partner_id: str, was: PartnerState, to: PartnerState, now: datetime) -> bool:
        """Change a partner's state, if it is the expected one."""
        ...

    async def activate(
        self, team_id: TeamId, partner_id: str, partner_team_id: TeamId, name: str, now: datetime
    ) -> bool:
        """Let an invited firm take part; False when it is not invited any more or takes part already."""
        ...

    async def remove(self, team_id: TeamId, partner_id: str) -> bool:
        """Forget a partner that is merely invited."""
        ...
