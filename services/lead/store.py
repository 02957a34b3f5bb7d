"""Storage interface of leads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.lead.model import Entry, Filter, Keys, Lead, LeadState, NewEntry, Notes, Offer, Seen, Sight, Step, What
from services.people import TeamId, UserId


class Leads(Protocol):
    """Leads, their visibilities and their histories."""

    # ---- queries ----

    async def see(self, team_id: TeamId, lead_id: str) -> Seen | None:
        """Return the lead as loaded for this team, even if no longer visible. None: it never was."""
        ...

    async def see_number(self, team_id: TeamId, number: int) -> Seen | None:
        """Return the same by the team's own number."""
        ...

    async def page(self, team_id: TeamId, user_id: UserId, kind: Filter, before: int | None) -> list[Seen]:
        """Return a page of that filter and one lead more, newest first, in one query."""
        ...

    async def duplicates(self, team_id: TeamId, keys: Keys, *, but: str, marketplace_id: str | None) -> list[Seen]:
        """Return leads visible to the team with the same contact key, newest first, without the lead `but`."""
        ...

    async def search(
        self, team_id: TeamId, words: Sequence[str], number: int | None, skip: int, limit: int
    ) -> list[Seen]:
        """Return visible leads with this number, or with every (case-folded) word, newest first."""
        ...

    async def of_contact(self, team_id: TeamId, keys: Keys, skip: int, limit: int) -> list[Seen]:
        """Return leads with this contact key whose contact the team may see, newest first."""
        ...

    async def known(self, team_id: TeamId, keys: Sequence[Keys]) -> dict[str, int]:
        """Map those of these e-mails and phones that leads created by the team have to the first lead's number."""
        ...

    async def after(self, team_id: TeamId, number: int, limit: int) -> list[Seen]:
        """Return visible leads after a number, oldest first."""
        ...

    async def history(self, team_id: TeamId, lead_id: str, limit: int) -> list[Entry]:
        """Return the activities, newest first; none for a team that never had the lead."""
        ...

    async def last(self, team_id: TeamId, lead_id: str, whats: Sequence[What]) -> Entry | None:
        """Return the latest activity of one of these types."""
        ...

    async def notes(self, team_id: TeamId, lead_id: str, since: datetime) -> Notes | None:
        """Return the number of the team's notes since a time, with the last author; None for no note."""
        ...

    async def sights(self, lead_id: str) -> list[Sight]:
        """Return every team's visibility of the lead, for the relay and for offers; never shown to users."""
        ...

    # ---- guarded updates: each names the state it expects and returns whether it held ----

    async def add(self, lead: Lead, sight: Sight) -> None:
        """Add a lead with its giver's visibility."""
        ...

    async def add_all(self, leads: Sequence[Lead]) -> None:
        """Add many leads of one team, without their visibilities."""
        ...

    async def record(self, entries: Sequence[NewEntry]) -> None:
        """Add activities to histories."""
        ...

    async def pick(self, team_id: TeamId, lead_id: str, user_id: UserId, now: datetime) -> bool:
        """Assign the lead to this team if it may still pick it: the one update that decides (B10)."""
        ...

    async def settle(self, team_id: TeamId, lead_id: str, now: datetime) -> None:
        """After a pick, set the visibility to held for the winner and to gone for all other takers."""
        ...

    async def take(self, team_id: TeamId, lead_id: str, user_id: UserId, now: datetime) -> bool:
        """Make a user responsible for a lead of the team that has no responsible member."""
        ...

    async def unpick(
        self, team_id: TeamId, lead_id: str, *, to: LeadState, picked_after: datetime, offered_until: datetime | None
    ) -> bool:
        """Undo a pick made after this time."""
        ...

    async def unsettle(self, team_id: TeamId, lead_id: str, offer: Offer, now: datetime) -> None:
        """After an undone pick, restore the offers to the team and to the other takers."""
        ...

    async def work(self, team_id: TeamId, lead_id: str, step: Step, now: datetime) -> bool:
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

    async def give_back(
        self, team_id: TeamId, lead_id: str, to: LeadState, *, picked_after: datetime, offered_until: datetime | None
    ) -> bool:
        """Return the team's lead, if it was picked after this time."""
        ...

    async def take_away(
        self, team_id: TeamId, lead_id: str, to: LeadState, *, worked_at: datetime, offered_until: datetime | None
    ) -> bool:
        """Withdraw the lead from the team, if no activity has followed."""
        ...

    async def put(
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

    async def answer(self, team_id: TeamId, lead_id: str, fields: dict[str, str]) -> None:
        """Store the answers to a marketplace's form, of a lead that this team gives or operates."""
        ...

    async def set_offer(self, lead_id: str, team_ids: Sequence[TeamId], offer: Offer, now: datetime) -> None:
        """Set the lead's offer state for these teams."""
        ...

    async def clear_offers(self, lead_id: str, now: datetime) -> None:
        """End all offers, and the state of takers that lost the pick."""
        ...

    async def operate(self, team_id: TeamId, lead_id: str) -> bool:
        """Mark the team as operator, if it has a visibility of the lead already."""
        ...

    async def add_sights(self, sights: Sequence[Sight], now: datetime) -> None:
        """Add visibilities for further teams."""
        ...

    async def vacate(self, team_id: TeamId, user_id: UserId) -> list[Sight]:
        """Clear a leaving member's responsibility. Returns the visibilities of the leads concerned."""
        ...

    async def end_offers(
        self, team_id: TeamId, marketplace_id: str, picked_after: datetime, now: datetime
    ) -> list[str]:
        """End the offers to a taker that leaves the marketplace. Returns the ids of the leads concerned."""
        ...

    # ---- scheduled jobs ----

    async def expire(self, now: datetime, limit: int) -> list[Lead]:
        """Fail leads whose offer expired and return them."""
        ...

    async def remind(self, now: datetime, limit: int) -> list[Lead]:
        """Mark picked leads without activity for the marketplace's reminder days, each once, and return them."""
        ...

    async def stalled(self, now: datetime, limit: int) -> list[Lead]:
        """Return picked leads that were reminded of and without activity for the marketplace's stall days."""
        ...
