"""Stored files of one user: created, read, discarded and purged. Their content is encrypted."""

import hashlib
import re
import unicodedata
from datetime import datetime
from typing import Final

from services.actor import Actor
from services.file.events import FileDiscarded, FileFetched
from services.file.model import (
    FILE_NAME_MAX_CHARS,
    FILE_TTL,
    GENERATED_FILES_MAX,
    FileOrigin,
    FileWithContent,
    GeneratedFile,
    StoredFile,
)
from services.file.refusals import FileExpired, FileTooBig
from services.people import TeamId, UserId
from services.permissions import Permission
from services.spreadsheet import CSV, FILE_MAX_BYTES
from services.unit_of_work import UnitOfWork

FILE_SEAL_PURPOSE: Final = "file"
DEFAULT_FILE_NAME: Final = "file.csv"

_UNFIT: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+')
"""Characters that file systems refuse, or that make a name look different from what it is."""


async def create_for_actor(
    uow: UnitOfWork, actor: Actor, name: str, content: bytes, media_type: str = CSV
) -> GeneratedFile:
    """Create a file for the actor, available for a week."""
    team_id = actor.require(Permission.FILE_FETCH)
    return await create_for_member(uow, team_id, actor.user_id, name, content, media_type)


async def read_content(uow: UnitOfWork, actor: Actor, file_id: str) -> FileWithContent:
    """Return the actor's file with its content. Raises FileGone, also for other users' files."""
    team_id = actor.require(Permission.FILE_FETCH)
    opened = await load_file(uow, team_id, file_id)
    if opened is None or opened.stored.user_id != actor.user_id:
        raise FileExpired
    return opened


async def show(uow: UnitOfWork, actor: Actor, file_id: str) -> StoredFile:
    """Return the metadata of the actor's file. Raises FileGone."""
    team_id = actor.require(Permission.FILE_FETCH)
    stored = await uow.files.get(team_id, file_id)
    if stored is None or stored.user_id != actor.user_id or stored.expires_at <= uow.now:
        raise FileExpired
    return stored


async def show_generated(uow: UnitOfWork, actor: Actor, file_id: str) -> StoredFile:
    """Return the metadata of a file made for the actor. Raises FileGone."""
    actor.require(Permission.FILE_FETCH)
    stored = await show(uow, actor, file_id)
    if stored.purpose is not FileOrigin.GENERATED:
        raise FileExpired
    return stored


async def fetch(uow: UnitOfWork, actor: Actor, file_id: str) -> FileWithContent:
    """Return a made file for download and log that."""
    actor.require(Permission.FILE_FETCH)
    await show_generated(uow, actor, file_id)
    opened = await read_content(uow, actor, file_id)
    uow.emit(
        FileFetched(file_id=file_id, size_bytes=opened.stored.size_bytes),
        by=actor,
    )
    return opened


async def discard(uow: UnitOfWork, actor: Actor, file_id: str) -> StoredFile:
    """Delete one of the actor's files before it expires."""
    team_id = actor.require(Permission.FILE_RECEIVE)
    stored = await show(uow, actor, file_id)
    await uow.files.delete(team_id, file_id)
    uow.emit(FileDiscarded(file_id=file_id), by=actor)
    return stored


async def create_for_member(
    uow: UnitOfWork, team_id: TeamId, user_id: UserId, name: str, content: bytes, media_type: str = CSV
) -> GeneratedFile:
    """Create a file for a member, also from a background job. Raises FileTooBig."""
    if len(content) > FILE_MAX_BYTES:
        raise FileTooBig(sanitise_name(name))
    held = await uow.files.list_of_user(team_id, user_id, FileOrigin.GENERATED)
    for oldest in held[: max(0, len(held) - GENERATED_FILES_MAX + 1)]:
        await uow.files.delete(team_id, oldest.file_id)
    stored = await store_file(uow, team_id, user_id, FileOrigin.GENERATED, (name, media_type), content)
    return GeneratedFile(stored.file_id, stored.name, stored.size_bytes)


async def store_file(
    uow: UnitOfWork, team_id: TeamId, user_id: UserId, purpose: FileOrigin, kind: tuple[str, str], content: bytes
) -> StoredFile:
    """Store a file. The caller has checked the limits."""
    file_id = uow.new_id()
    name, media_type = kind
    stored = StoredFile(
        team_id=team_id,
        file_id=file_id,
        user_id=user_id,
        name=sanitise_name(name),
        media_type=media_type[:FILE_NAME_MAX_CHARS],
        purpose=purpose,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_at=uow.now,
        expires_at=_expiry(uow.now, purpose),
    )
    await uow.files.add(stored, uow.keyring.seal(FILE_SEAL_PURPOSE, content, team_id, file_id))
    return stored


async def load_file(uow: UnitOfWork, team_id: TeamId, file_id: str) -> FileWithContent | None:
    """Return a file of the team for a background job in its owner's name; None once expired."""
    stored = await uow.files.get(team_id, file_id)
    if stored is None or stored.expires_at <= uow.now:
        return None
    sealed = await uow.files.get_content(team_id, file_id)
    if sealed is None:
        return None
    return FileWithContent(stored, uow.keyring.unseal(FILE_SEAL_PURPOSE, sealed, team_id, file_id))


def _expiry(now: datetime, purpose: FileOrigin) -> datetime:
    return now + FILE_TTL[purpose]


def sanitise_name(name: str) -> str:
    """Return a name that every file system accepts, shortened before its extension."""
    fit = _UNFIT.sub(" ", unicodedata.normalize("NFC", name)).strip(" .")
    if len(fit) <= FILE_NAME_MAX_CHARS:
        return fit or DEFAULT_FILE_NAME
    stem, dot, end = fit.rpartition(".")
    return (
        f"{stem[: FILE_NAME_MAX_CHARS - len(end) - 1]}{dot}{end}"
        if dot and len(end) < FILE_NAME_MAX_CHARS
        else fit[:FILE_NAME_MAX_CHARS]
    )
