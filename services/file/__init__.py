"""Files that people send to the bot and that the bot makes for people."""

from services.file.access import (
    discard as discard,
    fetch as fetch,
    load as load,
    make as make,
    offer as offer,
    read as read,
    show as show,
    show_made as show_made,
)
from services.file.model import (
    FileDiscarded as FileDiscarded,
    FileEmpty as FileEmpty,
    FileFetched as FileFetched,
    FileGone as FileGone,
    FileInPublic as FileInPublic,
    FileNotFetched as FileNotFetched,
    FileReceived as FileReceived,
    FileRefusal as FileRefusal,
    FileTooBig as FileTooBig,
    Format as Format,
    KeptFile as KeptFile,
    NotCsv as NotCsv,
    OfferedFile as OfferedFile,
    OpenedFile as OpenedFile,
    Problem as Problem,
    Purpose as Purpose,
    ReceivedFile as ReceivedFile,
    ReceivedFiles as ReceivedFiles,
    StoredFile as StoredFile,
    TooManyFiles as TooManyFiles,
)
from services.file.receive import receive as receive, receive_all as receive_all
