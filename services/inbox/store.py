"""What came in already: the same interaction has its effect once and gets the same answer again."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Arrival:
    """An interaction under its platform's own id."""

    platform: str
    tenant: str
    interaction_id: str
    user_id: str


class Inbox(Protocol):
    """The interactions that had an effect."""

    async def register(self, arrival: Arrival) -> bool:
        """Note the arrival; False if it is there already (after waiting for whoever is handling it)."""
        ...

    async def answer(self, arrival: Arrival) -> str | None:
        """The answer that the interaction got, None if it was not handled."""
        ...

    async def keep(self, arrival: Arrival, answer: str) -> None:
        """Keep the answer for a repetition."""
        ...

    async def forget(self, before_days: int, limit: int) -> int:
        """Drop arrivals older than the days, at most `limit` of them; the number dropped."""
        ...
