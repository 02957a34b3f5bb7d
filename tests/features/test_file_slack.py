"""Files in Slack: fetched from Slack alone and uploaded to direct chats, also when Slack fails."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from services.permissions import Role
from services.spreadsheet import FILE_MAX_BYTES
from tests.chat import Chat, Person, Room
from tests.drivers.slack import SlackDriver
from tests.fakes.slack import BOT_TOKEN, BOT_USER_ID, CannedResponse, Drop, Slow, refused
from tests.features import chat_team, team_state
from tests.features.chat_team import ChatTeam
from tests.features.combinations import SLACK

COMBINATIONS = SLACK

LEADS = b"Name;E-Mail\r\nEva;eva@posteo.example\r\n"
FETCHED = "download"
"""The path at which the fake serves files."""


@pytest.fixture
async def team(chat: Chat) -> ChatTeam:
    """A team with a member, and one lead."""
    made = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    await chat_team.create_lead(made)
    return made


@pytest.fixture
def driver(chat: Chat) -> SlackDriver:
    """The Slack driver of the chat."""
    assert isinstance(chat.driver, SlackDriver)
    return chat.driver


def fails(driver: SlackDriver, method: str, *failures: CannedResponse | Drop | Slow) -> None:
    """Let the next calls of a method fail."""
    left = list(failures)

    def mood(called: str, channel: str) -> CannedResponse | Drop | Slow | None:
        del channel
        return left.pop(0) if called == method and left else None

    driver.slack.behaviour = mood


def count_calls(driver: SlackDriver) -> Counter[str]:
    """Count the calls of each method."""
    return Counter(call.method for call in driver.slack.calls)


async def stored_files(chat: Chat, team: ChatTeam) -> list[str]:
    """List the team's stored files."""
    return (await team_state.rows_of(chat, team.team_id))["files"]


async def exports(person: Person) -> str:
    """Let the bot make a file; return its name."""
    await person.says(de="leads exportieren", en="leads export")
    return person.chat.words(de="Leads L-1 bis L-1.csv", en="Leads L-1 to L-1.csv")


async def reads_soon(person: Person, room: Room | None = None, *, de: str, en: str) -> bool:
    """Return whether the person reads the words within a few seconds, since the bot responds to Slack first."""
    for _ in range(200):
        if person.chat.words(de=de, en=en) in await person.sees(room):
            return True
        await asyncio.sleep(0.02)
    return False


def uploaded_by_bot(driver: SlackDriver, person: Person) -> list[str]:
    """List the files that the bot uploaded to the person's chat."""
    messages = driver.slack.messages_in(person.direct.room_id)
    return [file["name"] for item in messages if item.author == BOT_USER_ID for file in item.files]


async def test_a_file_is_fetched_with_the_token_and_uploaded_without(
    chat: Chat, driver: SlackDriver, team: ChatTeam
) -> None:
    """The bot fetches files with its token and uploads them without, to an address that needs none."""
    await team.owner.sends("leads.csv", LEADS)
    name = await exports(team.owner)
    assert b"Elke" in await team.owner.gets(name)
    tokens = {call.method: call.token for call in driver.slack.calls}
    assert (tokens[FETCHED], tokens["upload"]) == (BOT_TOKEN, "")
    assert uploaded_by_bot(driver, team.owner) == [name]
    assert len(await stored_files(chat, team)) == 2
    assert await chat_team.actions(chat, team.team_id, "file.fetched") == 1


@pytest.mark.parametrize(
    ("planned", "de", "en"),
    [
        (CannedResponse(404), "ließ sich nicht abholen", "couldn't get"),
        (CannedResponse(500), "ließ sich nicht abholen", "couldn't get"),
        (Drop(accepted=False), "ließ sich nicht abholen", "couldn't get"),
        (
            CannedResponse(302, {"Location": "http://localhost.evil.example/x"}),
            "ließ sich nicht abholen",
            "couldn't get",
        ),
        (CannedResponse(200, body=b"x" * (FILE_MAX_BYTES + 1)), "ist zu groß", "is too large"),
    ],
)
async def test_a_failed_fetch_is_reported(
    chat: Chat, driver: SlackDriver, team: ChatTeam, planned: CannedResponse | Drop, de: str, en: str
) -> None:
    """A response that is no file, redirects or does not end stores nothing; the person may send it again."""
    # The HTTP client retries a GET when a reused connection breaks.
    fails(driver, FETCHED, *[planned] * (1 + isinstance(planned, Drop)))
    seen = await team.owner.sends("leads.csv", LEADS)
    assert chat.words(de=de, en=en) in seen
    assert await stored_files(chat, team) == []
    assert chat.words(de="ist angekommen", en="has arrived") in await team.owner.sends("leads.csv", LEADS)
    assert team_state.defects(chat) == 0


async def test_several_files_of_a_message_are_each_asked_about(chat: Chat, driver: SlackDriver, team: ChatTeam) -> None:
    """Usable files are stored, unusable ones named with the reason, and too many are refused unfetched."""
    anna = team.owner
    await driver.send_files(anna.account, anna.direct, {"a.csv": LEADS, "b.xlsx": b"PK\x03\x04"}, None)
    seen = await anna.finds(chat.words(de="1 Datei ist angekommen", en="1 file received"))
    assert "a.csv" in seen
    assert "b.xlsx" in seen
    fetched = count_calls(driver)[FETCHED]
    await driver.send_files(anna.account, anna.direct, {f"{number}.csv": LEADS for number in range(6)}, None)
    assert chat.words(de="höchstens 5", en="at most 5") in await anna.sees()
    assert count_calls(driver)[FETCHED] == fetched
    assert len(await stored_files(chat, team)) == 1


async def test_a_file_in_a_channel_is_not_fetched(chat: Chat, driver: SlackDriver, team: ChatTeam) -> None:
    """The bot does not fetch a file from a channel; only its sender reads the hint to the direct chat."""
    words = chat.words(de="im Direktchat", en="in our direct chat")
    assert words in await team.owner.sends("a.csv", LEADS, room=team.channel)
    assert count_calls(driver)[FETCHED] == 0
    assert words not in await team.of(Role.MEMBER).sees(team.channel)


@pytest.mark.parametrize(
    "changed",
    [
        {"url_private": "http://169.254.169.254/x", "url_private_download": ""},
        {"url_private": "https://files.slack.com.evil.example/x", "url_private_download": ""},
        {"url_private": 7},
        {"url_private": "", "url_private_download": ""},
        {"mode": "external"},
        {"mode": "tombstone"},
        {"mode": "hidden_by_limit"},
        {"name": ["x"]},
        {"size": "many"},
    ],
)
async def test_an_invalid_file_is_not_fetched(
    chat: Chat, driver: SlackDriver, team: ChatTeam, changed: dict[str, Any]
) -> None:
    """The token goes to Slack alone, whatever a file's description contains."""
    described = driver.slack.drop_files(team.owner.account.account_id, team.owner.direct.room_id, {"a.csv": LEADS})
    event = {"type": "message", "subtype": "file_share", "channel_type": "im", "text": "", "ts": described.ts}
    sender = {"user": team.owner.account.account_id, "channel": team.owner.direct.room_id}
    await driver.tell({**event, **sender, "files": [described.files[0] | changed]})
    assert await reads_soon(team.owner, de="ließ sich nicht abholen", en="couldn't get")
    assert count_calls(driver)[FETCHED] == 0
    assert team_state.defects(chat) == 0


async def test_the_token_goes_to_no_other_host(chat: Chat, driver: SlackDriver, team: ChatTeam) -> None:
    """The bot does not request an address on another host, even one that would respond."""
    anna = team.owner
    described = driver.slack.drop_files(anna.account.account_id, anna.direct.room_id, {"a.csv": LEADS})
    elsewhere = str(described.files[0]["url_private"]).replace("127.0.0.1", "localhost")
    event = {"type": "message", "subtype": "file_share", "channel_type": "im", "text": "", "ts": described.ts}
    sender = {"user": anna.account.account_id, "channel": anna.direct.room_id}
    changed = {"url_private": elsewhere, "url_private_download": elsewhere}
    await driver.tell({**event, **sender, "files": [described.files[0] | changed]})
    assert await reads_soon(anna, de="ließ sich nicht abholen", en="couldn't get")
    assert count_calls(driver)[FETCHED] == 0
    assert team_state.defects(chat) == 0


async def test_a_file_that_is_too_large_is_not_fetched(chat: Chat, driver: SlackDriver, team: ChatTeam) -> None:
    """The bot does not fetch a file whose stated size exceeds the limit."""
    anna = team.owner
    described = driver.slack.drop_files(anna.account.account_id, anna.direct.room_id, {"a.csv": LEADS})
    event = {"type": "message", "subtype": "file_share", "channel_type": "im", "text": "", "ts": described.ts}
    sender = {"user": anna.account.account_id, "channel": anna.direct.room_id}
    await driver.tell({**event, **sender, "files": [described.files[0] | {"size": FILE_MAX_BYTES + 1}]})
    assert await reads_soon(anna, de="ist zu groß", en="is too large")
    assert count_calls(driver)[FETCHED] == 0
    assert team_state.defects(chat) == 0


async def test_a_file_without_details_is_looked_up(chat: Chat, driver: SlackDriver, team: ChatTeam) -> None:
    """The bot looks up a file of which Slack sends only the id."""
    anna = team.owner
    described = driver.slack.drop_files(anna.account.account_id, anna.direct.room_id, {"a.csv": LEADS})
    hidden = {"id": described.files[0]["id"], "mode": "file_access", "file_access": "check_file_info"}
    event = {"type": "message", "subtype": "file_share", "channel_type": "im", "text": "", "ts": described.ts}
    await driver.tell({**event, "user": anna.account.account_id, "channel": anna.direct.room_id, "files": [hidden]})
    assert await reads_soon(anna, de="a.csv ist angekommen", en="a.csv has arrived")
    assert len(await stored_files(chat, team)) == 1


@pytest.mark.parametrize(
    ("method", "failure"),
    [
        ("files.getUploadURLExternal", refused("missing_scope")),
        ("upload", CannedResponse(500)),
        ("upload", Drop(accepted=False)),
        ("files.completeUploadExternal", refused("channel_not_found")),
    ],
)
async def test_a_failed_upload_can_be_repeated(
    chat: Chat, driver: SlackDriver, team: ChatTeam, method: str, failure: CannedResponse | Drop
) -> None:
    """The person reads that the file was not saved, and the button on the card uploads it."""
    fails(driver, method, failure)
    name = await exports(team.owner)
    assert await reads_soon(team.owner, de="wurde nicht gespeichert", en="was not saved")
    assert uploaded_by_bot(driver, team.owner) == []
    await team.owner.presses("file.show")
    assert b"Elke" in await team.owner.gets(name)
    assert uploaded_by_bot(driver, team.owner) == [name]
    assert team_state.defects(chat) == 0


async def test_an_upload_with_unknown_outcome_is_not_repeated(chat: Chat, driver: SlackDriver, team: ChatTeam) -> None:
    """An upload with an unknown outcome is not repeated; the person is asked to check."""
    fails(driver, "files.completeUploadExternal", Drop(accepted=True))
    name = await exports(team.owner)
    assert b"Elke" in await team.owner.gets(name)
    await asyncio.sleep(0.1)
    assert uploaded_by_bot(driver, team.owner) == [name]
    assert chat.words(de="wurde nicht gespeichert", en="was not saved") not in await team.owner.sees()


async def test_a_repeated_request_uploads_a_file_once(chat: Chat, driver: SlackDriver, team: ChatTeam) -> None:
    """X2: a request that Slack repeats after a lost response uploads no second file."""
    anna = team.owner
    words = chat.words(de="leads exportieren", en="leads export")
    for _ in range(3):
        await driver.say(anna.account, anna.direct, words, "the-same")
    name = chat.words(de="Leads L-1 bis L-1.csv", en="Leads L-1 to L-1.csv")
    await anna.gets(name)
    await asyncio.sleep(0.1)
    assert uploaded_by_bot(driver, anna) == [name]


async def test_a_file_asked_for_in_a_channel_comes_directly(chat: Chat, driver: SlackDriver, team: ChatTeam) -> None:
    """A42: a file requested in a channel comes to the direct chat; only the requester reads so."""
    anna, ben = team.owner, team.of(Role.MEMBER)
    await anna.says(de="leads exportieren", en="leads export", room=team.channel)
    assert b"Elke" in await anna.gets(chat.words(de="Leads L-1 bis L-1.csv", en="Leads L-1 to L-1.csv"))
    assert [file for item in driver.slack.messages_in(team.channel.room_id) for file in item.files] == []
    assert await reads_soon(anna, team.channel, de="Sie finden sie in unserem Direktchat", en="in our direct chat")
    assert "Leads L-1" not in await ben.sees(team.channel)
