"""What the rules about leads ask of storage."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.lead.model import Entry, Filter, Keys, Lead, LeadState, NewEntry, Notes, Offer, Seen, Sight, Step, What
from services.people import TeamId, UserId


class Leads(Protocol):
    """Leads, who sees them, and their history."""

    # ---- reading ----

    async def see(self, team_id: TeamId, lead_id: str) -> Seen | None:
        """The lead as this team has it, also when it is gone for the team; None where it never had it."""
        ...

    async def see_number(self, team_id: TeamId, number: int) -> Seen | None:
        """The same by the team's own number."""
        ...

    async def page(self, team_id: TeamId, user_id: UserId, kind: Filter, before: int | None) -> list[Seen]:
        """A page of that kind and one lead more, the newest below the number, in one query."""
        ...

    async def duplicates(self, team_id: TeamId, keys: Keys, *, but: str, marketplace_id: str | None) -> list[Seen]:
        """Leads with the same e-mail or phone that this team sees, the newest first, without the lead `but`."""
        ...

    async def search(
        self, team_id: TeamId, words: Sequence[str], number: int | None, skip: int, limit: int
    ) -> list[Seen]:
        """Leads that the team sees with this number, or in which every (case-folded) word stands, the newest first."""
        ...

    async def of_contact(self, team_id: TeamId, keys: Keys, skip: int, limit: int) -> list[Seen]:
        """Leads with this e-mail or phone of which the team may know the contact, the newest first."""
        ...

    async def known(self, team_id: TeamId, keys: Sequence[Keys]) -> dict[str, int]:
        """Of these e-mails and phones those that leads brought in by the team have, with the first one's number."""
        ...

    async def after(self, team_id: TeamId, number: int, limit: int) -> list[Seen]:
        """Leads that the team sees behind a number, the oldest first."""
        ...

    async def history(self, team_id: TeamId, lead_id: str, limit: int) -> list[Entry]:
        """What happened, the newest first; nothing for a team that never had the lead."""
        ...

    async def last(self, team_id: TeamId, lead_id: str, whats: Sequence[What]) -> Entry | None:
        """The latest entry of one of these kinds."""
        ...

    async def notes(self, team_id: TeamId, lead_id: str, since: datetime) -> Notes | None:
        """How many notes this team has written since then, and the last one's author; None where there is none."""
        ...

    async def sights(self, lead_id: str) -> list[Sight]:
        """Every team's sight of the lead, for the relay and for offers; never shown as such."""
        ...

    # ---- writing: each update names the state it expects and says whether it held ----

    async def add(self, lead: Lead, sight: Sight) -> None:
        """A new lead in its giver's team."""
        ...

    async def add_all(self, leads: Sequence[Lead]) -> None:
        """Many new leads of one team; their sights come separately."""
        ...

    async def record(self, entries: Sequence[NewEntry]) -> None:
        """Add to the history."""
        ...

    async def pick(self, team_id: TeamId, lead_id: str, user_id: UserId, now: datetime) -> bool:
        """Give the lead to this team, if it may still be picked by it: the one update that decides."""
        ...

    async def settle(self, team_id: TeamId, lead_id: str, now: datetime) -> None:
        """After a pick: held for the winner, gone for all others to whom it was offered."""
        ...

    async def take(self, team_id: TeamId, lead_id: str, user_id: UserId, now: datetime) -> bool:
        """Make somebody responsible for a lead of the team for which nobody is."""
        ...

    async def unpick(
        self, team_id: TeamId, lead_id: str, *, to: LeadState, picked_after: datetime, offered_until: datetime | None
    ) -> bool:
        """Take a pick back that was made after this time."""
        ...

    async def unsettle(self, team_id: TeamId, lead_id: str, offer: Offer, now: datetime) -> None:
        """After an undone pick: on offer again for the team and for whom it was gone."""
        ...

    async def work(self, team_id: TeamId, lead_id: str, step: Step, now: datetime) -> bool:
        """Note that the team worked on its lead, and the step it has reached."""
        ...

    async def delegate(self, team_id: TeamId, lead_id: str, was: UserId, to: UserId, now: datetime) -> bool:
        """Hand responsibility over, if it still lies where it was."""
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
        """Win or lose the team's lead."""
        ...

    async def give_back(
        self, team_id: TeamId, lead_id: str, to: LeadState, *, picked_after: datetime, offered_until: datetime | None
    ) -> bool:
        """Take the lead from the team, whose wish it is, if it was picked after this time."""
        ...

    async def take_away(
        self, team_id: TeamId, lead_id: str, to: LeadState, *, worked_at: datetime, offered_until: datetime | None
    ) -> bool:
        """Take the lead from the team, if nothing has happened since."""
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
        """Keep the answers to a marketplace's questions, of a lead that this team gives or operates."""
        ...

    async def set_offer(self, lead_id: str, team_ids: Sequence[TeamId], offer: Offer, now: datetime) -> None:
        """Change what the lead is to these teams."""
        ...

    async def clear_offers(self, lead_id: str, now: datetime) -> None:
        """Nothing is on offer to anybody, and for nobody is it merely gone."""
        ...

    async def operate(self, team_id: TeamId, lead_id: str) -> bool:
        """Let the operator see the lead, if it has a sight of it already."""
        ...

    async def add_sights(self, sights: Sequence[Sight], now: datetime) -> None:
        """Let further teams see the lead."""
        ...

    async def vacate(self, team_id: TeamId, user_id: UserId) -> list[Sight]:
        """Empty the responsibility of somebody who left; the leads concerned."""
        ...

    async def end_offers(
        self, team_id: TeamId, marketplace_id: str, picked_after: datetime, now: datetime
    ) -> list[str]:
        """A taker leaves the marketplace: what was on offer to it no longer is; ids of the leads concerned."""
        ...

    # ---- the clock ----

    async def expire(self, now: datetime, limit: int) -> list[Lead]:
        """Offers whose time is over become failed; the leads."""
        ...

    async def remind(self, now: datetime, limit: int) -> list[Lead]:
        """Accepted leads with which nothing happened for the marketplace's reminder days, each once; the leads."""
        ...

    async def stalled(self, now: datetime, limit: int) -> list[Lead]:
        """Accepted leads with which nothing happened for the marketplace's stall days and that were reminded of."""
        ...
