"""Marketplaces: partners join and leave; leads are submitted, offered, assigned, and changed by scheduled jobs."""

import re

import pytest

from bot.jobs.scheduler import noun_jobs
from services.permissions import Role
from tests.chat import Chat
from tests.features import chat_team
from tests.features.lead_steps import offered, open_three, picked_by, shows, taken

MAIL = "leitung@dachwerk.example"


async def run_scheduled_job(chat: Chat, name: str) -> None:
    """Run a scheduled job and deliver its messages."""
    [job] = [noun_job for noun_job in noun_jobs() if noun_job.name == name]
    assert await chat.application.jobs.tick(job)
    await chat.settles()


def invitation_link(chat: Chat) -> tuple[str, str]:
    """Return the text of the newest mail and the path of the page that it links to."""
    part = chat.mails.mails[-1].get_body(("plain",))
    assert part is not None
    words = str(part.get_content())
    links = re.findall(rf"{re.escape(chat.public_url)}(/join/[\w.-]+)", words)
    assert links
    return words, links[-1]


@pytest.mark.core
async def test_a_partner_is_invited_and_becomes_active(chat: Chat) -> None:
    """B3, B22: a member opens a marketplace and invites a partner, which joins by page and code."""
    solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    roofs = await chat_team.seed_team(chat, "Dachwerk Süd KG", "Petra Vogt", {})
    anna, ben, petra = *solar.people, roofs.owner
    await ben.says(de="markt anlegen", en="market create")
    opened = await ben.presses("marketplace.create", fill={"name": "Handwerk Süd"})
    assert "Handwerk Süd" in opened
    await ben.presses("marketplace.invite")
    filled = {"name": "Dachwerk", "email": MAIL, "part": "both", "text": "Wir würden uns freuen."}
    pending = await ben.presses("marketplace.invite", fill=filled)
    assert chat.words(de="eingeladen", en="invited") in pending
    assert "marketplace.withdraw" in pending.commands
    words, path = invitation_link(chat)
    assert "Wir würden uns freuen." in words
    accepted = await chat.client.post(path, data={"answer": "accept"})
    code = re.search(r"[2-9A-Z]{4}\u2011[2-9A-Z]{4}", await accepted.text())
    assert code is not None
    joined = await petra.says(de=f"beitreten {code[0]}", en=f"join {code[0]}")
    assert "Handwerk Süd" in joined
    active = await ben.says(de="markt", en="market")
    assert chat.words(de="aktiv", en="active") in active
    assert "Dachwerk Süd KG" in active
    assert await anna.finds(chat.words(de="Dachwerk Süd KG ist jetzt auf", en="Dachwerk Süd KG takes part in"))
    theirs = await petra.says(de="markt", en="market")
    assert "Solarhaus GmbH" in theirs
    assert not theirs.commands & {"marketplace.invite", "marketplace.end"}


async def test_an_invited_partner_declines_and_is_withdrawn(chat: Chat) -> None:
    """B22: a declined invitation is reported to owner and admins; then the partner can be deleted."""
    solar = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {})
    anna = solar.owner
    await chat_team.open_marketplace(solar)
    await anna.says(de=f"markt einladen {MAIL} Dachwerk", en=f"market invite {MAIL} Dachwerk")
    _, path = invitation_link(chat)
    response = await chat.client.post(path, data={"answer": "decline"})
    assert response.status == 200
    await chat.settles()
    notice = await anna.finds(chat.words(de="Dachwerk hat die Einladung zu", en="Dachwerk declined the invitation"))
    assert chat.words(de="abgelehnt", en="declined") in notice
    assert chat.words(de="abgelehnt", en="declined") in await anna.says(de="markt", en="market")
    left = await anna.presses("marketplace.withdraw")
    assert "Dachwerk" not in left


async def test_an_active_partner_is_ended_and_never_deleted(chat: Chat) -> None:
    """B22: an active partner cannot be deleted; ending it asks first and withdraws the leads on offer to it."""
    solar, roofs, heat = await open_three(chat)
    lead = await offered(solar)
    ben, petra, jorg = solar.people[1], roofs.owner, heat.owner
    overview = await ben.says(de="markt", en="market")
    [end] = [button for button in overview.buttons if button.command == "marketplace.end"][:1]
    refused = await ben.forges("marketplace.withdraw", end.args)
    assert chat.words(de="lässt sich nicht löschen", en="can't be deleted") in refused
    await ben.says(de="markt", en="market")
    asked = await ben.presses("marketplace.end", **end.args)
    assert chat.words(de="Keine Leads mehr für", en="No more leads for") in asked
    ended = await ben.presses("marketplace.end", **end.args)
    assert chat.words(de="beendet", en="ended") in ended
    out, still = ((petra, roofs), (jorg, heat)) if "Dachwerk" in asked else ((jorg, heat), (petra, roofs))
    assert (await still[0].finds("L-1", still[1].channel)).button("lead.pick", {"lead": lead.lead_id})
    gone = await out[0].finds("L-1", out[1].channel)
    assert not gone.commands
    assert lead.title not in gone
    refused = await out[0].forges("lead.pick", {"lead": lead.lead_id}, room=out[1].channel)
    assert chat.words(de="wird Ihrem Team nicht angeboten", en="is not on offer to your team") in refused


async def test_a_team_is_operator_giver_and_taker_at_once(chat: Chat) -> None:
    """B7: the operator offers its own lead to every taker and picks it itself."""
    solar, roofs, heat = await open_three(chat)
    lead = await chat_team.create_lead(solar)
    ben = solar.people[1]
    await ben.presses("marketplace.offer", room=solar.channel, lead=lead.lead_id)
    await ben.presses("marketplace.offer", room=solar.channel, fill={})
    assert chat.words(de="offen bis 12:00", en="open until 12:00") in await shows(roofs.owner, roofs)
    await solar.owner.presses("lead.pick", room=solar.channel, lead=lead.lead_id)
    assert picked_by(chat, "Anna Weiß") in await shows(ben, solar)
    for team in (roofs, heat):
        assert taken(chat) in await shows(team.owner, team)


@pytest.mark.core
async def test_a_giver_submits_and_the_operator_offers(chat: Chat) -> None:
    """B3, B6: any member of the giver submits a lead; any member of the operator offers it to takers."""
    solar, roofs, heat = await open_three(chat)
    lead = await chat_team.create_lead(roofs)
    olaf, mara, jorg = roofs.people[1], solar.people[2], heat.owner
    await olaf.presses("marketplace.offer", room=roofs.channel, lead=lead.lead_id)
    await olaf.presses("marketplace.offer", room=roofs.channel, fill={})
    waiting = chat.words(de="wartet auf den Betreiber", en="waits for the market's operator")
    assert waiting in await shows(roofs.owner, roofs)
    assert lead.title not in await jorg.says("leads")
    await mara.presses("marketplace.offer", room=solar.channel, lead=lead.lead_id)
    await mara.presses("marketplace.offer", room=solar.channel, fill={})
    seen = await jorg.finds("L-1", heat.channel)
    assert chat.words(de="(von Dachwerk Süd KG)", en="(from Dachwerk Süd KG)") in seen
    await jorg.presses("lead.pick", room=heat.channel, lead=lead.lead_id)
    assert chat.words(de="bei Wärme Nord AG", en="with Wärme Nord AG") in await shows(olaf, roofs)


async def test_a_lead_is_assigned_directly(chat: Chat) -> None:
    """B9, B21: a lead assigned to one partner is seen and accepted by that partner alone."""
    solar, roofs, heat = await open_three(chat)
    lead = await chat_team.create_lead(solar)
    petra, jorg = roofs.owner, heat.owner
    await solar.owner.says(de='anbieten L-1 "Dachwerk Süd KG"', en='offer L-1 "Dachwerk Süd KG"')
    seen = await petra.finds("L-1", roofs.channel)
    assert chat.words(de="nur für Ihre Firma", en="for you alone") in seen
    assert lead.title not in await jorg.sees(heat.channel)
    refused = await jorg.forges("lead.pick", {"lead": lead.lead_id}, room=heat.channel)
    assert lead.title not in refused
    await roofs.people[1].presses("lead.pick", room=roofs.channel, lead=lead.lead_id)
    assert picked_by(chat, "Olaf Kern") in await shows(petra, roofs)
    assert chat.words(de="bei Dachwerk Süd KG", en="with Dachwerk Süd KG") in await shows(solar.owner, solar)


async def test_each_team_counts_its_own_leads(chat: Chat) -> None:
    """B9: a lead has another number in each team, so that no partner learns how many others get."""
    solar, roofs, heat = await open_three(chat)
    await chat_team.create_lead(roofs, "Ganz eigener Lead")
    lead = await offered(solar, "Solaranlage 9 kWp")
    assert lead.title in await shows(roofs.owner, roofs, "L-2")
    assert lead.title in await shows(heat.owner, heat, "L-1")
    assert "Ganz eigener Lead" in await roofs.owner.says("lead L-1")
    assert lead.title in await heat.owner.says("lead L-1")


async def test_a_lead_without_taker_expires(chat: Chat) -> None:
    """B21: after the window operator and giver read that brokerage failed; the operator offers again."""
    solar, roofs, heat = await open_three(chat)
    lead = await chat_team.create_lead(heat)
    ben, petra, jorg = solar.people[1], roofs.owner, heat.owner
    await jorg.says(de="anbieten L-1", en="offer L-1")
    await jorg.presses("marketplace.offer", fill={})
    await ben.presses("marketplace.offer", room=solar.channel, lead=lead.lead_id)
    await ben.presses("marketplace.offer", room=solar.channel, fill={})
    chat.clock.advance(minutes=121)
    refused = await petra.says(de="nimm L-1", en="pick L-1")
    assert chat.words(de="Zeit für die Übernahme von L-1 ist abgelaufen", en="time to pick L-1 is over") in refused
    await run_scheduled_job(chat, "lead.expire")
    words = chat.words(de="Vermittlung gescheitert", en="brokerage failed")
    failed = await ben.finds(words, solar.channel)
    assert lead.title in failed
    assert await jorg.finds(words, heat.channel)
    assert lead.title not in await shows(petra, roofs)
    assert taken(chat) not in await shows(petra, roofs)
    await ben.presses("marketplace.offer", room=solar.channel, lead=lead.lead_id)
    await ben.presses("marketplace.offer", room=solar.channel, fill={})
    await petra.presses("lead.pick", room=roofs.channel, lead=lead.lead_id)
    for person, team in ((ben, solar), (jorg, heat)):
        assert words not in await person.sees(team.channel)


async def test_an_idle_lead_is_offered_again(chat: Chat) -> None:
    """B21: after three idle days the responsible member is reminded; after seven other teams may pick."""
    solar, roofs, heat = await open_three(chat)
    lead = await offered(solar)
    petra, jorg = roofs.owner, heat.owner
    await petra.presses("lead.pick", room=roofs.channel, lead=lead.lead_id)
    chat.clock.advance(days=3, minutes=1)
    await run_scheduled_job(chat, "lead.remind")
    reminded = await petra.finds(chat.words(de="L-1 wartet auf Sie seit", en="L-1 has been waiting for you since"))
    assert "lead.note" in reminded.commands
    await petra.says(de="notiz L-1 Kommt Montag", en="note L-1 Comes Monday")
    assert chat.words(de="wartet auf Sie", en="has been waiting") not in await petra.sees()
    chat.clock.advance(days=6)
    await run_scheduled_job(chat, "lead.offer_again")
    assert picked_by(chat, "Petra Vogt") in await shows(petra, roofs)
    await run_scheduled_job(chat, "lead.remind")
    chat.clock.advance(days=7, minutes=1)
    await run_scheduled_job(chat, "lead.offer_again")
    gone = await shows(petra, roofs)
    assert lead.title not in gone
    assert taken(chat) not in gone
    await jorg.presses("lead.pick", room=heat.channel, lead=lead.lead_id)
    assert picked_by(chat, "Jörg Blum") in await shows(jorg, heat)
    assert taken(chat) in await shows(petra, roofs)


async def test_duplicates_are_shown_before_an_offer_goes_out(chat: Chat) -> None:
    """B24: the operator reads duplicates on the marketplace first, and then offers the lead anyway."""
    solar, roofs, _ = await open_three(chat)
    mara = solar.people[2]
    contact = {"name": "Gerda Holm", "email": "gerda@posteo.example"}
    for title in ("Erste Anfrage", "Zweite Anfrage"):
        await mara.says(de="neuer lead", en="new lead")
        made = await mara.presses("lead.create", fill={"title": title, **contact})
        if "lead.create" in made.commands and made.inputs:
            await mara.presses("lead.create")
    for ref in ("L-1", "L-2"):
        await mara.says(de=f"anbieten {ref}", en=f"offer {ref}")
        asked = await mara.presses("marketplace.offer", fill={})
    assert "Erste Anfrage" in asked
    assert chat.words(de="Trotzdem anbieten", en="Offer anyway") in [button.label for button in asked.buttons]
    assert "Zweite Anfrage" not in await roofs.owner.sees(roofs.channel)
    await mara.presses("marketplace.offer")
    assert "Zweite Anfrage" in await roofs.owner.sees(roofs.channel)


async def test_viewers_run_nothing(chat: Chat) -> None:
    """X1: a viewer sees the marketplace without buttons; each command is refused with who may, and a request button."""
    solar, _, _ = await open_three(chat)
    lead = await chat_team.create_lead(solar)
    tom = solar.of(Role.VIEWER)
    assert not (await tom.says(de="markt", en="market")).commands & {"marketplace.invite", "marketplace.end"}
    for de, en in (("markt anlegen Neu", "market create New"), (f"anbieten {lead.ref} X", f"offer {lead.ref} X")):
        refused = await tom.says(de=de, en=en)
        assert "Anna Weiß" in refused
        assert "request.ask" in refused.commands
