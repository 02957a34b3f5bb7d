"""Search for leads: newest first, within the team, and never by text that is masked for the reader."""

import pytest

from services import lead
from services.permissions import Role
from tests.chat import Chat, Person
from tests.displayed_message import DisplayedMessage
from tests.features import chat_team
from tests.features.chat_team import ChatTeam


async def search(person: Person, text: str) -> DisplayedMessage:
    """Type a search in the direct chat."""
    return await person.says(de=f"suche {text}".strip(), en=f"find {text}".strip())


async def create_lead(team: ChatTeam, by: Person | None = None, **fields: str) -> lead.LeadView:
    """Create a lead with these parts."""
    known = {"title": "Dachsanierung", "name": "Elke Schneider", **fields}
    async with team.chat.application.units.write() as uow:
        brought = await lead.create(uow, await chat_team.actor(uow, by or team.owner), lead.LeadDraft(**known))
    await team.chat.settles()
    return brought


async def build_scene(chat: Chat) -> tuple[ChatTeam, Person, Person]:
    """Create a team with a lead that has every part, an owner and a viewer."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Tom Fischer": Role.VIEWER})
    await create_lead(
        team,
        title="Wärmepumpe 100 %_Öko",
        name="Gerda Ühlein",
        company="Holm Bau",
        postcode="70192",
        email="gerda@posteo.example",
        phone="0711 5558877",
    )
    await create_lead(team, title="Carport", name="Udo Kern")
    return team, team.owner, team.of(Role.VIEWER)


FOUND = (
    "L-1",
    "l-1",
    "1",
    "wärmepumpe",
    "WÄRMEPUMPE",
    "holm",
    "ühlein gerda",
    "70192",
    "öko bau",
    "%_",
    "gerda@posteo.example",
)
PHONES = ("0711 5558877", "+49 711 5558877", "0711/555-8877")
NOT_FOUND = ("dach", "L-9", "gerda@", "posteo", "5558877", "wärme%pumpe", "wärme_umpe", "\\", "x" * 150, "' OR 1=1 --")


@pytest.mark.core
async def test_leads_are_found_by_their_parts(chat: Chat) -> None:
    """Number, title, company, name and postcode match in part, e-mail and phone as a whole."""
    _, anna, _ = await build_scene(chat)
    for text in (*FOUND, *PHONES):
        seen = await search(anna, text)
        assert "Lead L-1" in seen, (text, seen.words)
        assert "Lead L-2" not in seen, text
    for text in NOT_FOUND:
        seen = await search(anna, text)
        assert "Lead L-" not in seen, (text, seen.words)
        assert chat.words(de="Nichts gefunden", en="Nothing found") in seen


async def test_viewers_cannot_probe_what_is_masked(chat: Chat) -> None:
    """A41: a viewer finds nothing by a masked e-mail, phone or postcode, whole or in part."""
    _, _, tom = await build_scene(chat)
    for text in (*PHONES, "gerda@posteo.example", "70192", "192"):
        assert "Lead L-" not in await search(tom, text), text
    assert "Lead L-1" in await search(tom, "ühlein wärmepumpe")


async def test_viewers_cannot_probe_an_address_in_a_title(chat: Chat) -> None:
    """A41: a viewer finds nothing by an address that is masked in a title."""
    team, anna, tom = await build_scene(chat)
    await create_lead(team, title="Rückruf an jutta.lang@web.example, 0171 2345678")
    for text in ("jutta.lang", "2345678"):
        assert "L-3" in await search(anna, text), text
        assert "Lead L-" not in await search(tom, text), text
    assert "L-3" in await search(tom, "rückruf")


async def test_another_team_finds_nothing(chat: Chat) -> None:
    """B9: a search finds no lead of another team."""
    await build_scene(chat)
    petra = (await chat_team.seed_team(chat, "Dachwerk KG", "Petra Vogt", {})).owner
    for text in (*FOUND, ""):
        assert "Lead L-" not in await search(petra, text), text


async def test_offered_leads_are_found_without_their_contact(chat: Chat) -> None:
    """A42: a taker finds an offered lead by its title, and not by a name or postcode masked for it."""
    team, _, _ = await build_scene(chat)
    taker = await chat_team.seed_team(chat, "Dachwerk KG", "Petra Vogt", {})
    await chat_team.open_marketplace(team, taker)
    offered = await create_lead(team, title="Walmdach", name="Ilse Sommer", postcode="80331", email="ilse@web.example")
    await chat_team.offer(team, offered.lead_id)
    petra = taker.owner
    assert "Walmdach" in await search(petra, "walmdach")
    for text in ("ilse", "80331", "ilse@web.example"):
        assert "Walmdach" not in await search(petra, text), text
    await chat_team.pick(taker, offered.lead_id)
    for text in ("ilse", "80331", "ilse@web.example"):
        assert "Walmdach" in await search(petra, text), text


async def test_many_hits_are_cut(chat: Chat) -> None:
    """A search shows the ten newest leads, says that there are more, and is narrowed on its own card."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {})
    for number in range(1, 13):
        await create_lead(team, title=f"Dach Nummer {number}" + (" in Ulm" if number == 2 else ""))
    seen = await search(team.owner, "dach")
    assert chat.words(de="Mehr als 10 Leads", en="More than 10 leads") in seen
    assert seen.words.index("L-12") < seen.words.index("L-3 ")
    assert "L-2 " not in seen
    narrowed = await team.owner.presses("lead.find", fill={"search": "dach ulm"})
    assert "Nummer 2 in Ulm" in narrowed
    assert "L-12" not in narrowed
    assert "Nummer 2 in Ulm" in await team.owner.presses("lead.show")


async def test_a_search_without_words_shows_the_newest(chat: Chat) -> None:
    """A search without words shows the newest leads; a too long text is refused."""
    _, anna, _ = await build_scene(chat)
    seen = await search(anna, "")
    assert seen.words.index("L-2") < seen.words.index("L-1")
    assert "200" in await search(anna, "dach " * 60)


MESSAGE = (
    "Frau Lang von der Lang Bau GmbH aus 70192 Stuttgart sucht ein Angebot. Mobil 0171 2345678, e.lang@lang.example"
)


async def test_a_message_becomes_a_lead(chat: Chat) -> None:
    """B20: a message fills the form of a new lead; the lead is created when the form is sent."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {})
    form = await team.owner.says(de=f"lead aus {MESSAGE}", en=f"lead from {MESSAGE}")
    wanted = {
        "name": "Frau Lang",
        "company": "Lang Bau GmbH",
        "postcode": "70192",
        "phone": "+49 171 2345678",
        "email": "e.lang@lang.example",
        "text": MESSAGE,
        "value": "",
    }
    assert {name: form.inputs[name] for name in wanted} == wanted
    assert "L-1" not in await team.owner.sees(team.channel)
    assert "L-1" in await team.owner.presses("lead.create", fill={"title": "Angebot"})
    assert "L-1" in await team.owner.sees(team.channel)


async def test_a_message_of_a_known_contact_shows_the_duplicates(chat: Chat) -> None:
    """B24: the form filled from a message shows the leads of the same contact, to be accepted by name."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {})
    await create_lead(team, email="e.lang@lang.example")
    form = await team.owner.says(de=f"lead aus {MESSAGE}", en=f"lead from {MESSAGE}")
    assert "Lead L-1" in form
    assert "L-2" in await team.owner.presses("lead.create", fill={"title": "Angebot"})


async def test_a_link_opens_its_lead_in_the_chat(chat: Chat) -> None:
    """B8, B9: a typed link opens the lead for its team, masked in channels, and for no other team."""
    team, anna, tom = await build_scene(chat)
    await search(anna, "L-1")
    await anna.presses("lead.show")
    await anna.presses("lead.reveal")
    link = next(item for seen in reversed(await anna.reads()) for item in seen.links if "/leads/" in item)
    assert link.startswith(chat.public_url)
    petra = (await chat_team.seed_team(chat, "Dachwerk KG", "Petra Vogt", {})).owner
    for text in (link, f"Kann jemand {link} übernehmen?", f"lead {link}"):
        assert "Wärmepumpe" in await anna.says(text)
        assert "Wärmepumpe" not in await petra.says(text)
    shown = await anna.says(f"Bitte ansehen: {link}", room=team.channel)
    assert "Wärmepumpe" in shown
    for secret in ("Gerda", "gerda@", "70192", "5558877"):
        assert secret not in shown
        assert secret not in await tom.sees(team.channel)


async def test_viewers_capture_nothing(chat: Chat) -> None:
    """X1: a viewer who captures a message is refused before the form, and reads who may."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Tom Fischer": Role.VIEWER})
    seen = await team.of(Role.VIEWER).says(de="lead aus Hallo", en="lead from hello")
    assert "Anna Weiß" in seen
    assert not seen.inputs
