"""Conversation in which the bot is or was; it belongs to the team that connected it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.people import EXTERNAL_USERS_KEY, NO_TEAM, PlaceKind, TeamId


@dataclass(frozen=True, slots=True)
class Conversation:
    """Channel, group chat or direct chat."""

    platform: str
    tenant: str
    conversation_id: str
    kind: PlaceKind
    name: str = ""
    team_id: TeamId = NO_TEAM
    """Team that connected it; none for direct chats and unconnected channels."""
    reference: Mapping[str, Any] = field(default_factory=dict[str, Any])
    installed: bool = True

    @property
    def has_external_users(self) -> bool:
        """Return whether external users are members of the conversation."""
        return bool(self.reference.get(EXTERNAL_USERS_KEY))
