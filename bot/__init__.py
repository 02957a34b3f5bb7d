"""The bot layer: platforms, dispatcher, commands and handlers, outbox, jobs, pages, command line."""

from typing import Final

VERSION: Final = "0.1.0"
