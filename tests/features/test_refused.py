"""What somebody was refused stands in his own team's log, once an hour for each command."""

from services.permissions import Role
from tests.chat import Chat
from tests.features import people
from tests.features.people import Firm

FOREIGN = "0123456789abcdef0123456789abcdef0123"


async def play(chat: Chat) -> Firm:
    """A firm with a viewer."""
    return await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Tom Fischer": Role.VIEWER})


async def refused(firm: Firm) -> list[tuple[str, str]]:
    """Command and reason of what was refused, the oldest first."""
    async with firm.chat.house.units.read() as uow:
        entries = await uow.audit.page(firm.team_id, limit=100)
    found = [one.details for one in reversed(entries) if one.action == "access.refused"]
    assert all(set(one) == {"command", "reason"} for one in found), "what it was aimed at"
    return [(one["command"], one["reason"]) for one in found]


async def test_a_refused_click_is_in_the_log(chat: Chat) -> None:
    """The owner reads in the log what a colleague pressed without the right to it (X5)."""
    firm = await play(chat)
    tom = firm.of(Role.VIEWER)
    await tom.forges("team.rename", {"name": "Gekapert GmbH"})
    await tom.forges("lead.show", {"lead": FOREIGN})
    assert await refused(firm) == [("team.rename", "NotPermitted"), ("lead.show", "NotFound")]
    shown = await firm.owner.says(de="protokoll", en="audit")
    assert shown.words.count(chat.words(de="Zugriff abgelehnt", en="Access refused")) == 2
    assert tom.name in shown


async def test_a_flood_of_refused_clicks_is_one_entry_an_hour(chat: Chat) -> None:
    """However often somebody presses, his team's log is not filled with it; an hour later it counts again."""
    firm = await play(chat)
    tom = firm.of(Role.VIEWER)
    for _ in range(10):
        await tom.forges("lead.show", {"lead": FOREIGN})
    assert await refused(firm) == [("lead.show", "NotFound")]
    chat.clock.advance(hours=1)
    await tom.forges("lead.show", {"lead": FOREIGN})
    assert await refused(firm) == [("lead.show", "NotFound")] * 2


async def test_a_typing_mistake_is_no_trespass(chat: Chat) -> None:
    """Who types the number of a lead that is not there is told so, and nothing is kept of it."""
    firm = await play(chat)
    await firm.owner.says(de="zeigen L-77", en="show L-77")
    assert await refused(firm) == []
