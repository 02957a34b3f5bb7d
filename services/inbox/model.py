"""A received interaction."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InteractionKey:
    """Interaction under its platform's own id."""

    platform: str
    tenant: str
    interaction_id: str
    user_id: str
