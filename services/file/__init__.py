"""Files that users send to the bot and that the bot makes for users."""

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
from services.file.events import (
    FileDiscarded as FileDiscarded,
    FileFetched as FileFetched,
    FileReceived as FileReceived,
)
from services.file.model import (
    Format as Format,
    KeptFile as KeptFile,
    OfferedFile as OfferedFile,
    OpenedFile as OpenedFile,
    Problem as Problem,
    Purpose as Purpose,
    ReceivedFile as ReceivedFile,
    ReceivedFiles as ReceivedFiles,
    StoredFile as StoredFile,
)
from services.file.receive import receive as receive, receive_all as receive_all
from services.file.refusals import (
    FileEmpty as FileEmpty,
    FileGone as FileGone,
    FileInPublic as FileInPublic,
    FileNotFetched as FileNotFetched,
    FileRefusal as FileRefusal,
    FileTooBig as FileTooBig,
    NotCsv as NotCsv,
    TooManyFiles as TooManyFiles,
)
