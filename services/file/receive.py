"""Receiving files: only plain-text tables, within limits, and only in a direct chat."""

import hashlib
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from services.actor import Actor
from services.errors import Invalid
from services.file.access import sanitise_name, store_file
from services.file.events import FileReceived
from services.file.model import (
    FILE_TTL,
    MESSAGE_FILES_MAX,
    RECEIVED_FILES_MAX,
    RECEIVED_FILES_MAX_BYTES,
    AcceptedFile,
    FileFormat,
    FileOrigin,
    ReceivedFile,
    ReceivedFiles,
    ReceiveProblem,
)
from services.file.refusals import (
    FileEmpty,
    FileInPublicPlace,
    FileNotFetched,
    FileRefusal,
    FileTooBig,
    NotCsv,
    TooManyFiles,
)
from services.permissions import Permission
from services.spreadsheet import FILE_MAX_BYTES
from services.unit_of_work import UnitOfWork

_ENDINGS: Final = {".csv", ".txt", ".tsv", ".tab"}
_TEXTS: Final = ("text/csv", "text/plain", "text/tab-separated-values")
_EXCEL_ENDINGS: Final = {".xls", ".xlsx", ".xlsm", ".xlsb", ".ods", ".numbers"}
_ARCHIVE: Final = b"PK\x03\x04"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC: Final = (
    _ARCHIVE,
    _OLD_OFFICE,
    b"%PDF",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"Rar!",
    b"GIF8",
)
"""Leading bytes of formats that are not text."""


async def receive_all(uow: UnitOfWork, actor: Actor, received: Sequence[ReceivedFile]) -> ReceivedFiles:
    """Store the files of one message.

    Raises the refusal of a single file; of several files refusals are listed.
    """
    actor.require(Permission.FILE_RECEIVE)
    if actor.place.is_public:
        raise FileInPublicPlace
    if not received:
        raise Invalid("file", "missing")
    if len(received) > MESSAGE_FILES_MAX:
        raise Invalid("file", "too_many", MESSAGE_FILES_MAX)
    kept: list[AcceptedFile] = []
    refused: list[tuple[str, FileRefusal]] = []
    for item in received:
        try:
            kept.append(await receive(uow, actor, item))
        except FileRefusal as refusal:
            if len(received) == 1:
                raise
            refused.append((sanitise_name(item.name), refusal))
    return ReceivedFiles(tuple(kept), tuple(refused))


async def receive(uow: UnitOfWork, actor: Actor, received: ReceivedFile) -> AcceptedFile:
    """Store a received file for a day. The same content again extends the stored file."""
    team_id = actor.require(Permission.FILE_RECEIVE)
    _require_table(received)
    held = await uow.files.list_of_user(team_id, actor.user_id, FileOrigin.RECEIVED)
    digest = hashlib.sha256(received.content).hexdigest()
    same = next((item for item in held if item.sha256 == digest), None)
    if same is not None:
        expires_at = uow.now + FILE_TTL[FileOrigin.RECEIVED]
        await uow.files.update_expiry(team_id, same.file_id, expires_at)
        return AcceptedFile(same.file_id, same.name, same.size_bytes, expires_at)
    size_bytes = sum(item.size_bytes for item in held) + len(received.content)
    if len(held) >= RECEIVED_FILES_MAX or size_bytes > RECEIVED_FILES_MAX_BYTES:
        raise TooManyFiles
    kind = received.name, received.media_type
    stored = await store_file(uow, team_id, actor.user_id, FileOrigin.RECEIVED, kind, received.content)
    uow.emit(FileReceived(file_id=stored.file_id, size_bytes=stored.size_bytes), by=actor)
    return AcceptedFile(stored.file_id, stored.name, stored.size_bytes, stored.expires_at)


def _require_table(received: ReceivedFile) -> None:
    """Refuse what is no table, before anything of it is stored."""
    name, content = sanitise_name(received.name), received.content
    if received.problem is ReceiveProblem.TOO_BIG or len(content) > FILE_MAX_BYTES:
        raise FileTooBig(name)
    if received.problem is not None:
        raise FileNotFetched(name)
    if (found := _format(received)) is not None:
        raise NotCsv(name, found)
    if not content:
        raise FileEmpty(name)


def _format(received: ReceivedFile) -> FileFormat | None:
    """Return the format by name and leading bytes; None for a plain-text table."""
    ending = PurePath(received.name).suffix.casefold()
    is_text = ending in _ENDINGS or received.media_type.casefold().startswith(_TEXTS)
    if ending in _EXCEL_ENDINGS:
        return FileFormat.EXCEL
    if is_text and received.content.startswith((_ARCHIVE, _OLD_OFFICE)):
        return FileFormat.EXCEL  # renamed instead of exported
    return None if is_text and not received.content.startswith(_MAGIC) else FileFormat.OTHER
