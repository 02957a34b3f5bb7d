"""Files that users send to the bot and that the bot makes for users."""

from services.file.access import (
    create_for_actor as create_for_actor,
    create_for_member as create_for_member,
    discard as discard,
    fetch as fetch,
    load_file as load_file,
    read_content as read_content,
    show as show,
    show_generated as show_generated,
)
from services.file.events import (
    FileDiscarded as FileDiscarded,
    FileFetched as FileFetched,
    FileReceived as FileReceived,
)
from services.file.model import (
    AcceptedFile as AcceptedFile,
    FileFormat as FileFormat,
    FileOrigin as FileOrigin,
    FileWithContent as FileWithContent,
    GeneratedFile as GeneratedFile,
    ReceivedFile as ReceivedFile,
    ReceivedFiles as ReceivedFiles,
    ReceiveProblem as ReceiveProblem,
    StoredFile as StoredFile,
)
from services.file.receive import receive as receive, receive_all as receive_all
from services.file.refusals import (
    FileEmpty as FileEmpty,
    FileExpired as FileExpired,
    FileInPublicPlace as FileInPublicPlace,
    FileNotFetched as FileNotFetched,
    FileRefusal as FileRefusal,
    FileTooBig as FileTooBig,
    NotCsv as NotCsv,
    TooManyFiles as TooManyFiles,
)
