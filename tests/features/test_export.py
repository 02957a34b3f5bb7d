"""Leads and the audit log as files, read again with nothing but the csv module."""

import csv
import hashlib
import io
import json

import pytest

from cards.audit import CHAIN_COLUMNS
from services import lead, spreadsheet
from services.people import Language
from services.permissions import Role
from services.spreadsheet import DELIMITERS, restore
from tests.chat import Chat
from tests.features import people, state
from tests.features.people import Firm
from tests.formulas import CORPUS


@pytest.fixture
async def firm(chat: Chat) -> Firm:
    """A firm with a colleague in every role."""
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    return await people.found(chat, "Solarhaus GmbH", "Anna Weiß", roles)


def read(content: bytes, language: Language) -> list[list[str]]:
    """The cells as a program reads them."""
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[language]))


def name_of(chat: Chat, first: int, last: int) -> str:
    """What a file of leads is called."""
    return chat.words(de=f"Leads L-{first} bis L-{last}.csv", en=f"Leads L-{first} to L-{last}.csv")


@pytest.mark.core
async def test_leads_go_out_with_what_each_reader_may_read(chat: Chat, firm: Firm) -> None:
    """A41: whoever may look contacts up takes them along, a viewer gets them masked; the log keeps how many went."""
    await people.bring(firm)
    await people.bring(firm)
    for role in (Role.OWNER, Role.MEMBER, Role.VIEWER):
        person = firm.of(role)
        seen = await person.says(de="leads exportieren", en="leads export")
        content = (await person.gets(name_of(chat, 1, 2))).decode()
        assert ("@posteo.example" in content, "elke-" in content) == (True, role is not Role.VIEWER)
        hidden = chat.words(de="Kontakte sind darin verdeckt", en="Contacts are masked in it")
        assert (hidden in seen) == (role is Role.VIEWER)
    async with chat.house.units.read() as uow:
        entries = [one for one in await uow.audit.page(firm.team_id, limit=50) if one.action == "lead.exported"]
    logged = [(one.details["count"], one.details["has_contacts"]) for one in entries]
    assert logged == [(2, False), (2, True), (2, True)]


async def test_an_export_that_is_asked_for_in_a_channel_comes_directly(chat: Chat, firm: Firm) -> None:
    """A42: the file of somebody who asks where others read along is offered in his own chat alone."""
    await people.bring(firm)
    await firm.owner.says(de="leads exportieren", en="leads export", at=firm.channel)
    if chat.stage.platform in {"teams", "slack"}:
        assert b"Elke" in await firm.owner.gets(name_of(chat, 1, 1))
    else:
        [offered] = [seen for seen in await firm.owner.reads(firm.channel) if seen.files]
        assert offered.private
    assert "Leads L-1" not in await firm.of(Role.MEMBER).sees(firm.channel)


async def test_the_leads_of_others_stay_out(chat: Chat, firm: Firm) -> None:
    """B9: a firm without leads of its own takes nothing along, whatever others have."""
    await people.bring(firm)
    other = await people.found(chat, "Dachwerk KG", "Petra Vogt", {})
    seen = await other.owner.says(de="leads exportieren", en="leads export")
    assert chat.words(de="Es gibt noch keine Leads", en="There are no leads") in seen


async def test_an_export_is_in_the_readers_language_and_calculates_nothing(chat: Chat, firm: Firm) -> None:
    """What people wrote into any field comes back as they wrote it, and no program takes it for a formula."""
    texts = [one.replace("\0", "").strip() for one in CORPUS]
    texts = [one for one in texts if spreadsheet.neutralise(one) != one]
    async with chat.house.units.write() as uow:
        anna = await people.actor(uow, firm.owner)
        for number, text in enumerate(texts):
            draft = lead.Draft(
                title=text, name=text, company=text, text=text, source=text, campaign=text, email=f"a{number}@b.example"
            )
            await lead.create(uow, anna, draft)
    await firm.owner.says(de="leads exportieren", en="leads export")
    header, *rows = read(await firm.owner.gets(name_of(chat, 1, len(texts))), chat.language)
    titled = chat.words(de="Titel Unternehmen Anfrage Quelle Kampagne", en="Title Company Enquiry Source Campaign")
    for name in [*titled.split(), "Name"]:
        cells = [row[header.index(name)] for row in rows]
        assert all(cell.startswith("'") for cell in cells), name
        assert [" ".join(restore(cell).split()) for cell in cells] == [" ".join(text.split()) for text in texts], name


async def test_phone_numbers_and_sums_are_as_the_reader_writes_them(chat: Chat, firm: Firm) -> None:
    """A number with +49 is no sum, and a sum has the comma or the point of the reader's language."""
    async with chat.house.units.write() as uow:
        draft = lead.Draft(title="Dach", name="Eva", phone="+49 711 1234567", value="1234,50")
        await lead.create(uow, await people.actor(uow, firm.owner), draft)
    await firm.owner.says(de="leads exportieren", en="leads export")
    header, row = read(await firm.owner.gets(name_of(chat, 1, 1)), chat.language)
    phone = row[header.index(chat.words(de="Telefon", en="Phone"))]
    assert phone.startswith("'+49")
    assert row[header.index(chat.words(de="Wert", en="Value"))] == chat.words(de="1234,50", en="1234.50")


async def test_a_further_file_begins_behind_the_last_one(chat: Chat, firm: Firm) -> None:
    """What did not fit into one file stands in the next one, and a number beyond the last lead is no file."""
    for _ in range(3):
        await people.bring(firm)
    await firm.owner.says(de="leads exportieren", en="leads export")
    await firm.owner.forges("lead.export", {"after": 2})
    _, *rows = read(await firm.owner.gets(name_of(chat, 3, 3)), chat.language)
    assert [row[0] for row in rows] == ["L-3"]
    seen = await firm.owner.forges("lead.export", {"after": 3})
    assert chat.words(de="Es gibt noch keine Leads", en="There are no leads") in seen


def check(rows: list[dict[str, str]]) -> str:
    """The last hash of a chain that is whole, computed from nothing but the file."""
    previous = ""
    for number, row in enumerate(rows, start=1):
        sealed = hashlib.sha256(f"{row['salt']}\x1f{row['details']}".encode()).hexdigest()
        named = ("team_id", "at", "action", "user_id", "platform", "subject", "commitment", "prev_hash")
        entry = [row[name] for name in named]
        hashed = [entry[0], number, *entry[1:3], entry[3] or None, *entry[4:]]
        assert row["commitment"] == sealed
        assert row["prev_hash"] == previous
        assert (
            row["hash"]
            == hashlib.sha256(json.dumps(hashed, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
        )
        previous = row["hash"]
    return previous


async def test_the_audit_log_can_be_checked_by_anybody_who_has_the_file(chat: Chat, firm: Firm) -> None:
    """X5: an owner takes the whole log along; from the file alone each hash is computed again, and a change shows."""
    await people.bring(firm)
    await firm.owner.says(de="protokoll", en="audit")
    async with chat.house.units.read() as uow:
        head = await uow.audit.head(firm.team_id)
    await firm.owner.presses("audit.export")
    name = chat.words(de=f"Protokoll 1 bis {head.seq}.csv", en=f"Audit log 1 to {head.seq}.csv")
    header, *cells = read(await firm.owner.gets(name), chat.language)
    rows = [dict(zip(header, map(restore, row), strict=True)) for row in cells]
    assert set(CHAIN_COLUMNS) < set(header)
    assert check(rows) == head.hash
    assert "Anna Weiß" in rows[-1].values()
    with pytest.raises(AssertionError):
        check([*rows[:-1], {**rows[-1], "action": "lead.won"}])
    with pytest.raises(AssertionError):
        check(rows[1:])
    assert await people.actions(chat, firm.team_id, "audit.exported") == 1
    assert state.defects(chat) == 0


async def test_the_audit_log_goes_to_owner_and_admins_only(chat: Chat, firm: Firm) -> None:
    """X5: a member who asks for the log reads who may have it."""
    seen = await firm.of(Role.MEMBER).says(de="protokoll export", en="audit export")
    assert chat.words(de="lesen nur Inhaber", en="Only owners and admins") in seen
    assert "Protokoll 1" not in await firm.of(Role.MEMBER).sees()
