"""Links to leads in Slack: a masked card below a member's message, in the team's channels alone."""

import json

import pytest

from bot.commands.extensions import lead_url
from services.permissions import Role
from tests.chat import Account, Chat, Person, Room
from tests.drivers.slack import SlackDriver
from tests.fakes.slack import CannedResponse, Message, refused
from tests.features import chat_team, team_state
from tests.features.chat_team import ChatTeam
from tests.features.combinations import SLACK

COMBINATIONS = SLACK

SECRETS = ("Elke Schneider", "elke-", "@posteo", "18.500", "18,500")


@pytest.fixture
async def team(chat: Chat) -> ChatTeam:
    """A team with a member and a viewer."""
    roles = {"Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    return await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", roles)


@pytest.fixture
def driver(chat: Chat) -> SlackDriver:
    """The Slack driver of the chat."""
    assert isinstance(chat.driver, SlackDriver)
    return chat.driver


@pytest.fixture
async def link(chat: Chat, team: ChatTeam) -> str:
    """The address of a lead of the team."""
    return lead_url(chat.public_url, (await chat_team.create_lead(team)).lead_id)


async def pastes(driver: SlackDriver, person: Person, room: Room, *links: str, **more: object) -> Message:
    """Write a message with links; return it after the bot has handled it."""
    posted_message = driver.slack.says(person.account.account_id, room.room_id, " ".join(links))
    shared_links = [{"domain": "kollega.example", "url": item} for item in links]
    event = {"type": "link_shared", "user": person.account.account_id, "channel": room.room_id, "links": shared_links}
    await driver.tell({**event, "message_ts": posted_message.ts, "source": "conversations_history", **more})
    return posted_message


def count_unfurls(driver: SlackDriver) -> int:
    """Count how often the bot tried to show cards below a message."""
    return len([call for call in driver.slack.calls if call.method == "chat.unfurl"])


async def test_a_members_link_becomes_a_card(chat: Chat, driver: SlackDriver, team: ChatTeam, link: str) -> None:
    """B8, A42: below a member's link the lead is shown without its contact, whatever the member may see."""
    link = f"{link}?x=1"
    for person in (team.owner, team.of(Role.VIEWER)):
        posted_message = await pastes(driver, person, team.channel, link)
        shown = json.dumps(posted_message.unfurls[link])
        assert "L-1" in shown
        assert not [secret for secret in SECRETS if secret in shown]
    assert team_state.defects(chat) == 0


async def test_links_of_other_people_stay_bare(chat: Chat, driver: SlackDriver, team: ChatTeam, link: str) -> None:
    """B9: a link of a person who may not see the lead stays bare, as does a link to no lead or elsewhere."""
    petra = (await chat_team.seed_team(chat, "Dachwerk KG", "Petra Vogt", {})).owner
    sara = await chat_team.user_without_team(chat, "Sara Fremd")
    for person in (petra, sara):
        assert (await pastes(driver, person, team.channel, link)).unfurls == {}
    foreign = f"{chat.public_url}/leads/{'0' * 32}"
    for address in (foreign, "https://elsewhere.example/leads/1", f"{chat.public_url}/leads/"):
        assert (await pastes(driver, team.owner, team.channel, address)).unfurls == {}
    assert count_unfurls(driver) == 0


async def test_links_stay_bare_in_shared_channels(chat: Chat, driver: SlackDriver, team: ChatTeam, link: str) -> None:
    """A link stays bare where external users are or may be members, and when an external user sends it."""
    shared = await chat.channel("Projekt", team.owner)
    driver.slack.channels[shared.room_id].is_ext_shared = True
    await driver.tell({"type": "channel_shared", "channel": shared.room_id, "connected_team_id": "T9OTHER"})
    for room in (shared, Room("C9UNSEEN", team.channel.kind)):
        assert (await pastes(driver, team.owner, room, link)).unfurls == {}
    driver.slack.add_user("U9OUTSIDE", "Uta Extern", team_id="T9OTHER")
    external_user = Person(chat, Account("U9OUTSIDE", "Uta Extern", chat.language, team.owner.direct))
    assert (await pastes(driver, external_user, team.channel, link)).unfurls == {}
    assert count_unfurls(driver) == 0


async def test_in_the_direct_chat_the_response_is_the_lead(driver: SlackDriver, team: ChatTeam, link: str) -> None:
    """In the direct chat the bot responds with the lead and adds no card to the link."""
    assert (await pastes(driver, team.owner, team.owner.direct, link)).unfurls == {}
    assert "L-1" in await team.owner.says(link)


async def test_several_links_are_shown_up_to_a_number(
    chat: Chat, driver: SlackDriver, team: ChatTeam, link: str
) -> None:
    """A message with many links shows a limited number of cards, and one card for a repeated link."""
    links = [f"{link}?n={number}" for number in range(8)]
    posted_message = await pastes(driver, team.owner, team.channel, *links, links[0])
    assert list(posted_message.unfurls) == links[:5]
    assert team_state.defects(chat) == 0


@pytest.mark.parametrize("failure", [refused("cannot_unfurl_message"), CannedResponse(500)])
async def test_a_refused_unfurl_is_left_out(
    chat: Chat, driver: SlackDriver, team: ChatTeam, link: str, failure: CannedResponse
) -> None:
    """When Slack refuses the card, the message stays as it is and no error is shown."""
    driver.slack.behaviour = lambda method, _: failure if method == "chat.unfurl" else None
    before = await team.owner.reads(team.channel)
    posted_message = await pastes(driver, team.owner, team.channel, link)
    assert posted_message.unfurls == {}
    assert await team.owner.reads(team.channel) == before
    assert team_state.defects(chat) == 0


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
async def test_an_invalid_event_shows_nothing(
    chat: Chat, driver: SlackDriver, team: ChatTeam, link: str, odd: dict[str, object]
) -> None:
    """An event with missing or invented fields shows no card."""
    assert (await pastes(driver, team.owner, team.channel, link, **odd)).unfurls == {}
    assert team_state.defects(chat) == 0
