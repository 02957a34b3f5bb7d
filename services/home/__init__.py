"""What somebody sees first: the own leads, what waits for a decision, the team; without a team, the ways into one."""

from services.home.model import VIEW, Home, Visit, WaysIn, key_of
from services.home.showing import show

__all__ = ["VIEW", "Home", "Visit", "WaysIn", "key_of", "show"]
