"""Group chats of Microsoft Teams and Slack: what the bot says there, and to people of other teams."""

from services.permissions import Role
from tests.chat import Chat, Room
from tests.features import people
from tests.features.combinations import SLACK, TEAMS
from tests.stage_slack import SlackStage
from tests.stage_teams import TeamsStage

COMBINATIONS = TEAMS + SLACK


async def group(chat: Chat, *members: people.Person, name: str = "") -> Room:
    """A group chat with these people, into which the first one has taken the bot."""
    stage = chat.stage
    assert isinstance(stage, TeamsStage | SlackStage)
    room = await stage.chat(name, [one.account for one in members])
    await stage.install(room, members[0].account)
    await chat.settles()
    return room


async def test_a_group_chat_is_called_a_chat(chat: Chat) -> None:
    """Connected and disconnected, a group chat is not called a channel, and works as one."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    anna, ben = firm.people
    room = await group(chat, anna, ben)
    for seen in (
        (await anna.reads(room))[-1],
        await anna.says(de="verbinden", en="connect", at=room),
        await anna.says(de="trennen", en="disconnect", at=room),
        await anna.says(de="verbinden", en="connect", at=room),
    ):
        assert chat.words(de="Kanal", en="channel") not in seen
    assert chat.words(de="Dieser Chat gehört jetzt zu Solarhaus", en="This chat now belongs to Solarhaus") in seen
    await people.bring(firm)
    assert "Lead L-1" in await ben.sees(room)


async def test_members_of_other_teams_are_shown_to_their_own_chat(chat: Chat) -> None:
    """X1: a colleague of another team reads in a group chat whose it is not, and never whose it is."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {})
    other = await people.found(chat, "Dachwerk Süd KG", "Petra Vogt", {})
    for name in ("Messe Ulm", ""):
        room = await group(chat, firm.owner, other.owner, name=name)
        await firm.owner.says(de="verbinden", en="connect", at=room)
        refused = await other.owner.says(de="leads", en="leads", at=room)
        assert chat.words(de="zu einem anderen Team", en="to another team") in refused
        if chat.stage.platform == "teams":  # Slack makes up a name for a group chat, out of people's names
            assert name in refused
        assert "Solarhaus" not in refused
        assert not refused.commands
