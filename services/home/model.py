"""Home views: for a member, for a user without a team, for a visitor in another team's place."""

from dataclasses import dataclass
from typing import Final

from services.invitation.model import InvitationView
from services.lead.model import LeadView
from services.people import Language, Place
from services.request.model import Request
from services.team.model import TeamView

HOME_VIEW: Final = "home.card"
LEADS_SHOWN: Final = 5
DECISIONS_SHOWN: Final = 5
"""Limit for each kind of decision."""
MARKETPLACES_NAMED: Final = 3
HOMES_MAX: Final = 500
"""Open homes updated when something about the whole team changes."""


def build_home_key(user_id: str) -> str:
    """Return the key under which a user's home is updated."""
    return f"home:{user_id}"


@dataclass(frozen=True, slots=True)
class Home:
    """Home of a member."""

    team: TeamView
    language: Language
    leads: tuple[LeadView, ...]
    """First leads that the user is responsible for."""
    has_more_leads: bool
    invitations: tuple[InvitationView, ...]
    """Invitations and requests that the user may decide."""
    requests: tuple[Request, ...]
    has_more_decisions: bool
    marketplaces: tuple[str, ...]
    may_pick: bool


@dataclass(frozen=True, slots=True)
class NoTeamHome:
    """Home of a user without a team."""

    language: Language
    restorable: tuple[tuple[str, str], ...] = ()
    """Id and name of a deleted team that the user can restore."""


@dataclass(frozen=True, slots=True)
class VisitorHome:
    """No home: in another team's place a user cannot work for their own team."""

    place_name: Place
