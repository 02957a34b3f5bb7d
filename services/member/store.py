"""Storage interface of members."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from services.member.model import Member
from services.people import Language
from services.permissions import Role


class Members(Protocol):
    """Active members; removed ones are not found."""

    async def get(self, team_id: str, user_id: str) -> Member | None: ...

    async def list_all(self, team_id: str, limit: int) -> list[Member]:
        """Return the members, owner first, then by role and name."""
        ...

    async def count(self, team_id: str) -> int: ...

    async def list_by_role(self, team_id: str, roles: Collection[Role], limit: int) -> list[Member]:
        """Return the members with one of the roles, owner first, as approvers and recipients."""
        ...

    async def list_delegates(self, team_id: str) -> list[Member]:
        """Return the responsible members (B17)."""
        ...

    async def has_email(self, team_id: str, email: str) -> bool:
        """Return whether a member has this address (trimmed, case-folded)."""
        ...

    async def list_emails(self, team_id: str) -> list[str]:
        """Return the members' known addresses (trimmed, case-folded)."""
        ...

    async def find_by_user(self, user_id: str) -> Member | None:
        """Return the user's one membership in an existing team, whichever team that is (B2)."""
        ...

    async def list_languages(self, team_id: str) -> dict[str, tuple[Language, str]]:
        """Return language and time zone of every member, by user id."""
        ...

    async def add(self, team_id: str, user_id: str, role: Role, email: str, at: datetime) -> bool:
        """Add a member. False: the user is a member already, here or elsewhere."""
        ...

    async def change_role(self, team_id: str, user_id: str, old: Role, new: Role) -> bool:
        """Change the role. False: it is no longer the old one."""
        ...

    async def update_may_delegate(self, team_id: str, user_id: str, *, may_delegate: bool) -> bool: ...

    async def remove(self, team_id: str, user_id: str, at: datetime) -> bool:
        """End a membership, never the owner's. False: there is none."""
        ...

    async def transfer(self, team_id: str, old_owner_id: str, new_owner_id: str) -> bool:
        """Make an active member the owner and the old owner an admin. False: one of them changed concurrently."""
        ...

    async def remove_all(self, team_id: str, at: datetime) -> int:
        """End every membership of a team deleted at this time."""
        ...

    async def restore_all(self, team_id: str, ended_at: datetime) -> int:
        """Restore memberships that ended at this time, of users in no other team. Returns the number."""
        ...
