import asyncio
import hashlib
from dataclasses import replace

import pytest
from sqlalchemy import select

from services import file
from services.actor import Actor
from services.errors import NotMember, NotPermitted
from services.file import scheduled
from services.file.model import (
    GENERATED_FILES_MAX,
    RECEIVED_FILES_MAX,
    RECEIVED_FILES_MAX_BYTES,
    AcceptedFile,
    FileOrigin,
    FileWithContent,
    ReceivedFile,
)
from services.keyring import Keyring, UnsealFailed
from services.permissions import Role
from services.spreadsheet import FILE_MAX_BYTES
from storage.engine import Database
from storage.tables import files
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services.seeded_team import SeededTeam, seed_team

LEADS = b"Name;E-Mail\r\nEva;eva@posteo.de\r\n"


async def upload(units: SqlUnits, actor: Actor, content: bytes = LEADS, name: str = "leads.csv") -> AcceptedFile:
    """Upload a file as the actor."""
    async with units.write() as uow:
        return await file.receive(uow, actor, ReceivedFile(name, "text/csv", content))


async def create_made_file(units: SqlUnits, actor: Actor, content: bytes = LEADS) -> str:
    """Create a file for the actor and return its id."""
    async with units.write() as uow:
        return (await file.create_for_actor(uow, actor, "export.csv", content)).file_id


async def read_received(units: SqlUnits, actor: Actor, file_id: str) -> FileWithContent:
    """Return the content of a received file."""
    async with units.read() as uow:
        return await file.read_content(uow, actor, file_id)


async def purge(units: SqlUnits) -> int:
    """Run the scheduled job and return how many files it deleted."""
    async with units.write() as uow:
        return await scheduled.purge(uow, 100)


@pytest.fixture
async def seeded(units: SqlUnits) -> SeededTeam:
    """A team that has files."""
    return await seed_team(units, "Solarhaus")


async def test_the_sender_reads_a_received_file(units: SqlUnits, seeded: SeededTeam) -> None:
    """The sender of a file reads it unchanged, with its name and its digest."""
    received = await upload(units, seeded.member)
    opened = await read_received(units, seeded.member, received.file_id)
    assert (opened.content, opened.stored.name) == (LEADS, "leads.csv")
    assert opened.stored.sha256 == hashlib.sha256(LEADS).hexdigest()


async def test_files_are_private_to_their_sender(units: SqlUnits, seeded: SeededTeam) -> None:
    """Other members, other teams and unknown ids find no file."""
    received = await upload(units, seeded.member)
    other = await seed_team(units, "Nordlicht")
    for actor, file_id in (
        (seeded.owner, received.file_id),
        (other.owner, received.file_id),
        (seeded.member, "nothing"),
    ):
        with pytest.raises(file.FileExpired):
            await read_received(units, actor, file_id)
    moved = replace(seeded.member, team_id=other.team_id)
    with pytest.raises(file.FileExpired):
        await read_received(units, moved, received.file_id)


async def test_viewers_and_guests_send_no_files(units: SqlUnits, seeded: SeededTeam) -> None:
    """A file of a viewer or of a non-member is refused, and a non-member fetches none."""
    with pytest.raises(NotPermitted):
        await upload(units, seeded.viewer)
    with pytest.raises(NotMember):
        await upload(units, replace(seeded.member, role=Role.GUEST))
    file_id = await create_made_file(units, seeded.member)
    with pytest.raises(NotMember):
        await read_received(units, replace(seeded.member, role=Role.GUEST), file_id)


async def test_a_repeated_file_is_kept_once(units: SqlUnits, seeded: SeededTeam, clock: Clock) -> None:
    """A file sent twice is stored once, and its expiry is extended."""
    first = await upload(units, seeded.member)
    clock.advance(hours=23)
    again = await upload(units, seeded.member, name="renamed.csv")
    assert again.file_id == first.file_id
    clock.advance(hours=2)
    assert (await read_received(units, seeded.member, first.file_id)).content == LEADS


@pytest.mark.postgres
async def test_files_of_a_user_are_limited(units: SqlUnits, seeded: SeededTeam) -> None:
    """A user's files are limited in size and number, also when they are sent concurrently."""
    for content, refusal in ((b"", file.FileEmpty), (b"x" * (FILE_MAX_BYTES + 1), file.FileTooBig)):
        with pytest.raises(refusal):
            await upload(units, seeded.member, content)
    sent = [upload(units, seeded.member, b"%d" % number) for number in range(RECEIVED_FILES_MAX + 4)]
    ends = await asyncio.gather(*sent, return_exceptions=True)
    assert sum(isinstance(end, file.TooManyFiles) for end in ends) == 4
    assert isinstance(await upload(units, seeded.admin), AcceptedFile)


async def test_the_total_size_of_files_is_limited(units: SqlUnits, seeded: SeededTeam) -> None:
    """The total size of a user's received files is limited; discarding one makes room."""
    received = [await upload(units, seeded.member, bytes([number]) * FILE_MAX_BYTES) for number in range(5)]
    assert sum(item.size_bytes for item in received) == RECEIVED_FILES_MAX_BYTES
    with pytest.raises(file.TooManyFiles):
        await upload(units, seeded.member)
    async with units.write() as uow:
        await file.discard(uow, seeded.member, received[0].file_id)
    await upload(units, seeded.member)


async def test_new_made_files_replace_the_oldest(units: SqlUnits, seeded: SeededTeam) -> None:
    """A user keeps a limited number of files that the bot made; a new one replaces the oldest."""
    made_file = [
        await create_made_file(units, seeded.member, b"%d" % number) for number in range(GENERATED_FILES_MAX + 1)
    ]
    with pytest.raises(file.FileExpired):
        await read_received(units, seeded.member, made_file[0])
    assert (await read_received(units, seeded.member, made_file[1])).content == b"1"


@pytest.mark.parametrize(("purpose", "hours"), [(FileOrigin.RECEIVED, 24), (FileOrigin.GENERATED, 7 * 24)])
@pytest.mark.postgres
async def test_expired_files_are_purged(
    units: SqlUnits, seeded: SeededTeam, clock: Clock, database: Database, purpose: FileOrigin, hours: int
) -> None:
    """An expired file cannot be read, and the scheduled job deletes it."""
    is_made = purpose is FileOrigin.GENERATED
    file_id = await create_made_file(units, seeded.member) if is_made else (await upload(units, seeded.member)).file_id
    clock.advance(hours=hours, seconds=-1)
    assert await purge(units) == 0
    assert (await read_received(units, seeded.member, file_id)).content == LEADS
    clock.advance(seconds=1)
    with pytest.raises(file.FileExpired):
        await read_received(units, seeded.member, file_id)
    assert await purge(units) == 1
    async with database.reader.connect() as connection:
        assert (await connection.execute(select(files))).all() == []


async def test_received_files_are_not_handed_out(units: SqlUnits, seeded: SeededTeam) -> None:
    """Only files that the bot made are handed out, and the audit log records it."""
    received, made_file = await upload(units, seeded.member), await create_made_file(units, seeded.member)
    async with units.write() as uow:
        with pytest.raises(file.FileExpired):
            await file.fetch(uow, seeded.member, received.file_id)
        assert (await file.fetch(uow, seeded.member, made_file)).content == LEADS
    async with units.read() as uow:
        assert (await uow.audit.list_entries(seeded.team_id))[0].action == "file.fetched"


async def test_file_contents_are_encrypted(units: SqlUnits, seeded: SeededTeam, database: Database) -> None:
    """Stored content is unreadable without the keys, and cannot be moved to another row."""
    received = await upload(units, seeded.member)
    async with database.reader.connect() as connection:
        sealed = (await connection.execute(select(files.c.content))).scalar_one()
    assert b"eva@posteo.de" not in sealed
    ring = Keyring((b"another key",))
    for keyring, item in ((ring, (seeded.team_id, received.file_id)), (Keyring((b"a", b"b")), ("T", "F"))):
        with pytest.raises(UnsealFailed):
            keyring.unseal("file", sealed, *item)


def test_old_keys_open_sealed_contents() -> None:
    """After a key rotation old keys still open a content; another purpose, another row or a changed byte does not."""
    old, new = Keyring((b"old",)), Keyring((b"new", b"old"))
    sealed = old.seal("file", b"content", "T", "F")
    assert new.unseal("file", sealed, "T", "F") == b"content"
    for purpose, given, item in (
        ("other", sealed, ("T", "F")),
        ("file", sealed, ("U", "F")),
        ("file", sealed[:-1] + b"x", ("T", "F")),
        ("file", b"", ("T", "F")),
    ):
        with pytest.raises(UnsealFailed):
            new.unseal(purpose, given, *item)


@pytest.mark.parametrize(
    ("name", "fit"),
    [
        ("leads.csv", "leads.csv"),
        ("../../etc/passwd", "etc passwd"),
        ("C:\\temp\\leads.csv", "C temp leads.csv"),
        ("a\u202evsc.exe", "a vsc.exe"),
        ("\x00\n", "file.csv"),
        ("n" * 300 + ".csv", "n" * 116 + ".csv"),
        ("n" * 300, "n" * 120),
    ],
)
async def test_file_names_are_sanitised(units: SqlUnits, seeded: SeededTeam, name: str, fit: str) -> None:
    """A file name contains no folder, no control character and no bidirectional override."""
    assert (await upload(units, seeded.member, name=name)).name == fit
