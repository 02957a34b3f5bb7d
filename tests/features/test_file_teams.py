"""Files in Microsoft Teams: fetched from SharePoint and put there, whatever SharePoint does."""

from dataclasses import replace
from typing import Any

import pytest

from services.permissions import Role
from services.spreadsheet import FILE_MAX_BYTES
from tests.chat import Chat, Person
from tests.fakes.share_point import Endless, Refusal
from tests.features import people, state
from tests.features.combinations import TEAMS
from tests.features.people import Firm
from tests.stage_teams import TeamsStage

COMBINATIONS = TEAMS

LEADS = b"Name;E-Mail\r\nEva;eva@posteo.example\r\n"
INFO = "application/vnd.microsoft.teams.card.file.info"


@pytest.fixture
async def firm(chat: Chat) -> Firm:
    """A firm with a member, and one lead."""
    made = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    await people.bring(made)
    return made


@pytest.fixture
def stage(chat: Chat) -> TeamsStage:
    """The platform, with what stands behind it."""
    assert isinstance(chat.stage, TeamsStage)
    return chat.stage


async def kept(chat: Chat, firm: Firm) -> list[str]:
    """The files of the firm, a row each."""
    return (await state.rows_of(chat, firm.team_id))["files"]


async def exports(person: Person) -> str:
    """Have a file made; its name."""
    await person.says(de="leads exportieren", en="leads export")
    return person.chat.words(de="Leads L-1 bis L-1.csv", en="Leads L-1 to L-1.csv")


async def test_sharepoint_never_sees_the_bots_token(chat: Chat, stage: TeamsStage, firm: Firm) -> None:
    """A file is fetched and put with the permission that its address carries, and with no token of the bot."""
    await firm.owner.sends("leads.csv", LEADS)
    await firm.owner.gets(await exports(firm.owner))
    assert [one.method for one in stage.share_point.requests] == ["GET", "PUT"]
    assert all("tempauth=v1.eyJ(only)'for'this-test" in one.query for one in stage.share_point.requests)
    assert not [one for one in stage.share_point.requests if "Authorization" in one.headers or "Cookie" in one.headers]
    assert len(await kept(chat, firm)) == 2


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
async def test_a_file_that_cannot_be_fetched_is_said_to_be_so(
    chat: Chat, stage: TeamsStage, firm: Firm, planned: Refusal | Endless, de: str, en: str
) -> None:
    """An answer that is no file, leads elsewhere or does not end keeps nothing; the person may send it again."""
    stage.share_point.plan.append(planned)
    seen = await firm.owner.sends("leads.csv", LEADS)
    assert chat.words(de=de, en=en) in seen
    assert await kept(chat, firm) == []
    assert chat.words(de="ist angekommen", en="has arrived") in await firm.owner.sends("leads.csv", LEADS)
    assert state.defects(chat) == 0


async def test_a_redirect_within_sharepoint_is_followed(chat: Chat, stage: TeamsStage, firm: Firm) -> None:
    """SharePoint may say that the file lies elsewhere in SharePoint, and not for ever."""
    other = stage.share_point.attachment("leads.csv", LEADS)["content"]["downloadUrl"]
    stage.share_point.plan.append(Refusal(302, {"Location": other}))
    assert chat.words(de="ist angekommen", en="has arrived") in await firm.owner.sends("leads.csv", b"elsewhere")
    stage.share_point.plan.extend([Refusal(302, {"Location": other})] * 4)
    assert chat.words(de="ließ sich nicht abholen", en="couldn't get") in await firm.owner.sends("more.csv", b"never")


async def test_several_files_of_a_message_are_each_asked_about(chat: Chat, stage: TeamsStage, firm: Firm) -> None:
    """What can be used is kept, what cannot is named with its reason, and too many at once are refused unfetched."""
    anna = firm.owner
    await stage.send_files(anna.account, anna.direct, {"a.csv": LEADS, "b.xlsx": b"PK\x03\x04"}, None)
    seen = await anna.finds(chat.words(de="1 Datei ist angekommen", en="1 file received"))
    assert "a.csv" in seen
    assert "b.xlsx" in seen
    fetched = len(stage.share_point.requests)
    await stage.send_files(anna.account, anna.direct, {f"{number}.csv": LEADS for number in range(6)}, None)
    assert chat.words(de="höchstens 5", en="at most 5") in await anna.sees()
    assert len(stage.share_point.requests) == fetched
    assert len(await kept(chat, firm)) == 1


async def test_what_is_attached_in_a_channel_is_not_even_fetched(chat: Chat, stage: TeamsStage, firm: Firm) -> None:
    """Where others read along, nobody asks SharePoint, and the sender reads in his own chat where files belong."""
    await stage.send_files(firm.owner.account, firm.channel, {"a.csv": LEADS}, None)
    assert stage.share_point.requests == []
    assert chat.words(de="im Direktchat", en="in our direct chat") in await firm.owner.sees()


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
async def test_a_strange_attachment_is_no_file(
    chat: Chat, stage: TeamsStage, firm: Firm, attached: dict[str, Any]
) -> None:
    """Whatever stands in an attachment, the person reads that there is no file, and nobody else is asked for it."""
    whole = stage.share_point.attachment("leads.csv", LEADS) | attached
    await stage.send_attached(firm.owner.account, firm.owner.direct, [whole])
    assert chat.words(de="ließ sich nicht abholen", en="couldn't get") in await firm.owner.sees()
    assert stage.share_point.requests == []
    assert state.defects(chat) == 0


async def test_a_file_is_put_where_the_person_wants_it(chat: Chat, stage: TeamsStage, firm: Firm) -> None:
    """Agreed to, the file lies in the person's OneDrive, the question is gone, and the file stands in its place."""
    anna = firm.owner
    name = await exports(anna)
    [question] = stage.questions(anna.direct, name)
    assert chat.words(de="OneDrive speichern", en="in your OneDrive") in str(question.activity)
    assert b"Elke" in await anna.gets(name)
    assert stage.questions(anna.direct, name) == []
    parts = [part for post in stage.teams.posts.values() for part in post.activity.get("attachments", ())]
    [info] = [part for part in parts if part["contentType"] == INFO]
    assert (info["name"], set(info["content"])) == (name, {"uniqueId", "fileType"})


async def test_agreeing_twice_puts_the_file_once(chat: Chat, stage: TeamsStage, firm: Firm) -> None:
    """The same consent again, as clients and networks repeat it, has no second effect."""
    anna = firm.owner
    name = await exports(anna)
    [question] = stage.questions(anna.direct, name)
    upload = stage.share_point.room(name)
    for _ in range(3):
        await stage.decide(anna.account, anna.direct, question, "accept", upload)
    assert [one.method for one in stage.share_point.requests] == ["PUT"]
    assert await people.actions(chat, firm.team_id, "file.fetched") == 1


async def test_a_declined_file_can_still_be_got(chat: Chat, stage: TeamsStage, firm: Firm) -> None:
    """Whoever declines reads until when the file waits, and gets it with the button on its card."""
    anna = firm.owner
    name = await exports(anna)
    await stage.decide(anna.account, anna.direct, stage.questions(anna.direct, name)[0], "decline")
    assert chat.words(de="wurde nicht gespeichert", en="was not saved") in await anna.sees()
    assert stage.questions(anna.direct, name) == []
    await anna.presses("file.show")
    assert b"Elke" in await anna.gets(name)


@pytest.mark.parametrize("status", [403, 503])
async def test_a_file_that_sharepoint_does_not_take_is_not_lost(
    chat: Chat, stage: TeamsStage, firm: Firm, status: int
) -> None:
    """The person reads that it was not saved, with the button to try again."""
    anna = firm.owner
    name = await exports(anna)
    stage.share_point.plan.extend([Refusal(status)] * (1 if status < 500 else 2))
    await stage.decide(
        anna.account, anna.direct, stage.questions(anna.direct, name)[0], "accept", stage.share_point.room(name)
    )
    assert chat.words(de="wurde nicht gespeichert", en="was not saved") in await anna.sees()
    await anna.presses("file.show")
    assert b"Elke" in await anna.gets(name)
    assert state.defects(chat) == 0


@pytest.mark.parametrize("field", ["uploadUrl", "contentUrl"])
@pytest.mark.parametrize("url", ["http://169.254.169.254/x", "https://sharepoint.com.evil.example/x", "", 7])
async def test_a_file_goes_nowhere_but_to_sharepoint(
    chat: Chat, stage: TeamsStage, firm: Firm, field: str, url: object
) -> None:
    """Whatever address a consent names, the content leaves for SharePoint or not at all."""
    anna = firm.owner
    name = await exports(anna)
    upload = stage.share_point.room(name) | {field: url}
    await stage.decide(anna.account, anna.direct, stage.questions(anna.direct, name)[0], "accept", upload)
    assert stage.share_point.requests == []
    assert state.defects(chat) == 0


async def test_somebody_elses_consent_moves_nothing(chat: Chat, stage: TeamsStage, firm: Firm) -> None:
    """A colleague who sends the consent of another person's file reads that there is no such file."""
    anna, ben = firm.owner, firm.of(Role.MEMBER)
    name = await exports(anna)
    [question] = [replace(one) for one in stage.questions(anna.direct, name)]
    for room in (ben.direct, firm.channel):
        await stage.decide(ben.account, room, question, "accept", stage.share_point.room(name))
    assert stage.share_point.requests == []
    assert chat.words(de="nicht mehr da", en="no longer here") not in await anna.sees(firm.channel)
    assert name not in await ben.sees()
    assert name not in await ben.sees(firm.channel)


async def test_an_expired_file_is_put_nowhere(chat: Chat, stage: TeamsStage, firm: Firm) -> None:
    """Whoever agrees after a week reads in place of the question that the file is gone."""
    anna = firm.owner
    name = await exports(anna)
    [question] = stage.questions(anna.direct, name)
    chat.clock.advance(days=7)
    await stage.decide(anna.account, anna.direct, question, "accept", stage.share_point.room(name))
    assert chat.words(de="nicht mehr da", en="no longer here") in await anna.sees()
    assert stage.share_point.requests == []


async def test_a_click_in_a_channel_brings_its_file_to_the_direct_chat(
    chat: Chat, stage: TeamsStage, firm: Firm
) -> None:
    """A42: the channel shows a line to the one who pressed; the file is asked about in his own chat."""
    anna = firm.owner
    await anna.forges("lead.export", {}, at=firm.channel)
    assert chat.words(de="in unserem Direktchat", en="in our direct chat") in await anna.sees(firm.channel)
    name = chat.words(de="Leads L-1 bis L-1.csv", en="Leads L-1 to L-1.csv")
    assert b"Elke" in await anna.gets(name)
    assert name not in await anna.sees(firm.channel)
    assert len(stage.share_point.requests) == 1


async def test_a_large_file_goes_both_ways(chat: Chat, stage: TeamsStage, firm: Firm) -> None:
    """A file of the greatest size arrives, and one byte more does not."""
    content = b"Name\r\n" + b"x" * (FILE_MAX_BYTES - 6)
    assert chat.words(de="ist angekommen", en="has arrived") in await firm.owner.sends("big.csv", content)
    assert chat.words(de="ist zu groß", en="is too large") in await firm.owner.sends("bigger.csv", content + b"x")
    assert stage.share_point.requests
