"""Leads and the audit log as files, read again with the csv module alone."""

import csv
import hashlib
import io
import json

import pytest

from cards.audit import CHAIN_COLUMNS
from services import lead, spreadsheet
from services.people import Language
from services.permissions import Role
from services.spreadsheet import LANGUAGE_DELIMITERS, restore_cell
from tests.chat import Chat
from tests.features import chat_team, team_state
from tests.features.chat_team import ChatTeam
from tests.formulas import CORPUS


@pytest.fixture
async def team(chat: Chat) -> ChatTeam:
    """A team with a member in every role."""
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    return await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles)


def read(content: bytes, language: Language) -> list[list[str]]:
    """Parse the cells of a file."""
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=LANGUAGE_DELIMITERS[language]))


def name_of(chat: Chat, first: int, last: int) -> str:
    """Return the name of a file of leads."""
    return chat.words(de=f"Leads L-{first} bis L-{last}.csv", en=f"Leads L-{first} to L-{last}.csv")


@pytest.mark.core
async def test_an_export_holds_what_its_reader_may_read(chat: Chat, team: ChatTeam) -> None:
    """A41: an export holds contacts for readers who may see them, masked ones for a viewer; the log counts the rows."""
    await chat_team.create_lead(team)
    await chat_team.create_lead(team)
    for role in (Role.OWNER, Role.MEMBER, Role.VIEWER):
        person = team.of(role)
        seen = await person.says(de="leads exportieren", en="leads export")
        content = (await person.gets(name_of(chat, 1, 2))).decode()
        assert ("@posteo.example" in content, "elke-" in content) == (True, role is not Role.VIEWER)
        hidden = chat.words(de="Kontakte sind darin verdeckt", en="Contacts are masked in it")
        assert (hidden in seen) == (role is Role.VIEWER)
    async with chat.application.units.read() as uow:
        entries = [
            item for item in await uow.audit.list_entries(team.team_id, limit=50) if item.action == "lead.exported"
        ]
    logged = [(item.details["count"], item.details["has_contacts"]) for item in entries]
    assert logged == [(2, False), (2, True), (2, True)]


async def test_an_export_asked_for_in_a_channel_comes_directly(chat: Chat, team: ChatTeam) -> None:
    """A42: an export requested in a channel is offered in the requester's direct chat alone."""
    await chat_team.create_lead(team)
    await team.owner.says(de="leads exportieren", en="leads export", room=team.channel)
    if chat.driver.platform in {"teams", "slack"}:
        assert b"Elke" in await team.owner.gets(name_of(chat, 1, 1))
    else:
        [offered] = [seen for seen in await team.owner.reads(team.channel) if seen.files]
        assert offered.private
    assert "Leads L-1" not in await team.of(Role.MEMBER).sees(team.channel)


async def test_leads_of_other_teams_stay_out(chat: Chat, team: ChatTeam) -> None:
    """B9: a team without leads exports none, although other teams have some."""
    await chat_team.create_lead(team)
    other = await chat_team.seed_team(chat, "Dachwerk KG", "Petra Vogt", {})
    seen = await other.owner.says(de="leads exportieren", en="leads export")
    assert chat.words(de="Es gibt noch keine Leads", en="There are no leads") in seen


async def test_an_export_is_in_the_readers_language_and_calculates_nothing(chat: Chat, team: ChatTeam) -> None:
    """Texts come back as they were written, and no spreadsheet takes them for a formula."""
    texts = [item.replace("\0", "").strip() for item in CORPUS]
    texts = [item for item in texts if spreadsheet.neutralise_cell(item) != item]
    async with chat.application.units.write() as uow:
        anna = await chat_team.actor(uow, team.owner)
        for number, text in enumerate(texts):
            draft = lead.LeadDraft(
                title=text, name=text, company=text, text=text, source=text, campaign=text, email=f"a{number}@b.example"
            )
            await lead.create(uow, anna, draft)
    await team.owner.says(de="leads exportieren", en="leads export")
    header, *rows = read(await team.owner.gets(name_of(chat, 1, len(texts))), chat.language)
    titled = chat.words(de="Titel Unternehmen Anfrage Quelle Kampagne", en="Title Company Enquiry Source Campaign")
    for name in [*titled.split(), "Name"]:
        cells = [row[header.index(name)] for row in rows]
        assert all(cell.startswith("'") for cell in cells), name
        assert [" ".join(restore_cell(cell).split()) for cell in cells] == [" ".join(text.split()) for text in texts], (
            name
        )


async def test_phone_numbers_and_sums_are_as_the_reader_writes_them(chat: Chat, team: ChatTeam) -> None:
    """A number with +49 is no formula, and a sum has the decimal sign of the reader's language."""
    async with chat.application.units.write() as uow:
        draft = lead.LeadDraft(title="Dach", name="Eva", phone="+49 711 1234567", value="1234,50")
        await lead.create(uow, await chat_team.actor(uow, team.owner), draft)
    await team.owner.says(de="leads exportieren", en="leads export")
    header, row = read(await team.owner.gets(name_of(chat, 1, 1)), chat.language)
    phone = row[header.index(chat.words(de="Telefon", en="Phone"))]
    assert phone.startswith("'+49")
    assert row[header.index(chat.words(de="Wert", en="Value"))] == chat.words(de="1234,50", en="1234.50")


async def test_a_further_file_begins_behind_the_last_one(chat: Chat, team: ChatTeam) -> None:
    """The next file begins after the last one's rows; a start beyond the last lead gives no file."""
    for _ in range(3):
        await chat_team.create_lead(team)
    await team.owner.says(de="leads exportieren", en="leads export")
    await team.owner.forges("lead.export", {"after": 2})
    _, *rows = read(await team.owner.gets(name_of(chat, 3, 3)), chat.language)
    assert [row[0] for row in rows] == ["L-3"]
    seen = await team.owner.forges("lead.export", {"after": 3})
    assert chat.words(de="Es gibt noch keine Leads", en="There are no leads") in seen


def check(rows: list[dict[str, str]]) -> str:
    """Return the last hash of a complete chain, computed from the file alone."""
    previous = ""
    for number, row in enumerate(rows, start=1):
        sealed = hashlib.sha256(f"{row['salt']}\x1f{row['details']}".encode()).hexdigest()
        named = ("team_id", "at", "action", "user_id", "platform", "subject", "commitment", "prev_hash")
        cells = [row[name] for name in named]
        hashed = [cells[0], number, *cells[1:3], cells[3] or None, *cells[4:]]
        assert row["commitment"] == sealed
        assert row["prev_hash"] == previous
        assert (
            row["hash"]
            == hashlib.sha256(json.dumps(hashed, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()
        )
        previous = row["hash"]
    return previous


async def test_the_audit_log_can_be_checked_from_the_file(chat: Chat, team: ChatTeam) -> None:
    """X5: an owner exports the whole log; each hash is computed from the file alone, and a change shows."""
    await chat_team.create_lead(team)
    await team.owner.says(de="protokoll", en="audit")
    async with chat.application.units.read() as uow:
        head = await uow.audit.get_head(team.team_id)
    await team.owner.presses("audit.export")
    name = chat.words(de=f"Protokoll 1 bis {head.seq}.csv", en=f"Audit log 1 to {head.seq}.csv")
    header, *cells = read(await team.owner.gets(name), chat.language)
    rows = [dict(zip(header, map(restore_cell, row), strict=True)) for row in cells]
    assert set(CHAIN_COLUMNS) < set(header)
    assert check(rows) == head.hash
    assert "Anna Weiß" in rows[-1].values()
    with pytest.raises(AssertionError):
        check([*rows[:-1], {**rows[-1], "action": "lead.won"}])
    with pytest.raises(AssertionError):
        check(rows[1:])
    assert await chat_team.actions(chat, team.team_id, "audit.exported") == 1
    assert team_state.defects(chat) == 0


async def test_the_audit_log_goes_to_owner_and_admins_only(chat: Chat, team: ChatTeam) -> None:
    """X5: a member who asks for the log reads which roles may export it."""
    seen = await team.of(Role.MEMBER).says(de="protokoll export", en="audit export")
    assert chat.words(de="lesen nur Inhaber", en="Only owners and admins") in seen
    assert "Protokoll 1" not in await team.of(Role.MEMBER).sees()
