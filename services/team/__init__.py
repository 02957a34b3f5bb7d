"""Teams: created, configured, connected to channels, deleted and restored."""

from services.team.connect import (
    connect as connect,
    disconnect as disconnect,
    record_bot_removed as record_bot_removed,
    show_welcome as show_welcome,
)
from services.team.create import create as create, delete as delete, restore as restore
from services.team.events import (
    ChannelConnected as ChannelConnected,
    ChannelDisconnected as ChannelDisconnected,
    TeamCreated as TeamCreated,
    TeamDeleted as TeamDeleted,
    TeamRenamed as TeamRenamed,
    TeamRestored as TeamRestored,
    TeamSettingsChanged as TeamSettingsChanged,
)
from services.team.model import (
    ConnectedChannel as ConnectedChannel,
    CreatedTeam as CreatedTeam,
    DeletedTeam as DeletedTeam,
    RestoredTeam as RestoredTeam,
    Seats as Seats,
    Team as Team,
    TeamView as TeamView,
    WelcomeView as WelcomeView,
)
from services.team.settings import change_settings as change_settings, rename as rename, show as show
