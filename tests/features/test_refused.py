"""A person's refused commands are in their own team's log, once an hour for each command."""

from services.permissions import Role
from tests.chat import Chat
from tests.features import chat_team
from tests.features.chat_team import ChatTeam

FOREIGN = "0123456789abcdef0123456789abcdef0123"


async def build_scene(chat: Chat) -> ChatTeam:
    """Create a team with a viewer."""
    return await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Tom Fischer": Role.VIEWER})


async def refused(team: ChatTeam) -> list[tuple[str, str]]:
    """List command and reason of the refusals, the oldest first."""
    async with team.chat.application.units.read() as uow:
        entries = await uow.audit.list_entries(team.team_id, limit=100)
    found = [item.details for item in reversed(entries) if item.action == "access.refused"]
    assert all(set(item) == {"command", "reason"} for item in found), "what it was aimed at"
    return [(item["command"], item["reason"]) for item in found]


async def test_a_refused_click_is_in_the_log(chat: Chat) -> None:
    """The owner reads in the log which refused command a member pressed (X5)."""
    team = await build_scene(chat)
    tom = team.of(Role.VIEWER)
    await tom.forges("team.rename", {"name": "Gekapert GmbH"})
    await tom.forges("lead.show", {"lead": FOREIGN})
    assert await refused(team) == [("team.rename", "NotPermitted"), ("lead.show", "NotFound")]
    shown = await team.owner.says(de="protokoll", en="audit")
    assert shown.words.count(chat.words(de="Zugriff abgelehnt", en="Access refused")) == 2
    assert tom.name in shown


async def test_a_flood_of_refused_clicks_is_one_entry_an_hour(chat: Chat) -> None:
    """Repeated refused presses are one log entry an hour."""
    team = await build_scene(chat)
    tom = team.of(Role.VIEWER)
    for _ in range(10):
        await tom.forges("lead.show", {"lead": FOREIGN})
    assert await refused(team) == [("lead.show", "NotFound")]
    chat.clock.advance(hours=1)
    await tom.forges("lead.show", {"lead": FOREIGN})
    assert await refused(team) == [("lead.show", "NotFound")] * 2


async def test_a_typing_mistake_is_no_trespass(chat: Chat) -> None:
    """The number of a missing lead gets a response and no log entry."""
    team = await build_scene(chat)
    await team.owner.says(de="zeigen L-77", en="show L-77")
    assert await refused(team) == []
