"""Files that people send to the bot and that the bot makes for people."""

from services.file.keeping import discard, fetch, forget, load, make, offer, read, receive, show
from services.file.model import (
    FileDiscarded,
    FileEmpty,
    FileFetched,
    FileGone,
    FileReceived,
    FileTooBig,
    OfferedFile,
    OpenedFile,
    Purpose,
    ReceivedFile,
    StoredFile,
    TooManyFiles,
)

__all__ = [
    "FileDiscarded",
    "FileEmpty",
    "FileFetched",
    "FileGone",
    "FileReceived",
    "FileTooBig",
    "OfferedFile",
    "OpenedFile",
    "Purpose",
    "ReceivedFile",
    "StoredFile",
    "TooManyFiles",
    "discard",
    "fetch",
    "forget",
    "load",
    "make",
    "offer",
    "read",
    "receive",
    "show",
]
