"""Storage interface of marketplaces."""

from datetime import datetime
from typing import Protocol

from services.marketplace.model import Marketplace, MarketplaceMembership, Partner, PartnerState
from services.people import TeamId


class Marketplaces(Protocol):
    """Marketplaces and their partners."""

    async def add(self, marketplace: Marketplace) -> None:
        """Add a marketplace of its operator."""
        ...

    async def update(self, marketplace: Marketplace) -> None:
        """Update its windows and questions."""
        ...

    async def get(self, team_id: TeamId, marketplace_id: str) -> Marketplace | None:
        """Return a marketplace that this team runs."""
        ...

    async def list_memberships(self, team_id: TeamId, limit: int) -> list[MarketplaceMembership]:
        """Return the marketplaces the team takes part in, also as operator, by name."""
        ...

    async def list_partners(self, team_id: TeamId, marketplace_id: str, limit: int) -> list[Partner]:
        """Return the partners of a marketplace that this team runs, in the order of invitation."""
        ...

    async def list_takers(self, team_id: TeamId, marketplace_id: str) -> list[Partner]:
        """Return the active takers of a marketplace that this team runs."""
        ...

    async def get_partner(self, team_id: TeamId, partner_id: str) -> Partner | None:
        """Return a partner of a marketplace that this team runs."""
        ...

    async def find_partner_by_invitation(self, team_id: TeamId, invitation_id: str) -> Partner | None:
        """Return the partner that an invitation of this team belongs to."""
        ...

    async def add_partner(self, partner: Partner) -> None:
        """Add a partner that is invited or takes part."""
        ...

    async def change_partner_state(
        self, team_id: TeamId, partner_id: str, was: PartnerState, to: PartnerState, now: datetime
    ) -> bool:
        """Change a partner's state if it is the expected one. False: it is not."""
        ...

    async def activate_partner(
        self, team_id: TeamId, partner_id: str, partner_team_id: TeamId, name: str, now: datetime
    ) -> bool:
        """Activate an invited partner. False: it is not invited any more or takes part already."""
        ...

    async def delete_partner(self, team_id: TeamId, partner_id: str) -> bool:
        """Delete a partner that is only invited."""
        ...
