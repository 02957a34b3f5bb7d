"""The public face of the noun."""

from services.installation.asking import ask, forget, take
from services.installation.keeping import find, keep, leave, withdraw
from services.installation.model import ASKED_FOR, PLATFORM, Fault, Installation, OpenedInstallation

__all__ = [
    "ASKED_FOR",
    "PLATFORM",
    "Fault",
    "Installation",
    "OpenedInstallation",
    "ask",
    "find",
    "forget",
    "keep",
    "leave",
    "take",
    "withdraw",
]
