"""Ids of teams and users, languages, and the places in which users write."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NewType

TeamId = NewType("TeamId", str)
UserId = NewType("UserId", str)

NO_TEAM = TeamId("")
"""The team of somebody who is nobody's colleague here: no row has it, so nothing is found with it."""


OUTSIDERS: Final = "outsiders"
"""By this a platform says in what it keeps of a place that people of other organisations read along there."""


class Language(StrEnum):
    """The languages the bot speaks."""

    GERMAN = "de"
    ENGLISH = "en"


class PlaceKind(StrEnum):
    """What kind of conversation somebody writes in."""

    PERSONAL = "personal"  # one person and the bot
    CHANNEL = "channel"  # many readers
    GROUP = "group"  # a chat of several people; for masking the same as a channel


@dataclass(frozen=True, slots=True)
class Place:
    """The conversation in which something happens, and the team that connected it."""

    platform: str
    tenant: str
    conversation_id: str
    kind: PlaceKind
    name: str = ""
    team_id: TeamId = NO_TEAM
    thread: str = ""
    """Under which message it happens, as the platform needs it to write there; known only where that matters."""
    has_outsiders: bool = False
    """Whether people of other organisations read along: they see nothing of the team there."""

    @property
    def is_public(self) -> bool:
        """Whether others read along, so that contacts must be masked (A42)."""
        return self.kind is not PlaceKind.PERSONAL
