"""One click picks a lead: who wins, what everybody else sees then, and how it is taken back."""

import pytest

from services.permissions import Role
from tests.chat import Chat
from tests.features import people
from tests.features.trade import offered, open_three, picked_by, shows, taken


@pytest.mark.core
async def test_one_click_changes_every_copy(chat: Chat) -> None:
    """X2: a pick changes every card of it: by name in all of the winner's places, to one line in other firms'."""
    solar, roofs, heat = await open_three(chat)
    petra, olaf, jorg = roofs.owner, roofs.people[1], heat.owner
    lead = await offered(solar)
    service = await chat.channel("Service", petra, olaf)
    await petra.says(de="verbinden", en="connect", at=service)
    await petra.says(de="teile L-1 #Service", en="share L-1 #Service")
    await petra.says("lead L-1")
    await jorg.says("lead L-1")

    await olaf.presses("lead.pick", at=roofs.channel, lead=lead.lead_id)

    won = picked_by(chat, "Olaf Kern")
    for room in (roofs.channel, service, petra.direct):
        assert won in await petra.finds("L-1", room)
    for room in (heat.channel, jorg.direct):
        gone = (await jorg.reads(room))[-1]
        assert gone.words.startswith(taken(chat))
        assert "lead.pick" not in gone.commands
        assert lead.title not in gone


async def test_giver_and_operator_see_the_firm(chat: Chat) -> None:
    """B8: whoever gave or operates a lead goes on seeing where it is: which firm, and none of its colleagues."""
    solar, roofs, heat = await open_three(chat)
    lead = await people.bring(heat)
    jorg, ben, olaf = heat.owner, solar.people[1], roofs.people[1]
    await jorg.presses("marketplace.offer", at=heat.channel, lead=lead.lead_id)
    await jorg.presses("marketplace.offer", at=heat.channel, fill={})
    await ben.presses("marketplace.offer", at=solar.channel, lead=lead.lead_id)
    await ben.presses("marketplace.offer", at=solar.channel, fill={})
    await olaf.presses("lead.pick", at=roofs.channel, lead=lead.lead_id)
    firm = chat.words(de="bei Dachwerk Süd KG seit", en="with Dachwerk Süd KG since")
    for person, place in ((jorg, heat), (ben, solar)):
        seen = await shows(person, place)
        assert firm in seen
        assert "Olaf" not in seen
        details = await person.says(de="kontakt L-1", en="contact L-1")
        assert "Dachwerk Süd KG" in details
        assert "Olaf" not in details
        assert "lead.pick" not in details.commands


@pytest.mark.core
async def test_the_loser_reads_who_was_faster(chat: Chat) -> None:
    """B10: of a picked lead colleagues read by whom, and other firms that it is taken, but not by whom."""
    solar, roofs, heat = await open_three(chat)
    lead = await offered(solar)
    petra, olaf, jorg = roofs.owner, roofs.people[1], heat.owner
    await petra.presses("lead.pick", at=roofs.channel, lead=lead.lead_id)
    late = await olaf.forges("lead.pick", {"lead": lead.lead_id}, at=roofs.channel)
    assert chat.words(de="Petra Vogt war schneller", en="Petra Vogt was faster") in late
    strange = await jorg.forges("lead.pick", {"lead": lead.lead_id}, at=heat.channel)
    assert chat.words(de="L-1 ist schon vergeben", en="L-1 is already taken") in strange
    assert "Petra" not in strange
    assert "Dachwerk" not in strange
    assert chat.words(de="ist schon bei Ihnen", en="You have L-1 already") in await petra.says(
        de="nimm L-1", en="pick L-1"
    )


async def test_a_picked_lead_is_gone_for_every_other_team(chat: Chat) -> None:
    """B8: what another firm has picked is neither listed nor found, by number, card or command: as if it never was."""
    solar, roofs, heat = await open_three(chat)
    lead = await offered(solar)
    jorg = heat.owner
    assert "L-1" in await jorg.says("leads")
    await roofs.owner.presses("lead.pick", at=roofs.channel, lead=lead.lead_id)
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


async def test_what_was_not_offered_does_not_exist(chat: Chat) -> None:
    """B9: another team's lead can be neither seen nor picked, and is answered like one that never was."""
    solar = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    roofs = await people.found(chat, "Dachwerk Süd KG", "Petra Vogt", {})
    lead = await people.bring(solar)
    petra = roofs.owner
    assert lead.title not in await petra.says("leads")
    for command in ("lead.pick", "lead.show", "lead.card", "lead.reveal", "lead.note", "marketplace.offer"):
        args = {"note": "Hallo", "to": "x"} if command in {"lead.note", "marketplace.offer"} else {}
        answers: list[str] = []
        for one in (lead.lead_id, "nirgends"):
            await petra.forges(command, {**args, "lead": one}, at=roofs.channel)
            answers.append((await petra.reads(roofs.channel))[-1].words)
        assert answers[0] == answers[1], command
        assert lead.title not in answers[0]
    assert "L-1" in await solar.owner.presses("lead.pick", lead=lead.lead_id, at=solar.channel)


async def test_a_pick_from_the_list_goes_on_with_the_list(chat: Chat) -> None:
    """B4: any colleague picks from the list, which says what is his now and goes on offering the rest."""
    solar = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    first, second = await people.bring(solar), await people.bring(solar, "Balkonkraftwerk")
    ben = solar.people[1]
    await ben.says("leads")
    seen = await ben.presses("lead.pick", lead=first.lead_id)
    assert chat.words(de="von Ihnen übernommen", en="picked by you") in seen
    assert seen.button("lead.pick", {"lead": second.lead_id})
    assert not seen.button("lead.pick", {"lead": first.lead_id})


@pytest.mark.core
async def test_a_pick_is_taken_back_within_five_minutes(chat: Chat) -> None:
    """B25: within five minutes any colleague takes a pick back, as the card says; all firms may pick the lead again."""
    solar, roofs, heat = await open_three(chat)
    lead = await offered(solar)
    petra, olaf, jorg = roofs.owner, roofs.people[1], heat.owner
    await petra.presses("lead.pick", at=roofs.channel, lead=lead.lead_id)
    assert chat.words(de="Rückgängig (bis 10:05)", en="Undo (until 10:05)") in await shows(olaf, roofs)
    chat.clock.advance(minutes=4)
    await olaf.presses("lead.undo", at=roofs.channel)
    for person, place in ((petra, roofs), (jorg, heat)):
        assert (await person.finds("L-1", place.channel)).button("lead.pick", {"lead": lead.lead_id})
    await jorg.presses("lead.pick", at=heat.channel)
    assert picked_by(chat, "Jörg Blum") in await shows(jorg, heat)
    assert taken(chat) in await shows(petra, roofs)


async def test_the_history_keeps_the_pick_and_its_undoing(chat: Chat) -> None:
    """B11, B25: taking a pick back is an entry of its own; the history tells both, each with team and colleague."""
    solar = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    lead = await people.bring(solar)
    ben = solar.people[1]
    await ben.presses("lead.pick", at=solar.channel, lead=lead.lead_id)
    await ben.presses("lead.undo", at=solar.channel, lead=lead.lead_id)
    details = await ben.says(de="kontakt L-1", en="contact L-1")
    assert chat.words(de="Ben Kaya (Solarhaus GmbH): übernommen", en="Ben Kaya (Solarhaus GmbH): picked") in details
    undone = chat.words(de="Übernahme zurückgenommen", en="pick taken back")
    assert f"Ben Kaya (Solarhaus GmbH): {undone}" in details


async def test_after_five_minutes_a_pick_stays(chat: Chat) -> None:
    """B25: after the five minutes an old button is refused, which says so and offers to return the lead instead."""
    solar = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    lead = await people.bring(solar)
    ben = solar.people[1]
    await ben.presses("lead.pick", at=solar.channel, lead=lead.lead_id)
    chat.clock.advance(minutes=5, seconds=1)
    refused = await ben.forges("lead.undo", {"lead": lead.lead_id}, at=solar.channel)
    assert chat.words(de="nur 5 Minuten", en="5 minutes only") in refused
    assert "lead.return" in refused.commands
    assert "lead.undo" not in (await ben.says("lead L-1")).commands
    assert picked_by(chat, "Ben Kaya") in await shows(solar.owner, solar)


async def test_viewers_pick_nothing(chat: Chat) -> None:
    """X1: a viewer is shown no button to pick; who forges one reads who may, and asks by one button."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Tom Fischer": Role.VIEWER})
    lead = await people.bring(firm)
    tom = firm.of(Role.VIEWER)
    assert not (await tom.says("lead L-1")).commands & {"lead.pick", "lead.reveal", "lead.share"}
    refused = await tom.forges("lead.pick", {"lead": lead.lead_id})
    assert "Anna Weiß" in refused
    await tom.presses("request.ask")
    await firm.owner.presses("request.approve")
    assert picked_by(chat, "Anna Weiß") in await shows(firm.owner, firm)
