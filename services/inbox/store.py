"""The inbox: an interaction has its effect once, and a repetition gets the same answer."""

from typing import Protocol

from services.inbox.model import InteractionKey


class Inbox(Protocol):
    """Stored interactions and their answers."""

    async def add(self, arrival: InteractionKey) -> bool:
        """Add the interaction; False if it exists already (after waiting for the transaction that handles it)."""
        ...

    async def get_response(self, arrival: InteractionKey) -> str | None:
        """Return the answer of the interaction, None if it was not handled."""
        ...

    async def update_response(self, arrival: InteractionKey, answer: str) -> None:
        """Store the answer for a repetition."""
        ...

    async def purge(self, before_days: int, limit: int) -> int:
        """Delete at most `limit` interactions older than the days; return how many."""
        ...
