"""A lead from the form to the bargain, as people in two firms' channels see it."""

import pytest

from services.permissions import Role
from tests.chat import Chat
from tests.features import people


@pytest.mark.core
async def test_colleagues_create_pick_work_and_win_a_lead(chat: Chat) -> None:
    """A lead is typed into a form, appears in the channel, is picked there, worked on and won; every card follows."""
    firm = await people.found(chat, "Solarhaus", "Anna Weiß", {"Ben Kaya": Role.MEMBER, "Tom Fischer": Role.VIEWER})
    anna, ben, tom = firm.people
    await anna.says(de="lead anlegen Dachsanierung", en="lead create Dachsanierung")
    await anna.presses("lead.create", fill={"name": "Eva Schneider", "email": "eva@posteo.de", "value": "18.500"})
    posted = (await ben.reads(firm.channel))[-1]
    assert "Lead L-1 · Dachsanierung" in posted
    assert "e***@posteo.de" in posted
    assert {"lead.pick", "lead.reveal", "lead.share"} <= posted.commands
    if chat.stage.platform != "slack":  # where everybody in a channel sees the same message
        assert (await tom.reads(firm.channel))[-1].commands == set()

    await ben.presses("lead.pick", at=firm.channel)
    for one in (anna, ben, tom):
        seen = (await one.reads(firm.channel))[-1]
        assert chat.words(de="übernommen von Ben Kaya", en="picked by Ben Kaya") in seen

    details = await ben.presses("lead.reveal", at=firm.channel)
    assert "eva@posteo.de" in details
    assert details.private
    assert all("eva@posteo.de" not in seen.words for seen in await tom.reads(firm.channel))

    await ben.presses("lead.note", at=firm.channel)
    await ben.presses("lead.note", at=firm.channel, fill={"note": "Besichtigung", "step": "qualified"})
    assert chat.words(de="Qualifiziert", en="Qualified") in await anna.sees(at=firm.channel)
    won = await ben.says(de="gewonnen L-1 16.200", en="won L-1 16,200", at=firm.channel)
    assert chat.words(de="gewonnen von Ben Kaya", en="won by Ben Kaya") in won


async def test_a_list_is_picked_from(chat: Chat) -> None:
    """Picking from the list answers with the list: the lead says in its place that it is mine, and goes back there."""
    firm = await people.found(chat, "Solarhaus", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    ben = firm.people[1]
    _, middle, _ = [await people.bring(firm, title) for title in ("Dach", "Fenster", "Heizung")]
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


async def test_a_lead_of_another_firm_shrinks_to_one_line(chat: Chat) -> None:
    """After a pick the card in the other firm's channel says that the lead is taken and has no button."""
    operator = await people.found(chat, "Solarhaus", "Anna Weiß", {})
    first = await people.found(chat, "Dachwerk", "Petra Vogel", {})
    second = await people.found(chat, "Sparren", "Uwe Holz", {})
    await people.open_market(operator, first, second)
    brought = await people.bring(operator)
    await people.offer(operator, brought.lead_id)
    await first.owner.presses("lead.pick", at=first.channel)
    [gone] = [one for one in await second.owner.reads(second.channel) if "L-1" in one]
    assert chat.words(de="L-1 ist vergeben", en="L-1 is taken") in gone
    assert gone.commands == set()


async def test_duplicates_stand_above_the_filled_form(chat: Chat) -> None:
    """A second lead of the same contact is shown first, above the form as it was filled; then it can be kept."""
    firm = await people.found(chat, "Solarhaus", "Anna Weiß", {})
    anna = firm.owner
    filled = {"name": "Eva Schneider", "email": "eva@posteo.de"}
    await anna.says(de="lead anlegen Dach", en="lead create Dach")
    await anna.presses("lead.create", fill=filled)
    await anna.says(de="lead anlegen Dach", en="lead create Dach")
    seen = await anna.presses("lead.create", fill=filled)
    assert "L-1 · Dach" in seen
    assert seen.inputs["email"] == "eva@posteo.de"
    kept = await anna.presses("lead.create")
    assert "L-2 · Dach" in kept
