"""Links to leads in Slack: a masked card below the message, for a colleague's link and before colleagues alone."""

import json

import pytest

from bot.commands.extensions import lead_url
from services.permissions import Role
from tests.chat import Account, Chat, Person, Room
from tests.fakes.slack import CannedResponse, Message, refused
from tests.features import people, state
from tests.features.combinations import SLACK
from tests.features.people import Firm
from tests.stage_slack import SlackStage

COMBINATIONS = SLACK

SECRETS = ("Elke Schneider", "elke-", "@posteo", "18.500", "18,500")


@pytest.fixture
async def firm(chat: Chat) -> Firm:
    """A firm with a member and a viewer."""
    roles = {"Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    return await people.found(chat, "Solarhaus GmbH", "Anna Weiß", roles)


@pytest.fixture
def stage(chat: Chat) -> SlackStage:
    """The platform, with what stands behind it."""
    assert isinstance(chat.stage, SlackStage)
    return chat.stage


@pytest.fixture
async def link(chat: Chat, firm: Firm) -> str:
    """The address of a lead of the firm."""
    return lead_url(chat.public_url, (await people.bring(firm)).lead_id)


async def pastes(stage: SlackStage, person: Person, room: Room, *links: str, **more: object) -> Message:
    """Write a message with links; as it stands there when the bot has heard of it."""
    said = stage.slack.says(person.account.account_id, room.room_id, " ".join(links))
    told = [{"domain": "kollega.example", "url": one} for one in links]
    event = {"type": "link_shared", "user": person.account.account_id, "channel": room.room_id, "links": told}
    await stage.tell({**event, "message_ts": said.ts, "source": "conversations_history", **more})
    return said


def asked(stage: SlackStage) -> int:
    """How often the bot wanted to show something below a message."""
    return len([call for call in stage.slack.calls if call.method == "chat.unfurl"])


async def test_a_link_becomes_a_card_before_colleagues(chat: Chat, stage: SlackStage, firm: Firm, link: str) -> None:
    """B8, A42: below a colleague's link stands the lead without its contact, whatever the colleague may see."""
    link = f"{link}?x=1"
    for person in (firm.owner, firm.of(Role.VIEWER)):
        said = await pastes(stage, person, firm.channel, link)
        shown = json.dumps(said.unfurls[link])
        assert "L-1" in shown
        assert not [secret for secret in SECRETS if secret in shown]
    assert state.defects(chat) == 0


async def test_links_of_others_stay_bare(chat: Chat, stage: SlackStage, firm: Firm, link: str) -> None:
    """B9: who may not see the lead shows a bare link, and so does a link to nothing or elsewhere."""
    petra = (await people.found(chat, "Dachwerk KG", "Petra Vogt", {})).owner
    sara = await people.newcomer(chat, "Sara Fremd")
    for person in (petra, sara):
        assert (await pastes(stage, person, firm.channel, link)).unfurls == {}
    foreign = f"{chat.public_url}/leads/{'0' * 32}"
    for address in (foreign, "https://elsewhere.example/leads/1", f"{chat.public_url}/leads/"):
        assert (await pastes(stage, firm.owner, firm.channel, address)).unfurls == {}
    assert asked(stage) == 0


async def test_nobody_from_outside_reads_along(chat: Chat, stage: SlackStage, firm: Firm, link: str) -> None:
    """Where people of other organisations are, or may be, a link stays a link; so does a link of one of them."""
    shared = await chat.channel("Projekt", firm.owner)
    stage.slack.channels[shared.room_id].is_ext_shared = True
    await stage.tell({"type": "channel_shared", "channel": shared.room_id, "connected_team_id": "T9OTHER"})
    for room in (shared, Room("C9UNSEEN", firm.channel.kind)):
        assert (await pastes(stage, firm.owner, room, link)).unfurls == {}
    stage.slack.add_user("U9OUTSIDE", "Uta Extern", team_id="T9OTHER")
    outside = Person(chat, Account("U9OUTSIDE", "Uta Extern", chat.language, firm.owner.direct))
    assert (await pastes(stage, outside, firm.channel, link)).unfurls == {}
    assert asked(stage) == 0


async def test_in_the_own_chat_the_answer_is_the_lead(stage: SlackStage, firm: Firm, link: str) -> None:
    """Nothing is shown twice where the bot answers anyhow."""
    assert (await pastes(stage, firm.owner, firm.owner.direct, link)).unfurls == {}
    assert "L-1" in await firm.owner.says(link)


async def test_several_links_are_shown_up_to_a_number(chat: Chat, stage: SlackStage, firm: Firm, link: str) -> None:
    """A message full of links does not fill the channel, and the same link is one card."""
    links = [f"{link}?n={number}" for number in range(8)]
    said = await pastes(stage, firm.owner, firm.channel, *links, links[0])
    assert list(said.unfurls) == links[:5]
    assert state.defects(chat) == 0


@pytest.mark.parametrize("failure", [refused("cannot_unfurl_message"), CannedResponse(500)])
async def test_a_card_that_slack_does_not_take_is_left_out(
    chat: Chat, stage: SlackStage, firm: Firm, link: str, failure: CannedResponse
) -> None:
    """The message stays as it is, and nobody is troubled."""
    stage.slack.behaviour = lambda method, _: failure if method == "chat.unfurl" else None
    before = await firm.owner.reads(firm.channel)
    said = await pastes(stage, firm.owner, firm.channel, link)
    assert said.unfurls == {}
    assert await firm.owner.reads(firm.channel) == before
    assert state.defects(chat) == 0


@pytest.mark.parametrize(
    "odd",
    [
        {"links": None},
        {"links": [{"url": 7}]},
        {"links": ["https://kollega.example/leads/1"]},
        {"message_ts": "../../x"},
        {"channel": "COMPOSER", "source": "composer"},
        {"user": None},
    ],
)
async def test_a_strange_event_shows_nothing(
    chat: Chat, stage: SlackStage, firm: Firm, link: str, odd: dict[str, object]
) -> None:
    """Whatever an event leaves out or makes up, no card stands anywhere."""
    assert (await pastes(stage, firm.owner, firm.channel, link, **odd)).unfurls == {}
    assert state.defects(chat) == 0
