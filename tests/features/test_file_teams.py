"""Files in Microsoft Teams: fetched from SharePoint and uploaded there, also when SharePoint fails."""

from dataclasses import replace
from typing import Any

import pytest

from services.permissions import Role
from services.spreadsheet import FILE_MAX_BYTES
from tests.chat import Chat, Person
from tests.drivers.teams import TeamsDriver
from tests.fakes.share_point import Endless, Refusal
from tests.features import chat_team, team_state
from tests.features.chat_team import ChatTeam
from tests.features.combinations import TEAMS

COMBINATIONS = TEAMS

LEADS = b"Name;E-Mail\r\nEva;eva@posteo.example\r\n"
INFO = "application/vnd.microsoft.teams.card.file.info"


@pytest.fixture
async def team(chat: Chat) -> ChatTeam:
    """A team with a member, and one lead."""
    made = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    await chat_team.create_lead(made)
    return made


@pytest.fixture
def driver(chat: Chat) -> TeamsDriver:
    """The Teams driver of the chat."""
    assert isinstance(chat.driver, TeamsDriver)
    return chat.driver


async def stored_files(chat: Chat, team: ChatTeam) -> list[str]:
    """List the team's stored files."""
    return (await team_state.rows_of(chat, team.team_id))["files"]


async def exports(person: Person) -> str:
    """Let the bot make a file; return its name."""
    await person.says(de="leads exportieren", en="leads export")
    return person.chat.words(de="Leads L-1 bis L-1.csv", en="Leads L-1 to L-1.csv")


async def test_sharepoint_never_sees_the_bots_token(chat: Chat, driver: TeamsDriver, team: ChatTeam) -> None:
    """A file is fetched and uploaded with the permission in its address, without a token of the bot."""
    await team.owner.sends("leads.csv", LEADS)
    await team.owner.gets(await exports(team.owner))
    assert [request.method for request in driver.share_point.requests] == ["GET", "PUT"]
    assert all("tempauth=v1.eyJ(only)'for'this-test" in item.query for item in driver.share_point.requests)
    assert not [
        item for item in driver.share_point.requests if "Authorization" in item.headers or "Cookie" in item.headers
    ]
    assert len(await stored_files(chat, team)) == 2


@pytest.mark.parametrize(
    ("planned", "de", "en"),
    [
        (Refusal(404), "ließ sich nicht abholen", "couldn't get"),
        (Refusal(500), "ließ sich nicht abholen", "couldn't get"),
        (Refusal(302, {"Location": "http://localhost.evil.example/x"}), "ließ sich nicht abholen", "couldn't get"),
        (Refusal(302, {"Location": "file:///etc/passwd"}), "ließ sich nicht abholen", "couldn't get"),
        (Refusal(302, {"Location": "http://[::1]:1/x"}), "ließ sich nicht abholen", "couldn't get"),
        (Refusal(302), "ließ sich nicht abholen", "couldn't get"),
        (Endless(), "ist zu groß", "is too large"),
    ],
)
async def test_a_failed_fetch_is_reported(
    chat: Chat, driver: TeamsDriver, team: ChatTeam, planned: Refusal | Endless, de: str, en: str
) -> None:
    """A response that is no file, redirects or does not end stores nothing; the person may send it again."""
    driver.share_point.plan.append(planned)
    seen = await team.owner.sends("leads.csv", LEADS)
    assert chat.words(de=de, en=en) in seen
    assert await stored_files(chat, team) == []
    assert chat.words(de="ist angekommen", en="has arrived") in await team.owner.sends("leads.csv", LEADS)
    assert team_state.defects(chat) == 0


async def test_a_redirect_within_sharepoint_is_followed(chat: Chat, driver: TeamsDriver, team: ChatTeam) -> None:
    """The bot follows redirects within SharePoint up to a limit."""
    other = driver.share_point.attachment("leads.csv", LEADS)["content"]["downloadUrl"]
    driver.share_point.plan.append(Refusal(302, {"Location": other}))
    assert chat.words(de="ist angekommen", en="has arrived") in await team.owner.sends("leads.csv", b"elsewhere")
    driver.share_point.plan.extend([Refusal(302, {"Location": other})] * 4)
    assert chat.words(de="ließ sich nicht abholen", en="couldn't get") in await team.owner.sends("more.csv", b"never")


async def test_several_files_of_a_message_are_each_asked_about(chat: Chat, driver: TeamsDriver, team: ChatTeam) -> None:
    """Usable files are stored, unusable ones named with the reason, and too many are refused unfetched."""
    anna = team.owner
    await driver.send_files(anna.account, anna.direct, {"a.csv": LEADS, "b.xlsx": b"PK\x03\x04"}, None)
    seen = await anna.finds(chat.words(de="1 Datei ist angekommen", en="1 file received"))
    assert "a.csv" in seen
    assert "b.xlsx" in seen
    fetched = len(driver.share_point.requests)
    await driver.send_files(anna.account, anna.direct, {f"{number}.csv": LEADS for number in range(6)}, None)
    assert chat.words(de="höchstens 5", en="at most 5") in await anna.sees()
    assert len(driver.share_point.requests) == fetched
    assert len(await stored_files(chat, team)) == 1


async def test_a_file_in_a_channel_is_not_fetched(chat: Chat, driver: TeamsDriver, team: ChatTeam) -> None:
    """The bot does not fetch a file from a channel; its sender reads the hint in the direct chat."""
    await driver.send_files(team.owner.account, team.channel, {"a.csv": LEADS}, None)
    assert driver.share_point.requests == []
    assert chat.words(de="im Direktchat", en="in our direct chat") in await team.owner.sees()


@pytest.mark.parametrize(
    "attached",
    [
        {"content": {"downloadUrl": "http://169.254.169.254/latest/meta-data"}},
        {"content": {"downloadUrl": 7}},
        {"content": None},
        {"name": None},
        {"name": ["x"], "content": {}},
    ],
)
async def test_an_invalid_attachment_is_no_file(
    chat: Chat, driver: TeamsDriver, team: ChatTeam, attached: dict[str, Any]
) -> None:
    """An invalid attachment gets a response that there is no file, and no other host is requested."""
    whole = driver.share_point.attachment("leads.csv", LEADS) | attached
    await driver.send_attached(team.owner.account, team.owner.direct, [whole])
    assert chat.words(de="ließ sich nicht abholen", en="couldn't get") in await team.owner.sees()
    assert driver.share_point.requests == []
    assert team_state.defects(chat) == 0


async def test_an_accepted_file_is_uploaded(chat: Chat, driver: TeamsDriver, team: ChatTeam) -> None:
    """After consent the file is in the person's OneDrive, and a file card replaces the consent card."""
    anna = team.owner
    name = await exports(anna)
    [question] = driver.questions(anna.direct, name)
    assert chat.words(de="OneDrive speichern", en="in your OneDrive") in str(question.activity)
    assert b"Elke" in await anna.gets(name)
    assert driver.questions(anna.direct, name) == []
    parts = [part for post in driver.teams.posts.values() for part in post.activity.get("attachments", ())]
    [info] = [part for part in parts if part["contentType"] == INFO]
    assert (info["name"], set(info["content"])) == (name, {"uniqueId", "fileType"})


async def test_a_repeated_consent_uploads_the_file_once(chat: Chat, driver: TeamsDriver, team: ChatTeam) -> None:
    """A repeated consent has no second effect."""
    anna = team.owner
    name = await exports(anna)
    [question] = driver.questions(anna.direct, name)
    upload = driver.share_point.room(name)
    for _ in range(3):
        await driver.decide(anna.account, anna.direct, question, "accept", upload)
    assert [request.method for request in driver.share_point.requests] == ["PUT"]
    assert await chat_team.actions(chat, team.team_id, "file.fetched") == 1


async def test_a_declined_file_can_still_be_fetched(chat: Chat, driver: TeamsDriver, team: ChatTeam) -> None:
    """The declining person reads how long the file is stored, and gets it with the button on its card."""
    anna = team.owner
    name = await exports(anna)
    await driver.decide(anna.account, anna.direct, driver.questions(anna.direct, name)[0], "decline")
    assert chat.words(de="wurde nicht gespeichert", en="was not saved") in await anna.sees()
    assert driver.questions(anna.direct, name) == []
    await anna.presses("file.show")
    assert b"Elke" in await anna.gets(name)


@pytest.mark.parametrize("status", [403, 503])
async def test_a_failed_upload_can_be_repeated(chat: Chat, driver: TeamsDriver, team: ChatTeam, status: int) -> None:
    """The person reads that the file was not saved, with a button to try again."""
    anna = team.owner
    name = await exports(anna)
    driver.share_point.plan.extend([Refusal(status)] * (1 if status < 500 else 2))
    await driver.decide(
        anna.account, anna.direct, driver.questions(anna.direct, name)[0], "accept", driver.share_point.room(name)
    )
    assert chat.words(de="wurde nicht gespeichert", en="was not saved") in await anna.sees()
    await anna.presses("file.show")
    assert b"Elke" in await anna.gets(name)
    assert team_state.defects(chat) == 0


@pytest.mark.parametrize("field", ["uploadUrl", "contentUrl"])
@pytest.mark.parametrize("url", ["http://169.254.169.254/x", "https://sharepoint.com.evil.example/x", "", 7])
async def test_a_file_goes_nowhere_but_to_sharepoint(
    chat: Chat, driver: TeamsDriver, team: ChatTeam, field: str, url: object
) -> None:
    """The content is uploaded to SharePoint alone, whatever address a consent names."""
    anna = team.owner
    name = await exports(anna)
    upload = driver.share_point.room(name) | {field: url}
    await driver.decide(anna.account, anna.direct, driver.questions(anna.direct, name)[0], "accept", upload)
    assert driver.share_point.requests == []
    assert team_state.defects(chat) == 0


async def test_a_consent_for_another_persons_file_moves_nothing(
    chat: Chat, driver: TeamsDriver, team: ChatTeam
) -> None:
    """A member who sends the consent for another person's file reads that there is no such file."""
    anna, ben = team.owner, team.of(Role.MEMBER)
    name = await exports(anna)
    [question] = [replace(item) for item in driver.questions(anna.direct, name)]
    for room in (ben.direct, team.channel):
        await driver.decide(ben.account, room, question, "accept", driver.share_point.room(name))
    assert driver.share_point.requests == []
    assert chat.words(de="nicht mehr da", en="no longer here") not in await anna.sees(team.channel)
    assert name not in await ben.sees()
    assert name not in await ben.sees(team.channel)


async def test_an_expired_file_is_not_uploaded(chat: Chat, driver: TeamsDriver, team: ChatTeam) -> None:
    """A consent after a week replaces the consent card by a note that the file is gone."""
    anna = team.owner
    name = await exports(anna)
    [question] = driver.questions(anna.direct, name)
    chat.clock.advance(days=7)
    await driver.decide(anna.account, anna.direct, question, "accept", driver.share_point.room(name))
    assert chat.words(de="nicht mehr da", en="no longer here") in await anna.sees()
    assert driver.share_point.requests == []


async def test_a_click_in_a_channel_brings_its_file_to_the_direct_chat(
    chat: Chat, driver: TeamsDriver, team: ChatTeam
) -> None:
    """A42: the channel shows a note to the requester alone; the consent card is in the direct chat."""
    anna = team.owner
    await anna.forges("lead.export", {}, room=team.channel)
    assert chat.words(de="in unserem Direktchat", en="in our direct chat") in await anna.sees(team.channel)
    name = chat.words(de="Leads L-1 bis L-1.csv", en="Leads L-1 to L-1.csv")
    assert b"Elke" in await anna.gets(name)
    assert name not in await anna.sees(team.channel)
    assert len(driver.share_point.requests) == 1


async def test_a_large_file_goes_both_ways(chat: Chat, driver: TeamsDriver, team: ChatTeam) -> None:
    """A file of the maximum size arrives; one byte more is refused."""
    content = b"Name\r\n" + b"x" * (FILE_MAX_BYTES - 6)
    assert chat.words(de="ist angekommen", en="has arrived") in await team.owner.sends("big.csv", content)
    assert chat.words(de="ist zu groß", en="is too large") in await team.owner.sends("bigger.csv", content + b"x")
    assert driver.share_point.requests
