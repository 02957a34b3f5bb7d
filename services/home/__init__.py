"""App Home: the user's leads, decisions waiting and the team; without a team, how to get one."""

from services.home.model import (
    HOME_VIEW as HOME_VIEW,
    Home as Home,
    NoTeamHome as NoTeamHome,
    VisitorHome as VisitorHome,
    build_home_key as build_home_key,
)
from services.home.show import show as show
