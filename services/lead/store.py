"""Storage interface of leads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.lead.model import (
    ActivityType,
    ContactKeys,
    Lead,
    LeadActivity,
    LeadFilter,
    LeadRecord,
    LeadState,
    LeadStep,
    LeadVisibility,
    NewActivity,
    NotesSummary,
    OfferStatus,
)
from services.people import TeamId, UserId


class Leads(Protocol):
    """Leads, their visibilities and their histories."""

    # ---- queries ----

    async def get(self, team_id: TeamId, lead_id: str) -> LeadRecord | None:
        """Return the lead as loaded for this team, even if no longer visible. None: it never was."""
        ...

    async def find_by_number(self, team_id: TeamId, number: int) -> LeadRecord | None:
        """Return the same by the team's own number."""
        ...

    async def list_page(
        self, team_id: TeamId, user_id: UserId, kind: LeadFilter, before: int | None
    ) -> list[LeadRecord]:
        """Return a page of that filter and one lead more, newest first, in one query."""
        ...

    async def find_duplicates(
        self, team_id: TeamId, keys: ContactKeys, *, but: str, marketplace_id: str | None
    ) -> list[LeadRecord]:
        """Return leads visible to the team with the same contact key, newest first, without the lead `but`."""
        ...

    async def find_matching(
        self, team_id: TeamId, words: Sequence[str], number: int | None, skip: int, limit: int
    ) -> list[LeadRecord]:
        """Return visible leads with this number, or with every (case-folded) word, newest first."""
        ...

    async def find_by_contact(self, team_id: TeamId, keys: ContactKeys, skip: int, limit: int) -> list[LeadRecord]:
        """Return leads with this contact key whose contact the team may see, newest first."""
        ...

    async def find_known_numbers(self, team_id: TeamId, keys: Sequence[ContactKeys]) -> dict[str, int]:
        """Map those of these e-mails and phones that leads created by the team have to the first lead's number."""
        ...

    async def list_after(self, team_id: TeamId, number: int, limit: int) -> list[LeadRecord]:
        """Return visible leads after a number, oldest first."""
        ...

    async def list_history(self, team_id: TeamId, lead_id: str, limit: int) -> list[LeadActivity]:
        """Return the activities, newest first; none for a team that never had the lead."""
        ...

    async def find_last_activity(
        self, team_id: TeamId, lead_id: str, whats: Sequence[ActivityType]
    ) -> LeadActivity | None:
        """Return the latest activity of one of these types."""
        ...

    async def find_notes(self, team_id: TeamId, lead_id: str, since: datetime) -> NotesSummary | None:
        """Return the number of the team's notes since a time, with the last author; None for no note."""
        ...

    async def list_visibility(self, lead_id: str) -> list[LeadVisibility]:
        """Return every team's visibility of the lead, for the relay and for offers; never shown to users."""
        ...

    # ---- guarded updates: each names the state it expects and returns whether it held ----

    async def add(self, lead: Lead, sight: LeadVisibility) -> None:
        """Add a lead with its giver's visibility."""
        ...

    async def add_all(self, leads: Sequence[Lead]) -> None:
        """Add many leads of one team, without their visibilities."""
        ...

    async def add_activities(self, entries: Sequence[NewActivity]) -> None:
        """Add activities to histories."""
        ...

    async def pick(self, team_id: TeamId, lead_id: str, user_id: UserId, now: datetime) -> bool:
        """Assign the lead to this team if it may still pick it: the one update that decides (B10)."""
        ...

    async def update_visibility_after_pick(self, team_id: TeamId, lead_id: str, now: datetime) -> None:
        """After a pick, set the visibility to held for the winner and to gone for all other takers."""
        ...

    async def assign_if_unassigned(self, team_id: TeamId, lead_id: str, user_id: UserId, now: datetime) -> bool:
        """Make a user responsible for a lead of the team that has no responsible member."""
        ...

    async def undo_pick(
        self, team_id: TeamId, lead_id: str, *, to: LeadState, picked_after: datetime, offered_until: datetime | None
    ) -> bool:
        """Undo a pick made after this time."""
        ...

    async def update_visibility_after_undo(
        self, team_id: TeamId, lead_id: str, offer: OfferStatus, now: datetime
    ) -> None:
        """After an undone pick, restore the offers to the team and to the other takers."""
        ...

    async def update_step(self, team_id: TeamId, lead_id: str, step: LeadStep, now: datetime) -> bool:
        """Record work on the team's lead, and the step reached."""
        ...

    async def delegate(self, team_id: TeamId, lead_id: str, was: UserId, to: UserId, now: datetime) -> bool:
        """Pass responsibility on, if `was` still has it."""
        ...

    async def close(
        self,
        team_id: TeamId,
        lead_id: str,
        state: LeadState,
        user_id: UserId,
        now: datetime,
        *,
        won_cents: int | None = None,
        reason: str = "",
    ) -> bool:
        """Close the team's lead as won or lost."""
        ...

    async def release(
        self, team_id: TeamId, lead_id: str, to: LeadState, *, picked_after: datetime, offered_until: datetime | None
    ) -> bool:
        """Return the team's lead, if it was picked after this time."""
        ...

    async def release_if_stalled(
        self, team_id: TeamId, lead_id: str, to: LeadState, *, worked_at: datetime, offered_until: datetime | None
    ) -> bool:
        """Withdraw the lead from the team, if no activity has followed."""
        ...

    async def offer(
        self,
        team_id: TeamId,
        lead_id: str,
        was: Sequence[LeadState],
        to: LeadState,
        *,
        operator_team_id: TeamId,
        marketplace_id: str,
        offered_until: datetime | None,
    ) -> bool:
        """Submit or offer a lead that this team gives or operates."""
        ...

    async def update_fields(self, team_id: TeamId, lead_id: str, fields: dict[str, str]) -> None:
        """Store the answers to a marketplace's form, of a lead that this team gives or operates."""
        ...

    async def update_offer(self, lead_id: str, team_ids: Sequence[TeamId], offer: OfferStatus, now: datetime) -> None:
        """Set the lead's offer state for these teams."""
        ...

    async def clear_offers(self, lead_id: str, now: datetime) -> None:
        """End all offers, and the state of takers that lost the pick."""
        ...

    async def update_operator(self, team_id: TeamId, lead_id: str) -> bool:
        """Mark the team as operator, if it has a visibility of the lead already."""
        ...

    async def add_visibility(self, sights: Sequence[LeadVisibility], now: datetime) -> None:
        """Add visibilities for further teams."""
        ...

    async def vacate(self, team_id: TeamId, user_id: UserId) -> list[LeadVisibility]:
        """Clear a leaving member's responsibility. Returns the visibilities of the leads concerned."""
        ...

    async def end_offers(
        self, team_id: TeamId, marketplace_id: str, picked_after: datetime, now: datetime
    ) -> list[str]:
        """End the offers to a taker that leaves the marketplace. Returns the ids of the leads concerned."""
        ...

    # ---- scheduled jobs ----

    async def expire_offers(self, now: datetime, limit: int) -> list[Lead]:
        """Fail leads whose offer expired and return them."""
        ...

    async def list_to_remind(self, now: datetime, limit: int) -> list[Lead]:
        """Mark picked leads without activity for the marketplace's reminder days, each once, and return them."""
        ...

    async def list_stalled(self, now: datetime, limit: int) -> list[Lead]:
        """Return picked leads that were reminded of and without activity for the marketplace's stall days."""
        ...
