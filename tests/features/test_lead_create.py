"""From the welcome in a channel to a lead in every channel of the team; duplicates are shown first."""

import pytest

from services.permissions import Role
from tests.chat import Chat
from tests.features import chat_team

ENQUIRY = {
    "title": "Wärmepumpe für ein Reihenhaus",
    "name": "Gerda Holm",
    "email": "gerda.holm@posteo.example",
    "phone": "0711 5558877",
    "company": "Holm Bau",
    "postcode": "70192",
    "country": "DE",
    "text": "Bitte ein Angebot bis Ende des Monats.",
    "value": "18.500",
    "source": "Messe",
    "campaign": "Herbst",
}


@pytest.mark.core
async def test_from_the_welcome_to_a_lead_in_every_channel(chat: Chat) -> None:
    """The bot welcomes a channel once; buttons create a team and connect it; a lead is posted to each channel."""
    anna, ben = await chat.person("Anna Weiß"), await chat.person("Ben Kaya")
    sales = await chat.channel("Vertrieb", anna, ben)
    [welcome] = await anna.reads(sales)
    assert {"team.create", "team.connect", "help"} <= welcome.commands
    await chat.driver.install(sales, anna.account)
    await chat.settles()
    assert len(await ben.reads(sales)) == 1

    await anna.presses("team.create", room=sales)
    await anna.presses("team.create", room=sales, fill={"name": "Solarhaus GmbH"})
    service = await chat.channel("Service", anna, ben)
    await anna.presses("team.connect", room=service)
    assert await ben.finds("Solarhaus GmbH", service)

    form = await anna.says(de="neuer lead", en="new lead")
    assert set(ENQUIRY) <= set(form.inputs)
    made = await anna.presses("lead.create", fill=ENQUIRY)
    assert "L-1" in made
    for room in (sales, service):
        seen = await ben.finds("L-1", room)
        assert ENQUIRY["title"] in seen
        assert chat.words(de="offen", en="open") in seen


async def test_a_lead_has_a_contact_and_an_enquiry(chat: Chat) -> None:
    """B20: a lead has a contact (six parts), an enquiry (title, text, value), a source and a campaign."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {})
    await team.owner.says(de="neuer lead", en="new lead")
    await team.owner.presses("lead.create", fill=ENQUIRY)
    details = await team.owner.presses("lead.reveal")
    shown = {**ENQUIRY, "phone": "+49 711 5558877", "value": chat.words(de="18.500", en="18,500")}
    assert not [name for name, text in shown.items() if text not in details]


@pytest.mark.core
async def test_the_same_contact_is_shown_first(chat: Chat) -> None:
    """B24: a lead with a known e-mail or phone is created only after the earlier leads were shown."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    anna, ben = team.people
    await anna.says(de="neuer lead", en="new lead")
    await anna.presses("lead.create", fill=ENQUIRY)
    await ben.says(de="neuer lead", en="new lead")
    again = {"title": "Noch einmal dieselbe Person", "name": "G. Holm", "phone": "+49 711 5558877"}
    asked = await ben.presses("lead.create", fill=again)
    assert "L-1" in asked
    assert chat.words(de="dieselbe", en="same e-mail or phone") in asked
    assert asked.inputs["title"] == again["title"]
    assert again["title"] not in await anna.sees(team.channel)
    assert "L-2" in await ben.presses("lead.create")
    assert again["title"] in await anna.sees(team.channel)


async def test_a_wrong_form_names_the_wrong_input(chat: Chat) -> None:
    """X1: an invalid address or a missing name creates no lead, and the response names the input."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {})
    anna = team.owner
    await anna.says(de="neuer lead", en="new lead")
    refused = await anna.presses("lead.create", fill={**ENQUIRY, "email": "gerda at posteo"})
    assert chat.words(de="E-Mail", en="e-mail") in refused
    await anna.says(de="neuer lead", en="new lead")
    form = await anna.presses("lead.create", fill={"title": "Nur ein Titel"})
    assert form.inputs["title"] == "Nur ein Titel"
    assert "L-1" not in await anna.sees(team.channel)


async def test_viewers_create_no_lead(chat: Chat) -> None:
    """X1: a viewer is refused before the form, reads who may create leads, and asks by one button."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Tom Fischer": Role.VIEWER})
    tom = team.of(Role.VIEWER)
    assert "lead.create" not in (await tom.says("leads")).commands
    refused = await tom.says(de="neuer lead", en="new lead")
    assert "Anna Weiß" in refused
    assert "request.ask" in refused.commands
    assert not refused.inputs
