"""App Home: the user's leads, decisions waiting and the team; without a team, how to get one."""

from services.home.model import VIEW as VIEW, Home as Home, Visit as Visit, WaysIn as WaysIn, key_of as key_of
from services.home.show import show as show
