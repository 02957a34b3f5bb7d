"""Installations of the app in workspaces."""

from services.installation.install import find as find, keep as keep, leave as leave, withdraw as withdraw
from services.installation.model import (
    ASKED_FOR as ASKED_FOR,
    PLATFORM as PLATFORM,
    Fault as Fault,
    Installation as Installation,
    OpenedInstallation as OpenedInstallation,
)
from services.installation.oauth_state import ask as ask, take as take
