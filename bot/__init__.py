"""The outside of the house: platforms, commands, the relay, jobs and pages."""

from typing import Final

VERSION: Final = "0.1.0"
