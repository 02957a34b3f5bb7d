"""A marketplace's own questions about a lead, and who reads the responses."""

from tests.chat import Chat
from tests.features import chat_team
from tests.features.lead_steps import open_three


async def test_a_marketplace_asks_its_own_questions(chat: Chat) -> None:
    """B20: the operator sets questions, a giver answers in the offer form, takers read them in details alone."""
    solar, roofs, heat = await open_three(chat)
    ben, jorg, olaf = solar.people[1], heat.owner, roofs.people[1]
    form = await ben.says(de="markt einstellungen", en="market settings")
    assert form.inputs["offer_window_minutes"] in {120, "120"}
    await ben.presses("marketplace.change", fill={"questions": "Welche Dachform?\nBis wann?", "reminder_days": 2})
    assert "Welche Dachform?" in await ben.says(de="markt", en="market")

    lead = await chat_team.create_lead(heat)
    asked = await jorg.presses("marketplace.offer", room=heat.channel, lead=lead.lead_id)
    assert "Welche Dachform?" in asked
    await jorg.presses("marketplace.offer", room=heat.channel, fill={"answer_1": "Walmdach, 45 Grad"})
    again = await ben.presses("marketplace.offer", room=solar.channel, lead=lead.lead_id)
    assert again.inputs["answer_2"] in {None, ""}
    await ben.presses("marketplace.offer", room=solar.channel, fill={"answer_2": "Vor dem Winter"})

    details = await olaf.presses("lead.reveal", room=roofs.channel, lead=lead.lead_id)
    assert "Walmdach, 45 Grad" in details
    assert "Vor dem Winter" in details
    for team in (solar, roofs, heat):
        posted = [seen.words for seen in await team.owner.reads(team.channel) if not seen.private]
        assert all("Walmdach" not in words and "Winter" not in words for words in posted)


async def test_questions_end_with_the_settings_form(chat: Chat) -> None:
    """B20: emptied settings ask no questions any more; too many questions are refused with the limit."""
    solar, _, _ = await open_three(chat)
    anna = solar.owner
    await anna.says(de="markt einstellungen", en="market settings")
    await anna.presses("marketplace.change", fill={"questions": "Welche Dachform?"})
    await anna.says(de="markt einstellungen", en="market settings")
    refused = await anna.presses("marketplace.change", fill={"questions": "\n".join("ABCDEF")})
    assert "5" in refused
    await anna.says(de="markt einstellungen", en="market settings")
    await anna.presses("marketplace.change", fill={"questions": ""})
    assert "Dachform" not in await anna.says(de="markt", en="market")
