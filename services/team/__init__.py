"""Teams: founded, settled, connected to channels, deleted and restored."""

from services.team.connecting import connect, disconnect, leave_place, welcome
from services.team.founding import create, delete, restore
from services.team.model import (
    ChannelConnected,
    ChannelDisconnected,
    ConnectedChannel,
    CreatedTeam,
    DeletedTeam,
    RestoredTeam,
    Seats,
    ShownTeam,
    Team,
    TeamCreated,
    TeamDeleted,
    TeamRenamed,
    TeamRestored,
    TeamSettingsChanged,
    Welcome,
)
from services.team.settling import change_settings, rename, show

__all__ = [
    "ChannelConnected",
    "ChannelDisconnected",
    "ConnectedChannel",
    "CreatedTeam",
    "DeletedTeam",
    "RestoredTeam",
    "Seats",
    "ShownTeam",
    "Team",
    "TeamCreated",
    "TeamDeleted",
    "TeamRenamed",
    "TeamRestored",
    "TeamSettingsChanged",
    "Welcome",
    "change_settings",
    "connect",
    "create",
    "delete",
    "disconnect",
    "leave_place",
    "rename",
    "restore",
    "show",
    "welcome",
]
