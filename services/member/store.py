"""What the rules ask of storage about colleagues."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from services.member.model import Member
from services.people import Language
from services.permissions import Role


class Members(Protocol):
    """Active colleagues; whoever was removed is not found."""

    async def get(self, team_id: str, user_id: str) -> Member | None: ...

    async def all(self, team_id: str, limit: int) -> list[Member]:
        """The colleagues, the owner first, then by role and name."""
        ...

    async def count(self, team_id: str) -> int: ...

    async def holders(self, team_id: str, roles: Collection[Role], limit: int) -> list[Member]:
        """The colleagues with one of the roles, the owner first: who can lift a refusal, who is asked."""
        ...

    async def delegates(self, team_id: str) -> list[Member]:
        """The responsible colleagues (B17)."""
        ...

    async def has_address(self, team_id: str, email: str) -> bool:
        """Whether a colleague has this address (trimmed, case-folded)."""
        ...

    async def addresses(self, team_id: str) -> list[str]:
        """The addresses of the colleagues, as far as they are known (trimmed, case-folded)."""
        ...

    async def of_user(self, user_id: str) -> Member | None:
        """The one membership of a person in a living team, whichever team that is (B2)."""
        ...

    async def languages(self, team_id: str) -> dict[str, tuple[Language, str]]:
        """Language and zone of every colleague, by user id."""
        ...

    async def add(self, team_id: str, user_id: str, role: Role, email: str, at: datetime) -> bool:
        """Make a person a colleague; False when he is one already, here or elsewhere."""
        ...

    async def change_role(self, team_id: str, user_id: str, old: Role, new: Role) -> bool:
        """False when the role is no longer the old one."""
        ...

    async def flag(self, team_id: str, user_id: str, *, may_delegate: bool) -> bool: ...

    async def remove(self, team_id: str, user_id: str, at: datetime) -> bool:
        """End a membership, never the owner's; False when there is none."""
        ...

    async def transfer(self, team_id: str, old_owner_id: str, new_owner_id: str) -> bool:
        """Make the new owner of an active colleague and an admin of the old one; False when one of them moved on."""
        ...

    async def end_all(self, team_id: str, at: datetime) -> int:
        """End every membership of a team that is deleted at this time."""
        ...

    async def revive(self, team_id: str, ended_at: datetime) -> int:
        """Bring back those whose membership ended then and who are in no other team; how many."""
        ...
