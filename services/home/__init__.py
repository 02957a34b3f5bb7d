"""What somebody sees first: the own leads, what waits for a decision, the team; without a team, the ways into one."""

from services.home.model import VIEW as VIEW, Home as Home, Visit as Visit, WaysIn as WaysIn, key_of as key_of
from services.home.show import show as show
