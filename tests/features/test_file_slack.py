"""Files in Slack: fetched from Slack alone, and put into the own chats of people, whatever Slack does."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from services.permissions import Role
from services.spreadsheet import FILE_MAX_BYTES
from tests.chat import Chat, Person, Room
from tests.fakes.slack import BOT_TOKEN, BOT_USER_ID, CannedResponse, Drop, Slow, refused
from tests.features import people, state
from tests.features.combinations import SLACK
from tests.features.people import Firm
from tests.stage_slack import SlackStage

COMBINATIONS = SLACK

LEADS = b"Name;E-Mail\r\nEva;eva@posteo.example\r\n"
FETCHED = "download"
"""The door of the fake behind which files lie."""


@pytest.fixture
async def firm(chat: Chat) -> Firm:
    """A firm with a member, and one lead."""
    made = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    await people.bring(made)
    return made


@pytest.fixture
def stage(chat: Chat) -> SlackStage:
    """The platform, with what stands behind it."""
    assert isinstance(chat.stage, SlackStage)
    return chat.stage


def fails(stage: SlackStage, method: str, *failures: CannedResponse | Drop | Slow) -> None:
    """Let the next calls of a method end so."""
    left = list(failures)

    def mood(called: str, channel: str) -> CannedResponse | Drop | Slow | None:
        del channel
        return left.pop(0) if called == method and left else None

    stage.slack.behaviour = mood


def counted(stage: SlackStage) -> Counter[str]:
    """How often each method was called."""
    return Counter(call.method for call in stage.slack.calls)


async def kept(chat: Chat, firm: Firm) -> list[str]:
    """The files of the firm, a row each."""
    return (await state.rows_of(chat, firm.team_id))["files"]


async def exports(person: Person) -> str:
    """Have a file made; its name."""
    await person.says(de="leads exportieren", en="leads export")
    return person.chat.words(de="Leads L-1 bis L-1.csv", en="Leads L-1 to L-1.csv")


async def told(person: Person, room: Room | None = None, *, de: str, en: str) -> bool:
    """Whether the person reads it within a few seconds: Slack has its answer before."""
    for _ in range(200):
        if person.chat.words(de=de, en=en) in await person.sees(room):
            return True
        await asyncio.sleep(0.02)
    return False


def handed(stage: SlackStage, person: Person) -> list[str]:
    """The files that the bot has put into the person's chat."""
    said = stage.slack.messages_in(person.direct.room_id)
    return [file["name"] for one in said if one.author == BOT_USER_ID for file in one.files]


async def test_a_file_is_fetched_with_the_token_and_put_without(chat: Chat, stage: SlackStage, firm: Firm) -> None:
    """The token opens what people sent; what is put in goes to an address that needs none."""
    await firm.owner.sends("leads.csv", LEADS)
    name = await exports(firm.owner)
    assert b"Elke" in await firm.owner.gets(name)
    tokens = {call.method: call.token for call in stage.slack.calls}
    assert (tokens[FETCHED], tokens["upload"]) == (BOT_TOKEN, "")
    assert handed(stage, firm.owner) == [name]
    assert len(await kept(chat, firm)) == 2
    assert await people.actions(chat, firm.team_id, "file.fetched") == 1


@pytest.mark.parametrize(
    ("planned", "de", "en"),
    [
        (CannedResponse(404), "ließ sich nicht abholen", "couldn't get"),
        (CannedResponse(500), "ließ sich nicht abholen", "couldn't get"),
        (Drop(accepted=False), "ließ sich nicht abholen", "couldn't get"),
        (CannedResponse(302, {"Location": "http://localhost.evil.example"}), "ließ sich nicht abholen", "couldn't get"),
        (CannedResponse(200, body=b"x" * (FILE_MAX_BYTES + 1)), "ist zu groß", "is too large"),
    ],
)
async def test_a_file_that_cannot_be_fetched_is_said_to_be_so(
    chat: Chat, stage: SlackStage, firm: Firm, planned: CannedResponse | Drop, de: str, en: str
) -> None:
    """An answer that is no file, leads elsewhere or does not end keeps nothing; the person may send it again."""
    # What only reads is tried a second time where a connection that was kept breaks.
    fails(stage, FETCHED, *[planned] * (1 + isinstance(planned, Drop)))
    seen = await firm.owner.sends("leads.csv", LEADS)
    assert chat.words(de=de, en=en) in seen
    assert await kept(chat, firm) == []
    assert chat.words(de="ist angekommen", en="has arrived") in await firm.owner.sends("leads.csv", LEADS)
    assert state.defects(chat) == 0


async def test_several_files_of_a_message_are_each_asked_about(chat: Chat, stage: SlackStage, firm: Firm) -> None:
    """What can be used is kept, what cannot is named with its reason, and too many at once are refused unfetched."""
    anna = firm.owner
    await stage.send_files(anna.account, anna.direct, {"a.csv": LEADS, "b.xlsx": b"PK\x03\x04"}, None)
    seen = await anna.finds(chat.words(de="1 Datei ist angekommen", en="1 file received"))
    assert "a.csv" in seen
    assert "b.xlsx" in seen
    fetched = counted(stage)[FETCHED]
    await stage.send_files(anna.account, anna.direct, {f"{number}.csv": LEADS for number in range(6)}, None)
    assert chat.words(de="höchstens 5", en="at most 5") in await anna.sees()
    assert counted(stage)[FETCHED] == fetched
    assert len(await kept(chat, firm)) == 1


async def test_what_is_sent_in_a_channel_is_not_even_fetched(chat: Chat, stage: SlackStage, firm: Firm) -> None:
    """Where others read along, nobody asks for the file, and the sender alone reads where files belong."""
    words = chat.words(de="im Direktchat", en="in our direct chat")
    assert words in await firm.owner.sends("a.csv", LEADS, at=firm.channel)
    assert counted(stage)[FETCHED] == 0
    assert words not in await firm.of(Role.MEMBER).sees(firm.channel)


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
async def test_a_strange_file_is_not_fetched(
    chat: Chat, stage: SlackStage, firm: Firm, changed: dict[str, Any]
) -> None:
    """Whatever stands in the description of a file, the token goes nowhere but to Slack."""
    described = stage.slack.drop_files(firm.owner.account.account_id, firm.owner.direct.room_id, {"a.csv": LEADS})
    said = {"type": "message", "subtype": "file_share", "channel_type": "im", "text": "", "ts": described.ts}
    place = {"user": firm.owner.account.account_id, "channel": firm.owner.direct.room_id}
    await stage.tell({**said, **place, "files": [described.files[0] | changed]})
    assert await told(firm.owner, de="ließ sich nicht abholen", en="couldn't get")
    assert counted(stage)[FETCHED] == 0
    assert state.defects(chat) == 0


async def test_the_token_goes_to_no_other_host(chat: Chat, stage: SlackStage, firm: Firm) -> None:
    """An address that leads elsewhere, even to a host that would answer, is not asked for."""
    anna = firm.owner
    described = stage.slack.drop_files(anna.account.account_id, anna.direct.room_id, {"a.csv": LEADS})
    elsewhere = str(described.files[0]["url_private"]).replace("127.0.0.1", "localhost")
    said = {"type": "message", "subtype": "file_share", "channel_type": "im", "text": "", "ts": described.ts}
    place = {"user": anna.account.account_id, "channel": anna.direct.room_id}
    changed = {"url_private": elsewhere, "url_private_download": elsewhere}
    await stage.tell({**said, **place, "files": [described.files[0] | changed]})
    assert await told(anna, de="ließ sich nicht abholen", en="couldn't get")
    assert counted(stage)[FETCHED] == 0
    assert state.defects(chat) == 0


async def test_a_file_that_is_too_large_is_not_begun(chat: Chat, stage: SlackStage, firm: Firm) -> None:
    """Where Slack says how large it is, nobody fetches what is not taken anyhow."""
    anna = firm.owner
    described = stage.slack.drop_files(anna.account.account_id, anna.direct.room_id, {"a.csv": LEADS})
    said = {"type": "message", "subtype": "file_share", "channel_type": "im", "text": "", "ts": described.ts}
    place = {"user": anna.account.account_id, "channel": anna.direct.room_id}
    await stage.tell({**said, **place, "files": [described.files[0] | {"size": FILE_MAX_BYTES + 1}]})
    assert await told(anna, de="ist zu groß", en="is too large")
    assert counted(stage)[FETCHED] == 0
    assert state.defects(chat) == 0


async def test_what_slack_keeps_to_itself_is_asked_for(chat: Chat, stage: SlackStage, firm: Firm) -> None:
    """Of a file from elsewhere Slack tells nothing but its id: the bot asks what it is."""
    anna = firm.owner
    described = stage.slack.drop_files(anna.account.account_id, anna.direct.room_id, {"a.csv": LEADS})
    hidden = {"id": described.files[0]["id"], "mode": "file_access", "file_access": "check_file_info"}
    said = {"type": "message", "subtype": "file_share", "channel_type": "im", "text": "", "ts": described.ts}
    await stage.tell({**said, "user": anna.account.account_id, "channel": anna.direct.room_id, "files": [hidden]})
    assert await told(anna, de="a.csv ist angekommen", en="a.csv has arrived")
    assert len(await kept(chat, firm)) == 1


@pytest.mark.parametrize(
    ("method", "failure"),
    [
        ("files.getUploadURLExternal", refused("missing_scope")),
        ("upload", CannedResponse(500)),
        ("upload", Drop(accepted=False)),
        ("files.completeUploadExternal", refused("channel_not_found")),
    ],
)
async def test_a_file_that_does_not_get_there_can_be_fetched_later(
    chat: Chat, stage: SlackStage, firm: Firm, method: str, failure: CannedResponse | Drop
) -> None:
    """The person reads that it was not saved, and the button on that card brings it."""
    fails(stage, method, failure)
    name = await exports(firm.owner)
    assert await told(firm.owner, de="wurde nicht gespeichert", en="was not saved")
    assert handed(stage, firm.owner) == []
    await firm.owner.presses("file.show")
    assert b"Elke" in await firm.owner.gets(name)
    assert handed(stage, firm.owner) == [name]
    assert state.defects(chat) == 0


async def test_a_file_whose_answer_was_lost_is_not_put_twice(chat: Chat, stage: SlackStage, firm: Firm) -> None:
    """Where nobody knows whether it stands there, it is not put there again; the person looks."""
    fails(stage, "files.completeUploadExternal", Drop(accepted=True))
    name = await exports(firm.owner)
    assert b"Elke" in await firm.owner.gets(name)
    await asyncio.sleep(0.1)
    assert handed(stage, firm.owner) == [name]
    assert chat.words(de="wurde nicht gespeichert", en="was not saved") not in await firm.owner.sees()


async def test_the_same_request_twice_hands_a_file_over_once(chat: Chat, stage: SlackStage, firm: Firm) -> None:
    """X2: what Slack repeats because it heard no answer brings no second file."""
    anna = firm.owner
    words = chat.words(de="leads exportieren", en="leads export")
    for _ in range(3):
        await stage.say(anna.account, anna.direct, words, "the-same")
    name = chat.words(de="Leads L-1 bis L-1.csv", en="Leads L-1 to L-1.csv")
    await anna.gets(name)
    await asyncio.sleep(0.1)
    assert handed(stage, anna) == [name]


async def test_a_file_asked_for_in_a_channel_comes_directly(chat: Chat, stage: SlackStage, firm: Firm) -> None:
    """A42: whoever asks where others read along finds the file in the own chat, and is told so alone."""
    anna, ben = firm.owner, firm.of(Role.MEMBER)
    await anna.says(de="leads exportieren", en="leads export", at=firm.channel)
    assert b"Elke" in await anna.gets(chat.words(de="Leads L-1 bis L-1.csv", en="Leads L-1 to L-1.csv"))
    assert [file for one in stage.slack.messages_in(firm.channel.room_id) for file in one.files] == []
    assert await told(anna, firm.channel, de="Sie finden sie in unserem Direktchat", en="in our direct chat")
    assert "Leads L-1" not in await ben.sees(firm.channel)
