"""Work on a picked lead: notes and steps, won, lost, and returned within the window."""

import pytest

from services.people import Language
from services.permissions import Role
from tests.chat import Chat
from tests.features import chat_team
from tests.features.lead_steps import offered, open_three, shows, taken


async def test_every_member_sees_and_works_on_it(chat: Chat) -> None:
    """B5: after a pick any member adds a note and sets the step; every card shows it, also to viewers."""
    solar, roofs, _ = await open_three(chat)
    lead = await offered(solar)
    petra, olaf, vera = roofs.people
    await petra.presses("lead.pick", room=roofs.channel, lead=lead.lead_id)
    form = await olaf.presses("lead.note", room=roofs.channel)
    assert {"note", "step"} <= set(form.inputs)
    await olaf.presses("lead.note", room=roofs.channel, fill={"note": "Ruft morgen zurück", "step": "qualified"})
    assert chat.words(de="Qualifiziert", en="Qualified") in await shows(vera, roofs)
    assert chat.words(de="Qualifiziert", en="Qualified") in await petra.says("lead L-1")
    details = await petra.says(de="kontakt L-1", en="contact L-1")
    assert "Ruft morgen zurück" in details
    assert "Olaf Kern (Dachwerk Süd KG)" in details


@pytest.mark.core
async def test_a_note_leaves_a_trace_on_every_card(chat: Chat) -> None:
    """A42: every card counts the notes since the pick and names the last author, but not the text (B8)."""
    solar, roofs, _ = await open_three(chat)
    lead = await offered(solar)
    petra, olaf, vera = roofs.people
    await petra.presses("lead.pick", room=roofs.channel, lead=lead.lead_id)
    refused_commands = (", von", "Notizen") if chat.language is Language.GERMAN else ("note, by", "notes,")
    assert not [words for words in refused_commands if words in await petra.finds("L-1", roofs.channel)]
    chat.clock.advance(minutes=1)
    await olaf.presses("lead.note", room=roofs.channel)
    await olaf.presses("lead.note", room=roofs.channel, fill={"note": "Ruft morgen zurück"})
    for person in (petra, vera):
        seen = await person.finds("L-1", roofs.channel)
        assert chat.words(de="1 Notiz, von Olaf Kern", en="1 note, by Olaf Kern") in seen
        assert "Ruft morgen" not in seen
    chat.clock.advance(minutes=1)
    await petra.says(de="notiz L-1 Termin steht", en="note L-1 Date is fixed")
    twice = chat.words(de="2 Notizen, zuletzt von Petra Vogt", en="2 notes, the last one by Petra Vogt")
    assert twice in await vera.finds("L-1", roofs.channel)
    assert twice in await petra.says("lead L-1")
    assert not [words for words in refused_commands if words in await shows(solar.owner, solar)]


async def test_notes_and_names_stay_in_the_team(chat: Chat) -> None:
    """B8, B11: giver and operator read which partner acted; its members and notes stay within its team."""
    solar, roofs, _ = await open_three(chat)
    lead = await offered(solar)
    petra = roofs.owner
    await petra.presses("lead.pick", room=roofs.channel, lead=lead.lead_id)
    await petra.says(de="notiz L-1 Will einen Rabatt", en="note L-1 Will einen Rabatt")
    details = await solar.owner.says(de="kontakt L-1", en="contact L-1")
    assert chat.words(de="Dachwerk Süd KG: übernommen", en="Dachwerk Süd KG: picked") in details
    assert chat.words(de="Anna Weiß (Solarhaus GmbH): angeboten", en="Anna Weiß (Solarhaus GmbH): offered") in details
    assert "Rabatt" not in details
    assert "Petra" not in details
    refused = await solar.owner.says(de="notiz L-1 Hallo", en="note L-1 Hello")
    assert chat.words(de="L-1 ist bei Dachwerk Süd KG", en="L-1 is with Dachwerk Süd KG") in refused


@pytest.mark.core
async def test_won_with_an_amount(chat: Chat) -> None:
    """B5: won asks for the amount; then the team's cards name the member, those of giver and operator the partner."""
    solar, roofs, heat = await open_three(chat)
    lead = await offered(solar)
    petra, olaf, _ = roofs.people
    await petra.presses("lead.pick", room=roofs.channel, lead=lead.lead_id)
    form = await olaf.presses("lead.win", room=roofs.channel)
    assert "amount" in form.inputs
    await olaf.presses("lead.win", room=roofs.channel, fill={"amount": chat.words(de="18.500,50", en="18,500.50")})
    seen = await petra.finds("L-1", roofs.channel)
    assert chat.words(de="gewonnen von Olaf Kern", en="won by Olaf Kern") in seen
    assert chat.words(de="18.500,50", en="18,500.50") in seen
    assert not seen.commands & {"lead.win", "lead.lose", "lead.note", "lead.return", "lead.undo", "lead.pick"}
    assert chat.words(de="gewonnen von Dachwerk Süd KG", en="won by Dachwerk Süd KG") in await shows(solar.owner, solar)
    assert taken(chat) in await shows(heat.owner, heat)
    assert "L-1" in await petra.says(de="leads erledigt", en="leads closed")


@pytest.mark.core
async def test_lost_needs_a_reason(chat: Chat) -> None:
    """B5: lost asks for the reason and stores it for the team; a closed lead stays closed."""
    solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    lead = await chat_team.create_lead(solar)
    anna, ben = solar.people
    await ben.presses("lead.pick", room=solar.channel, lead=lead.lead_id)
    form = await ben.presses("lead.lose", room=solar.channel)
    assert form.inputs == {"reason": ""}
    await ben.presses("lead.lose", room=solar.channel, fill={"reason": "Zu teuer"})
    seen = await anna.finds("L-1", solar.channel)
    assert "Zu teuer" in seen
    assert chat.words(de="verloren", en="lost") in seen
    for words in (("notiz L-1 Hallo", "note L-1 Hello"), ("gewonnen L-1 5", "won L-1 5"), ("nimm L-1", "pick L-1")):
        refused = await anna.says(de=words[0], en=words[1])
        assert chat.words(de="L-1 ist abgeschlossen", en="L-1 is closed") in refused


@pytest.mark.core
async def test_a_returned_lead_is_offered_again(chat: Chat) -> None:
    """B21: a lead returned with a reason within the window is offered to the other teams again."""
    solar, roofs, heat = await open_three(chat)
    lead = await offered(solar)
    petra, olaf, _ = roofs.people
    jorg = heat.owner
    await petra.presses("lead.pick", room=roofs.channel, lead=lead.lead_id)
    chat.clock.advance(hours=47)
    await olaf.presses("lead.return", room=roofs.channel)
    assert taken(chat) in await shows(jorg, heat)
    await olaf.presses("lead.return", room=roofs.channel, fill={"reason": "Liegt zu weit im Norden"})
    gone = await shows(petra, roofs)
    assert chat.words(de="L-1 wird Ihrem Team nicht mehr", en="L-1 is no longer on offer to your team") in gone
    assert lead.title not in gone
    again = await jorg.finds("L-1", heat.channel)
    assert again.button("lead.pick", {"lead": lead.lead_id})
    assert chat.words(de="offen bis 11:00", en="open until 11:00") in again
    assert lead.title not in await petra.says("leads")
    refused = await petra.forges("lead.pick", {"lead": lead.lead_id}, room=roofs.channel)
    assert "Jörg" not in refused
    assert chat.words(de="wird Ihrem Team nicht angeboten", en="is not on offer to your team") in refused
    details = await solar.owner.says(de="kontakt L-1", en="contact L-1")
    assert chat.words(de="Dachwerk Süd KG: zurückgegeben", en="Dachwerk Süd KG: returned") in details
    assert "Liegt zu weit im Norden" in details


async def test_a_lead_returned_by_all_takers_goes_to_the_operator(chat: Chat) -> None:
    """B21: a lead returned by the last taker is escalated and waits for the operator, who is notified."""
    solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    roofs = await chat_team.seed_team(chat, "Dachwerk Süd KG", "Petra Vogt", {})
    await chat_team.open_marketplace(solar, roofs)
    lead = await offered(solar)
    ben, petra = solar.people[1], roofs.owner
    for person, team in ((ben, solar), (petra, roofs)):
        await person.presses("lead.pick", room=team.channel, lead=lead.lead_id)
        await person.says(de="zurückgeben L-1 Keine Zeit", en="return L-1 No time", room=team.channel)
    waits = await ben.finds("L-1", solar.channel)
    assert chat.words(de="wartet auf Ihr Angebot", en="waits to be offered") in waits
    assert "marketplace.offer" in waits.commands
    await ben.presses("marketplace.offer", room=solar.channel, lead=lead.lead_id)
    refused = await ben.presses("marketplace.offer", room=solar.channel, fill={})
    assert chat.words(de="niemand mehr", en="nobody is left") in refused


async def test_after_the_window_it_stays(chat: Chat) -> None:
    """B21: after 48 hours a marketplace's lead cannot be returned; the response offers to close it as lost."""
    solar, roofs, _ = await open_three(chat)
    lead = await offered(solar)
    petra = roofs.owner
    await petra.presses("lead.pick", room=roofs.channel, lead=lead.lead_id)
    chat.clock.advance(hours=48, seconds=1)
    refused = await petra.says(de="zurückgeben L-1 Doch nicht", en="return L-1 After all not")
    assert chat.words(de="nur 48 Stunden", en="48 hours only") in refused
    assert "lead.lose" in refused.commands
    assert "lead.return" not in (await petra.says("lead L-1")).commands


async def test_an_own_lead_goes_back_into_the_team(chat: Chat) -> None:
    """B21: a lead that is on no marketplace can be returned at any time; every member may pick it again."""
    solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    lead = await chat_team.create_lead(solar)
    anna, ben = solar.people
    await ben.presses("lead.pick", room=solar.channel, lead=lead.lead_id)
    chat.clock.advance(days=30)
    await ben.says(de="zurückgeben L-1 Im Urlaub", en="return L-1 On leave", room=solar.channel)
    await anna.presses("lead.pick", room=solar.channel, lead=lead.lead_id)
    assert chat.words(de="übernommen von Anna Weiß", en="picked by Anna Weiß") in await shows(ben, solar)


async def test_viewers_only_read(chat: Chat) -> None:
    """X1: a viewer sees the card without buttons; each command is refused with who may, and a request button."""
    solar, _, _ = await open_three(chat)
    lead = await chat_team.create_lead(solar)
    tom = solar.of(Role.VIEWER)
    await solar.owner.presses("lead.pick", room=solar.channel, lead=lead.lead_id)
    if chat.driver.platform != "slack":  # where everybody in a channel sees the same message
        assert not (await tom.finds("L-1", solar.channel)).commands
    for de, en in (
        ("notiz L-1 Hallo", "note L-1 Hello"),
        ("gewonnen L-1 5", "won L-1 5"),
        ("verloren L-1 Nein", "lost L-1 No"),
        ("zurückgeben L-1 Nein", "return L-1 No"),
        ("rückgängig L-1", "undo L-1"),
        ("kontakt L-1", "contact L-1"),
        ("delegiere L-1 Ben Kaya", "delegate L-1 Ben Kaya"),
        ("teile L-1 Ben Kaya", "share L-1 Ben Kaya"),
    ):
        refused = await tom.says(de=de, en=en)
        assert "Anna Weiß" in refused, en
        assert "request.ask" in refused.commands, en
