"""Installations of the app in workspaces."""

from services.installation.install import (
    find_installation as find_installation,
    leave_workspace as leave_workspace,
    save_installation as save_installation,
    uninstall as uninstall,
)
from services.installation.model import (
    INSTALLED_PLATFORM as INSTALLED_PLATFORM,
    OAUTH_STATE_TTL as OAUTH_STATE_TTL,
    Installation as Installation,
    InstallationWithToken as InstallationWithToken,
    OAuthStateFault as OAuthStateFault,
)
from services.installation.oauth_state import issue_state as issue_state, use_state as use_state
