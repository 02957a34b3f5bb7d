"""Storage interface of invitations."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from services.invitation.model import Invitation, InvitationState, Question


class Invitations(Protocol):
    """Invitations and requests for them."""

    async def add(self, invitation: Invitation) -> bool:
        """Add an invitation. False: an open one for the same address or user exists."""
        ...

    async def get(self, team_id: str, invitation_id: str) -> Invitation | None: ...

    async def find_by_number(self, team_id: str, number: int) -> Invitation | None: ...

    async def list_open_to(self, team_id: str, email: str) -> list[Invitation]:
        """Return open invitations to an address, of every kind."""
        ...

    async def list_open_emails(self, team_id: str, marketplace_id: str, now: datetime, limit: int) -> list[str]:
        """Return the addresses with an open invitation to a marketplace."""
        ...

    async def list_members_invitations(self, team_id: str, limit: int) -> list[Invitation]:
        """Return open ones, then others, latest first, without partners' invitations."""
        ...

    async def count_open(self, team_id: str) -> int: ...

    async def count_held_seats(self, team_id: str, now: datetime, besides: str = "") -> int:
        """Count the seats held by members' unexpired invitations (A4), leaving one out."""
        ...

    async def find_by_link(self, invitation_id: str) -> Invitation | None:
        """Return the invitation that a link names. No team is needed: the token proves the right."""
        ...

    async def find_by_code(self, digests: Collection[str]) -> Invitation | None:
        """Return the accepted invitation of a code; the code proves the right."""
        ...

    async def change_state(
        self,
        team_id: str,
        invitation_id: str,
        states: Collection[InvitationState],
        to: InvitationState,
        *,
        by: str | None = None,
        at: datetime | None = None,
    ) -> bool:
        """Change the state from one of `states` and record the decider if given.

        False: another transition came first.
        """
        ...

    async def send(
        self,
        team_id: str,
        invitation_id: str,
        states: Collection[InvitationState],
        expires_at: datetime,
        *,
        by: str | None = None,
        at: datetime | None = None,
    ) -> bool:
        """Make it pending under a new generation of its link, and record the decider if given; an older code ends.

        False: another transition came first.
        """
        ...

    async def accept(
        self, team_id: str, invitation_id: str, generation: int, digest: str, code_expires_at: datetime
    ) -> bool:
        """Store the code's digest, if the invitation is pending or accepted and unused."""
        ...

    async def join(self, team_id: str, invitation_id: str, states: Collection[InvitationState], user_id: str) -> bool:
        """Use the invitation once; its code ends."""
        ...

    async def add_question(self, question: Question) -> None: ...

    async def count_questions(self, team_id: str, invitation_id: str) -> int:
        """Count the questions about this invitation."""
        ...

    async def get_question(self, team_id: str, question_id: str) -> Question | None: ...

    async def answer_question(self, team_id: str, question_id: str, text: str, at: datetime) -> bool:
        """Store the answer. False: it has one already."""
        ...

    async def revoke_requested_by(self, team_id: str, user_id: str) -> list[Invitation]:
        """Revoke the user's undecided requests and return them."""
        ...

    async def list_join_requests(self, user_id: str) -> list[Invitation]:
        """Return the user's undecided requests to join teams."""
        ...

    async def list_expired(self, now: datetime, limit: int) -> list[Invitation]:
        """Return sent ones of every team that are overdue."""
        ...
