"""A notice: one card for one audience, named by view and key, drawn when it is sent."""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from services.people import NO_TEAM, TeamId

THREAD: Final = "thread"
"""The parameter of a notice that names the message of the channel under which its card stands."""


@dataclass(frozen=True, slots=True)
class Copies:
    """Every card already posted about the notice's key, on every platform, is drawn again (its own view stays)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest cards that stand in one conversation, each drawn again, so many at most."""

    platform: str
    tenant: str
    conversation_id: str
    limit: int


@dataclass(frozen=True, slots=True)
class Channels:
    """Every channel that the notice's team has connected and that has no card of this view and key yet."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One conversation."""

    platform: str
    tenant: str
    conversation_id: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person's direct chat; a mail, where there is no chat identity."""

    user_id: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to an address that the view reads when it is sent.

    Where no mail server is set up, or the mail is refused for good, `otherwise` (a user) gets the view's card instead.
    """

    otherwise: str = ""


Audience: TypeAlias = Copies | Standing | Channels | Channel | Person | Mail


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody should see."""

    to: Audience
    key: str
    """The opaque id of the thing, such as the lead's."""
    view: str = ""
    """Which card; not needed for Copies."""
    team_id: TeamId = NO_TEAM
    """In whose channels and with whose eyes."""
    params: dict[str, str] = field(default_factory=dict[str, str])
    """Further ids that the view needs, never personal data."""
