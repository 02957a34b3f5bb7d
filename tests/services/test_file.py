import asyncio
import hashlib
from dataclasses import replace

import pytest
from sqlalchemy import select

from services import file
from services.actor import Actor
from services.errors import NotColleague, NotPermitted
from services.file import scheduled
from services.file.model import (
    MADE_MAX,
    RECEIVED_MAX,
    RECEIVED_MAX_BYTES,
    KeptFile,
    OpenedFile,
    Purpose,
    ReceivedFile,
)
from services.keyring import Keyring, Unsealable
from services.permissions import Role
from services.spreadsheet import FILE_MAX_BYTES
from storage.engine import Database
from storage.tables import files
from storage.unit_of_work import SqlUnits
from tests.builders import Clock
from tests.services.firms import Firm, found

LEADS = b"Name;E-Mail\r\nEva;eva@posteo.de\r\n"


async def keep(units: SqlUnits, actor: Actor, content: bytes = LEADS, name: str = "leads.csv") -> KeptFile:
    """A file that somebody sent."""
    async with units.write() as uow:
        return await file.receive(uow, actor, ReceivedFile(name, "text/csv", content))


async def offer(units: SqlUnits, actor: Actor, content: bytes = LEADS) -> str:
    """The id of a file that was made for somebody."""
    async with units.write() as uow:
        return (await file.offer(uow, actor, "export.csv", content)).file_id


async def read(units: SqlUnits, actor: Actor, file_id: str) -> OpenedFile:
    """What is in somebody's file."""
    async with units.read() as uow:
        return await file.read(uow, actor, file_id)


async def tidy(units: SqlUnits) -> int:
    """The clock's work; how many files it removed."""
    async with units.write() as uow:
        return await scheduled.purge(uow, 100)


@pytest.fixture
async def firm(units: SqlUnits) -> Firm:
    """A firm that has files."""
    return await found(units, "Solarhaus")


async def test_a_received_file_is_read_by_whoever_sent_it(units: SqlUnits, firm: Firm) -> None:
    """What somebody sent is there again as it was, with its name and its digest."""
    kept = await keep(units, firm.member)
    opened = await read(units, firm.member, kept.file_id)
    assert (opened.content, opened.stored.name) == (LEADS, "leads.csv")
    assert opened.stored.sha256 == hashlib.sha256(LEADS).hexdigest()


async def test_a_file_is_for_nobody_else(units: SqlUnits, firm: Firm) -> None:
    """Colleagues, other firms and ids that never were find the same: nothing."""
    kept = await keep(units, firm.member)
    other = await found(units, "Nordlicht")
    for actor, file_id in ((firm.owner, kept.file_id), (other.owner, kept.file_id), (firm.member, "nothing")):
        with pytest.raises(file.FileGone):
            await read(units, actor, file_id)
    moved = replace(firm.member, team_id=other.team_id)
    with pytest.raises(file.FileGone):
        await read(units, moved, kept.file_id)


async def test_whoever_may_not_bring_leads_brings_no_files(units: SqlUnits, firm: Firm) -> None:
    """A viewer's file is not kept, and neither is a stranger's; nobody outside the team fetches one."""
    with pytest.raises(NotPermitted):
        await keep(units, firm.viewer)
    with pytest.raises(NotColleague):
        await keep(units, replace(firm.member, role=Role.GUEST))
    file_id = await offer(units, firm.member)
    with pytest.raises(NotColleague):
        await read(units, replace(firm.member, role=Role.GUEST), file_id)


async def test_the_same_file_again_is_the_same_file(units: SqlUnits, firm: Firm, clock: Clock) -> None:
    """Sending a file twice keeps it once, and longer."""
    first = await keep(units, firm.member)
    clock.advance(hours=23)
    again = await keep(units, firm.member, name="renamed.csv")
    assert again.file_id == first.file_id
    clock.advance(hours=2)
    assert (await read(units, firm.member, first.file_id)).content == LEADS


@pytest.mark.postgres
async def test_nobody_fills_the_store(units: SqlUnits, firm: Firm) -> None:
    """A person's files are limited in size and number, also when they come at the same time."""
    for content, refusal in ((b"", file.FileEmpty), (b"x" * (FILE_MAX_BYTES + 1), file.FileTooBig)):
        with pytest.raises(refusal):
            await keep(units, firm.member, content)
    sent = [keep(units, firm.member, b"%d" % number) for number in range(RECEIVED_MAX + 4)]
    ends = await asyncio.gather(*sent, return_exceptions=True)
    assert sum(isinstance(end, file.TooManyFiles) for end in ends) == 4
    assert isinstance(await keep(units, firm.admin), KeptFile)


async def test_nobody_fills_the_store_with_few_large_files(units: SqlUnits, firm: Firm) -> None:
    """The sum of what a person has sent is limited, too; discarding one makes room."""
    kept = [await keep(units, firm.member, bytes([number]) * FILE_MAX_BYTES) for number in range(5)]
    assert sum(one.size_bytes for one in kept) == RECEIVED_MAX_BYTES
    with pytest.raises(file.TooManyFiles):
        await keep(units, firm.member)
    async with units.write() as uow:
        await file.discard(uow, firm.member, kept[0].file_id)
    await keep(units, firm.member)


async def test_made_files_give_way_to_newer_ones(units: SqlUnits, firm: Firm) -> None:
    """A person keeps the newest files that were made; the oldest goes when another one comes."""
    made = [await offer(units, firm.member, b"%d" % number) for number in range(MADE_MAX + 1)]
    with pytest.raises(file.FileGone):
        await read(units, firm.member, made[0])
    assert (await read(units, firm.member, made[1])).content == b"1"


@pytest.mark.parametrize(("purpose", "hours"), [(Purpose.RECEIVED, 24), (Purpose.MADE, 7 * 24)])
@pytest.mark.postgres
async def test_a_file_is_gone_when_its_time_is_over(
    units: SqlUnits, firm: Firm, clock: Clock, database: Database, purpose: Purpose, hours: int
) -> None:
    """Nobody reads a file beyond its time, and then nothing of it is left in the database."""
    is_made = purpose is Purpose.MADE
    file_id = await offer(units, firm.member) if is_made else (await keep(units, firm.member)).file_id
    clock.advance(hours=hours, seconds=-1)
    assert await tidy(units) == 0
    assert (await read(units, firm.member, file_id)).content == LEADS
    clock.advance(seconds=1)
    with pytest.raises(file.FileGone):
        await read(units, firm.member, file_id)
    assert await tidy(units) == 1
    async with database.reader.connect() as connection:
        assert (await connection.execute(select(files))).all() == []


async def test_what_was_sent_cannot_be_fetched_back(units: SqlUnits, firm: Firm) -> None:
    """Only files that the bot made are handed out, and the log keeps that it happened."""
    kept, made = await keep(units, firm.member), await offer(units, firm.member)
    async with units.write() as uow:
        with pytest.raises(file.FileGone):
            await file.fetch(uow, firm.member, kept.file_id)
        assert (await file.fetch(uow, firm.member, made)).content == LEADS
    async with units.read() as uow:
        assert (await uow.audit.page(firm.team_id))[0].action == "file.fetched"


async def test_a_stolen_database_shows_no_file(units: SqlUnits, firm: Firm, database: Database) -> None:
    """What lies in the database is unreadable without the keys, and in another row also with them."""
    kept = await keep(units, firm.member)
    async with database.reader.connect() as connection:
        sealed = (await connection.execute(select(files.c.content))).scalar_one()
    assert b"eva@posteo.de" not in sealed
    ring = Keyring((b"another key",))
    for keys, place in ((ring, (firm.team_id, kept.file_id)), (Keyring((b"a", b"b")), ("T", "F"))):
        with pytest.raises(Unsealable):
            keys.unseal("file", sealed, *place)


def test_a_sealed_content_opens_with_older_keys_and_nowhere_else() -> None:
    """After a change of keys the old ones still open; another purpose, another place or a changed byte does not."""
    old, new = Keyring((b"old",)), Keyring((b"new", b"old"))
    sealed = old.seal("file", b"content", "T", "F")
    assert new.unseal("file", sealed, "T", "F") == b"content"
    for purpose, given, place in (
        ("other", sealed, ("T", "F")),
        ("file", sealed, ("U", "F")),
        ("file", sealed[:-1] + b"x", ("T", "F")),
        ("file", b"", ("T", "F")),
    ):
        with pytest.raises(Unsealable):
            new.unseal(purpose, given, *place)


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
async def test_a_name_reads_as_it_is_and_leads_nowhere(units: SqlUnits, firm: Firm, name: str, fit: str) -> None:
    """A file's name holds no folder, no control character and nothing that turns the direction of reading."""
    assert (await keep(units, firm.member, name=name)).name == fit
