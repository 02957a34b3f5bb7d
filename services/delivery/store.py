"""Storage interface of deliveries and posts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from services.delivery.model import Backlog, Delivery, DeliveryState, DueWork, PostedCard, UnknownGroup, UnroutedEvent


class Deliveries(Protocol):
    """Outbox. The relay works for all teams; methods for one team take its id first."""

    async def get(self, team_id: str, delivery_id: str) -> Delivery | None: ...

    async def resend(self, team_id: str, delivery_id: str, at: datetime) -> bool:
        """Queue a delivery of unknown outcome again. False: its outcome is not unknown."""
        ...

    async def find_latest_sweep_id(self, team_id: str, since: datetime, but: str) -> str | None:
        """Return the latest group since the time, leaving the delivery `but` out."""
        ...

    async def update_sweep(self, team_id: str, delivery_id: str, sweep_id: str) -> None: ...

    async def get_sweep(self, team_id: str, sweep_id: str, limit: int) -> UnknownGroup | None:
        """Return the first messages of a group; None where there is none."""
        ...

    async def add_post(self, posted: PostedCard, at: datetime) -> None:
        """Store a posted card; the same message again replaces the row."""
        ...

    async def get_post(self, team_id: str, post_id: str) -> PostedCard | None:
        """Return an existing post."""
        ...

    async def update_shown(self, team_id: str, post_id: str, shown: str) -> None: ...

    async def update_gone(self, team_id: str, post_id: str, at: datetime) -> None: ...

    async def list_posts_of(self, key: str) -> list[PostedCard]:
        """Return every card about the key that exists or is being posted, in whatever team's conversation."""
        ...

    async def list_home_keys(self, team_id: str, limit: int) -> list[str]:
        """Return the keys of the team members' open App Homes."""
        ...

    async def list_home_keys_of_users(self, user_ids: Collection[str]) -> list[str]:
        """Return the keys of these users' open App Homes."""
        ...

    async def list_posts_in_channel(self, team_id: str, where: tuple[str, str, str], limit: int) -> list[PostedCard]:
        """Return the team's newest cards in a channel, given as platform, tenant and conversation."""
        ...

    async def has_pending_post(
        self, team_id: str, view: str, key: str, platform: str, tenant: str, conversation_id: str
    ) -> bool:
        """Return whether a pending delivery will post a card of this view and key there."""
        ...

    async def add(self, deliveries: Sequence[Delivery], at: datetime) -> None:
        """Queue deliveries. A duplicate, or an update of a card that has a pending one, adds nothing."""
        ...

    async def list_due_events(self, limit: int, at: datetime) -> list[UnroutedEvent]:
        """Return due events that no other process is routing, locked until the transaction ends."""
        ...

    async def update_routed(self, event_ids: Sequence[str], at: datetime, error: str = "") -> None: ...

    async def postpone_event(self, event_id: str, due_at: datetime, error: str) -> None:
        """Retry the event later and count the failure."""
        ...

    async def claim(self, limit: int, at: datetime, leased_until: datetime) -> list[Delivery]:
        """Lease due deliveries as `sending`, at most one a place and none where one is being sent."""
        ...

    async def list_expired_leases(self, limit: int, at: datetime) -> list[Delivery]:
        """Return deliveries in `sending` whose lease has expired: their sender process died."""
        ...

    async def finish(self, delivery: Delivery, state: DeliveryState, reason: str, at: datetime) -> bool:
        """End a delivery in `sending`. False: it ended already or another process holds the lease."""
        ...

    async def release(self, delivery: Delivery, due_at: datetime, reason: str) -> None:
        """Retry a delivery in `sending` later, with its unknown attempt, unless another process holds the lease.

        An update that a newer pending one replaces ends instead.
        """
        ...

    async def find_due(self, at: datetime) -> DueWork:
        """Return which kinds of work are due. Reads only and takes no lock."""
        ...

    async def count_backlog(self, at: datetime) -> Backlog: ...

    async def purge(self, before: datetime, limit: int) -> int:
        """Purge old routed events and ended deliveries, at most `limit` of each. Returns the number deleted."""
        ...
