"""Files that people send to the bot in the direct chat, and files that the bot makes for them."""

from io import BytesIO

import pytest

from services.permissions import Role
from services.spreadsheet import FILE_MAX_BYTES
from tests.chat import Chat, Person
from tests.features import chat_team, team_state
from tests.features.chat_team import ChatTeam
from tests.features.combinations import WEB

LEADS = "Name;E-Mail\r\nEva Müller;eva@posteo.example\r\n".encode()


@pytest.fixture
async def team(chat: Chat) -> ChatTeam:
    """A team with a member in every role."""
    roles = {"Mara Lind": Role.ADMIN, "Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    return await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles)


async def count_stored_files(chat: Chat, team: ChatTeam) -> int:
    """Count the team's stored files."""
    return len((await team_state.rows_of(chat, team.team_id))["files"])


async def refused(person: Person, name: str, content: bytes, *, de: str, en: str) -> None:
    """Check that the file is not stored and that the person reads the reason."""
    seen = await person.sends(name, content)
    assert person.chat.words(de=de, en=en) in seen, seen.words


async def test_a_file_is_asked_about_and_can_be_removed(chat: Chat, team: ChatTeam) -> None:
    """A CSV file gets a card with its uses; the removed file is deleted."""
    ben = team.of(Role.MEMBER)
    seen = await ben.sends("Messe Stuttgart.csv", LEADS)
    assert chat.words(de="Messe Stuttgart.csv ist angekommen", en="Messe Stuttgart.csv has arrived") in seen
    assert await count_stored_files(chat, team) == 1
    gone = await ben.presses("file.discard")
    assert chat.words(de="ist entfernt", en="is removed") in gone
    assert await count_stored_files(chat, team) == 0
    again = await ben.forges("file.discard", seen.buttons[-1].args)
    assert chat.words(de="nicht mehr da", en="no longer here") in again


async def test_a_repeated_message_stores_its_file_once(chat: Chat, team: ChatTeam) -> None:
    """A repeated message stores one file and gets one response."""
    ben = team.of(Role.MEMBER)
    await ben.sends("leads.csv", LEADS, interaction_id="file-1")
    read = await ben.sees()
    await ben.sends("leads.csv", LEADS, interaction_id="file-1")
    assert await count_stored_files(chat, team) == 1
    # The browser shows the sent file a second time under a new message id; the response is there once.
    words = chat.words(de="ist angekommen", en="has arrived")
    assert (await ben.sees()).count(words) == read.count(words) == 1


class TestRefusals:
    """Files that are not stored."""

    async def test_other_formats_are_not_stored(self, chat: Chat, team: ChatTeam) -> None:
        """A workbook gets a hint to CSV; a renamed workbook, a PDF and an empty file are not stored."""
        ben = team.of(Role.MEMBER)
        excel = {"de": "„CSV UTF-8“", "en": "“CSV UTF-8”"}
        await refused(ben, "Leads.xlsx", b"PK\x03\x04 and so on", **excel)
        await refused(ben, "Leads.csv", b"PK\x03\x04 and so on", **excel)
        await refused(ben, "Vertrag.pdf", b"%PDF-1.7", de="Ich lese nur CSV-Dateien", en="I only read CSV files")
        await refused(ben, "leer.csv", b"", de="„leer.csv“ ist leer", en="“leer.csv” is empty")
        assert await count_stored_files(chat, team) == 0
        assert team_state.defects(chat) == 0

    async def test_a_file_in_a_channel_is_not_stored(self, chat: Chat, team: ChatTeam) -> None:
        """A file in a channel is not stored; only its sender reads the hint to the direct chat."""
        ben = team.of(Role.MEMBER)
        seen = await ben.sends("leads.csv", LEADS, room=team.channel)
        words = chat.words(de="im Direktchat", en="in our direct chat")
        assert words in seen
        assert words not in await team.owner.sees(team.channel)
        assert await count_stored_files(chat, team) == 0

    async def test_a_viewers_file_is_not_stored(self, chat: Chat, team: ChatTeam) -> None:
        """A viewer reads who can send it; no button requests it, since only the viewer has the file."""
        seen = await team.of(Role.VIEWER).sends("leads.csv", LEADS)
        assert chat.words(de="Betrachter können keine Dateien einreichen", en="Viewers can't bring in files") in seen
        assert "Anna Weiß" in seen
        assert not seen.commands
        assert await count_stored_files(chat, team) == 0

    async def test_a_file_of_a_user_without_team_is_not_stored(self, chat: Chat, team: ChatTeam) -> None:
        """A user without a team reads that a team is needed."""
        seen = await (await chat_team.user_without_team(chat, "Sara Fremd")).sends("leads.csv", LEADS)
        assert {"invitation.join", "team.create"} <= seen.commands
        assert await count_stored_files(chat, team) == 0


async def test_a_made_file_reaches_its_requester(chat: Chat, team: ChatTeam) -> None:
    """A made file arrives unchanged, also a second time; the log records each download."""
    anna = team.owner
    await chat_team.create_lead(team)
    await anna.says(de="leads exportieren", en="export leads")
    name = chat.words(de="Leads L-1 bis L-1.csv", en="Leads L-1 to L-1.csv")
    first = await anna.gets(name)
    assert first.startswith(b"\xef\xbb\xbf")
    assert b"Elke Schneider" in first
    assert await chat_team.actions(chat, team.team_id, "file.fetched") == 1
    assert team_state.defects(chat) == 0


class TestOnTheWeb:
    """File requests that only the browser chat has."""

    COMBINATIONS = WEB[:1]

    async def test_file_requests_are_verified(self, chat: Chat, team: ChatTeam) -> None:
        """Size, content type, name, origin and person are checked before a file is stored."""
        ben = team.of(Role.MEMBER)
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
            ({**good, "as": team.owner.account.account_id}, octets, LEADS, 404),
        ]
        for query, headers, content, status in tries:
            async with chat.client.post(path, params=query, data=BytesIO(content), headers=headers) as response:
                assert response.status == status, (query, headers)
        assert await count_stored_files(chat, team) == 0

    async def test_a_file_goes_to_its_owner_alone(self, chat: Chat, team: ChatTeam) -> None:
        """Members with the address get nothing, and a file is never shown as a page."""
        anna, ben = team.owner, team.of(Role.MEMBER)
        await chat_team.create_lead(team)
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
