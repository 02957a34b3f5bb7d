"""Events about files that users send or that the bot makes."""

from services.events import Event


class FileReceived(Event, frozen=True, kw_only=True, tag="file.received"):
    """A user sent a file to the bot."""

    file_id: str
    size_bytes: int
    is_silent: bool = True


class FileDiscarded(Event, frozen=True, kw_only=True, tag="file.discarded"):
    """A user deleted a file before it expired."""

    file_id: str
    is_silent: bool = True


class FileFetched(Event, frozen=True, kw_only=True, tag="file.fetched"):
    """A user downloaded a file that the bot had made."""

    file_id: str
    size_bytes: int
    is_silent: bool = True
