"""What the rules ask of storage about invitations."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from services.invitation.model import Invitation, InvitationState, Question


class Invitations(Protocol):
    """Invitations and requests for them."""

    async def add(self, invitation: Invitation) -> bool:
        """False when there is an open one for the same address or person already."""
        ...

    async def get(self, team_id: str, invitation_id: str) -> Invitation | None: ...

    async def numbered(self, team_id: str, number: int) -> Invitation | None: ...

    async def open_to(self, team_id: str, email: str) -> list[Invitation]:
        """Open invitations to an address, of every kind."""
        ...

    async def open_on(self, team_id: str, marketplace_id: str, now: datetime, limit: int) -> list[str]:
        """The addresses of firms that are invited to a marketplace and have not answered yet."""
        ...

    async def page(self, team_id: str, limit: int) -> list[Invitation]:
        """The open ones, then the others, the latest first; partners' invitations are the marketplace's business."""
        ...

    async def count_open(self, team_id: str) -> int: ...

    async def seats_held(self, team_id: str, now: datetime, besides: str = "") -> int:
        """How many seats colleagues' unexpired invitations hold (A4), one left out."""
        ...

    async def linked(self, invitation_id: str) -> Invitation | None:
        """The invitation that a link names; the team is not known yet, the token proves the right to it."""
        ...

    async def coded(self, digests: Collection[str]) -> Invitation | None:
        """The accepted invitation that a code belongs to; the code proves the right to it."""
        ...

    async def move(
        self,
        team_id: str,
        invitation_id: str,
        states: Collection[InvitationState],
        to: InvitationState,
        *,
        by: str | None = None,
        at: datetime | None = None,
    ) -> bool:
        """Move it on if it is in one of the states, noting who decided when given; the first one wins."""
        ...

    async def send(
        self, team_id: str, invitation_id: str, states: Collection[InvitationState], expires_at: datetime
    ) -> bool:
        """Make it pending under a new generation of its link; an older code ends."""
        ...

    async def accept(
        self, team_id: str, invitation_id: str, generation: int, digest: str, code_expires_at: datetime
    ) -> bool:
        """Note the code of an invitation that is pending, or accepted and not used yet."""
        ...

    async def join(self, team_id: str, invitation_id: str, states: Collection[InvitationState], user_id: str) -> bool:
        """Use it, once; its code ends."""
        ...

    async def add_question(self, question: Question) -> None: ...

    async def count_questions(self, team_id: str, invitation_id: str) -> int:
        """How often somebody has asked back about this invitation."""
        ...

    async def question(self, team_id: str, question_id: str) -> Question | None: ...

    async def answer(self, team_id: str, question_id: str, text: str, at: datetime) -> bool:
        """Keep the answer; the first one stays."""
        ...

    async def withdraw(self, team_id: str, user_id: str) -> list[Invitation]:
        """Revoke what this person asked for and nobody decided; what was revoked."""
        ...

    async def wishes(self, user_id: str) -> list[Invitation]:
        """What teams this person asks to let him in, undecided."""
        ...

    async def expired(self, now: datetime, limit: int) -> list[Invitation]:
        """Sent ones whose time has passed, of every team, for the clock."""
        ...
