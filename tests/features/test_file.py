"""Files that people send to the bot in their own chat, and files that the bot made for them."""

from io import BytesIO

import pytest

from services.permissions import Role
from services.spreadsheet import FILE_MAX_BYTES
from tests.chat import Chat, Person
from tests.features import people, state
from tests.features.combinations import WEB
from tests.features.people import Firm

LEADS = "Name;E-Mail\r\nEva Müller;eva@posteo.example\r\n".encode()


@pytest.fixture
async def firm(chat: Chat) -> Firm:
    """A firm with a colleague in every role."""
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    return await people.found(chat, "Solarhaus GmbH", "Anna Weiß", roles)


async def kept(chat: Chat, firm: Firm) -> int:
    """How many files of the firm are kept."""
    return len((await state.rows_of(chat, firm.team_id))["files"])


async def refused(person: Person, name: str, content: bytes, *, de: str, en: str) -> None:
    """The file is not kept, and the person reads why."""
    seen = await person.sends(name, content)
    assert person.chat.words(de=de, en=en) in seen, seen.words


async def test_a_file_is_asked_about_and_can_be_removed(chat: Chat, firm: Firm) -> None:
    """Whoever sends a CSV file is asked what to do with it; removed, nothing of it is kept."""
    ben = firm.of(Role.MEMBER)
    seen = await ben.sends("Messe Stuttgart.csv", LEADS)
    assert chat.words(de="Messe Stuttgart.csv ist angekommen", en="Messe Stuttgart.csv has arrived") in seen
    assert await kept(chat, firm) == 1
    gone = await ben.presses("file.discard")
    assert chat.words(de="ist entfernt", en="is removed") in gone
    assert await kept(chat, firm) == 0
    again = await ben.forges("file.discard", seen.buttons[-1].args)
    assert chat.words(de="nicht mehr da", en="no longer here") in again


async def test_a_repeated_message_keeps_its_file_once(chat: Chat, firm: Firm) -> None:
    """The same message twice is one file and one answer."""
    ben = firm.of(Role.MEMBER)
    await ben.sends("leads.csv", LEADS, interaction_id="file-1")
    read = await ben.sees()
    await ben.sends("leads.csv", LEADS, interaction_id="file-1")
    assert await kept(chat, firm) == 1
    # In the browser the file is sent with a new name for the message; what the bot says is there once.
    words = chat.words(de="ist angekommen", en="has arrived")
    assert (await ben.sees()).count(words) == read.count(words) == 1


class TestRefusals:
    """Why a file is not kept."""

    async def test_what_is_no_csv_is_not_kept(self, chat: Chat, firm: Firm) -> None:
        """A workbook is answered with the way to a CSV file; a renamed one, a PDF and an empty file are not kept."""
        ben = firm.of(Role.MEMBER)
        excel = {"de": "„CSV UTF-8“", "en": "“CSV UTF-8”"}
        await refused(ben, "Leads.xlsx", b"PK\x03\x04 and so on", **excel)
        await refused(ben, "Leads.csv", b"PK\x03\x04 and so on", **excel)
        await refused(ben, "Vertrag.pdf", b"%PDF-1.7", de="Ich lese nur CSV-Dateien", en="I only read CSV files")
        await refused(ben, "leer.csv", b"", de="„leer.csv“ ist leer", en="“leer.csv” is empty")
        assert await kept(chat, firm) == 0
        assert state.defects(chat) == 0

    async def test_a_file_in_a_channel_is_not_kept(self, chat: Chat, firm: Firm) -> None:
        """Where others read along, the answer asks for the direct chat, and only the sender reads it."""
        ben = firm.of(Role.MEMBER)
        seen = await ben.sends("leads.csv", LEADS, at=firm.channel)
        words = chat.words(de="im Direktchat", en="in our direct chat")
        assert words in seen
        assert words not in await firm.owner.sees(firm.channel)
        assert await kept(chat, firm) == 0

    async def test_a_viewers_file_is_not_kept(self, chat: Chat, firm: Firm) -> None:
        """A viewer reads who can do it; there is no button that asks for what only the viewer has."""
        seen = await firm.of(Role.VIEWER).sends("leads.csv", LEADS)
        assert chat.words(de="Betrachter können keine Dateien einreichen", en="Viewers can't bring in files") in seen
        assert "Anna Weiß" in seen
        assert not seen.commands
        assert await kept(chat, firm) == 0

    async def test_a_strangers_file_is_not_kept(self, chat: Chat, firm: Firm) -> None:
        """Somebody in no team is told so."""
        seen = await (await people.newcomer(chat, "Sara Fremd")).sends("leads.csv", LEADS)
        assert {"invitation.join", "team.create"} <= seen.commands
        assert await kept(chat, firm) == 0


async def test_a_made_file_is_got_by_whoever_asked_for_it(chat: Chat, firm: Firm) -> None:
    """What the bot made arrives as it was made, also a second time, and the log keeps that it was taken."""
    anna = firm.owner
    await people.bring(firm)
    await anna.says(de="leads exportieren", en="export leads")
    name = chat.words(de="Leads L-1 bis L-1.csv", en="Leads L-1 to L-1.csv")
    first = await anna.gets(name)
    assert first.startswith(b"\xef\xbb\xbf")
    assert b"Elke Schneider" in first
    assert await people.actions(chat, firm.team_id, "file.fetched") == 1
    assert state.defects(chat) == 0


class TestOnTheWeb:
    """What the browser chat alone does."""

    COMBINATIONS = WEB[:1]

    async def test_the_door_is_as_narrow_for_files(self, chat: Chat, firm: Firm) -> None:
        """Size, kind of body, name, origin and person are checked before anything is kept."""
        ben = firm.of(Role.MEMBER)
        path = f"/chat/rooms/{ben.direct.room_id}/files"
        good = {"as": ben.account.account_id, "id": "f-1", "name": "a.csv"}
        octets = {"Content-Type": "application/octet-stream"}
        tries = [
            (good, octets, b"x" * (FILE_MAX_BYTES + 1), 413),
            (good, {"Content-Type": "text/csv"}, LEADS, 415),
            (good, {**octets, "Origin": "https://evil.example"}, LEADS, 403),
            ({**good, "name": ""}, octets, LEADS, 400),
            ({**good, "name": "n" * 300}, octets, LEADS, 400),
            ({**good, "id": "../"}, octets, LEADS, 400),
            ({**good, "as": "nobody"}, octets, LEADS, 404),
            ({**good, "as": firm.owner.account.account_id}, octets, LEADS, 404),
        ]
        for query, headers, content, status in tries:
            async with chat.client.post(path, params=query, data=BytesIO(content), headers=headers) as response:
                assert response.status == status, (query, headers)
        assert await kept(chat, firm) == 0

    async def test_a_file_is_handed_to_nobody_else(self, chat: Chat, firm: Firm) -> None:
        """Colleagues who know the address get nothing, and what comes is never shown as a page."""
        anna, ben = firm.owner, firm.of(Role.MEMBER)
        await people.bring(firm)
        seen = await anna.says(de="leads exportieren", en="export leads")
        [(_, address)] = seen.files
        for person, status in ((ben, 404), (anna, 200)):
            async with chat.client.get(address, params={"as": person.account.account_id}) as response:
                assert response.status == status
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.content_type == "text/csv"
        chat.clock.advance(days=7)
        async with chat.client.get(address, params={"as": anna.account.account_id}) as response:
            assert response.status == 404
