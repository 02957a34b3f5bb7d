"""One click picks a lead: the winner, the cards of all other people, and the undo."""

import pytest

from services.permissions import Role
from tests.chat import Chat
from tests.features import chat_team
from tests.features.lead_steps import offered, open_three, picked_by, shows, taken


@pytest.mark.core
async def test_one_click_changes_every_copy(chat: Chat) -> None:
    """X2: a pick updates every card: with the name in the winner's team, to one line in other teams."""
    solar, roofs, heat = await open_three(chat)
    petra, olaf, jorg = roofs.owner, roofs.people[1], heat.owner
    lead = await offered(solar)
    service = await chat.channel("Service", petra, olaf)
    await petra.says(de="verbinden", en="connect", room=service)
    await petra.says(de="teile L-1 #Service", en="share L-1 #Service")
    await petra.says("lead L-1")
    await jorg.says("lead L-1")

    await olaf.presses("lead.pick", room=roofs.channel, lead=lead.lead_id)

    won = picked_by(chat, "Olaf Kern")
    for room in (roofs.channel, service, petra.direct):
        assert won in await petra.finds("L-1", room)
    for room in (heat.channel, jorg.direct):
        gone = (await jorg.reads(room))[-1]
        assert gone.words.startswith(taken(chat))
        assert "lead.pick" not in gone.commands
        assert lead.title not in gone


async def test_giver_and_operator_see_the_partner(chat: Chat) -> None:
    """B8: giver and operator still see which partner has the lead, and none of its members."""
    solar, roofs, heat = await open_three(chat)
    lead = await chat_team.create_lead(heat)
    jorg, ben, olaf = heat.owner, solar.people[1], roofs.people[1]
    await jorg.presses("marketplace.offer", room=heat.channel, lead=lead.lead_id)
    await jorg.presses("marketplace.offer", room=heat.channel, fill={})
    await ben.presses("marketplace.offer", room=solar.channel, lead=lead.lead_id)
    await ben.presses("marketplace.offer", room=solar.channel, fill={})
    await olaf.presses("lead.pick", room=roofs.channel, lead=lead.lead_id)
    winner = chat.words(de="bei Dachwerk Süd KG seit", en="with Dachwerk Süd KG since")
    for person, team in ((jorg, heat), (ben, solar)):
        seen = await shows(person, team)
        assert winner in seen
        assert "Olaf" not in seen
        details = await person.says(de="kontakt L-1", en="contact L-1")
        assert "Dachwerk Süd KG" in details
        assert "Olaf" not in details
        assert "lead.pick" not in details.commands


@pytest.mark.core
async def test_the_loser_reads_who_was_faster(chat: Chat) -> None:
    """B10: members read who picked the lead; other teams read only that it is taken."""
    solar, roofs, heat = await open_three(chat)
    lead = await offered(solar)
    petra, olaf, jorg = roofs.owner, roofs.people[1], heat.owner
    await petra.presses("lead.pick", room=roofs.channel, lead=lead.lead_id)
    refused = await olaf.forges("lead.pick", {"lead": lead.lead_id}, room=roofs.channel)
    assert chat.words(de="Petra Vogt war schneller", en="Petra Vogt was faster") in refused
    strange = await jorg.forges("lead.pick", {"lead": lead.lead_id}, room=heat.channel)
    assert chat.words(de="L-1 ist schon vergeben", en="L-1 is already taken") in strange
    assert "Petra" not in strange
    assert "Dachwerk" not in strange
    assert chat.words(de="ist schon bei Ihnen", en="You have L-1 already") in await petra.says(
        de="nimm L-1", en="pick L-1"
    )


async def test_a_picked_lead_is_gone_for_every_other_team(chat: Chat) -> None:
    """B8: other teams neither list nor find a picked lead, by number, card or command."""
    solar, roofs, heat = await open_three(chat)
    lead = await offered(solar)
    jorg = heat.owner
    assert "L-1" in await jorg.says("leads")
    await roofs.owner.presses("lead.pick", room=roofs.channel, lead=lead.lead_id)
    assert lead.title not in await jorg.says("leads")
    for de, en in (
        ("lead L-{}", "lead L-{}"),
        ("kontakt L-{}", "contact L-{}"),
        ("notiz L-{} Hallo", "note L-{} Hello"),
    ):
        gone, never = [await jorg.says(de=de.format(ref), en=en.format(ref)) for ref in ("1", "777")]
        assert gone.words.replace("L-1", "L-777") == never.words
    for command in ("lead.reveal", "lead.show", "lead.share", "lead.win"):
        refused = await jorg.forges(command, {"lead": lead.lead_id})
        assert lead.title not in refused
        assert "Dachwerk" not in refused


async def test_an_unoffered_lead_does_not_exist(chat: Chat) -> None:
    """B9: another team's lead can be neither seen nor picked; the response is that of a missing lead."""
    solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    roofs = await chat_team.seed_team(chat, "Dachwerk Süd KG", "Petra Vogt", {})
    lead = await chat_team.create_lead(solar)
    petra = roofs.owner
    assert lead.title not in await petra.says("leads")
    for command in ("lead.pick", "lead.show", "lead.card", "lead.reveal", "lead.note", "marketplace.offer"):
        args = {"note": "Hallo", "to": "x"} if command in {"lead.note", "marketplace.offer"} else {}
        responses: list[str] = []
        for lead_id in (lead.lead_id, "nirgends"):
            await petra.forges(command, {**args, "lead": lead_id}, room=roofs.channel)
            responses.append((await petra.reads(roofs.channel))[-1].words)
        assert responses[0] == responses[1], command
        assert lead.title not in responses[0]
    assert "L-1" in await solar.owner.presses("lead.pick", lead=lead.lead_id, room=solar.channel)


async def test_a_pick_from_the_list_goes_on_with_the_list(chat: Chat) -> None:
    """B4: after a pick from the list the list marks the lead as picked and still offers the rest."""
    solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    first, second = await chat_team.create_lead(solar), await chat_team.create_lead(solar, "Balkonkraftwerk")
    ben = solar.people[1]
    await ben.says("leads")
    seen = await ben.presses("lead.pick", lead=first.lead_id)
    assert chat.words(de="von Ihnen übernommen", en="picked by you") in seen
    assert seen.button("lead.pick", {"lead": second.lead_id})
    assert not seen.button("lead.pick", {"lead": first.lead_id})


@pytest.mark.core
async def test_a_pick_is_undone_within_five_minutes(chat: Chat) -> None:
    """B25: any member undoes a pick within five minutes, as the card says; all teams may pick the lead again."""
    solar, roofs, heat = await open_three(chat)
    lead = await offered(solar)
    petra, olaf, jorg = roofs.owner, roofs.people[1], heat.owner
    await petra.presses("lead.pick", room=roofs.channel, lead=lead.lead_id)
    assert chat.words(de="Rückgängig (bis 10:05)", en="Undo (until 10:05)") in await shows(olaf, roofs)
    chat.clock.advance(minutes=4)
    await olaf.presses("lead.undo", room=roofs.channel)
    for person, team in ((petra, roofs), (jorg, heat)):
        assert (await person.finds("L-1", team.channel)).button("lead.pick", {"lead": lead.lead_id})
    await jorg.presses("lead.pick", room=heat.channel)
    assert picked_by(chat, "Jörg Blum") in await shows(jorg, heat)
    assert taken(chat) in await shows(petra, roofs)


async def test_the_history_keeps_the_pick_and_its_undoing(chat: Chat) -> None:
    """B11, B25: an undo is an activity of its own; the history shows both with team and member."""
    solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    lead = await chat_team.create_lead(solar)
    ben = solar.people[1]
    await ben.presses("lead.pick", room=solar.channel, lead=lead.lead_id)
    await ben.presses("lead.undo", room=solar.channel, lead=lead.lead_id)
    details = await ben.says(de="kontakt L-1", en="contact L-1")
    assert chat.words(de="Ben Kaya (Solarhaus GmbH): übernommen", en="Ben Kaya (Solarhaus GmbH): picked") in details
    undone = chat.words(de="Übernahme zurückgenommen", en="pick taken back")
    assert f"Ben Kaya (Solarhaus GmbH): {undone}" in details


async def test_after_five_minutes_a_pick_stays(chat: Chat) -> None:
    """B25: after five minutes the old button is refused with an offer to return the lead instead."""
    solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    lead = await chat_team.create_lead(solar)
    ben = solar.people[1]
    await ben.presses("lead.pick", room=solar.channel, lead=lead.lead_id)
    chat.clock.advance(minutes=5, seconds=1)
    refused = await ben.forges("lead.undo", {"lead": lead.lead_id}, room=solar.channel)
    assert chat.words(de="nur 5 Minuten", en="5 minutes only") in refused
    assert "lead.return" in refused.commands
    assert "lead.undo" not in (await ben.says("lead L-1")).commands
    assert picked_by(chat, "Ben Kaya") in await shows(solar.owner, solar)


async def test_viewers_pick_nothing(chat: Chat) -> None:
    """X1: a viewer has no pick button; a forged pick is refused with who may, and a request button."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Tom Fischer": Role.VIEWER})
    lead = await chat_team.create_lead(team)
    tom = team.of(Role.VIEWER)
    assert not (await tom.says("lead L-1")).commands & {"lead.pick", "lead.reveal", "lead.share"}
    refused = await tom.forges("lead.pick", {"lead": lead.lead_id})
    assert "Anna Weiß" in refused
    await tom.presses("request.ask")
    await team.owner.presses("request.approve")
    assert picked_by(chat, "Anna Weiß") in await shows(team.owner, team)
