"""Group chats of Microsoft Teams and Slack, also for members of other teams."""

from services.permissions import Role
from tests.chat import Chat, Room
from tests.drivers.slack import SlackDriver
from tests.drivers.teams import TeamsDriver
from tests.features import chat_team
from tests.features.combinations import SLACK, TEAMS

COMBINATIONS = TEAMS + SLACK


async def group(chat: Chat, *members: chat_team.Person, name: str = "") -> Room:
    """Create a group chat in which the first person has added the bot."""
    driver = chat.driver
    assert isinstance(driver, TeamsDriver | SlackDriver)
    room = await driver.chat(name, [member.account for member in members])
    await driver.install(room, members[0].account)
    await chat.settles()
    return room


async def test_a_group_chat_is_called_a_chat(chat: Chat) -> None:
    """A group chat is called a chat when it is connected or disconnected, and works like a channel."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    anna, ben = team.people
    room = await group(chat, anna, ben)
    for seen in (
        (await anna.reads(room))[-1],
        await anna.says(de="verbinden", en="connect", room=room),
        await anna.says(de="trennen", en="disconnect", room=room),
        await anna.says(de="verbinden", en="connect", room=room),
    ):
        assert chat.words(de="Kanal", en="channel") not in seen
    assert chat.words(de="Dieser Chat gehört jetzt zu Solarhaus", en="This chat now belongs to Solarhaus") in seen
    await chat_team.create_lead(team)
    assert "Lead L-1" in await ben.sees(room)


async def test_members_of_other_teams_are_shown_to_their_own_chat(chat: Chat) -> None:
    """X1: another team's member reads that the group chat belongs to another team, but not to which one."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {})
    other = await chat_team.seed_team(chat, "Dachwerk Süd KG", "Petra Vogt", {})
    for name in ("Messe Ulm", ""):
        room = await group(chat, team.owner, other.owner, name=name)
        await team.owner.says(de="verbinden", en="connect", room=room)
        refused = await other.owner.says(de="leads", en="leads", room=room)
        assert chat.words(de="zu einem anderen Team", en="to another team") in refused
        if chat.driver.platform == "teams":  # Slack makes up a name for a group chat, out of people's names
            assert name in refused
        assert "Solarhaus" not in refused
        assert not refused.commands
