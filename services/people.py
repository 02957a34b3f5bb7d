"""Ids of teams and users, languages, and the places in which users write."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NewType

TeamId = NewType("TeamId", str)
UserId = NewType("UserId", str)

NO_TEAM = TeamId("")
"""Team id of users without a team: no row has it, so that queries with it find nothing."""


EXTERNAL_USERS_KEY: Final = "outsiders"
"""Key in a conversation's reference by which a platform marks external users as readers."""


class Language(StrEnum):
    """Languages of the bot."""

    GERMAN = "de"
    ENGLISH = "en"


class PlaceKind(StrEnum):
    """Kind of a conversation."""

    PERSONAL = "personal"  # one user and the bot
    CHANNEL = "channel"  # many readers
    GROUP = "group"  # chat of several users; masked like a channel


@dataclass(frozen=True, slots=True)
class Place:
    """Conversation in which something happens, with the team that connected it."""

    platform: str
    tenant: str
    conversation_id: str
    kind: PlaceKind
    name: str = ""
    team_id: TeamId = NO_TEAM
    thread: str = ""
    """Message under which it happens, in the platform's form; set only where the response belongs into the thread."""
    has_external_users: bool = False
    """Whether external users are readers: they see nothing of the team there."""

    @property
    def is_public(self) -> bool:
        """Return whether others read along, so that contacts must be masked (A42)."""
        return self.kind is not PlaceKind.PERSONAL
