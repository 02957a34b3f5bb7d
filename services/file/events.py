"""Events about files that users send or that the bot makes."""

from services.events import Event


class FileReceived(Event, frozen=True, kw_only=True, tag="file.received"):
    """Somebody sent a file to the bot."""

    file_id: str
    size_bytes: int
    silent: bool = True


class FileDiscarded(Event, frozen=True, kw_only=True, tag="file.discarded"):
    """Somebody took a file back before its time was over."""

    file_id: str
    silent: bool = True


class FileFetched(Event, frozen=True, kw_only=True, tag="file.fetched"):
    """Somebody took a file that the bot had made out of the chat."""

    file_id: str
    size_bytes: int
    silent: bool = True
