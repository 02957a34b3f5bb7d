"""A lead from the form to the win, as people in the channels of two teams see it."""

import pytest

from services.permissions import Role
from tests.chat import Chat
from tests.features import chat_team


@pytest.mark.core
async def test_members_create_pick_work_and_win_a_lead(chat: Chat) -> None:
    """A lead is typed into a form, posted to the channel, picked, worked on and won; every card follows."""
    team = await chat_team.seed_team(
        chat, "Solarhaus", "Anna Weiß", {"Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER}
    )
    anna, ben, tom = team.people
    await anna.says(de="lead anlegen Dachsanierung", en="lead create Dachsanierung")
    await anna.presses("lead.create", fill={"name": "Eva Schneider", "email": "eva@posteo.de", "value": "18.500"})
    posted = (await ben.reads(team.channel))[-1]
    assert "Lead L-1 · Dachsanierung" in posted
    assert "e***@posteo.de" in posted
    assert {"lead.pick", "lead.reveal", "lead.share"} <= posted.commands
    if chat.driver.platform != "slack":  # where everybody in a channel sees the same message
        assert (await tom.reads(team.channel))[-1].commands == set()

    await ben.presses("lead.pick", room=team.channel)
    for person in (anna, ben, tom):
        seen = (await person.reads(team.channel))[-1]
        assert chat.words(de="übernommen von Ben Kaya", en="picked by Ben Kaya") in seen

    details = await ben.presses("lead.reveal", room=team.channel)
    assert "eva@posteo.de" in details
    assert details.private
    assert all("eva@posteo.de" not in seen.words for seen in await tom.reads(team.channel))

    await ben.presses("lead.note", room=team.channel)
    await ben.presses("lead.note", room=team.channel, fill={"note": "Besichtigung", "step": "qualified"})
    assert chat.words(de="Qualifiziert", en="Qualified") in await anna.sees(room=team.channel)
    won = await ben.says(de="gewonnen L-1 16.200", en="won L-1 16,200", room=team.channel)
    assert chat.words(de="gewonnen von Ben Kaya", en="won by Ben Kaya") in won


async def test_a_pick_from_a_list_updates_the_list(chat: Chat) -> None:
    """A pick from the list responds with the list, which marks the lead as picked, and an undo restores it."""
    team = await chat_team.seed_team(chat, "Solarhaus", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    ben = team.people[1]
    _, middle, _ = [await chat_team.create_lead(team, title) for title in ("Dach", "Fenster", "Heizung")]
    mine = chat.words(de="von Ihnen übernommen", en="picked by you")
    for kind in ("current", "offered"):
        listed = await ben.says(f"leads {kind}")
        seen = await ben.presses("lead.pick", back="list", lead=middle.lead_id)
        order = [seen.words.index(words) for words in ("L-3", "L-2", mine, "L-1")]
        assert order == sorted(order)
        assert seen.button("lead.reveal", {"lead": middle.lead_id})
        again = await ben.presses("lead.undo", back="list", lead=middle.lead_id)
        assert mine not in again
        assert again.buttons == listed.buttons


async def test_a_lead_of_another_team_shrinks_to_one_line(chat: Chat) -> None:
    """After a pick the card in the other team's channel says that the lead is taken and has no button."""
    operator = await chat_team.seed_team(chat, "Solarhaus", "Anna Weiß", {})
    first = await chat_team.seed_team(chat, "Dachwerk", "Petra Vogel", {})
    second = await chat_team.seed_team(chat, "Sparren", "Uwe Holz", {})
    await chat_team.open_marketplace(operator, first, second)
    brought = await chat_team.create_lead(operator)
    await chat_team.offer(operator, brought.lead_id)
    await first.owner.presses("lead.pick", room=first.channel)
    [gone] = [item for item in await second.owner.reads(second.channel) if "L-1" in item]
    assert chat.words(de="L-1 ist vergeben", en="L-1 is taken") in gone
    assert gone.commands == set()


async def test_duplicates_stand_above_the_filled_form(chat: Chat) -> None:
    """A second lead of the same contact shows the first above the filled form, and can then be created."""
    team = await chat_team.seed_team(chat, "Solarhaus", "Anna Weiß", {})
    anna = team.owner
    filled = {"name": "Eva Schneider", "email": "eva@posteo.de"}
    await anna.says(de="lead anlegen Dach", en="lead create Dach")
    await anna.presses("lead.create", fill=filled)
    await anna.says(de="lead anlegen Dach", en="lead create Dach")
    seen = await anna.presses("lead.create", fill=filled)
    assert "L-1 · Dach" in seen
    assert seen.inputs["email"] == "eva@posteo.de"
    created = await anna.presses("lead.create")
    assert "L-2 · Dach" in created
