"""Receiving files: only plain-text tables, within limits, and only in a direct chat."""

import hashlib
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from services.actor import Actor
from services.errors import Invalid
from services.file.access import add, fit_name
from services.file.events import FileReceived
from services.file.model import (
    KEPT,
    MESSAGE_MAX,
    RECEIVED_MAX,
    RECEIVED_MAX_BYTES,
    Format,
    KeptFile,
    Problem,
    Purpose,
    ReceivedFile,
    ReceivedFiles,
)
from services.file.refusals import (
    FileEmpty,
    FileInPublic,
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
        raise FileInPublic
    if not received:
        raise Invalid("file", "missing")
    if len(received) > MESSAGE_MAX:
        raise Invalid("file", "too_many", MESSAGE_MAX)
    kept: list[KeptFile] = []
    refused: list[tuple[str, FileRefusal]] = []
    for one in received:
        try:
            kept.append(await receive(uow, actor, one))
        except FileRefusal as refusal:
            if len(received) == 1:
                raise
            refused.append((fit_name(one.name), refusal))
    return ReceivedFiles(tuple(kept), tuple(refused))


async def receive(uow: UnitOfWork, actor: Actor, received: ReceivedFile) -> KeptFile:
    """Store a received file for a day. The same content again extends the stored file."""
    team_id = actor.require(Permission.FILE_RECEIVE)
    _require_table(received)
    held = await uow.files.held(team_id, actor.user_id, Purpose.RECEIVED)
    digest = hashlib.sha256(received.content).hexdigest()
    same = next((one for one in held if one.sha256 == digest), None)
    if same is not None:
        expires_at = uow.now + KEPT[Purpose.RECEIVED]
        await uow.files.prolong(team_id, same.file_id, expires_at)
        return KeptFile(same.file_id, same.name, same.size_bytes, expires_at)
    size_bytes = sum(one.size_bytes for one in held) + len(received.content)
    if len(held) >= RECEIVED_MAX or size_bytes > RECEIVED_MAX_BYTES:
        raise TooManyFiles
    kind = received.name, received.media_type
    stored = await add(uow, team_id, actor.user_id, Purpose.RECEIVED, kind, received.content)
    uow.emit(FileReceived(file_id=stored.file_id, size_bytes=stored.size_bytes), by=actor)
    return KeptFile(stored.file_id, stored.name, stored.size_bytes, stored.expires_at)


def _require_table(received: ReceivedFile) -> None:
    """Refuse what is no table, before anything of it is stored."""
    name, content = fit_name(received.name), received.content
    if received.problem is Problem.TOO_BIG or len(content) > FILE_MAX_BYTES:
        raise FileTooBig(name)
    if received.problem is not None:
        raise FileNotFetched(name)
    if (found := _format(received)) is not None:
        raise NotCsv(name, found)
    if not content:
        raise FileEmpty(name)


def _format(received: ReceivedFile) -> Format | None:
    """Return the format by name and leading bytes; None for a plain-text table."""
    ending = PurePath(received.name).suffix.casefold()
    is_text = ending in _ENDINGS or received.media_type.casefold().startswith(_TEXTS)
    if ending in _EXCEL_ENDINGS:
        return Format.EXCEL
    if is_text and received.content.startswith((_ARCHIVE, _OLD_OFFICE)):
        return Format.EXCEL  # renamed instead of exported
    return None if is_text and not received.content.startswith(_MAGIC) else Format.OTHER
