"""What the rules and the relay ask of storage about cards on their way and cards that have arrived."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from services.delivery.model import Backlog, Delivery, Due, Posted, State, Sweep, Waiting


class Deliveries(Protocol):
    """The outbox. The relay works for all teams; whoever acts for one names it first."""

    async def get(self, team_id: str, delivery_id: str) -> Delivery | None: ...

    async def resend(self, team_id: str, delivery_id: str, at: datetime) -> bool:
        """Send an unknown one again; False when it is not unknown (any more)."""
        ...

    async def latest_sweep(self, team_id: str, since: datetime, but: str) -> str | None:
        """The sweep of the message that was lost last, if that was since then; `but` is left out."""
        ...

    async def join_sweep(self, team_id: str, delivery_id: str, sweep_id: str) -> None: ...

    async def sweep(self, team_id: str, sweep_id: str, limit: int) -> Sweep | None:
        """Messages that were lost together, the first ones of them; nothing, where there are none."""
        ...

    async def add_post(self, posted: Posted, at: datetime) -> None:
        """Note a card that exists on a platform now; the same message again is there again and shows it."""
        ...

    async def post(self, team_id: str, post_id: str) -> Posted | None:
        """A card that still exists."""
        ...

    async def mark_shown(self, team_id: str, post_id: str, shown: str) -> None: ...

    async def mark_gone(self, team_id: str, post_id: str, at: datetime) -> None: ...

    async def copies(self, key: str) -> list[Posted]:
        """Every card about the thing that exists or is being posted at this moment, in whatever team's place."""
        ...

    async def homes(self, team_id: str, limit: int) -> list[str]:
        """The keys of the homes that the team's colleagues have open."""
        ...

    async def homes_of(self, user_ids: Collection[str]) -> list[str]:
        """The keys of the homes that these people have open."""
        ...

    async def standing(self, team_id: str, where: tuple[str, str, str], limit: int) -> list[Posted]:
        """The newest of the team's cards that stand in a channel: its platform, tenant and conversation."""
        ...

    async def awaits(self, team_id: str, view: str, key: str, platform: str, tenant: str, conversation_id: str) -> bool:
        """Whether a card of this view and key is to be posted there, and will be drawn then."""
        ...

    async def add(self, deliveries: Sequence[Delivery], at: datetime) -> None:
        """Plan deliveries; an update of a card that waits for one already, and a repetition, add nothing."""
        ...

    async def next_events(self, limit: int, at: datetime) -> list[Due]:
        """The first events that are due and nobody else is routing, held until the transaction ends."""
        ...

    async def mark_routed(self, event_ids: Sequence[str], at: datetime, error: str = "") -> None: ...

    async def postpone_event(self, event_id: str, due_at: datetime, error: str) -> None:
        """Try again later, and count the failure."""
        ...

    async def claim(self, limit: int, at: datetime, leased_until: datetime) -> list[Delivery]:
        """Take due deliveries, at most one a place and none where one is being sent, as `sending`."""
        ...

    async def stuck(self, limit: int, at: datetime) -> list[Delivery]:
        """Deliveries in `sending` whose lease has run out: whoever sent them has died."""
        ...

    async def finish(self, delivery: Delivery, state: State, reason: str, at: datetime) -> bool:
        """The end of a delivery in `sending`; False when it ended otherwise or somebody else has it by now."""
        ...

    async def put_back(self, delivery: Delivery, due_at: datetime, reason: str) -> None:
        """Try a delivery in `sending` again later, with its doubts, unless somebody else has it by now.

        An update that another one waits to replace ends instead.
        """
        ...

    async def waiting(self, at: datetime) -> Waiting:
        """What is due; a question only, which locks nothing."""
        ...

    async def backlog(self, at: datetime) -> Backlog: ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Drop routed events and ended deliveries of before, at most `limit` of each; the number dropped."""
        ...
