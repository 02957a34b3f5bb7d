"""A home for each kind of person: a colleague, somebody without a team, a visitor in another team's place."""

from dataclasses import dataclass
from typing import Final

from services.invitation.model import ShownInvitation
from services.lead.model import LeadView
from services.people import Language, Place
from services.request.model import Request
from services.team.model import ShownTeam

VIEW: Final = "home.card"
LEADS_SHOWN: Final = 5
WAITING_SHOWN: Final = 5
"""Of each kind of what waits for a decision."""
MARKETPLACES_NAMED: Final = 3
HOMES_MAX: Final = 500
"""So many homes of a team are drawn again when something about the team itself changes."""


def key_of(user_id: str) -> str:
    """What names somebody's home among the cards that are drawn again."""
    return f"home:{user_id}"


@dataclass(frozen=True, slots=True)
class Home:
    """The home of a colleague."""

    team: ShownTeam
    language: Language
    leads: tuple[LeadView, ...]
    """The first of those that this person is in charge of."""
    has_more_leads: bool
    invitations: tuple[ShownInvitation, ...]
    """Those that wait for this person's decision; so do the requests."""
    requests: tuple[Request, ...]
    has_more_waiting: bool
    marketplaces: tuple[str, ...]
    may_pick: bool


@dataclass(frozen=True, slots=True)
class WaysIn:
    """The home of somebody who has no team."""

    language: Language
    restorable: tuple[tuple[str, str], ...] = ()
    """Id and name of the team that this person can bring back."""


@dataclass(frozen=True, slots=True)
class Visit:
    """No home: in the place of another team nobody works for his own."""

    place: Place
